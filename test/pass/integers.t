== a convolution between quantised tensors: the sum is whole, one factor behind it, the limits of the bytes do Relu's work
graph "t"
in %x : u8[1,2,2,2]
const %w : i8[2,2,1,1] = [1, -2, 3, 4]
const %ws : f32[2] = [0.5, 0.25]
const %wz : i8[2] = [0, 1]
const %b : i32[2] = [7, -9]
const %bs : f32[2] = [0.25, 0.125]
const %xs : f32[] = [0.5]
const %xz : u8[] = [128]
const %ys : f32[] = [2]
const %yz : u8[] = [0]
%xr = DequantizeLinear(%x, %xs, %xz) {axis=0}
%wr = DequantizeLinear(%w, %ws, %wz) {axis=0}
%br = DequantizeLinear(%b, %bs) {axis=0}
%c = Conv(%xr, %wr, %br) "conv"
%r = Relu(%c)
%y = QuantizeLinear(%r, %ys, %yz) {axis=0}
out %y
--- integers_as_floats:x86-64-v3
graph "t" file "t"
in %x : u8[1,2,2,2]
const %w : i8[2,2,1,1] = [1, -2, 3, 4]
const %ws : f32[2] = [0.5, 0.25]
const %wz : i8[2] = [0, 1]
const %b : i32[2] = [7, -9]
const %bs : f32[2] = [0.25, 0.125]
const %xs : f32[] = [0.5]
const %xz : u8[] = [128]
const %ys : f32[] = [2]
const %yz : u8[] = [0]
const %zero_point : f32[] = [-128]
const %w.1 : f32[2,2,1,1] = exact [1, -2, 2, 3]
const %ws.1 : f32[2,1,1] = [0.5, 0.25]
const %ws.1.1 : f32[2,1,1] = [0.25, 0.125]
const %b.1 : f32[2] = exact [7, -9]
const %ws.1.1.1 : f32[2,1,1] = [0.125, 0.0625]
const %lowest : f32[] = [0]
const %largest : f32[] = [255]
%Cast : f32[1,2,2,2] = Cast(%x) {to=f32} from "DequantizeLinear"
%Add : f32[1,2,2,2] = Add(%Cast, %zero_point) from "DequantizeLinear"
%conv : f32[1,2,2,2] = Conv(%Add, %w.1, %b.1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv"
%Mul : f32[1,2,2,2] = Mul(%conv, %ws.1.1.1) from "QuantizeLinear"
%Round : f32[1,2,2,2] = Round(%Mul) from "QuantizeLinear"
%Clip : f32[1,2,2,2] = Clip(%Round, %lowest, %largest) from "QuantizeLinear"
%y : u8[1,2,2,2] = Cast(%Clip) {to=u8} from "QuantizeLinear"
%Relu : f32[1,2,2,2] = Relu(%conv)
out %y

== sums of integers that floats hold
graph "t"
in %x : u8[2,3]
const %w : i8[3,2] = [1, -2, 3, 4, 5, 6]
const %xz : u8[] = [3]
const %s : f32[] = [0.5]
%p = MatMulInteger(%x, %w, %xz)
%f = Cast(%p) {to=f32}
%y = Mul(%f, %s)
out %y
--- integers_as_floats:x86-64-v3
graph "t" file "t"
in %x : u8[2,3]
const %w : i8[3,2] = [1, -2, 3, 4, 5, 6]
const %xz : u8[] = [3]
const %s : f32[] = [0.5]
const %w.1 : f32[3,2] = exact [1, -2, 3, 4, 5, 6]
const %zero_point : f32[] = [-3]
%Cast : f32[2,3] = Cast(%x) {to=f32} from "MatMulInteger"
%Add : f32[2,3] = Add(%Cast, %zero_point) from "MatMulInteger"
%MatMul : f32[2,2] = MatMul(%Add, %w.1) from "MatMulInteger"
%y : f32[2,2] = Mul(%MatMul, %s)
out %y

== sums that floats do not hold stay sums of integers
graph "t"
in %x : u8[2,600]
in %w : i8[600,2]
%p = MatMulInteger(%x, %w)
out %p
--- integers_as_floats:x86-64-v3
graph "t" file "t"
in %x : u8[2,600]
in %w : i8[600,2]
%p : i32[2,2] = MatMulInteger(%x, %w)
%Cast : f32[2,600] = Cast(%x) {to=f32} from "MatMulInteger"
%Cast.1 : f32[600,2] = Cast(%w) {to=f32} from "MatMulInteger"
out %p

== without vectors, bytes stay bytes
graph "t"
in %x : u8[2,3]
const %w : i8[3,2] = [1, -2, 3, 4, 5, 6]
%p = MatMulInteger(%x, %w)
out %p
--- integers_as_floats:c11
unchanged
