== weights of four bits in blocks, the zero point packed and in the middle
graph "t"
in %x : f32[2,9]
const %b : u8[2,2,4] = [16, 50, 84, 118, 9, 0, 0, 0, 255, 0, 0, 0, 1, 0, 0, 0]
const %s : f32[2,2] = [1, 2, 0.5, 4]
const %z : u8[2,1] = [33, 16]
%y = MatMulNBits(%x, %b, %s, %z) {K=9, N=2, bits=4, block_size=8} "given"
%w = MatMulNBits(%x, %b, %s) {K=9, N=2, bits=4, block_size=8} "middle"
out %y
out %w
--- unpack_weights:x86-64-v2
graph "t" file "t"
in %x : f32[2,9]
const %b : u8[2,2,4] = [16, 50, 84, 118, 9, 0, 0, 0, 255, 0, 0, 0, 1, 0, 0, 0]
const %s : f32[2,2] = [1, 2, 0.5, 4]
const %z : u8[2,1] = [33, 16]
const %b.1 : f32[9,2] = [-1, 7.5, 0, 7.5, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 14, 0]
const %b.2 : f32[9,2] = [-8, 3.5, -7, 3.5, -6, -4, -5, -4, -4, -4, -3, -4, -2, -4, -1, -4, 2, -28]
%y : f32[2,2] = MatMul(%x, %b.1) "given" from "MatMulNBits"
%w : f32[2,2] = MatMul(%x, %b.2) "middle" from "MatMulNBits"
out %y
out %w
