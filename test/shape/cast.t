== small types
graph "t"
in %a : f8e4m3fn[3,N]
%y = Cast(%a) {to=i4}
%z = Reshape(%y) {shape=[N,3]}
out %z
---
y : i4[3,N]
z : i4[N,3]

== they are not computed with
graph "t"
in %a : i4[3]
%y = Add(%a, %a)
out %y
---
error operand 0 'a' i4[3]: Add is not defined for i4

== a cast's attributes
graph "t"
in %a : f32[3]
%y = Cast(%a) {to=f8e4m3fn, saturate=2}
out %y
---
error saturate: got 2

== rounding has three names
graph "t"
in %a : f32[3]
%y = Cast(%a) {to=f8e8m0, round_mode="even"}
out %y
---
error round_mode: got "even"

== bits of one width
graph "t"
in %a : f32[3]
%y = BitCast(%a) {to=i16}
out %y
---
error to: i16 has 16 bits, operand 0 'a' f32[3] has 32

== integers have no infinities
graph "t"
in %a : i4[3]
%y = IsInf(%a)
out %y
---
error operand 0 'a' i4[3]: want a float type

== quantised along the last axis
graph "t"
in %x : f32[N,8]
in %s : f32[8]
in %z : i8[8]
%y = QuantizeLinear(%x, %s, %z) {axis=-1}
%d = DequantizeLinear(%y, %s, %z)
out %d
---
y : i8[N,8]
d : f32[N,8]

== blocks
graph "t"
in %x : f16[4,7]
in %s : f8e8m0[4,3]
%y = QuantizeLinear(%x, %s) {axis=1, block_size=3, output_dtype=f4e2m1}
%d = DequantizeLinear(%y, %s) {axis=1, block_size=3}
out %d
---
y : f4e2m1[4,7]
d : f32[4,7]

== a scale of the wrong length
graph "t"
in %x : f32[2,8]
in %s : f32[7]
%y = QuantizeLinear(%x, %s)
out %y
---
error operand 1 's' f32[7]: dimension 0 wants to be 8

== blocks need their size
graph "t"
in %x : f32[2,8]
in %s : f32[2,4]
%y = QuantizeLinear(%x, %s)
out %y
---
error block_size: operand 1 's' f32[2,4]: want rank 0, or 1 without blocks

== an axis outside
graph "t"
in %x : f32[8]
in %s : f32[8]
%y = QuantizeLinear(%x, %s)
out %y
---
error axis: got 1, want a value in [-1, 0]

== two output types
graph "t"
in %x : f32[8]
in %s : f32[]
in %z : i8[]
%y = QuantizeLinear(%x, %s, %z) {output_dtype=u8}
out %y
---
error output_dtype: got u8, operand 2 'z' i8[]

== zero point of another type
graph "t"
in %x : i8[8]
in %s : f32[]
in %z : u8[]
%y = DequantizeLinear(%x, %s, %z)
out %y
---
error operand 2 'z' u8[]: want i8, as x

== what cannot be quantised to
graph "t"
in %x : f32[8]
in %s : f32[]
%y = QuantizeLinear(%x, %s) {output_dtype=i32}
out %y
---
error output_dtype: i32 is no type to quantise to
