== a block of a convolutional network
graph "t"
in %x : f32[1,2,5,5]
const %w : f32[4,2,3,3] = [1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9]
const %s : f32[4] = [1,2,3,4]
const %o : f32[4] = [0.5,-0.5,1,2]
const %m : f32[4] = [1,-1,2,3]
const %v : f32[4] = [3,0.25,1,2]
const %three : f32[] = [3]
const %zero : f32[] = [0]
const %six : f32[] = [6]
const %shape : i64[2] = [1,-1]
%p = Pad(%x) {pads=[0,0,1,1,0,0,1,1]} "pad"
%c = Conv(%p, %w) {strides=[2,2]} "conv"
%n = BatchNormalization(%c, %s, %o, %m, %v) "bn"
%a = Add(%n, %three) "add"
%k = Clip(%a, %zero, %six) "clip"
%g = Mul(%n, %k) "mul"
%h = Div(%g, %six) "div"
%r = ReduceMean(%h) {axes=[2,3]} "gap"
%y = Reshape(%r) {shape=[1,4]} "flat"
out %y
--- all
graph "t" file "t"
in %x : f32[1,2,5,5]
const %w : f32[4,2,3,3] = base64 "Ks0TPyrNkz+/s90/Ks0TQHXAOEC/s11AhVOBQCrNk0DPRqZAKs0TPyrNkz+/s90/Ks0TQHXAOEC/s11AhVOBQCrNk0DPRqZAsP5/QLD+/0AE/z9BsP5/QS7/n0EE/79B2v7fQbD+/0FD/w9CsP5/QLD+/0AE/z9BsP5/QS7/n0EE/79B2v7fQbD+/0FD/w9Cwf8/QMH/v0DR/w9Bwf8/QbH/b0HR/49Byf+nQcH/v0G5/9dBwf8/QMH/v0DR/w9Bwf8/QbH/b0HR/49Byf+nQcH/v0G5/9dB1gQ1QNYEtUCgwwdB1gQ1QQtGYkGgw4dBO2SeQdYEtUFwpctB1gQ1QNYEtUCgwwdB1gQ1QQtGYkGgw4dBO2SeQdYEtUFwpctB"
const %bias : f32[4] = [-0.077349305, 3.49992, -4.99997, -6.48526]
%c : f32[1,4,3,3] = Conv(%x, %w, %bias) {strides=[2,2], dilations=[1,1], pads=[1,1,1,1]} "conv+bn+pad"
%h : f32[1,4,3,3] = HardSwish(%c) "div" from "Div"
%r : f32[1,4,1,1] = ReduceMean(%h) {axes=[2,3]} "gap"
%y : f32[1,4] = Reshape(%r) {shape=[1,4]} "flat"
out %y

== channels last at both ends
graph "t"
in %x : f32[1,4,4,2]
const %w : f32[3,2,1,1] = [1,2,3,4,5,6]
const %v : f32[3,3,1,1] = [1,2,3,4,5,6,7,8,9]
const %b : f32[3] = [1,2,3]
%t = Transpose(%x) {perm=[0,3,1,2]} "t"
%c = Conv(%t, %w) "conv1"
%n = Transpose(%c) {perm=[0,2,3,1]} "n"
%d = Add(%n, %b) "bias"
%r = Relu(%d) "relu"
%p = Pad(%r) {pads=[0,1,1,0,0,1,1,0]} "pad"
%u = Transpose(%p) {perm=[0,3,1,2]} "u"
%e = Conv(%u, %v) "conv2"
%y = Transpose(%e) {perm=[0,2,3,1]} "y"
out %y
--- all
graph "t" file "t"
in %x : f32[1,4,4,2]
const %w : f32[3,2,1,1] = [1, 2, 3, 4, 5, 6]
const %v : f32[3,3,1,1] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const %bias.1 : f32[3] = [1, 2, 3]
%t : f32[1,2,4,4] = Transpose(%x) {perm=[0,3,1,2]} "t"
%c : f32[1,3,4,4] = Conv(%t, %w, %bias.1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv1+bias"
%relu : f32[1,3,4,4] = Relu(%c) "relu"
%e : f32[1,3,6,6] = Conv(%relu, %v) {strides=[1,1], dilations=[1,1], pads=[1,1,1,1]} "conv2+pad"
%y : f32[1,6,6,3] = Transpose(%e) {perm=[0,2,3,1]} "y"
out %y

== an attention score
graph "t"
in %q : f32[1,3,4]
in %k : f32[1,3,4]
const %wq : f32[4,4] = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]
const %bq : f32[4] = [1,2,3,4]
const %scale : f32[] = [0.5]
const %zero : i64[] = [0]
%m = MatMul(%q, %wq) "mm"
%a = Add(%bq, %m) "bias"
%s = Mul(%a, %scale) "scale"
%t = Transpose(%k) {perm=[0,2,1]} "t"
%d = MatMul(%s, %t) "scores"
%p = Softmax(%d) {axis=2} "softmax"
%o = MatMul(%p, %k) "mix"
%y = Gather(%o, %zero) {axis=1} "first"
out %y
--- all
graph "t" file "t"
in %q : f32[1,3,4]
in %k : f32[1,3,4]
const %wq : f32[4,4] = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8]
const %shift : f32[4] = [0.5, 1, 1.5, 2]
%t : f32[1,4,3] = Transpose(%k) {perm=[0,2,1]} "t"
%first.5 : f32[1,1,4] = Slice(%q) {starts=[0,0,0], steps=[1,1,1], counts=[1,1,4]} "first" from "Gather"
%first.4 : f32[1,1,4] = MatMul(%first.5, %wq) "mm+bias+scale"
%first.3 : f32[1,1,4] = Add(%first.4, %shift) "scale" from "Mul"
%first.2 : f32[1,1,3] = MatMul(%first.3, %t) "scores"
%first.1 : f32[1,1,3] = Softmax(%first.2) {axis=2} "softmax"
%first : f32[1,1,4] = MatMul(%first.1, %k) "mix"
%y : f32[1,4] = Reshape(%first) {shape=[1,4]} "first" from "Gather"
out %y

== everything folds
graph "t"
in %x : f32[2]
const %a : f32[2] = [1,2]
const %b : f32[2] = [3,4]
%y = Mul(%a, %b) "y"
out %y
--- all
graph "t" file "t"
in %x : f32[2]
const %y : f32[2] = [3, 8]
out %y
