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
