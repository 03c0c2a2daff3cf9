== group normalisation
graph "t"
const %x : f32[2,4,3] = [1.624, -0.612, -0.528, -1.073, 0.865, -2.302, 1.745, -0.761, 0.319, -0.249, 1.462, -2.06, -0.322, -0.384, 1.134, -1.1, -0.172, -0.878, 0.042, 0.583, -1.101, 1.145, 0.902, 0.502]
const %s : f32[4] = [1.0, 2.0, 0.5, -1.0]
const %b : f32[4] = [0.0, 1.0, 2.0, 3.0]
%y = GroupNormalization(%x, %s, %b) {num_groups=2}
out %y
---
y : f32[2,4,3]
ops Reshape InstanceNormalization Reshape Reshape Mul Reshape Add
y = 1.534504 -0.2145959 -0.1488873 -0.1504216 2.88156 -2.07318 2.642102 1.677987 2.093488 3.25007 1.933549 4.643534 -0.04906266 -0.1359737 1.991944 -1.279311 1.322412 -0.6569162 1.792671 2.162242 1.011858 1.907682 2.239681 2.786182

== group normalisation, symbols
graph "t"
in %x : f32[N,4,H]
in %s : f32[4]
in %b : f32[4]
%y = GroupNormalization(%x, %s, %b) {num_groups=2}
out %y
---
y : f32[N,4,H]
ops Reshape InstanceNormalization Reshape Reshape Mul Reshape Add

== mean and variance
graph "t"
const %x : f32[2,4,3] = [1.624, -0.612, -0.528, -1.073, 0.865, -2.302, 1.745, -0.761, 0.319, -0.249, 1.462, -2.06, -0.322, -0.384, 1.134, -1.1, -0.172, -0.878, 0.042, 0.583, -1.101, 1.145, 0.902, 0.502]
%y = MeanVarianceNormalization(%x) {axes=[0,2]}
out %y
---
ops ReduceMean Sub Mul ReduceMean Sqrt Add Div
y = 1.66508 -0.8642128 -0.7691947 -0.3070095 1.700812 -1.580287 1.732084 -0.9686952 0.1952479 -0.4518866 0.9996364 -1.988244 -0.5361739 -0.6063064 1.110808 -0.3349822 0.6264513 -0.1049841 -0.103282 0.4797673 -1.335122 0.7307102 0.5245617 0.1852226

== matrix product
graph "t"
const %a : f32[2,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0]
const %b : f32[3,4] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5, 1.5, -1.5, 2.5, -0.5, 3.5, 0.5]
%y = Einsum(%a, %b) {mode="ij,jk->ik"}
out %y
---
y : f32[2,4]
ops *
y = 13.5 -2.5 16.5 -6.5 -1 14 1 -5

== implicit output
graph "t"
const %a : f32[2,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0]
const %b : f32[3,4] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5, 1.5, -1.5, 2.5, -0.5, 3.5, 0.5]
%y = Einsum(%a, %b) {mode="ij,jk"}
out %y
---
y : f32[2,4]
ops *
y = 13.5 -2.5 16.5 -6.5 -1 14 1 -5

== implicit output, sorted
graph "t"
const %a : f32[2,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0]
const %b : f32[4,2] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5, 1.5, -1.5]
%y = Einsum(%a, %b) {mode="ba,cb"}
out %y
---
y : f32[3,4]
ops *
y = 3 1 -1 -3 6 10 14 -3 -8.5 -5.5 -2.5 7.5

== transposed
graph "t"
const %a : f32[2,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0]
%y = Einsum(%a) {mode="ij->ji"}
out %y
---
y : f32[3,2]
ops *
y = -2 0 1 3 4 -1

== as it is
graph "t"
const %a : f32[2,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0]
%y = Einsum(%a) {mode="ij->ij"}
out %y
---
y : f32[2,3]
ops *
y = -2 1 4 0 3 -1

== summed
graph "t"
const %a : f32[2,3,4] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0]
%y = Einsum(%a) {mode="ijk->j"}
out %y
---
y : f32[3]
ops *
y = 3 8 13

== summed to one
graph "t"
const %a : f32[2,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0]
%y = Einsum(%a) {mode="ij->"}
out %y
---
y : f32[]
ops *
y = 5

== trace
graph "t"
const %a : f32[3,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0]
%y = Einsum(%a) {mode="ii"}
out %y
---
y : f32[]
ops *
y = 2

== diagonal
graph "t"
const %a : f32[3,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0]
%y = Einsum(%a) {mode="ii->i"}
out %y
---
y : f32[3]
ops *
y = -2 3 1

== batch diagonal
graph "t"
const %a : f32[2,3,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0]
%y = Einsum(%a) {mode="...ii->...i"}
out %y
---
y : f32[2,3]
ops *
y = -2 3 1 4 2 0

== diagonal apart
graph "t"
const %a : f32[2,3,2] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0]
%y = Einsum(%a) {mode="iji->ji"}
out %y
---
y : f32[3,2]
ops *
y = -2 -2 4 4 3 3

== batch product
graph "t"
const %a : f32[2,2,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0]
const %b : f32[2,3,2] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5, 1.5, -1.5, 2.5, -0.5, 3.5, 0.5]
%y = Einsum(%a, %b) {mode="bij,bjk->bik"}
out %y
---
y : f32[2,2,2]
ops *
y = 4.5 16.5 -2 6 1.5 -1.5 16.5 -4.5

== attention
graph "t"
const %a : f32[1,2,3,4] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0]
const %b : f32[1,2,2,4] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5, 1.5, -1.5, 2.5, -0.5, 3.5, 0.5, 4.5, 1.5, -1.5, 2.5]
%y = Einsum(%a, %b) {mode="bhid,bhjd->bhij"}
out %y
---
y : f32[1,2,3,2]
ops *
y = 3.5 9.5 -15 3 19 14 -10 4 20 11 11.5 14.5

== outer
graph "t"
const %a : f32[2] = [-2.0, 1.0]
const %b : f32[3] = [-1.5, 2.5, -0.5]
%y = Einsum(%a, %b) {mode="i,j->ij"}
out %y
---
y : f32[2,3]
ops *
y = 3 -5 1 -1.5 2.5 -0.5

== inner
graph "t"
const %a : f32[3] = [-2.0, 1.0, 4.0]
const %b : f32[3] = [-1.5, 2.5, -0.5]
%y = Einsum(%a, %b) {mode="i,i"}
out %y
---
y : f32[]
ops *
y = 3.5

== elementwise, then order
graph "t"
const %a : f32[2,3,2] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0]
const %b : f32[3,2] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5]
%y = Einsum(%a, %b) {mode="ijk,jk->kji"}
out %y
---
y : f32[2,3,2]
ops *
y = 3 -3 -2 -0.5 1.5 0 2.5 -5 0 14 -4.5 13.5

== ellipsis broadcasts
graph "t"
const %a : f32[2,1,2,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0]
const %b : f32[3,3,2] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5, 1.5, -1.5, 2.5, -0.5, 3.5, 0.5, 4.5, 1.5, -1.5, 2.5, -0.5, 3.5]
%y = Einsum(%a, %b) {mode="...ij,...jk->...ik"}
out %y
---
y : f32[2,3,2,2]
ops *
y = 4.5 16.5 -2 6 13.5 4.5 4 -2 -12.5 13.5 -4 4 -1.5 2.5 -4.5 23.5 1.5 -1.5 16.5 -4.5 11.5 1.5 16.5 16.5

== ellipsis of different rank
graph "t"
const %a : f32[2,3,4] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0]
const %b : f32[4] = [-1.5, 2.5, -0.5, 3.5]
%y = Einsum(%a, %b) {mode="...i,i->..."}
out %y
---
y : f32[2,3]
ops *
y = 3.5 -15 19 11 -11 5.5

== one broadcasts
graph "t"
const %a : f32[2,1] = [-2.0, 1.0]
const %b : f32[2,3] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5]
%y = Einsum(%a, %b) {mode="ij,ij->i"}
out %y
---
y : f32[2]
ops *
y = -1 8.5

== three operands
graph "t"
const %a : f32[2,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0]
const %b : f32[3,2] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5]
const %c : f32[2,3] = [-1.0, 4.0, 2.0, 0.0, 5.0, 3.0]
%y = Einsum(%a, %b, %c) {mode="ij,jk,kl->il"}
out %y
---
y : f32[2,3]
ops *
y = -4.5 100.5 58.5 2 22 14

== three operands share a letter
graph "t"
const %a : f32[2,3] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0]
const %b : f32[2,3] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5]
const %c : f32[2,3] = [-1.0, 4.0, 2.0, 0.0, 5.0, 3.0]
%y = Einsum(%a, %b, %c) {mode="ai,bi,ci->abc"}
out %y
---
y : f32[2,2,2]
ops *
y = 3 6.5 45 56.5 31 39 -3 -6

== own letters are summed first
graph "t"
const %a : f32[2,3,2] = [-2.0, 1.0, 4.0, 0.0, 3.0, -1.0, 2.0, -2.0, 1.0, 4.0, 0.0, 3.0]
const %b : f32[3,2,2] = [-1.5, 2.5, -0.5, 3.5, 0.5, 4.5, 1.5, -1.5, 2.5, -0.5, 3.5, 0.5]
%y = Einsum(%a, %b) {mode="ijx,jky->ik"}
out %y
---
y : f32[2,2]
ops *
y = 23 5 31 12

== scalars
graph "t"
const %a : f32[] = [-2.0]
const %b : f32[] = [-1.5]
%y = Einsum(%a, %b) {mode=",->"}
out %y
---
y : f32[]
ops *
y = 3

== einsum symbols
graph "t"
in %a : f32[B,M,K]
in %b : f32[K,N]
%y = Einsum(%a, %b) {mode="bmk,kn->bmn"}
out %y
---
y : f32[B,M,N]
ops Reshape MatMul Reshape

== einsum terms
graph "t"
in %a : f32[2]
in %b : f32[2]
%y = Einsum(%a, %b) {mode="i->i"}
out %y
---
error equation:

== einsum letters
graph "t"
in %a : f32[2]
%y = Einsum(%a) {mode="ij->i"}
out %y
---
error its term names 2 dimensions

== einsum letter from nowhere
graph "t"
in %a : f32[2]
%y = Einsum(%a) {mode="i->j"}
out %y
---
error a letter of the output is in no operand

== einsum letter twice in the output
graph "t"
in %a : f32[2]
%y = Einsum(%a) {mode="i->ii"}
out %y
---
error a letter twice in the output

== einsum sizes
graph "t"
in %a : f32[2]
in %b : f32[3]
%y = Einsum(%a, %b) {mode="i,i->i"}
out %y
---
error does not fit the 2 of an operand before

== einsum characters
graph "t"
in %a : f32[2]
%y = Einsum(%a) {mode="1->1"}
out %y
---
error cannot read it

== einsum arrow
graph "t"
in %a : f32[2]
%y = Einsum(%a) {mode="i-"}
out %y
---
error equation:

== einsum text behind
graph "t"
in %a : f32[2]
%y = Einsum(%a) {mode="i->i,i"}
out %y
---
error text behind the output

== einsum diagonal of symbols
graph "t"
in %a : f32[N,N]
%y = Einsum(%a) {mode="ii->i"}
out %y
---
error a letter twice in one operand

== einsum too long
graph "t"
in %a : f32[2]
%y = Einsum(%a) {mode="abcdefghijkl->a"}
out %y
---
error more than 8 letters

== shape
graph "t"
in %x : f32[2,N]
%s = Shape(%x)
%y = Relu(%x)
out %y
---
y : f32[2,N]
