== add with broadcasting
in %a : f32[2,3]
in %b : f32[3]
%y = Add(%a, %b)
out %y
---
y = 2 4 6 5 7 9
nest for i0 2, i1 3: y[i0,i1] = (a[i0,i1] + b[i1])

== scalar operand
in %a : f32[3]
const %b : f32[] = [2]
%y = Pow(%a, %b)
out %y
---
y = 1 4 9

== integers: division truncates, by zero gives zero
const %a : i32[4] = [7, -7, 5, -2147483648]
const %b : i32[4] = [2, 2, 0, -1]
%y = Div(%a, %b)
out %y
---
y = 3 -3 0 -2147483648

== integers wrap at their width
const %a : u8[2] = [200, 3]
const %b : u8[2] = [100, 4]
%y = Add(%a, %b)
%z = Sub(%b, %a)
out %y
out %z
---
y = 44 7
z = 156 1

== unsigned 64 bits
const %a : u64[2] = [18446744073709551615, 6]
const %b : u64[2] = [2, 4]
%y = Div(%a, %b)
%z = Max(%a, %b)
%q = Greater(%a, %b)
out %y
out %z
out %q
---
y = 9223372036854775807 1
z = 18446744073709551615 6
q = 1 1

== mod takes the divisor's sign, fmod the dividend's
const %a : i32[4] = [-7, 7, -7, 7]
const %b : i32[4] = [3, -3, -3, 0]
%y = Mod(%a, %b)
%z = Mod(%a, %b) {fmod=1}
out %y
out %z
---
y = 2 -2 -1 0
z = -1 1 -1 0

== power of integers
const %a : i64[4] = [3, -2, 2, 1]
const %b : i64[4] = [4, 3, -1, -5]
%y = Pow(%a, %b)
out %y
---
y = 81 -8 0 1

== min and max keep NaN
const %a : f32[3] = [nan, 1, 2]
const %b : f32[3] = [1, nan, 1]
%y = Min(%a, %b)
%z = Max(%a, %b)
out %y
out %z
---
y = nan nan 1
z = nan nan 2

== relu
const %x : f32[4] = [-1, 0, 2.5, -inf]
%y = Relu(%x)
out %y
---
y = 0 0 2.5 0

== sigmoid, tanh, softplus
const %x : f32[3] = [0, 2, -1000]
%s = Sigmoid(%x)
%t = Tanh(%x)
%p = Softplus(%x)
out %s
out %t
out %p
---
s = 0.5 0.8807971 0
t = 0 0.9640276 -1
p = 0.6931472 2.126928 0

== hard activations
const %x : f32[5] = [-4, -1, 0, 1, 4]
%y = HardSwish(%x)
%z = HardSigmoid(%x)
out %y
out %z
---
y = 0 -0.3333333 0 0.6666667 4
z = 0 0.3 0.5 0.7 1

== alpha
const %x : f32[2] = [-2, 3]
%l = LeakyRelu(%x) {alpha=0.1}
%e = Elu(%x) {alpha=2}
%c = Celu(%x) {alpha=2}
%t = ThresholdedRelu(%x) {alpha=3}
%s = Swish(%x) {alpha=1}
out %l
out %e
out %c
out %t
out %s
---
l = -0.2 3
e = -1.7293294 3
c = -1.2642411 3
t = 0 0
s = -0.2384058 2.8577224

== gelu in both forms
const %x : f32[2] = [-1, 2]
%y = Gelu(%x)
%z = Gelu(%x) {mode="tanh"}
out %y
out %z
---
y = -0.1586553 1.9544997
z = -0.1588080 1.9545977

== clip with either bound missing
const %x : f32[3] = [-5, 0, 5]
const %lo : f32[] = [-1]
const %hi : f32[] = [2]
%a = Clip(%x, %lo, %hi)
%b = Clip(%x, _, %hi)
%c = Clip(%x, %lo)
%d = Clip(%x)
out %a
out %b
out %c
out %d
---
a = -1 0 2
b = -5 0 2
c = -1 0 5
d = -5 0 5

== shrink and prelu
const %x : f32[3] = [-2, 0.25, 2]
const %s : f32[1] = [0.5]
%y = Shrink(%x) {lambd=1, bias=0.5}
%p = PRelu(%x, %s)
out %y
out %p
---
y = -1.5 0 1.5
p = -1 0.25 2

== where broadcasts the condition
const %c : bool[2,1] = [true, false]
in %a : f32[2,2]
const %b : f32[] = [9]
%y = Where(%c, %a, %b)
out %y
---
y = 1 2 9 9

== casts
const %x : f32[5] = [-1.7, 300, 2.5, 0, nan]
%i = Cast(%x) {to=i32}
%b = Cast(%x) {to=bool}
out %i
out %b
---
i = -1 300 2 0 0
b = 1 1 1 0 1

== to half precision and back
const %x : f32[2] = [0.1, 2049]
%h = Cast(%x) {to=f16}
%b = Cast(%x) {to=bf16}
out %h
out %b
---
h = 0.0999756 2048
b = 0.1001 2048

== half precision is computed in single
const %x : f16[2] = [1000, 3]
%y = Mul(%x, %x)
out %y
---
y = inf 9
nest y[i0] = f16((f32(x[i0]) * f32(x[i0])))

== comparisons and logic
const %a : i32[3] = [1, 2, 3]
const %b : i32[3] = [2, 2, 2]
%l = Less(%a, %b)
%g = GreaterOrEqual(%a, %b)
%e = Equal(%a, %b)
%o = Or(%l, %e)
%x = Xor(%l, %g)
%n = Not(%l)
out %o
out %x
out %n
---
l = 1 0 0
g = 0 1 1
o = 1 1 0
x = 1 1 1
n = 0 1 1

== not a number, infinite
const %x : f32[4] = [nan, inf, -inf, 1]
%n = IsNaN(%x)
%i = IsInf(%x)
%p = IsInf(%x) {detect_negative=0}
%z = IsInf(%x) {detect_negative=0, detect_positive=0}
out %n
out %i
out %p
out %z
---
n = 1 0 0 0
i = 0 1 1 0
p = 0 1 0 0
z = 0 0 0 0

== bits
const %a : u8[3] = [12, 255, 1]
const %b : u8[3] = [10, 1, 9]
%x = BitwiseXor(%a, %b)
%n = BitwiseNot(%a)
%l = BitShift(%a, %b) {mode="LEFT"}
%r = BitShift(%a, %b) {mode="RIGHT"}
out %x
out %n
out %l
out %r
---
x = 6 254 8
n = 243 0 254
l = 0 254 0
r = 0 127 0

== rounding to even
const %x : f32[5] = [0.5, 1.5, -2.5, 2.4, -0.6]
%y = Round(%x)
%z = Sign(%x)
out %y
out %z
---
y = 0 2 -2 2 -1
z = 1 1 -1 1 -1

== empty tensor
const %x : f32[0,3] = []
%y = Exp(%x)
out %y
---
y = 

== a remainder of zero has the divisor's sign
const %a : f32[4] = [6, -6, 0, -0.0]
const %b : f32[4] = [-3, 3, -1, 1]
%m = Mod(%a, %b)
%y = Reciprocal(%m)
out %y
---
y = -inf inf -inf inf

== numbers compared with themselves
in %x : bool[3]
in %i : i32[3]
%a = Xor(%x, %x)
%b = LessOrEqual(%i, %i)
out %a
out %b
---
nest a[i0] = 0
nest b[i0] = 1
