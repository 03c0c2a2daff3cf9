== product of bytes: zero points come off, a row and a column at a time
const %a : u8[2,2] = [10, 12, 255, 0]
const %b : i8[2,2] = [-1, 2, 3, -128]
const %az : u8[2,1] = [10, 255]
const %bz : i8[2] = [0, -128]
%y = MatMulInteger(%a, %b, %az, %bz)
out %y
---
y = 6 0 -765 0

== sums of bytes are sums in i32
const %a : u8[1,3] = [255, 255, 255]
const %b : u8[3,1] = [255, 255, 255]
%y = MatMulInteger(%a, %b)
out %y
---
y = 195075
nest y[0,0] = sum(k) (i32(a[0,k]) * i32(b[k,0]))

== padding is the zero point, a zero of the real numbers
const %x : u8[1,1,1,2] = [130, 126]
const %w : i8[1,1,1,3] = [1, 2, 4]
const %z : u8[] = [128]
%y = ConvInteger(%x, %w, %z) {pads=[0,1,0,1]}
out %y
---
y = -4 -2

== a zero point of each channel of the weights, in groups
const %x : i8[1,2,2] = [1, 2, 3, 4]
const %w : u8[2,1,1] = [130, 5]
const %z : u8[2] = [128, 5]
%y = ConvInteger(%x, %w, _, %z) {group=2}
out %y
---
y = 2 4 0 0

== weights of four bits, two in a byte, with zero points of their own
const %a : f32[1,9] = [1, 2, 0, 0, 0, 0, 0, 1, 1]
const %b : u8[1,2,4] = [33, 0, 0, 240, 9, 0, 0, 0]
const %s : f32[1,2] = [2, 10]
const %z : u8[1,1] = [120]
%y = MatMulNBits(%a, %b, %s, %z) {K=9, N=1, bits=4, block_size=8}
%m = MatMulNBits(%a, %b, %s) {K=9, N=1, bits=4, block_size=8}
out %y
out %m
---
y = -4
m = -14

== weights of two bits
const %a : f32[1,8] = [1, 1, 1, 1, 1, 0, 0, 0]
const %b : u8[1,1,2] = [228, 3]
const %s : f32[1,1] = [1]
%y = MatMulNBits(%a, %b, %s) {K=8, N=1, bits=2, block_size=8}
out %y
---
y = -1

== bytes with their channels last: patches of three pixels, padding is the zero point
const %x : u8[1,3,4,2] = [6, 7, 0, 7, 4, 4, 5, 2, 8, 0, 2, 3, 5, 3, 1, 0, 0, 0, 1, 8, 1, 5, 6, 2]
const %w : i8[3,8] = [-2, 0, -2, 3, -2, 3, 2, 2, -3, -1, 1, 0, 1, 1, 1, -3, 3, 0, 3, -2, -1, 3, -2, -3]
const %b : i32[3] = [-1, 2, -4]
%y = ConvPatches(%x, %w, %b) {kernel_shape=[2,2], strides=[1,2], pads=[0,1,1,0], x_zero=3, together=3}
out %y
---
y = 9 19 -4 12 9 -15 -32 13 32 16 2 14 -4 -1 -7 13 1 -20

== patches whose rows have a point more, which is 0
const %x : u8[1,3,4,2] = [6, 7, 0, 7, 4, 4, 5, 2, 8, 0, 2, 3, 5, 3, 1, 0, 0, 0, 1, 8, 1, 5, 6, 2]
const %w : i8[3,10] = [-2, 0, -2, 3, 99, -2, 3, 2, 2, 99, -3, -1, 1, 0, 99, 1, 1, 1, -3, 99, 3, 0, 3, -2, 99, -1, 3, -2, -3, 99]
const %b : i32[3] = [-1, 2, -4]
%y = ConvPatches(%x, %w, %b) {kernel_shape=[2,2], strides=[1,2], pads=[0,1,1,0], x_zero=3, together=3, row=5}
out %y
---
y = 9 19 -4 12 9 -15 -32 13 32 16 2 14 -4 -1 -7 13 1 -20

== more weights than points are times 0; pixels behind the last one
const %x : i8[1,3,2] = [1, 2, 3, 4, 5, 6]
const %w : i8[1,3] = [1, 10, 99]
%p = ConvPatches(%x, %w) {kernel_shape=[1], together=2}
%y = Reshape(%p) {shape=[4]}
%z = Slice(%y) {starts=[0], steps=[1], counts=[3]}
out %z
---
z = 21 43 65

== a plane of each channel, padding is the zero point
const %x : i8[1,3,3,2] = [3, -1, -2, 0, 4, 3, 3, -2, -4, 3, 2, 2, -4, -4, 0, -1, -1, 4]
const %w : i8[2,3,3] = [-2, 0, -1, -1, 2, -2, -1, -3, -2, -2, 1, 1, 0, -2, 2, 2, -2, -3]
%y = ConvPlanes(%x, %w) {kernel_shape=[3,3], pads=[1,1,1,1], x_zero=-2}
out %y
---
y = -1 -13 -24 -16 2 -8 16 14 -39 -21 5 -17 -6 11 -10 19 4 -18

== patches that are not widened: the zero point outside, which the bias takes back
const %x : i8[1,3,4,2] = [2, 3, -4, 3, 0, 0, 1, -2, 4, -4, -2, -1, 1, -1, -3, -4, -4, -4, -3, 4, -3, 1, 2, -2]
const %w : i8[3,8] = [-2, 0, -2, 3, -2, 3, 2, 2, -3, -1, 1, 0, 1, 1, 1, -3, 3, 0, 3, -2, -1, 3, -2, -3]
const %b : i32[3] = [-1, 2, -4]
%y = ConvPatches(%x, %w, %b) {kernel_shape=[2,2], strides=[1,2], pads=[0,1,1,0], x_zero=-3, together=1, narrow=1}
out %y
---
y = 7 26 -15 8 12 -16 -34 20 21 12 5 13 -14 10 -8 -1 4 -15

== rows of x are patches as they lie
const %x : i8[1,3,2] = [1, -2, 3, 4, 5, -6]
const %w : i8[2,2] = [1, 10, -3, 7]
%y = ConvPatches(%x, %w) {kernel_shape=[1], narrow=1, x_zero=5}
out %y
---
y = -19 -17 43 19 -55 -57

== windows of each channel, padding is the zero point
const %x : i8[1,3,3,2] = [3, -1, -2, 0, 4, 3, 3, -2, -4, 3, 2, 2, -4, -4, 0, -1, -1, 4]
const %w : i8[3,3,2] = [-2, -2, 0, 1, -1, 1, -1, 0, 2, -2, -2, 2, -1, 2, -3, -2, -2, -3]
%y = ConvWindows(%x, %w) {kernel_shape=[3,3], pads=[1,1,1,1], x_zero=-2}
out %y
---
y = -1 -13 -24 -16 2 -8 16 14 -39 -21 5 -17 -6 11 -10 19 4 -18

== windows: strides, dilations, a bias
const %x : u8[1,5,4,2] = [4, 4, 6, 8, 0, 1, 7, 8, 2, 2, 7, 3, 2, 7, 2, 3, 5, 4, 0, 0, 7, 6, 7, 4, 7, 2, 4, 7, 1, 2, 1, 4, 8, 1, 3, 3, 8, 1, 4, 2]
const %w : i8[2,2,2] = [-3, 2, -3, -2, 0, 0, -3, 3]
const %b : i32[2] = [7, -7]
%y = ConvWindows(%x, %w, %b) {kernel_shape=[2,2], strides=[2,1], dilations=[2,1], pads=[1,1,1,0], x_zero=4}
out %y
---
y = 13 -13 -2 -10 13 2 13 -10 4 -9 4 0 13 -21 28 1 -2 -3 -2 -17 16 3 25 -11
