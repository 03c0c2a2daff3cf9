== integer products are i32, zero points broadcast
graph "t"
in %a : u8[N,4,K]
in %b : i8[K,6]
in %z : u8[4,1]
%y = MatMulInteger(%a, %b, %z)
out %y
---
y : i32[N,4,6]

== a zero point that would widen an operand
graph "t"
in %a : u8[4,3]
in %b : u8[3,6]
in %z : u8[2,4,1]
%y = MatMulInteger(%a, %b, %z)
out %y
---
error operand 2

== floats are no bytes
graph "t"
in %a : f32[4,3]
in %b : u8[3,6]
%y = MatMulInteger(%a, %b)
out %y
---
error MatMulInteger is not defined for f32

== integer convolution
graph "t"
in %x : u8[1,3,8,H]
in %w : i8[8,3,3,3]
in %z : i8[8]
%y = ConvInteger(%x, %w, _, %z) {pads=[1,1,1,1]}
out %y
---
y : i32[1,8,8,H]

== zero points of the wrong length
graph "t"
in %x : u8[1,3,8,8]
in %w : i8[8,3,3,3]
in %z : i8[3]
%y = ConvInteger(%x, %w, _, %z)
out %y
---
error want one element, or one a channel

== packed weights
graph "t"
in %a : f16[M,100]
in %b : u8[7,4,16]
in %s : f16[7,4]
in %z : u8[7,2]
%y = MatMulNBits(%a, %b, %s, %z) {K=100, N=7}
out %y
---
y : f16[M,7]

== too few packed weights
graph "t"
in %a : f32[M,100]
in %b : u8[7,4,15]
in %s : f32[7,4]
%y = MatMulNBits(%a, %b, %s) {K=100, N=7}
out %y
---
error operand 1

== bits that do not divide a byte
graph "t"
in %a : f32[M,100]
in %b : u8[7,4,12]
in %s : f32[7,4]
%y = MatMulNBits(%a, %b, %s) {K=100, N=7, bits=3}
out %y
---
error want 1, 2, 4 or 8

== patches: pixels in groups, the last one filled up
graph "t"
in %x : u8[2,5,7,3]
in %w : i8[8,32]
in %b : i32[8]
%y = ConvPatches(%x, %w, %b) {kernel_shape=[3,3], pads=[1,1,1,1], strides=[1,2], together=8}
out %y
---
y : i32[2,3,8,8]

== patches: more weights than eight behind the points
graph "t"
in %x : u8[2,5,7,3]
in %w : i8[8,35]
%y = ConvPatches(%x, %w) {kernel_shape=[3,3]}
out %y
---
error operand 1

== patches: rows with two points more
graph "t"
in %x : u8[2,5,7,3]
in %w : i8[8,33]
%y = ConvPatches(%x, %w) {kernel_shape=[3,3], row=11}
out %y
---
error row

== planes: a kernel for each channel
graph "t"
in %x : i8[1,5,7,3]
in %w : i8[3,3,2]
%y = ConvPlanes(%x, %w) {kernel_shape=[3,2], dilations=[2,1]}
out %y
---
y : i32[1,1,6,3]

== planes: kernels for other channels
graph "t"
in %x : i8[1,5,7,3]
in %w : i8[4,3,2]
%y = ConvPlanes(%x, %w) {kernel_shape=[3,2]}
out %y
---
error operand 1

== patches that are not widened are of i8
graph "t"
in %x : u8[2,5,7,3]
in %w : i8[8,27]
%y = ConvPatches(%x, %w) {kernel_shape=[3,3], narrow=1}
out %y
---
error operand 1

== windows: weights with the channels last
graph "t"
in %x : i8[1,5,7,3]
in %w : i8[3,2,3]
in %b : i32[3]
%y = ConvWindows(%x, %w, %b) {kernel_shape=[3,2], dilations=[2,1], pads=[1,0,1,0]}
out %y
---
y : i32[1,3,6,3]

== windows: kernels for other channels
graph "t"
in %x : i8[1,5,7,3]
in %w : i8[3,2,4]
%y = ConvWindows(%x, %w) {kernel_shape=[3,2]}
out %y
---
error operand 1
