== constants stand second
graph "t"
in %x : f32[2,3]
const %c : f32[3] = [1, 2, 3]
%a = Add(%c, %x)
%y = Mul(%c, %a)
out %y
--- canonicalise
graph "t" file "t"
in %x : f32[2,3]
const %c : f32[3] = [1, 2, 3]
%a : f32[2,3] = Add(%x, %c)
%y : f32[2,3] = Mul(%a, %c)
out %y

== subtraction of a constant is an addition
graph "t"
in %x : f32[2,3]
const %c : f32[3] = [1, 2, -3]
%y = Sub(%x, %c) "sub"
out %y
--- canonicalise
graph "t" file "t"
in %x : f32[2,3]
const %c : f32[3] = [1, 2, -3]
const %c.1 : f32[3] = [-1, -2, 3]
%y : f32[2,3] = Add(%x, %c.1) "sub" from "Sub"
out %y

== integers keep their subtraction
graph "t"
in %x : i32[3]
const %c : i32[3] = [1, 2, -3]
%y = Sub(%x, %c) "sub"
out %y
--- canonicalise
unchanged

== a constant minus x stays
graph "t"
in %x : f32[3]
const %c : f32[3] = [1, 2, -3]
%y = Sub(%c, %x) "sub"
out %y
--- canonicalise
unchanged

== division by powers of two only
graph "t"
in %x : f32[2]
const %eight : f32[2] = [8, -0.25]
const %three : f32[] = [3]
%a = Div(%x, %eight)
%y = Div(%a, %three)
out %y
--- canonicalise
graph "t" file "t"
in %x : f32[2]
const %eight : f32[2] = [8, -0.25]
const %three : f32[] = [3]
const %eight.1 : f32[2] = [0.125, -4]
%a : f32[2] = Mul(%x, %eight.1) from "Div"
%y : f32[2] = Div(%a, %three)
out %y

== division by what has no normal reciprocal stays
graph "t"
in %x : f32[2]
const %tiny : f32[] = [1e-40]
const %zero : f32[2] = [2, 0]
%a = Div(%x, %tiny)
%y = Div(%a, %zero)
out %y
--- canonicalise
unchanged

== powers
graph "t"
# range 0.1 2
in %x : f32[2,3]
const %two : f32[] = [2]
const %three : f32[] = [3]
const %half : f32[] = [0.5]
const %minus : f32[] = [-1]
const %rsqrt : f32[] = [-0.5]
const %other : f32[] = [1.5]
%a = Pow(%x, %two)
%b = Pow(%a, %three)
%c = Pow(%b, %half)
%d = Pow(%c, %minus)
%e = Pow(%d, %rsqrt)
%y = Pow(%e, %other)
out %y
--- canonicalise
graph "t" file "t"
in %x : f32[2,3]
const %two : f32[] = [2]
const %three : f32[] = [3]
const %half : f32[] = [0.5]
const %minus : f32[] = [-1]
const %rsqrt : f32[] = [-0.5]
const %other : f32[] = [1.5]
%a : f32[2,3] = Mul(%x, %x) from "Pow"
%Mul : f32[2,3] = Mul(%a, %a) from "Pow"
%b : f32[2,3] = Mul(%Mul, %a) from "Pow"
%c : f32[2,3] = Sqrt(%b) from "Pow"
%d : f32[2,3] = Reciprocal(%c) from "Pow"
%Sqrt : f32[2,3] = Sqrt(%d) from "Pow"
%e : f32[2,3] = Reciprocal(%Sqrt) from "Pow"
%y : f32[2,3] = Pow(%e, %other)
out %y

== limits merge
graph "t"
# range -9 9
in %x : f32[2,3]
const %low : f32[] = [-1]
const %zero : f32[] = [0]
const %six : f32[] = [6]
%a = Relu(%x)
%y = Clip(%a, %low, %six)
%b = Max(%x, %zero)
%z = Min(%b, %six)
%w = Clip(%x, %zero)
out %y
out %z
out %w
--- canonicalise
graph "t" file "t"
in %x : f32[2,3]
const %low : f32[] = [-1]
const %zero : f32[] = [0]
const %six : f32[] = [6]
const %min : f32[] = [0]
const %max : f32[] = [6]
const %max.1 : f32[] = [6]
%y : f32[2,3] = Clip(%x, %min, %max)
%b : f32[2,3] = Relu(%x) from "Max"
%z : f32[2,3] = Clip(%b, _, %max.1) from "Min"
%w : f32[2,3] = Relu(%x) from "Clip"
out %y
out %z
out %w

== limits that are read elsewhere stay apart
graph "t"
in %x : f32[2,3]
const %six : f32[] = [1]
%a = Relu(%x)
%y = Clip(%a, _, %six)
out %a
out %y
--- canonicalise
unchanged

== negation moves into the next node
graph "t"
in %x : f32[2,3]
in %z : f32[2,3]
const %c : f32[] = [3]
%n = Neg(%z)
%a = Add(%x, %n)
%m = Neg(%x)
%b = Sub(%a, %m)
%k = Neg(%b)
%y = Mul(%k, %c)
out %y
--- canonicalise
graph "t" file "t"
in %x : f32[2,3]
in %z : f32[2,3]
const %c : f32[] = [3]
const %c.1 : f32[] = [-3]
%a : f32[2,3] = Sub(%x, %z) from "Add"
%b : f32[2,3] = Add(%a, %x) from "Sub"
%y : f32[2,3] = Mul(%b, %c.1)
out %y

== an expand that only adds ones is a reshape
graph "t"
in %x : f32[2,3]
%y = Expand(%x) {shape=[1,2,3]}
out %y
--- canonicalise
graph "t" file "t"
in %x : f32[2,3]
%y : f32[1,2,3] = Reshape(%x) {shape=[1,2,3]} from "Expand"
out %y
