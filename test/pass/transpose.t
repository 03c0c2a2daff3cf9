== two that cancel
graph "t"
in %x : f32[1,2,3,4]
%a = Transpose(%x) {perm=[0,2,3,1]} "a"
%b = Transpose(%a) {perm=[0,3,1,2]} "b"
%y = Tanh(%b)
out %y
--- merge_transpose
graph "t" file "t"
in %x : f32[1,2,3,4]
%y : f32[1,2,3,4] = Tanh(%x)
out %y

== two that are one
graph "t"
in %x : f32[5,2,3,4]
%a = Transpose(%x) {perm=[0,2,3,1]} "a"
%y = Transpose(%a) {perm=[1,0,2,3]} "b"
out %y
out %a
--- merge_transpose
graph "t" file "t"
in %x : f32[5,2,3,4]
%a : f32[5,3,4,2] = Transpose(%x) {perm=[0,2,3,1]} "a"
%y : f32[3,5,4,2] = Transpose(%x) {perm=[2,0,3,1]} "b"
out %y
out %a

== only ones move
graph "t"
in %x : f32[1,2,1,4]
%y = Transpose(%x) {perm=[1,0,3,2]}
out %y
--- merge_transpose
graph "t" file "t"
in %x : f32[1,2,1,4]
%y : f32[2,1,4,1] = Reshape(%x) {shape=[2,1,4,1]} from "Transpose"
out %y

== what is transposed at run time keeps its order
graph "t"
# no run
in %x : f32[N,2,1,4]
%a = Transpose(%x) {perm=[0,1,3,2]}
%y = Transpose(%a) {perm=[1,0,2,3]}
out %y
--- merge_transpose
graph "t" file "t"
in %x : f32[N,2,1,4]
%a : f32[N,2,4,1] = Reshape(%x) {shape=[N,2,4,1]} from "Transpose"
%y : f32[2,N,4,1] = Transpose(%a) {perm=[1,0,2,3]}
out %y

== channels last between channels first
graph "t"
in %x : f32[1,2,3,4]
in %z : f32[1,2,3,4]
const %bias : f32[2] = [1, 2]
const %slope : f32[1,1,2] = [0.5, 0.25]
const %six : f32[] = [6]
%a = Transpose(%x) {perm=[0,2,3,1]} "a"
%c = Transpose(%z) {perm=[0,2,3,1]} "c"
%s = Add(%a, %c) "sum"
%t = Add(%s, %bias) "bias"
%p = PRelu(%t, %slope) "prelu"
%r = Clip(%p, _, %six) "relu"
%y = Transpose(%r) {perm=[0,3,1,2]} "back"
out %y
--- merge_transpose eliminate_identity
graph "t" file "t"
in %x : f32[1,2,3,4]
in %z : f32[1,2,3,4]
const %bias : f32[2] = [1, 2]
const %slope : f32[1,1,2] = [0.5, 0.25]
const %six : f32[] = [6]
const %bias.1 : f32[1,2,1,1] = [1, 2]
const %slope.1 : f32[1,2,1,1] = [0.5, 0.25]
%sum : f32[1,2,3,4] = Add(%x, %z) "sum"
%bias.2 : f32[1,2,3,4] = Add(%sum, %bias.1) "bias"
%prelu : f32[1,2,3,4] = PRelu(%bias.2, %slope.1) "prelu"
%y : f32[1,2,3,4] = Clip(%prelu, _, %six) "relu"
out %y

== a gate per channel
graph "t"
in %x : f32[1,2,3,4]
in %g : f32[1,1,1,2]
%a = Transpose(%x) {perm=[0,2,3,1]} "a"
%m = Mul(%a, %g) "gate"
%y = Transpose(%m) {perm=[0,3,1,2]} "back"
out %y
--- merge_transpose
graph "t" file "t"
in %x : f32[1,2,3,4]
in %g : f32[1,1,1,2]
%gate : f32[1,2,1,1] = Reshape(%g) {shape=[1,2,1,1]} "gate" from "Mul"
%y : f32[1,2,3,4] = Mul(%x, %gate) "gate"
out %y

== a constant of two dimensions
graph "t"
in %x : f32[2,3]
const %k : f32[3,2] = [1,2,3,4,5,6]
%a = Transpose(%x) {perm=[1,0]} "a"
%m = Mul(%a, %k) "mul"
%y = Transpose(%m) {perm=[1,0]} "back"
out %y
--- merge_transpose fold_constants dead_code
graph "t" file "t"
in %x : f32[2,3]
const %mul : f32[2,3] = [1, 3, 5, 2, 4, 6]
%y : f32[2,3] = Mul(%x, %mul) "mul"
out %y

== an operand in the other layout keeps both
graph "t"
in %x : f32[2,3]
in %z : f32[3,2]
%a = Transpose(%x) {perm=[1,0]} "a"
%m = Mul(%a, %z) "mul"
%y = Transpose(%m) {perm=[1,0]} "back"
out %y
--- merge_transpose
unchanged

== a transpose that is read elsewhere does not move
graph "t"
in %x : f32[2,3]
%a = Transpose(%x) {perm=[1,0]} "a"
%m = Tanh(%a) "act"
out %m
out %a
--- merge_transpose
unchanged

== square of a transposed value
graph "t"
in %x : f32[2,3]
%a = Transpose(%x) {perm=[1,0]} "a"
%m = Mul(%a, %a) "square"
%y = Transpose(%m) {perm=[1,0]} "back"
out %y
--- merge_transpose
graph "t" file "t"
in %x : f32[2,3]
%y : f32[2,3] = Mul(%x, %x) "square"
out %y

== mean over the plane, channels last
graph "t"
in %x : f32[1,2,3,4]
%a = Transpose(%x) {perm=[0,2,3,1]} "a"
%y = ReduceMean(%a) {axes=[1,2], keepdims=0} "gap"
%z = ReduceMax(%a) {axes=[1], keepdims=1} "max"
out %y
out %z
--- merge_transpose
graph "t" file "t"
in %x : f32[1,2,3,4]
%y : f32[1,2] = ReduceMean(%x) {axes=[2,3], keepdims=0} "gap"
%max : f32[1,2,1,4] = ReduceMax(%x) {axes=[2]} "max"
%z : f32[1,1,4,2] = Transpose(%max) {perm=[0,2,3,1]} "a"
out %y
out %z

== what a reduction leaves of it
graph "t"
in %x : f32[2,3,4,5]
%a = Transpose(%x) {perm=[3,2,1,0]} "a"
%y = ReduceSum(%a) {axes=[1], keepdims=0} "sum"
out %y
--- merge_transpose
graph "t" file "t"
in %x : f32[2,3,4,5]
%sum : f32[2,3,5] = ReduceSum(%x) {axes=[2], keepdims=0} "sum"
%y : f32[5,3,2] = Transpose(%sum) {perm=[2,1,0]} "a"
out %y

== concat and pad
graph "t"
in %x : f32[1,2,3,4]
in %z : f32[1,2,3,4]
%a = Transpose(%x) {perm=[0,2,3,1]} "a"
%b = Transpose(%z) {perm=[0,2,3,1]} "b"
%c = Concat(%a, %b) {axis=3} "cat"
%p = Pad(%c) {pads=[0,1,2,0,0,0,1,3]} "pad"
%y = Transpose(%p) {perm=[0,3,1,2]} "back"
out %y
--- merge_transpose
graph "t" file "t"
in %x : f32[1,2,3,4]
in %z : f32[1,2,3,4]
%cat : f32[1,4,3,4] = Concat(%x, %z) {axis=1} "cat"
%y : f32[1,7,4,7] = Pad(%cat) {pads=[0,0,1,2,0,3,0,1]} "pad"
out %y

== softmax between
graph "t"
in %x : f32[1,2,3,4]
%a = Transpose(%x) {perm=[0,2,3,1]} "a"
%s = Softmax(%a) {axis=3} "softmax"
%y = Transpose(%s) {perm=[0,3,1,2]} "back"
out %y
--- merge_transpose
graph "t" file "t"
in %x : f32[1,2,3,4]
%y : f32[1,2,3,4] = Softmax(%x) {axis=1} "softmax"
out %y

== gemm reads its operands transposed
graph "t"
in %x : f32[3,2]
in %z : f32[4,3]
%a = Transpose(%x) {perm=[1,0]} "a"
%b = Transpose(%z) {perm=[1,0]} "b"
%y = Gemm(%a, %b) "fc"
out %y
--- merge_transpose merge_transpose
graph "t" file "t"
in %x : f32[3,2]
in %z : f32[4,3]
%y : f32[2,4] = Gemm(%x, %z) {transA=1, transB=1} "fc"
out %y

== constants are transposed at compile time
graph "t"
in %x : f32[2,2]
const %w : f32[2,2] = [1,2,3,4]
%t = Transpose(%w) {perm=[1,0]}
%y = MatMul(%x, %t)
out %y
--- fold_constants dead_code
graph "t" file "t"
in %x : f32[2,2]
const %t : f32[2,2] = [1, 3, 2, 4]
%y : f32[2,2] = MatMul(%x, %t)
out %y
