== rounded to bytes behind the sum, one kernel of the next
graph "t"
in %q : i8[1,4,5,1]
const %zq : f32[] = [3]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %s : f32[2,1,1] = [0.5, 0.25]
const %w : f32[2,1,2,2] = exact [1, -2, 3, 4, -5, 6, 7, -8]
const %b : f32[2] = exact [10, -20]
const %d : f32[2,1,3,3] = exact [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1]
%x0 = Reshape(%q) {shape=[1,1,4,5]}
%x1 = Cast(%x0) {to=f32}
%x = Add(%x1, %zq)
%c = Conv(%x, %w, %b) {pads=[1,0,0,1]}
%m = Mul(%c, %s)
%r = Round(%m)
%k = Clip(%r, %lo, %hi)
%y = Conv(%k, %d) {group=2, pads=[1,1,1,1]}
out %y
--- sum_bytes:c99
graph "t" file "t"
in %q : i8[1,4,5,1]
const %zq : f32[] = [3]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %s : f32[2,1,1] = [0.5, 0.25]
const %w : f32[2,1,2,2] = exact [1, -2, 3, 4, -5, 6, 7, -8]
const %b : f32[2] = exact [10, -20]
const %d : f32[2,1,3,3] = exact [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1]
const %w.1 : i8[2,4] = [1, -2, 3, 4, -5, 6, 7, -8]
const %b.1 : i32[2] = [10, -20]
const %s.1 : f32[2] = [0.5, 0.25]
const %s.2 : f32[2] = [0.5, 0.25]
const %lowest : f32[] = [0]
const %largest : f32[] = [255]
const %d.1 : i8[2,3,3] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1]
%x0 : i8[1,1,4,5] = Reshape(%q) {shape=[1,1,4,5]}
%Reshape : i8[1,4,5,1] = Reshape(%x0) {shape=[1,4,5,1]} from "Conv"
%ConvPatches : i32[1,5,4,2] = ConvPatches(%Reshape, %w.1, %b.1) {kernel_shape=[2,2], strides=[1,1], dilations=[1,1], pads=[1,0,0,1], x_zero=-3, together=4} from "Conv"
%Cast : f32[1,5,4,2] = Cast(%ConvPatches) {to=f32} from "Conv"
%Mul : f32[1,5,4,2] = Mul(%Cast, %s.2)
%Round : f32[1,5,4,2] = Round(%Mul)
%Clip.1 : f32[1,5,4,2] = Clip(%Round, %lowest, %largest)
%Cast.1 : u8[1,5,4,2] = Cast(%Clip.1) {to=u8} from "Clip"
%Reshape.4 : u8[1,4,5,2] = Reshape(%Cast.1) {shape=[1,4,5,2]} from "Clip"
%ConvPlanes : i32[1,4,5,2] = ConvPlanes(%Reshape.4, %d.1) {kernel_shape=[3,3], strides=[1,1], dilations=[1,1], pads=[1,1,1,1]} from "Conv"
%Cast.3 : f32[1,4,5,2] = Cast(%ConvPlanes) {to=f32} from "Conv"
%y : f32[1,2,4,5] = Transpose(%Cast.3) {perm=[0,3,1,2]} from "Conv"
%Clip : f32[1,5,4,2] = Clip(%Round, %lo, %hi)
out %y

== numbers that are not known to be bytes stay
graph "t"
in %x : f32[1,1,4,5]
const %w : f32[2,1,2,2] = exact [1, -2, 3, 4, -5, 6, 7, -8]
%y = Conv(%x, %w)
out %y
--- sum_bytes:c99
unchanged

== rows of a matrix, a factor for all and one a column
graph "t"
in %q : u8[2,3]
const %w : f32[3,2] = exact [1, 2, 3, 4, 5, 6]
const %s : f32[2] = [0.5, 0.25]
%x = Cast(%q) {to=f32}
%p = MatMul(%x, %w)
%y = Mul(%p, %s)
out %y
--- sum_bytes:cortex-m4
graph "t" file "t"
in %q : u8[2,3]
const %w : f32[3,2] = exact [1, 2, 3, 4, 5, 6]
const %s : f32[2] = [0.5, 0.25]
const %w.1 : i8[2,8] = [1, 3, 5, 0, 0, 0, 0, 0, 2, 4, 6, 0, 0, 0, 0, 0]
%Reshape : u8[1,2,3] = Reshape(%q) {shape=[1,2,3]} from "MatMul"
%ConvPatches : i32[1,1,2,2] = ConvPatches(%Reshape, %w.1) {kernel_shape=[1], strides=[1], dilations=[1], pads=[0,0], together=2} from "MatMul"
%Cast : f32[1,1,2,2] = Cast(%ConvPatches) {to=f32} from "MatMul"
%Mul : f32[1,1,2,2] = Mul(%Cast, %s)
%Reshape.2 : f32[2,2] = Reshape(%Mul) {shape=[2,2]} from "Mul"
%y : f32[2,2] = Reshape(%Reshape.2) {shape=[2,2]} from "Mul"
out %y

== one pixel: the zero point in the bias; a byte as a float and back is that byte
graph "t"
in %q : i8[1,3]
const %zq : f32[] = [3]
const %back : f32[] = [-3]
const %w : f32[2,3] = exact [1, -2, 3, 4, -5, 6]
%x1 = Cast(%q) {to=f32}
%x = Add(%x1, %zq)
%c = Gemm(%x, %w) {transB=1}
%z = Add(%x, %back)
%same = Cast(%z) {to=i8}
%other = Cast(%z) {to=u8}
out %c
out %same
out %other
--- sum_bytes:c99
graph "t" file "t"
in %q : i8[1,3]
const %zq : f32[] = [3]
const %back : f32[] = [-3]
const %w : f32[2,3] = exact [1, -2, 3, 4, -5, 6]
const %w.1 : i8[2,3] = [1, -2, 3, 4, -5, 6]
const %c.1 : i32[2] = [6, 15]
const %zero_point : f32[] = [3]
%Reshape : i8[1,1,3] = Reshape(%q) {shape=[1,1,3]} from "Gemm"
%ConvPatches : i32[1,1,1,2] = ConvPatches(%Reshape, %w.1, %c.1) {kernel_shape=[1], strides=[1], dilations=[1], pads=[0,0]} from "Gemm"
%Cast : f32[1,1,1,2] = Cast(%ConvPatches) {to=f32} from "Gemm"
%Reshape.1 : f32[1,2] = Reshape(%Cast) {shape=[1,2]} from "Gemm"
%c : f32[1,2] = Reshape(%Reshape.1) {shape=[1,2]} from "Gemm"
%Reshape.2 : i8[1,3] = Reshape(%q) {shape=[1,3]} from "Cast"
%same : i8[1,3] = Reshape(%Reshape.2) {shape=[1,3]} from "Cast"
%Cast.1 : f32[1,3] = Cast(%q) {to=f32} from "Add"
%Add : f32[1,3] = Add(%Cast.1, %zero_point)
%Add.1 : f32[1,3] = Add(%Add, %back)
%Cast.2 : u8[1,3] = Cast(%Add.1) {to=u8}
%other : u8[1,3] = Reshape(%Cast.2) {shape=[1,3]} from "Cast"
%Reshape.3 : i8[1,3] = Reshape(%q) {shape=[1,3]} from "Cast"
out %c
out %same
out %other

== rows of a kernel that begin at even points of a patch
graph "t"
in %q : u8[1,1,4,5]
const %w : f32[2,1,2,3] = exact [1, -2, 3, 4, -5, 6, 7, -8, 9, 10, 11, -12]
%x = Cast(%q) {to=f32}
%y = Conv(%x, %w)
out %y
--- sum_bytes:cortex-m4
graph "t" file "t"
in %q : u8[1,1,4,5]
const %w : f32[2,1,2,3] = exact [1, -2, 3, 4, -5, 6, 7, -8, 9, 10, 11, -12]
const %w.1 : i8[2,8] = [1, -2, 3, 0, 4, -5, 6, 0, 7, -8, 9, 0, 10, 11, -12, 0]
%Reshape : u8[1,4,5,1] = Reshape(%q) {shape=[1,4,5,1]} from "Conv"
%ConvPatches : i32[1,3,3,2] = ConvPatches(%Reshape, %w.1) {kernel_shape=[2,3], strides=[1,1], dilations=[1,1], pads=[0,0,0,0], together=3, row=4} from "Conv"
%Cast : f32[1,3,3,2] = Cast(%ConvPatches) {to=f32} from "Conv"
%y : f32[1,2,3,3] = Transpose(%Cast) {perm=[0,3,1,2]} from "Conv"
out %y

== rows: patches stay i8 with their zero point outside, only what windows alone read is u8
graph "t"
in %q : i8[1,4,5,1]
const %zq : f32[] = [3]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %s : f32[2,1,1] = [0.5, 0.25]
const %w : f32[2,1,2,2] = exact [1, -2, 3, 4, -5, 6, 7, -8]
const %b : f32[2] = exact [10, -20]
const %d : f32[2,1,3,3] = exact [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1]
%x0 = Reshape(%q) {shape=[1,1,4,5]}
%x1 = Cast(%x0) {to=f32}
%x = Add(%x1, %zq)
%c = Conv(%x, %w, %b) {pads=[1,0,0,1]}
%m = Mul(%c, %s)
%r = Round(%m)
%k = Clip(%r, %lo, %hi)
%y = Conv(%k, %d) {group=2, pads=[1,1,1,1]}
out %y
--- sum_bytes:cortex-m55
graph "t" file "t"
in %q : i8[1,4,5,1]
const %zq : f32[] = [3]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %s : f32[2,1,1] = [0.5, 0.25]
const %w : f32[2,1,2,2] = exact [1, -2, 3, 4, -5, 6, 7, -8]
const %b : f32[2] = exact [10, -20]
const %d : f32[2,1,3,3] = exact [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1]
const %w.1 : i8[2,4] = [1, -2, 3, 4, -5, 6, 7, -8]
const %b.1 : i32[2] = [28, -20]
const %s.1 : f32[2] = [0.5, 0.25]
const %s.2 : f32[2] = [0.5, 0.25]
const %lowest : f32[] = [0]
const %largest : f32[] = [255]
const %d.1 : i8[3,3,2] = [1, 9, 2, 8, 3, 7, 4, 6, 5, 5, 6, 4, 7, 3, 8, 2, 9, 1]
const %bias : i32[2] = [0, 0]
%x0 : i8[1,1,4,5] = Reshape(%q) {shape=[1,1,4,5]}
%Reshape : i8[1,4,5,1] = Reshape(%x0) {shape=[1,4,5,1]} from "Conv"
%ConvPatches : i32[1,20,1,2] = ConvPatches(%Reshape, %w.1, %b.1) {kernel_shape=[2,2], strides=[1,1], dilations=[1,1], pads=[1,0,0,1], x_zero=-3, narrow=1} from "Conv"
%Cast : f32[1,20,1,2] = Cast(%ConvPatches) {to=f32} from "Conv"
%Mul : f32[1,20,1,2] = Mul(%Cast, %s.2)
%Round : f32[1,20,1,2] = Round(%Mul)
%Clip.1 : f32[1,20,1,2] = Clip(%Round, %lowest, %largest)
%Cast.1 : u8[1,20,1,2] = Cast(%Clip.1) {to=u8} from "Clip"
%Reshape.4 : u8[1,4,5,2] = Reshape(%Cast.1) {shape=[1,4,5,2]} from "Clip"
%ConvWindows : i32[1,4,5,2] = ConvWindows(%Reshape.4, %d.1, %bias) {kernel_shape=[3,3], strides=[1,1], dilations=[1,1], pads=[1,1,1,1]} from "Conv"
%Cast.3 : f32[1,4,5,2] = Cast(%ConvWindows) {to=f32} from "Conv"
%y : f32[1,2,4,5] = Transpose(%Cast.3) {perm=[0,3,1,2]} from "Conv"
%Clip : f32[1,20,1,2] = Clip(%Round, %lo, %hi)
out %y

== rows: bytes that are unsigned are shifted
graph "t"
in %q : u8[2,3]
const %w : f32[3,2] = exact [1, 2, 3, 4, 5, 6]
%x = Cast(%q) {to=f32}
%y = MatMul(%x, %w)
out %y
--- sum_bytes:cortex-m55
graph "t" file "t"
in %q : u8[2,3]
const %w : f32[3,2] = exact [1, 2, 3, 4, 5, 6]
const %w.1 : i8[2,3] = [1, 3, 5, 2, 4, 6]
const %zero_point : f32[] = [-128]
const %bias : i32[2] = [1152, 1536]
%Cast : f32[2,3] = Cast(%q) {to=f32} from "MatMul"
%Add : f32[2,3] = Add(%Cast, %zero_point) from "MatMul"
%Cast.1 : i8[2,3] = Cast(%Add) {to=i8} from "MatMul"
%Reshape : i8[1,2,3] = Reshape(%Cast.1) {shape=[1,2,3]} from "MatMul"
%ConvPatches : i32[1,2,1,2] = ConvPatches(%Reshape, %w.1, %bias) {kernel_shape=[1], strides=[1], dilations=[1], pads=[0,0], x_zero=-128, narrow=1} from "MatMul"
%Cast.2 : f32[1,2,1,2] = Cast(%ConvPatches) {to=f32} from "MatMul"
%Reshape.1 : f32[2,2] = Reshape(%Cast.2) {shape=[2,2]} from "MatMul"
%y : f32[2,2] = Reshape(%Reshape.1) {shape=[2,2]} from "MatMul"
out %y

== rows: a window of one element, pixels as they lie; columns of several are one row
graph "t"
in %q : i8[1,2,4,4]
const %w : f32[3,2,1,1] = exact [1, 2, 3, 4, 5, 6]
const %v : f32[1,2,2,2] = exact [1, 2, 3, 4, 5, 6, 7, 8]
const %z : f32[] = [-3]
%f = Cast(%q) {to=f32}
%x = Add(%f, %z)
%a = Conv(%x, %w)
%b = Conv(%x, %v) {pads=[1,1,1,0], strides=[2,1]}
out %a
out %b
--- sum_bytes:cortex-m55
graph "t" file "t"
in %q : i8[1,2,4,4]
const %w : f32[3,2,1,1] = exact [1, 2, 3, 4, 5, 6]
const %v : f32[1,2,2,2] = exact [1, 2, 3, 4, 5, 6, 7, 8]
const %z : f32[] = [-3]
const %w.1 : i8[3,2] = [1, 2, 3, 4, 5, 6]
const %bias : i32[3] = [-9, -21, -33]
const %v.1 : i8[1,8] = [1, 5, 2, 6, 3, 7, 4, 8]
const %bias.1 : i32[1] = [-108]
%Transpose : i8[1,4,4,2] = Transpose(%q) {perm=[0,2,3,1]} from "Conv"
%Reshape : i8[1,16,2] = Reshape(%Transpose) {shape=[1,16,2]} from "Conv"
%ConvPatches : i32[1,16,1,3] = ConvPatches(%Reshape, %w.1, %bias) {kernel_shape=[1], strides=[1], dilations=[1], pads=[0,0], x_zero=3, narrow=1} from "Conv"
%Cast : f32[1,16,1,3] = Cast(%ConvPatches) {to=f32} from "Conv"
%Reshape.1 : f32[1,4,4,3] = Reshape(%Cast) {shape=[1,4,4,3]} from "Conv"
%a : f32[1,3,4,4] = Transpose(%Reshape.1) {perm=[0,3,1,2]} from "Conv"
%Reshape.2 : i8[1,4,8,1] = Reshape(%Transpose) {shape=[1,4,8,1]} from "Conv"
%ConvPatches.1 : i32[1,12,1,1] = ConvPatches(%Reshape.2, %v.1, %bias.1) {kernel_shape=[2,4], strides=[2,2], dilations=[1,1], pads=[1,2,1,0], x_zero=3, narrow=1} from "Conv"
%Cast.1 : f32[1,12,1,1] = Cast(%ConvPatches.1) {to=f32} from "Conv"
%Reshape.3 : f32[1,3,4,1] = Reshape(%Cast.1) {shape=[1,3,4,1]} from "Conv"
%b : f32[1,1,3,4] = Reshape(%Reshape.3) {shape=[1,1,3,4]} from "Conv"
out %a
out %b
