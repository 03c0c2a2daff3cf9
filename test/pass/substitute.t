== swish and hard swish
graph "t"
# range -6 6
in %x : f32[2,3]
const %a : f32[] = [1.7]
const %three : f32[] = [3]
const %zero : f32[] = [0]
const %six : f32[] = [6]
const %sixth : f32[] = [0.16666667]
%s = Sigmoid(%x) "s"
%p = Mul(%s, %x) "swish"
%m = Mul(%x, %a) "m"
%t = Sigmoid(%m) "t"
%q = Mul(%x, %t) "scaled"
%h = HardSigmoid(%x) {alpha=0.16666667163372, beta=0.5} "h"
%u = Mul(%x, %h) "hard"
%b = Add(%x, %three) "b"
%c = Clip(%b, %zero, %six) "c"
%d = Mul(%x, %c) "d"
%v = Div(%d, %six) "v"
%e = Add(%x, %three) "e"
%f = Clip(%e, %zero, %six) "f"
%g = Mul(%f, %sixth) "g"
%w = Mul(%g, %x) "w"
out %p
out %q
out %u
out %v
out %w
--- substitute
graph "t" file "t"
in %x : f32[2,3]
const %a : f32[] = [1.7]
const %three : f32[] = [3]
const %zero : f32[] = [0]
const %six : f32[] = [6]
const %sixth : f32[] = [0.16666667]
%p : f32[2,3] = Swish(%x) "swish" from "Mul"
%q : f32[2,3] = Swish(%x) {alpha=1.7000000476837158} "scaled" from "Mul"
%u : f32[2,3] = HardSwish(%x) "hard" from "Mul"
%v : f32[2,3] = HardSwish(%x) "v" from "Div"
%w : f32[2,3] = HardSwish(%x) "w" from "Mul"
out %p
out %q
out %u
out %v
out %w

== a sigmoid that is read elsewhere stays
graph "t"
in %x : f32[2,3]
%s = Sigmoid(%x) "s"
%y = Mul(%x, %s) "swish"
out %y
out %s
--- substitute
unchanged

== another hard sigmoid is no hard swish
graph "t"
in %x : f32[2,3]
%h = HardSigmoid(%x) "h"
%y = Mul(%x, %h) "y"
out %y
--- substitute
unchanged

== hard sigmoid in pieces
graph "t"
# range -4 4
in %x : f32[2,3]
const %one : f32[] = [1]
const %b : f32[] = [0.5]
const %a : f32[] = [0.2]
const %zero : f32[] = [0]
const %three : f32[] = [3]
const %six : f32[] = [6]
%m = Mul(%x, %a)
%n = Add(%m, %b)
%p = Clip(%n, %zero, %one) "p"
%r = Add(%x, %three)
%s = Clip(%r, %zero, %six)
%q = Div(%s, %six) "q"
out %p
out %q
--- substitute
graph "t" file "t"
in %x : f32[2,3]
const %one : f32[] = [1]
const %b : f32[] = [0.5]
const %a : f32[] = [0.2]
const %zero : f32[] = [0]
const %three : f32[] = [3]
const %six : f32[] = [6]
%p : f32[2,3] = HardSigmoid(%x) {alpha=0.20000000298023224} "p" from "Clip"
%q : f32[2,3] = HardSigmoid(%x) {alpha=0.16666666666666666} "q" from "Div"
out %p
out %q

== gelu with erf, divided
graph "t"
in %x : f32[2,3]
const %r : f32[] = [1.4142135]
const %one : f32[] = [1]
const %half : f32[] = [0.5]
%a = Div(%x, %r)
%b = Erf(%a)
%c = Add(%b, %one)
%d = Mul(%x, %c)
%y = Mul(%d, %half)
out %y
--- substitute
graph "t" file "t"
in %x : f32[2,3]
const %r : f32[] = [1.4142135]
const %one : f32[] = [1]
const %half : f32[] = [0.5]
%y : f32[2,3] = Gelu(%x) from "Mul"
out %y

== gelu with erf, other orders
graph "t"
in %x : f32[2,3]
const %r : f32[1] = [0.70710677]
const %one : f32[] = [1]
const %half : f32[] = [0.5]
%a = Mul(%x, %r)
%b = Erf(%a)
%c = Add(%b, %one)
%d = Mul(%x, %half)
%y = Mul(%c, %d)
%e = Mul(%x, %r)
%f = Erf(%e)
%g = Add(%f, %one)
%h = Mul(%g, %half)
%z = Mul(%h, %x)
out %y
out %z
--- substitute
graph "t" file "t"
in %x : f32[2,3]
const %r : f32[1] = [0.70710677]
const %one : f32[] = [1]
const %half : f32[] = [0.5]
%y : f32[2,3] = Gelu(%x) from "Mul"
%z : f32[2,3] = Gelu(%x) from "Mul"
out %y
out %z

== gelu of another number, or of two values
graph "t"
in %x : f32[2,3]
in %w : f32[2,3]
const %r : f32[] = [1.5]
const %s : f32[] = [1.4142135]
const %one : f32[] = [1]
const %half : f32[] = [0.5]
%a = Div(%x, %r)
%b = Erf(%a)
%c = Add(%b, %one)
%d = Mul(%x, %c)
%y = Mul(%d, %half)
%e = Div(%w, %s)
%f = Erf(%e)
%g = Add(%f, %one)
%h = Mul(%x, %g)
%z = Mul(%h, %half)
out %y
out %z
--- substitute
unchanged

== gelu with tanh, as it is exported
graph "t"
in %x : f32[2,3]
const %cubic : f32[] = [0.044715]
const %k : f32[] = [0.7978846]
const %three : f32[] = [3]
const %one : f32[] = [1]
const %half : f32[] = [0.5]
%a = Pow(%x, %three)
%b = Mul(%cubic, %a)
%c = Add(%x, %b)
%d = Mul(%c, %k)
%e = Tanh(%d)
%f = Add(%e, %one)
%g = Mul(%half, %x)
%y = Mul(%g, %f)
out %y
--- canonicalise substitute dead_code
graph "t" file "t"
in %x : f32[2,3]
%y : f32[2,3] = Gelu(%x) {mode="tanh"} from "Mul"
out %y

== gelu of integers is not there: types decide
graph "t"
in %x : f64[3]
const %r : f64[] = [1.4142]
const %one : f64[] = [1]
const %half : f64[] = [0.5]
%a = Div(%x, %r)
%b = Erf(%a)
%c = Add(%b, %one)
%d = Mul(%x, %c)
%y = Mul(%d, %half)
out %y
--- substitute
unchanged

== sigmoid, softplus, softsign, mish
graph "t"
in %x : f32[2,3]
const %one : f32[] = [1]
%n = Neg(%x)
%e = Exp(%n)
%a = Add(%e, %one)
%p = Reciprocal(%a)
%f = Exp(%x)
%g = Add(%f, %one)
%h = Log(%g)
%t = Tanh(%h)
%q = Mul(%x, %t)
%i = Abs(%x)
%j = Add(%i, %one)
%r = Div(%x, %j)
out %p
out %q
out %r
--- substitute
graph "t" file "t"
in %x : f32[2,3]
const %one : f32[] = [1]
%p : f32[2,3] = Sigmoid(%x) from "Reciprocal"
%q : f32[2,3] = Mish(%x) from "Mul"
%r : f32[2,3] = Softsign(%x) from "Div"
out %p
out %q
out %r

== leaky relu and prelu
graph "t"
in %x : f32[1,2,3]
const %zero : f32[] = [0]
const %k : f32[] = [0.1]
const %s : f32[2,1] = [0.25, 0.5]
const %half : f32[] = [0.5]
%m = Mul(%x, %k)
%p = Max(%x, %m)
%g = Greater(%x, %zero)
%n = Mul(%x, %s)
%q = Where(%g, %x, %n)
%r = Relu(%x)
%a = Neg(%x)
%b = Relu(%a)
%c = Mul(%b, %s)
%t = Sub(%r, %c)
%u = Relu(%x)
%v = Abs(%x)
%w = Sub(%x, %v)
%i = Mul(%w, %s)
%j = Add(%u, %i)
out %p
out %q
out %t
out %j
--- substitute
graph "t" file "t"
in %x : f32[1,2,3]
const %zero : f32[] = [0]
const %k : f32[] = [0.1]
const %s : f32[2,1] = [0.25, 0.5]
const %half : f32[] = [0.5]
const %s.1 : f32[2,1] = [0.5, 1]
%p : f32[1,2,3] = LeakyRelu(%x) {alpha=0.10000000149011612} from "Max"
%q : f32[1,2,3] = PRelu(%x, %s) from "Where"
%t : f32[1,2,3] = PRelu(%x, %s) from "Sub"
%j : f32[1,2,3] = PRelu(%x, %s.1) from "Add"
out %p
out %q
out %t
out %j

== leaky relu with a factor above one stays
graph "t"
in %x : f32[1,2,3]
const %k : f32[] = [1.5]
%m = Mul(%x, %k)
%p = Max(%x, %m)
out %p
--- substitute
unchanged

== layer normalisation
graph "t"
in %x : f32[2,3,4]
const %two : f32[] = [2]
const %eps : f32[] = [0.001]
const %scale : f32[4] = [1,2,3,4]
const %bias : f32[1,1,4] = [4,3,2,1]
%m = ReduceMean(%x) {axes=[2]}
%d = Sub(%x, %m)
%s = Pow(%d, %two)
%v = ReduceMean(%s) {axes=[2]}
%e = Add(%v, %eps)
%r = Sqrt(%e)
%n = Div(%d, %r) "norm"
%w = Mul(%n, %scale) "scale"
%y = Add(%w, %bias) "bias"
out %y
--- canonicalise substitute dead_code
graph "t" file "t"
in %x : f32[2,3,4]
const %scale : f32[4] = [1, 2, 3, 4]
const %bias.1 : f32[4] = [4, 3, 2, 1]
%y : f32[2,3,4] = LayerNormalization(%x, %scale, %bias.1) {axis=2, epsilon=0.0010000000474974513} "norm+scale+bias" from "Div"
out %y

== layer normalisation written with a reciprocal root
graph "t"
in %x : f32[2,4]
const %eps : f32[] = [0.001]
const %scale : f32[4] = [1,2,3,4]
const %bias : f32[4] = [4,3,2,1]
%m = ReduceMean(%x) {axes=[1]}
%d = Sub(%x, %m)
%s = Mul(%d, %d)
%v = ReduceMean(%s) {axes=[1]}
%e = Add(%v, %eps)
%q = Sqrt(%e)
%r = Reciprocal(%q)
%k = Mul(%r, %scale)
%a = Mul(%x, %k)
%b = Mul(%m, %k)
%c = Sub(%bias, %b)
%y = Add(%a, %c) "norm"
out %y
--- substitute dead_code
graph "t" file "t"
in %x : f32[2,4]
const %scale : f32[4] = [1, 2, 3, 4]
const %bias : f32[4] = [4, 3, 2, 1]
%y : f32[2,4] = LayerNormalization(%x, %scale, %bias) {axis=1, epsilon=0.0010000000474974513} "norm" from "Add"
out %y

== no layer normalisation: other axes, other means
graph "t"
in %x : f32[2,3,4]
const %eps : f32[] = [0.001]
%m = ReduceMean(%x) {axes=[1]}
%d = Sub(%x, %m)
%s = Mul(%d, %d)
%v = ReduceMean(%s) {axes=[1]}
%e = Add(%v, %eps)
%r = Sqrt(%e)
%y = Div(%d, %r) "norm"
%n = ReduceMean(%x) {axes=[2]}
%f = Sub(%x, %n)
%t = Mul(%f, %f)
%w = ReduceMean(%t) {axes=[1,2]}
%g = Add(%w, %eps)
%h = Sqrt(%g)
%z = Div(%f, %h) "mixed"
out %y
out %z
--- substitute
graph "t" file "t"
in %x : f32[2,3,4]
const %eps : f32[] = [0.001]
const %scale : f32[3,4] = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
%m : f32[2,1,4] = ReduceMean(%x) {axes=[1]}
%d : f32[2,3,4] = Sub(%x, %m)
%s : f32[2,3,4] = Mul(%d, %d)
%v : f32[2,1,4] = ReduceMean(%s) {axes=[1]}
%e : f32[2,1,4] = Add(%v, %eps)
%r : f32[2,1,4] = Sqrt(%e)
%y : f32[2,3,4] = Div(%d, %r) "norm"
%n : f32[2,3,1] = ReduceMean(%x) {axes=[2]}
%f : f32[2,3,4] = Sub(%x, %n)
%z : f32[2,3,4] = RMSNormalization(%f, %scale) {axis=1, epsilon=0.0010000000474974513} "mixed" from "Div"
out %y
out %z

== instance normalisation
graph "t"
in %x : f32[2,3,4,2]
const %eps : f32[] = [0.001]
const %scale : f32[3,1,1] = [1,2,3]
const %bias : f32[1,3,1,1] = [3,2,1]
%m = ReduceMean(%x) {axes=[2,3]}
%d = Sub(%x, %m)
%s = Mul(%d, %d)
%v = ReduceMean(%s) {axes=[2,3]}
%e = Add(%v, %eps)
%r = Sqrt(%e)
%n = Div(%d, %r) "norm"
%w = Mul(%n, %scale) "scale"
%y = Add(%w, %bias) "bias"
out %y
--- substitute dead_code
graph "t" file "t"
in %x : f32[2,3,4,2]
const %scale.2 : f32[3] = [1, 2, 3]
const %bias.2 : f32[3] = [3, 2, 1]
%y : f32[2,3,4,2] = InstanceNormalization(%x, %scale.2, %bias.2) {epsilon=0.0010000000474974513} "norm+scale+bias" from "Div"
out %y

== rms normalisation
graph "t"
in %x : f32[2,3,4]
const %eps : f32[] = [0.001]
const %scale : f32[4] = [1,2,3,4]
%s = Mul(%x, %x)
%v = ReduceMean(%s) {axes=[2]}
%e = Add(%v, %eps)
%r = Sqrt(%e)
%q = Reciprocal(%r)
%n = Mul(%x, %q) "norm"
%y = Mul(%n, %scale) "scale"
out %y
--- substitute dead_code
graph "t" file "t"
in %x : f32[2,3,4]
const %scale : f32[4] = [1, 2, 3, 4]
%y : f32[2,3,4] = RMSNormalization(%x, %scale) {axis=2, epsilon=0.0010000000474974513} "norm+scale" from "Mul"
out %y

== a positional table is no bias of a norm
graph "t"
in %x : f32[1,2,3]
const %scale : f32[3] = [1,2,3]
const %p : f32[1,2,3] = [1,2,3,4,5,6]
%n = LayerNormalization(%x, %scale) {axis=2} "norm"
%y = Add(%n, %p) "pos"
out %y
--- substitute
unchanged

== softmax in pieces
graph "t"
in %x : f32[2,3]
%m = ReduceMax(%x) {axes=[1]}
%d = Sub(%x, %m)
%e = Exp(%d)
%s = ReduceSum(%e) {axes=[1]}
%y = Div(%e, %s) "softmax"
%f = Exp(%x)
%t = ReduceSum(%f) {axes=[0]}
%w = Div(%f, %t)
%z = Log(%w) "log"
out %y
out %z
--- substitute
graph "t" file "t"
in %x : f32[2,3]
%y : f32[2,3] = Softmax(%x) {axis=1} "softmax" from "Div"
%z : f32[2,3] = LogSoftmax(%x) "log" from "Log"
out %y
out %z

== softmax over two axes, or of two kinds, stays
graph "t"
in %x : f32[2,3,2]
%f = Exp(%x)
%t = ReduceSum(%f) {axes=[1,2]}
%y = Div(%f, %t)
%m = ReduceMax(%x) {axes=[2]}
%d = Sub(%x, %m)
%e = Exp(%d)
%s = ReduceSum(%e) {axes=[1]}
%z = Div(%e, %s)
out %y
out %z
--- substitute
graph "t" file "t"
in %x : f32[2,3,2]
%f : f32[2,3,2] = Exp(%x)
%t : f32[2,1,1] = ReduceSum(%f) {axes=[1,2]}
%y : f32[2,3,2] = Div(%f, %t)
%m : f32[2,3,1] = ReduceMax(%x) {axes=[2]}
%d : f32[2,3,2] = Sub(%x, %m)
%z : f32[2,3,2] = Softmax(%d) {axis=1} from "Div"
out %y
out %z

== means and norms from sums
graph "t"
in %x : f32[2,3,4]
const %n : f32[] = [12]
const %w : f32[] = [0.25]
const %k : f32[] = [3]
%a = ReduceSum(%x) {axes=[1,2]}
%p = Div(%a, %n) "p"
%b = ReduceSum(%x) {axes=[2], keepdims=0}
%q = Mul(%b, %w) "q"
%c = ReduceSum(%x) {axes=[2]}
%r = Div(%c, %k) "no mean"
%d = Mul(%x, %x)
%e = ReduceSum(%d) {axes=[2]}
%s = Sqrt(%e) "l2"
out %p
out %q
out %r
out %s
--- substitute
graph "t" file "t"
in %x : f32[2,3,4]
const %n : f32[] = [12]
const %w : f32[] = [0.25]
const %k : f32[] = [3]
%p : f32[2,1,1] = ReduceMean(%x) {axes=[1,2]} "p" from "Div"
%q : f32[2,3] = ReduceMean(%x) {axes=[2], keepdims=0} "q" from "Mul"
%c : f32[2,3,1] = ReduceSum(%x) {axes=[2]}
%r : f32[2,3,1] = Div(%c, %k) "no mean"
%s : f32[2,3,1] = ReduceL2(%x) {axes=[2]} "l2" from "Sqrt"
out %p
out %q
out %r
out %s
