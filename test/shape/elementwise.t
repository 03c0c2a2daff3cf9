== broadcast
graph "t"
in %a : f32[2,1,4]
in %b : f32[3,1]
%y = Add(%a, %b)
out %y
---
y : f32[2,3,4]

== broadcast scalar
graph "t"
in %a : f32[]
in %b : f32[3,1]
%y = Mul(%a, %b)
out %y
---
y : f32[3,1]

== broadcast zero
graph "t"
in %a : f32[0,4]
in %b : f32[1,4]
%y = Mul(%a, %b)
out %y
---
y : f32[0,4]

== broadcast symbols
graph "t"
in %a : f32[N,1,W]
in %b : f32[H,1]
%y = Add(%a, %b)
out %y
---
y : f32[N,H,W]

== broadcast symbol with number
graph "t"
in %a : f32[N,4]
in %b : f32[7,4]
%y = Add(%a, %b)
out %y
---
y : f32[7,4]

== unknown relation
graph "t"
in %a : f32[N,4]
in %b : f32[M,4]
%y = Add(%a, %b)
out %y
---
error whether N and M broadcast is not known

== no broadcast
graph "t"
in %a : f32[2,4]
in %b : f32[3,4]
%y = Add(%a, %b)
out %y
---
error [2,4] and [3,4] do not broadcast: 2 against 3 at dimension 0

== types differ
graph "t"
in %a : f32[2]
in %b : i64[2]
%y = Add(%a, %b)
out %y
---
error operands differ in type: a is f32, b is i64

== types of where
graph "t"
in %c : bool[2]
in %a : f32[2]
in %b : f64[2]
%y = Where(%c, %a, %b)
out %y
---
error operands differ in type: b is f32, c is f64

== where
graph "t"
in %c : bool[3,1]
in %a : f32[2]
in %b : f32[]
%y = Where(%c, %a, %b)
out %y
---
y : f32[3,2]

== where wants bool
graph "t"
in %c : i32[2]
in %a : f32[2]
in %b : f32[2]
%y = Where(%c, %a, %b)
out %y
---
error the condition has to be bool

== comparison
graph "t"
in %a : i64[3,1]
in %b : i64[4]
%y = Less(%a, %b)
out %y
---
y : bool[3,4]

== logic wants bool
graph "t"
in %a : f32[3]
in %b : f32[3]
%y = And(%a, %b)
out %y
---
error And is not defined for f32

== bits want integers
graph "t"
in %a : f32[3]
%y = BitwiseNot(%a)
out %y
---
error BitwiseNot is not defined for f32

== no sine of integers
graph "t"
in %a : i32[3]
%y = Sin(%a)
out %y
---
error Sin is not defined for i32

== cast
graph "t"
in %a : f32[3,N]
%y = Cast(%a) {to=i8}
out %y
---
y : i8[3,N]

== cast without type
graph "t"
in %a : f32[3,N]
%y = Cast(%a)
out %y
---
error to: the type to cast to is missing

== nan
graph "t"
in %a : f32[3]
%y = IsNaN(%a)
out %y
---
y : bool[3]

== prelu
graph "t"
in %a : f32[2,3,4]
in %s : f32[3,1]
%y = PRelu(%a, %s)
out %y
---
y : f32[2,3,4]

== prelu one way only
graph "t"
in %a : f32[3]
in %s : f32[2,3]
%y = PRelu(%a, %s)
out %y
---
error operand 1 's' f32[2,3] does not broadcast to [3]

== shift direction
graph "t"
in %a : u8[2]
in %b : u8[2]
%y = BitShift(%a, %b) {mode="up"}
out %y
---
error direction: got "up", want one of LEFT|RIGHT

== clip
graph "t"
in %a : f32[2]
in %lo : f32[]
%y = Clip(%a, %lo, _)
out %y
---
y : f32[2]

== clip bound is one element
graph "t"
in %a : f32[2]
in %lo : f32[2]
%y = Clip(%a, %lo)
out %y
---
error min: operand 1

== rank unknown
graph "t"
in %a : f32[?]
%y = Relu(%a)
out %y
---
error the rank of operand 0 'a' is not known

== declared otherwise, keep
graph "t"
in %a : f32[2]
%y = Reshape(%a) {shape=[2,1]}
%z = Add(%a, %a)
out %z
---
y : f32[2,1]

== negative axis
graph "t"
in %a : f32[2,3,4]
%y = Softmax(%a) {axis=-1}
out %y
---
y : f32[2,3,4]
attr axis=2

== axis out of range
graph "t"
in %a : f32[2,3,4]
%y = Softmax(%a) {axis=3}
out %y
---
error axis: got 3, want a value in [-3, 2] for rank 3

== batch normalisation
graph "t"
in %x : f32[N,4,H]
in %s : f32[4]
in %b : f32[4]
in %m : f32[4]
in %v : f32[4]
%y = BatchNormalization(%x, %s, %b, %m, %v)
out %y
---
y : f32[N,4,H]

== batch normalisation channels
graph "t"
in %x : f32[N,4,H]
in %s : f32[4]
in %b : f32[5]
in %m : f32[4]
in %v : f32[4]
%y = BatchNormalization(%x, %s, %b, %m, %v)
out %y
---
error operand 2 'b' f32[5]: want shape [4]

== groups divide
graph "t"
in %x : f32[1,6,4]
in %s : f32[6]
in %b : f32[6]
%y = GroupNormalization(%x, %s, %b) {num_groups=4}
out %y
---
error num_groups: got 4, want a divisor of the 6 channels

== scatter elements
graph "t"
in %x : f32[3,3]
in %i : i64[2,3]
in %u : f32[2,3]
%y = ScatterElements(%x, %i, %u) {axis=-2, reduction="add"}
out %y
---
y : f32[3,3]

== scatter reduction
graph "t"
in %x : f32[3,3]
in %i : i64[2,3]
in %u : f32[2,3]
%y = ScatterElements(%x, %i, %u) {reduction="or"}
out %y
---
error reduction: got "or"

== scatter updates
graph "t"
in %x : f32[3,3]
in %i : i64[2,3]
in %u : f32[2,2]
%y = ScatterElements(%x, %i, %u)
out %y
---
error operand 2 'u' f32[2,2]: want shape [2,3]

== scatter nd
graph "t"
in %x : f32[4,5,6]
in %i : i64[7,2]
in %u : f32[7,6]
%y = ScatterND(%x, %i, %u)
out %y
---
y : f32[4,5,6]

== scatter nd updates
graph "t"
in %x : f32[4,5,6]
in %i : i64[7,2]
in %u : f32[7,5]
%y = ScatterND(%x, %i, %u)
out %y
---
error want shape [7,6]

== indices are integers
graph "t"
in %x : f32[4,5,6]
in %i : f32[7,2]
in %u : f32[7,6]
%y = ScatterND(%x, %i, %u)
out %y
---
error has to hold integers

== triangles have two dimensions
graph "t"
in %x : f32[4]
%y = Trilu(%x)
out %y
---
error want rank 2 or more

== lrn size
graph "t"
in %x : f32[1,4,2]
%y = LRN(%x) {size=0}
out %y
---
error size: got 0, want

== operand required
graph "t"
in %a : f32[2]
%y = Add(%a, _)
out %y
---
error operand 1 is required, but absent
