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

== means and sums of one scale are of the whole numbers: their sum is exact, the scales lie behind it; equal ones are none
graph "t"
in %x : u8[1,2,4,4]
const %s : f32[] = [0.1]
const %z : u8[] = [3]
const %t : f32[] = [0.3]
%f = DequantizeLinear(%x, %s, %z) {axis=0}
%a = AveragePool(%f) {kernel_shape=[4,4], strides=[4,4]} "pool"
%q = QuantizeLinear(%a, %s, %z) {axis=0}
%r = ReduceSum(%f) {axes=[2,3], keepdims=1} "sum"
%p = QuantizeLinear(%r, %t, %z) {axis=0}
out %q
out %p
--- integers_as_floats:cortex-m4
graph "t" file "t"
in %x : u8[1,2,4,4]
const %s : f32[] = [0.1]
const %z : u8[] = [3]
const %t : f32[] = [0.3]
const %zero_point : f32[] = [-3]
const %s.1 : f32[] = [1]
const %lowest : f32[] = [-3]
const %largest : f32[] = [252]
const %zero_point.1 : f32[] = [3]
const %s.2 : f32[] = [0.3333333]
const %lowest.1 : f32[] = [-3]
const %largest.1 : f32[] = [252]
const %zero_point.2 : f32[] = [3]
%Cast : f32[1,2,4,4] = Cast(%x) {to=f32} from "DequantizeLinear"
%Add : f32[1,2,4,4] = Add(%Cast, %zero_point) from "DequantizeLinear"
%pool : f32[1,2,1,1] = AveragePool(%Add) {kernel_shape=[4,4], strides=[4,4], dilations=[1,1], pads=[0,0,0,0]} "pool"
%Mul : f32[1,2,1,1] = Mul(%pool, %s.1) from "QuantizeLinear"
%Round : f32[1,2,1,1] = Round(%Mul) from "QuantizeLinear"
%Clip : f32[1,2,1,1] = Clip(%Round, %lowest, %largest) from "QuantizeLinear"
%Add.1 : f32[1,2,1,1] = Add(%Clip, %zero_point.1) from "QuantizeLinear"
%q : u8[1,2,1,1] = Cast(%Add.1) {to=u8} from "QuantizeLinear"
%sum : f32[1,2,1,1] = ReduceSum(%Add) {axes=[2,3]} "sum"
%Mul.1 : f32[1,2,1,1] = Mul(%sum, %s.2) from "QuantizeLinear"
%Round.1 : f32[1,2,1,1] = Round(%Mul.1) from "QuantizeLinear"
%Clip.1 : f32[1,2,1,1] = Clip(%Round.1, %lowest.1, %largest.1) from "QuantizeLinear"
%Add.2 : f32[1,2,1,1] = Add(%Clip.1, %zero_point.2) from "QuantizeLinear"
%p : u8[1,2,1,1] = Cast(%Add.2) {to=u8} from "QuantizeLinear"
out %q
out %p

== a mean is no whole number for the product behind it; 70,000 of 255 are more than f32 holds
graph "t"
in %x : u8[1,2,4,4]
in %big : u8[1,70000]
const %s : f32[] = [0.1]
const %z : u8[] = [0]
const %w : i8[2,2,1,1] = [1, -2, 3, 4]
const %ws : f32[] = [0.5]
%f = DequantizeLinear(%x, %s, %z) {axis=0}
%a = ReduceMean(%f) {axes=[2,3], keepdims=1} "mean"
%wr = DequantizeLinear(%w, %ws) {axis=0}
%c = Conv(%a, %wr) "conv"
%q = QuantizeLinear(%c, %s, %z) {axis=0}
%g = DequantizeLinear(%big, %s, %z) {axis=0}
%m = ReduceMean(%g) {axes=[1], keepdims=1} "mean"
%p = QuantizeLinear(%m, %s, %z) {axis=0}
out %q
out %p
--- integers_as_floats:cortex-m4
graph "t" file "t"
in %x : u8[1,2,4,4]
in %big : u8[1,70000]
const %s : f32[] = [0.1]
const %z : u8[] = [0]
const %w : i8[2,2,1,1] = [1, -2, 3, 4]
const %ws : f32[] = [0.5]
const %lowest : f32[] = [0]
const %largest : f32[] = [255]
const %lowest.1 : f32[] = [0]
const %largest.1 : f32[] = [255]
%Cast : f32[1,2,4,4] = Cast(%x) {to=f32} from "DequantizeLinear"
%mean : f32[1,2,1,1] = ReduceMean(%Cast) {axes=[2,3]} "mean"
%a : f32[1,2,1,1] = Mul(%mean, %s) "mean" from "ReduceMean"
%wr : f32[2,2,1,1] = DequantizeLinear(%w, %ws) {axis=0, output_dtype=f32}
%c : f32[1,2,1,1] = Conv(%a, %wr) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv"
%Div : f32[1,2,1,1] = Div(%c, %s) from "QuantizeLinear"
%Round : f32[1,2,1,1] = Round(%Div) from "QuantizeLinear"
%Clip : f32[1,2,1,1] = Clip(%Round, %lowest, %largest) from "QuantizeLinear"
%q : u8[1,2,1,1] = Cast(%Clip) {to=u8} from "QuantizeLinear"
%Cast.1 : f32[1,70000] = Cast(%big) {to=f32} from "DequantizeLinear"
%g : f32[1,70000] = Mul(%Cast.1, %s) from "DequantizeLinear"
%m : f32[1,1] = ReduceMean(%g) {axes=[1]} "mean"
%Div.1 : f32[1,1] = Div(%m, %s) from "QuantizeLinear"
%Round.1 : f32[1,1] = Round(%Div.1) from "QuantizeLinear"
%Clip.1 : f32[1,1] = Clip(%Round.1, %lowest.1, %largest.1) from "QuantizeLinear"
%p : u8[1,1] = Cast(%Clip.1) {to=u8} from "QuantizeLinear"
out %q
out %p
