== casts to floats of 8 bits saturate
const %x : f32[7] = [0.3, 17, 1000, -inf, nan, -0.001, 0]
%y = Cast(%x) {to=f8e4m3fn}
%z = Cast(%x) {to=f8e4m3fnuz}
%u = Cast(%x) {to=f8e5m2}
%v = Cast(%x) {to=f8e5m2fnuz}
out %y
---
y = 0.3125 16 448 -448 nan -0.001953125 0
z = 0.3125 16 240 -240 nan -0.0009765625 0
u = 0.3125 16 1024 -57344 nan -0.0009765625 0
v = 0.3125 16 1024 -57344 nan -0.0009765625 0

== unless they are told not to
const %x : f32[5] = [465, -inf, 61440, 248, nan]
%y = Cast(%x) {to=f8e4m3fn, saturate=0}
%z = Cast(%x) {to=f8e4m3fnuz, saturate=0}
%u = Cast(%x) {to=f8e5m2, saturate=0}
%v = Cast(%x) {to=f8e5m2fnuz, saturate=0}
out %y
---
y = nan nan nan 256 nan
z = nan nan nan nan nan
u = 448 -inf inf 256 nan
v = 448 nan nan 256 nan

== ties go to even, also below the smallest normal number
const %x : f32[6] = [0.0009765625, 0.0029296875, 18, 22, 0.25, 0.75]
%y = Cast(%x) {to=f8e4m3fn}
%z = Cast(%x) {to=f4e2m1}
out %y
---
y = 0 0.00390625 18 22 0.25 0.75
z = 0 0 6 6 0 1

== powers of two
const %x : f32[6] = [1, 1.1, 1.5, 3.5, 0, inf]
%y = Cast(%x) {to=f8e8m0}
%z = Cast(%x) {to=f8e8m0, round_mode="down"}
%u = Cast(%x) {to=f8e8m0, round_mode="nearest", saturate=0}
%v = Cast(%y) {to=f32}
out %v
---
y = 1 2 2 4 0 1.7014118346e+38
z = 1 1 1 2 0 1.7014118346e+38
u = 1 1 2 4 nan nan
v = 1 2 2 4 0 1.7014118346e+38

== integers of less than a byte keep the low bits
const %x : i32[6] = [7, 8, -9, 15, 100, -1]
const %f : f32[4] = [7.9, 8, -8.5, nan]
%a = Cast(%x) {to=i4}
%b = Cast(%x) {to=u4}
%c = Cast(%x) {to=i2}
%d = Cast(%x) {to=u2}
%e = Cast(%f) {to=i4}
%g = Cast(%a) {to=u8}
out %a
---
a = 7 -8 7 -1 4 -1
b = 7 8 7 15 4 15
c = -1 0 -1 -1 0 -1
d = 3 0 3 3 0 3
e = 7 -8 -8 0
g = 7 248 7 255 4 255

== doubles are rounded once
const %x : f64[2] = [1.00048828125001, 1.00048828125]
%y = Cast(%x) {to=f16}
%z = Cast(%y) {to=f64}
%one = Sub(%z, %x)
out %one
---
z = 1.0009765625 1

== bits under another type
const %x : f32[3] = [1, -0, nan]
const %b : u8[3] = [0, 1, 200]
const %q : i4[3] = [-1, 7, -8]
%i = BitCast(%x) {to=i32}
%u = BitCast(%b) {to=f8e4m3fn}
%v = BitCast(%b) {to=bool}
%w = BitCast(%q) {to=u4}
%f = BitCast(%q) {to=f4e2m1}
%back = BitCast(%f) {to=i4}
%h = BitCast(%i) {to=f32}
out %i
---
i = 1065353216 -2147483648 2143289344
u = 0 0.001953125 -4
v = 0 1 1
w = 15 7 8
f = -6 6 0
back = -1 7 -8
h = 1 0 nan

== moved, chosen, compared with itself
const %x : f8e5m2[2,2] = [1, -2, inf, nan]
const %p : i4[3] = [1, -8, 7]
const %at : i64[2] = [2, 0]
%t = Transpose(%x) {perm=[1,0]}
%n = IsNaN(%t)
%i = IsInf(%t)
%g = Gather(%p, %at) {axis=0}
%c = Concat(%p, %g) {axis=0}
out %n
---
t = 1 inf -2 nan
n = 0 0 0 1
i = 0 1 0 0
c = 1 -8 7 7 1

== quantisation rounds to even, adds, then clamps
const %x : f32[7] = [0, 1, 3, 5, 1000, -1000, 254]
const %s : f32[] = [2]
const %z : u8[] = [128]
%y = QuantizeLinear(%x, %s, %z)
%d = DequantizeLinear(%y, %s, %z)
%n = QuantizeLinear(%x, %s)
out %d
---
y = 128 128 130 130 255 0 255
d = 0 0 4 4 254 -256 254
n = 0 0 2 2 255 0 127

== along an axis, in blocks of which the last is short
const %x : f32[2,3] = [1, 2, 3, 4, 5, 6]
const %s : f32[3] = [1, 2, 0.5]
const %z : i4[3] = [0, 1, -1]
const %b : f32[2,2] = [1, 2, 4, 8]
const %bz : i2[2,2] = [0, 0, 1, -2]
%y = QuantizeLinear(%x, %s, %z)
%d = DequantizeLinear(%y, %s, %z) {axis=-1}
%q = QuantizeLinear(%x, %b, %bz) {block_size=2}
%e = DequantizeLinear(%q, %b, %bz) {block_size=2}
out %d
---
y = 1 2 5 4 3 7
d = 1 2 3 4 4 4
q = 1 1 1 1 1 -1
e = 1 1 2 0 0 8

== to floats: nothing is made whole
const %x : f32[4] = [1, 3, 1e6, -0.3]
const %s : f32[] = [2]
%y = QuantizeLinear(%x, %s) {output_dtype=f8e4m3fn}
%z = QuantizeLinear(%x, %s) {output_dtype=f8e4m3fn, saturate=0}
%f = QuantizeLinear(%x, %s) {output_dtype=f4e2m1}
%d = DequantizeLinear(%f, %s) {output_dtype=f16}
out %d
---
y = 0.5 1.5 448 -0.15625
z = 0.5 1.5 nan -0.15625
f = 0.5 1.5 6 0
d = 1 3 12 0

== the scale's type or the precision asked for decides how the quotient is rounded
const %x : f32[1] = [2049]
const %s : f16[] = [2]
%y = QuantizeLinear(%x, %s) {output_dtype=i16}
%z = QuantizeLinear(%x, %s) {output_dtype=i16, precision=f32}
const %p : f8e8m0[] = [4]
%v = QuantizeLinear(%x, %p) {output_dtype=u16}
out %y
---
y = 1024
z = 1024
v = 512

== truth values are joined as numbers are
const %x : bool[3] = [true, false, true]
const %i : i64[2,1] = [0, 1]
const %u : bool[2] = [true, false]
%a = ScatterND(%x, %i, %u) {reduction="add"}
%m = ScatterND(%x, %i, %u) {reduction="mul"}
%h = ScatterND(%x, %i, %u) {reduction="max"}
%l = ScatterND(%x, %i, %u) {reduction="min"}
out %a
---
a = 1 0 1
m = 1 0 1
h = 1 0 1
l = 1 0 1

== small types are scattered, truth values summed
const %x : i4[2,3] = [1, 2, 3, 4, 5, 6]
const %u : i4[2,1] = [-8, 7]
const %at : i64[2] = [1, 2]
%y = TensorScatter(%x, %u, %at) {axis=1}
out %y
---
y = 1 -8 3 4 5 7
