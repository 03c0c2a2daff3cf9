== factors and shifts of all kinds
graph "t"
in %x : f32[1,1,2,2]
const %w : f32[2,1,1,1] = [1, 2]
const %k : f32[2,1,1] = [2, 4]
const %t : f32[] = [3]
const %d : f32[1,2,1,1] = [5, 10]
%c = Conv(%x, %w) "conv"
%m = Mul(%c, %k) "mul"
%a = Add(%t, %m) "add"
%q = Div(%a, %d) "div"
%y = Sub(%t, %q) "sub"
out %y
--- fold_scale dead_code
graph "t" file "t"
in %x : f32[1,1,2,2]
const %w : f32[2,1,1,1] = [-0.4, -0.8]
const %bias : f32[2] = [2.4, 2.7]
%y : f32[1,2,2,2] = Conv(%x, %w, %bias) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv+mul+add+div+sub"
out %y

== a factor along another axis stays
graph "t"
in %x : f32[1,1,2,2]
const %w : f32[2,1,1,1] = [1, 2]
const %k : f32[2,1] = [2, 4]
%c = Conv(%x, %w) "conv"
%y = Mul(%c, %k) "mul"
out %y
--- fold_scale dead_code
unchanged

== a division of a constant stays
graph "t"
# range 1 2
in %x : f32[1,1,2,2]
const %w : f32[1,1,1,1] = [2]
const %k : f32[] = [2]
%c = Conv(%x, %w) "conv"
%y = Div(%k, %c) "div"
out %y
--- fold_scale dead_code
unchanged

== matrix product: the factor goes, the shift stays
graph "t"
in %x : f32[2,2,3]
const %w : f32[3,2] = [1,2,3,4,5,6]
const %t : f32[2] = [1, 2]
const %k : f32[] = [0.5]
%c = MatMul(%x, %w) "mm"
%a = Add(%c, %t) "bias"
%y = Mul(%a, %k) "scale"
out %y
--- fold_scale dead_code
graph "t" file "t"
in %x : f32[2,2,3]
const %w : f32[3,2] = [0.5, 1, 1.5, 2, 2.5, 3]
const %shift : f32[2] = [0.5, 1]
%c : f32[2,2,2] = MatMul(%x, %w) "mm+bias+scale"
%y : f32[2,2,2] = Add(%c, %shift) "scale" from "Mul"
out %y

== matrix product and bias stay as they are
graph "t"
in %x : f32[2,3]
const %w : f32[3,2] = [1,2,3,4,5,6]
const %t : f32[2] = [1, 2]
%c = MatMul(%x, %w) "mm"
%y = Add(%c, %t) "bias"
out %y
--- fold_scale dead_code
unchanged

== gemm: alpha and beta go into constants
graph "t"
in %x : f32[2,3]
const %w : f32[3,2] = [1,2,3,4,5,6]
const %b : f32[2] = [1, 2]
%y = Gemm(%x, %w, %b) {alpha=2, beta=3} "fc"
out %y
--- fold_scale dead_code
graph "t" file "t"
in %x : f32[2,3]
const %w : f32[3,2] = [2, 4, 6, 8, 10, 12]
const %b.1 : f32[2] = [3, 6]
%y : f32[2,2] = Gemm(%x, %w, %b.1) "fc"
out %y

== gemm whose addend is not a bias
graph "t"
in %x : f32[2,3]
in %b : f32[2,2]
const %w : f32[3,2] = [1,2,3,4,5,6]
%y = Gemm(%x, %w, %b) {alpha=2, beta=3} "fc"
out %y
--- fold_scale dead_code
unchanged

== input normalisation: shift and scale before an unpadded convolution
graph "t"
in %x : f32[1,2,2,2]
const %w : f32[2,2,1,1] = [1,2,3,4]
const %b : f32[2] = [1, 2]
const %m : f32[1,2,1,1] = [-0.5, 0.5]
const %k : f32[2,1,1] = [2, 4]
%a = Add(%x, %m) "mean"
%s = Mul(%a, %k) "std"
%y = Conv(%s, %w, %b) "conv"
out %y
--- fold_scale dead_code
graph "t" file "t"
in %x : f32[1,2,2,2]
const %w : f32[2,2,1,1] = [2, 8, 6, 16]
const %b.1 : f32[2] = [4, 7]
%y : f32[1,2,2,2] = Conv(%x, %w, %b.1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv+std+mean"
out %y

== only the scale goes into a padded convolution
graph "t"
in %x : f32[1,2,2,2]
const %w : f32[2,1,2,2] = [1,2,3,4,5,6,7,8]
const %m : f32[1,2,1,1] = [-0.5, 0.5]
const %k : f32[2,1,1] = [2, 4]
%a = Add(%x, %m) "mean"
%s = Mul(%a, %k) "std"
%y = Conv(%s, %w) {pads=[1,1,0,0], group=2} "conv"
out %y
--- fold_scale dead_code
graph "t" file "t"
in %x : f32[1,2,2,2]
const %w : f32[2,1,2,2] = [2, 4, 6, 8, 20, 24, 28, 32]
const %m : f32[1,2,1,1] = [-0.5, 0.5]
%a : f32[1,2,2,2] = Add(%x, %m) "mean"
%y : f32[1,2,2,2] = Conv(%a, %w) {strides=[1,1], dilations=[1,1], pads=[1,1,0,0], group=2} "conv+std"
out %y

== small shared weights are copied
graph "t"
in %x : f32[1,1,2,2]
const %w : f32[1,1,1,1] = [3]
const %k : f32[] = [2]
%a = Conv(%x, %w) "a"
%b = Conv(%a, %w) "b"
%y = Mul(%b, %k) "mul"
out %y
--- fold_scale dead_code
graph "t" file "t"
in %x : f32[1,1,2,2]
const %w : f32[1,1,1,1] = [3]
const %w.1 : f32[1,1,1,1] = [6]
%a : f32[1,1,2,2] = Conv(%x, %w) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "a"
%y : f32[1,1,2,2] = Conv(%a, %w.1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "b+mul"
out %y

== constants merge
graph "t"
in %x : f32[2,3]
const %a : f32[3] = [1,2,3]
const %b : f32[] = [4]
const %c : f32[2,1] = [1, 2]
%p = Add(%x, %a) "p"
%q = Add(%p, %b) "q"
%r = Mul(%q, %b) "r"
%s = Div(%r, %a) "s"
%t = Add(%s, %c) "t"
%y = Add(%t, %a) "u"
out %y
--- merge_constants dead_code
graph "t" file "t"
in %x : f32[2,3]
const %a : f32[3] = [1, 2, 3]
const %c : f32[2,1] = [1, 2]
const %a.1 : f32[3] = [5, 6, 7]
const %b.1 : f32[3] = [4, 2, 1.3333334]
%q : f32[2,3] = Add(%x, %a.1) "q+p"
%s : f32[2,3] = Mul(%q, %b.1) "s+r" from "Div"
%t : f32[2,3] = Add(%s, %c) "t"
%y : f32[2,3] = Add(%t, %a) "u"
out %y

== constants do not merge across a value that is read elsewhere
graph "t"
in %x : f32[2,3]
const %a : f32[3] = [1,2,3]
%p = Add(%x, %a) "p"
%q = Add(%p, %a) "q"
out %p
out %q
--- merge_constants
unchanged

== integers do not merge
graph "t"
in %x : i32[3]
const %a : i32[3] = [1,2,3]
%p = Add(%x, %a) "p"
%q = Add(%p, %a) "q"
out %q
--- merge_constants
unchanged

== factors and divisors merge
graph "t"
in %x : f32[2,3]
const %a : f32[3] = [1,2,3]
const %b : f32[] = [4]
%p = Mul(%x, %a) "p"
%q = Mul(%p, %b) "q"
%z = Tanh(%q)
%r = Div(%z, %a) "r"
%s = Div(%r, %b) "s"
%w = Sigmoid(%s)
%t = Div(%w, %b) "t"
%y = Mul(%t, %a) "u"
out %y
--- merge_constants dead_code
graph "t" file "t"
in %x : f32[2,3]
const %a.1 : f32[3] = [4, 8, 12]
const %a.2 : f32[3] = [4, 8, 12]
const %a.3 : f32[3] = [0.25, 0.5, 0.75]
%q : f32[2,3] = Mul(%x, %a.1) "q+p"
%z : f32[2,3] = Tanh(%q)
%s : f32[2,3] = Div(%z, %a.2) "s+r"
%w : f32[2,3] = Sigmoid(%s)
%y : f32[2,3] = Mul(%w, %a.3) "u+t"
out %y

== constants that would overflow stay apart
graph "t"
in %x : f32[3]
const %a : f32[] = [1e30]
const %b : f32[] = [1e20]
%p = Div(%x, %a) "p"
%y = Div(%p, %b) "q"
out %y
--- merge_constants dead_code
unchanged

== a factor passes moves and a product on its way to the weights
graph "t"
in %x : f32[2,3]
in %k : f32[2,2,2]
const %w : f32[3,4] = [1,2,3,4,5,6,7,8,9,10,11,12]
const %b : f32[4] = [1,2,3,4]
const %s : f32[1,1] = [8]
%m = MatMul(%x, %w) "mm"
%a = Add(%m, %b) "bias"
%r = Reshape(%a) {shape=[2,2,2]} "heads"
%t = Transpose(%r) {perm=[1,0,2]} "t"
%p = MatMul(%t, %k) "scores"
%d = Div(%p, %s) "scale"
%y = Softmax(%d) {axis=2} "softmax"
out %y
--- fold_scale dead_code
graph "t" file "t"
in %x : f32[2,3]
in %k : f32[2,2,2]
const %w : f32[3,4] = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 1.125, 1.25, 1.375, 1.5]
const %shift : f32[4] = [0.125, 0.25, 0.375, 0.5]
%m : f32[2,4] = MatMul(%x, %w) "mm+bias+scale"
%scale : f32[2,4] = Add(%m, %shift) "scale" from "Div"
%r : f32[2,2,2] = Reshape(%scale) {shape=[2,2,2]} "heads"
%t : f32[2,2,2] = Transpose(%r) {perm=[1,0,2]} "t"
%p : f32[2,2,2] = MatMul(%t, %k) "scores"
%y : f32[2,2,2] = Softmax(%p) {axis=2} "softmax"
out %y

== through the second operand of a product
graph "t"
in %x : f32[2,3]
in %k : f32[2,2]
const %w : f32[3,2] = [1,2,3,4,5,6]
const %s : f32[] = [0.5]
%m = MatMul(%x, %w) "mm"
%p = MatMul(%k, %m) "scores"
%y = Mul(%p, %s) "scale"
out %y
--- fold_scale dead_code
graph "t" file "t"
in %x : f32[2,3]
in %k : f32[2,2]
const %w : f32[3,2] = [0.5, 1, 1.5, 2, 2.5, 3]
%m : f32[2,2] = MatMul(%x, %w) "mm+scale"
%y : f32[2,2] = MatMul(%k, %m) "scores"
out %y

== a factor does not pass what others read
graph "t"
in %x : f32[2,3]
const %w : f32[3,4] = [1,2,3,4,5,6,7,8,9,10,11,12]
const %s : f32[] = [8]
%m = MatMul(%x, %w) "mm"
%r = Reshape(%m) {shape=[4,2]} "r"
%y = Mul(%r, %s) "scale"
%z = Tanh(%m)
out %y
out %z
--- fold_scale dead_code
unchanged
