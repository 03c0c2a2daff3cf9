== slice of slice
graph "t"
in %x : f32[8,6]
%a = Slice(%x) {starts=[1,5], steps=[2,-1], counts=[3,4]} "a"
%y = Slice(%a) {starts=[2,1], steps=[-1,2], counts=[2,2]} "b"
out %y
--- hoist_slice
graph "t" file "t"
in %x : f32[8,6]
%y : f32[2,2] = Slice(%x) {starts=[5,4], steps=[-2,-2], counts=[2,2]} "b"
out %y

== slice of a slice that others read
graph "t"
in %x : f32[8,6]
%a = Slice(%x) {starts=[1,0], steps=[1,1], counts=[3,6]} "a"
%y = Slice(%a) {starts=[0,1], steps=[1,1], counts=[3,2]} "b"
out %y
out %a
--- hoist_slice
graph "t" file "t"
in %x : f32[8,6]
%a : f32[3,6] = Slice(%x) {starts=[1,0], steps=[1,1], counts=[3,6]} "a"
%y : f32[3,2] = Slice(%x) {starts=[1,1], steps=[1,1], counts=[3,2]} "b"
out %y
out %a

== through element-wise nodes with broadcasts
graph "t"
in %x : f32[4,6]
in %z : f32[4,1]
const %k : f32[6] = [1,2,3,4,5,6]
const %s : f32[] = [2]
%a = Mul(%x, %k) "mul"
%b = Add(%a, %z) "add"
%c = Div(%b, %s) "div"
%y = Slice(%c) {starts=[1,2], steps=[1,2], counts=[2,2]} "slice"
out %y
--- hoist_slice fold_constants dead_code
graph "t" file "t"
in %x : f32[4,6]
in %z : f32[4,1]
const %s : f32[] = [2]
const %slice.4 : f32[2] = [3, 5]
%slice.3 : f32[2,2] = Slice(%x) {starts=[1,2], steps=[1,2], counts=[2,2]} "slice"
%slice.1 : f32[2,2] = Mul(%slice.3, %slice.4) "mul"
%slice.2 : f32[2,1] = Slice(%z) {starts=[1,0], steps=[1,1], counts=[2,1]} "slice"
%slice : f32[2,2] = Add(%slice.1, %slice.2) "add"
%y : f32[2,2] = Div(%slice, %s) "div"
out %y

== not through what others read
graph "t"
in %x : f32[4,6]
%a = Tanh(%x) "act"
%y = Slice(%a) {starts=[1,0], steps=[1,1], counts=[2,6]} "slice"
out %y
out %a
--- hoist_slice
unchanged

== not between a convolution and its activation
graph "t"
in %x : f32[1,1,3,3]
const %w : f32[2,1,1,1] = [1,2]
%c = Conv(%x, %w) "conv"
%a = Relu(%c) "relu"
%y = Slice(%a) {starts=[0,0,0,0], steps=[1,1,1,1], counts=[1,1,3,3]} "slice"
out %y
--- hoist_slice
unchanged

== first token: through layer norm, residual and the rows of products
graph "t"
in %x : f32[1,4,3]
const %w : f32[3,3] = [1,2,3,4,5,6,7,8,9]
const %s : f32[3] = [1,2,3]
%m = MatMul(%x, %w) "mm"
%r = Add(%m, %x) "residual"
%n = LayerNormalization(%r, %s) {axis=2} "norm"
%y = Slice(%n) {starts=[0,0,0], steps=[1,1,1], counts=[1,1,3]} "first"
out %y
--- hoist_slice
graph "t" file "t"
in %x : f32[1,4,3]
const %w : f32[3,3] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const %s : f32[3] = [1, 2, 3]
%first.3 : f32[1,1,3] = Slice(%x) {starts=[0,0,0], steps=[1,1,1], counts=[1,1,3]} "first"
%first.1 : f32[1,1,3] = MatMul(%first.3, %w) "mm"
%first.2 : f32[1,1,3] = Slice(%x) {starts=[0,0,0], steps=[1,1,1], counts=[1,1,3]} "first"
%first : f32[1,1,3] = Add(%first.1, %first.2) "residual"
%y : f32[1,1,3] = LayerNormalization(%first, %s) {axis=2} "norm"
out %y

== columns of a product
graph "t"
in %x : f32[2,4,3]
const %w : f32[3,4] = [1,2,3,4,5,6,7,8,9,10,11,12]
%m = MatMul(%x, %w) "mm"
%y = Slice(%m) {starts=[1,0,2], steps=[1,1,1], counts=[1,4,2]} "cut"
out %y
--- hoist_slice fold_constants dead_code
graph "t" file "t"
in %x : f32[2,4,3]
const %cut.1 : f32[3,2] = [3, 4, 7, 8, 11, 12]
%cut : f32[1,4,3] = Slice(%x) {starts=[1,0,0], steps=[1,1,1], counts=[1,4,3]} "cut"
%y : f32[1,4,2] = MatMul(%cut, %cut.1) "mm"
out %y

== rows and columns of gemm
graph "t"
in %x : f32[3,4]
const %w : f32[2,3] = [1,2,3,4,5,6]
const %b : f32[2] = [1,2]
%m = Gemm(%x, %w, %b) {transA=1, transB=1} "fc"
%y = Slice(%m) {starts=[1,1], steps=[1,1], counts=[2,1]} "cut"
out %y
--- hoist_slice fold_constants dead_code
graph "t" file "t"
in %x : f32[3,4]
const %cut : f32[1] = [2]
const %cut.2 : f32[1,3] = [4, 5, 6]
%cut.1 : f32[3,2] = Slice(%x) {starts=[0,1], steps=[1,1], counts=[3,2]} "cut"
%y : f32[2,1] = Gemm(%cut.1, %cut.2, %cut) {transA=1, transB=1} "fc"
out %y

== softmax: along other axes only
graph "t"
in %x : f32[4,6]
%a = Softmax(%x) {axis=1} "softmax"
%y = Slice(%a) {starts=[1,0], steps=[1,1], counts=[2,6]} "rows"
%b = Softmax(%x) {axis=0} "other"
%z = Slice(%b) {starts=[1,0], steps=[1,1], counts=[2,6]} "cut"
out %y
out %z
--- hoist_slice
graph "t" file "t"
in %x : f32[4,6]
%rows : f32[2,6] = Slice(%x) {starts=[1,0], steps=[1,1], counts=[2,6]} "rows"
%y : f32[2,6] = Softmax(%rows) {axis=1} "softmax"
%b : f32[4,6] = Softmax(%x) "other"
%z : f32[2,6] = Slice(%b) {starts=[1,0], steps=[1,1], counts=[2,6]} "cut"
out %y
out %z

== through transpose and reshape
graph "t"
in %x : f32[2,3,4]
%t = Transpose(%x) {perm=[2,0,1]} "t"
%r = Reshape(%t) {shape=[4,6]} "r"
%y = Slice(%r) {starts=[1,0], steps=[1,1], counts=[2,6]} "slice"
out %y
--- hoist_slice
graph "t" file "t"
in %x : f32[2,3,4]
%slice.1 : f32[2,3,2] = Slice(%x) {starts=[0,0,1], steps=[1,1,1], counts=[2,3,2]} "slice"
%slice : f32[2,2,3] = Transpose(%slice.1) {perm=[2,0,1]} "t"
%y : f32[2,6] = Reshape(%slice) {shape=[2,6]} "r"
out %y

== not where the reshape mixes dimensions
graph "t"
in %x : f32[2,3,4]
%r = Reshape(%x) {shape=[6,4]} "r"
%y = Slice(%r) {starts=[1,0], steps=[1,1], counts=[2,4]} "slice"
out %y
--- hoist_slice
unchanged

== out of concat
graph "t"
in %x : f32[2,3]
in %z : f32[2,4]
%c = Concat(%x, %z) {axis=1} "cat"
%y = Slice(%c) {starts=[0,4], steps=[1,1], counts=[2,3]} "in z"
%w = Slice(%c) {starts=[0,2], steps=[1,1], counts=[2,3]} "in both"
out %y
out %w
--- hoist_slice
graph "t" file "t"
in %x : f32[2,3]
in %z : f32[2,4]
%c : f32[2,7] = Concat(%x, %z) {axis=1} "cat"
%y : f32[2,3] = Slice(%z) {starts=[0,1], steps=[1,1], counts=[2,3]} "in z"
%w : f32[2,3] = Slice(%c) {starts=[0,2], steps=[1,1], counts=[2,3]} "in both"
out %y
out %w

== gather of one index
graph "t"
in %x : f32[2,3,4]
const %i : i64[] = [-1]
%y = Gather(%x, %i) {axis=1} "gather"
out %y
--- hoist_slice
graph "t" file "t"
in %x : f32[2,3,4]
const %i : i64[] = [-1]
%gather : f32[2,1,4] = Slice(%x) {starts=[0,2,0], steps=[1,1,1], counts=[2,1,4]} "gather" from "Gather"
%y : f32[2,4] = Reshape(%gather) {shape=[2,4]} "gather" from "Gather"
out %y

== gather in steps
graph "t"
in %x : f32[6,2]
const %i : i64[3] = [4, 2, 0]
const %j : i64[1,2] = [1, 2]
%y = Gather(%x, %i) {axis=0} "down"
%z = Gather(%x, %j) {axis=0} "two"
out %y
out %z
--- hoist_slice
graph "t" file "t"
in %x : f32[6,2]
const %i : i64[3] = [4, 2, 0]
const %j : i64[1,2] = [1, 2]
%y : f32[3,2] = Slice(%x) {starts=[4,0], steps=[-2,1], counts=[3,2]} "down" from "Gather"
%two : f32[2,2] = Slice(%x) {starts=[1,0], steps=[1,1], counts=[2,2]} "two" from "Gather"
%z : f32[1,2,2] = Reshape(%two) {shape=[1,2,2]} "two" from "Gather"
out %y
out %z

== gather of anything else
graph "t"
# range 0 2
in %x : f32[6,2]
in %k : i64[2]
const %i : i64[3] = [4, 2, 1]
%y = Gather(%x, %i) {axis=0} "irregular"
%z = Gather(%x, %k) {axis=0} "variable"
out %y
out %z
--- hoist_slice
unchanged

== symbolic dimensions that are taken whole
graph "t"
# no run
in %x : f32[N,6]
%a = Tanh(%x) "act"
%y = Slice(%a) {starts=[0,2], steps=[1,1], counts=[N,2]} "slice"
out %y
--- hoist_slice
graph "t" file "t"
in %x : f32[N,6]
%slice : f32[N,2] = Slice(%x) {starts=[0,2], steps=[1,1], counts=[N,2]} "slice"
%y : f32[N,2] = Tanh(%slice) "act"
out %y
