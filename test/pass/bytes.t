== bytes less their lowest value, the shift in the bias; other readers take the floats from them
graph "t"
in %x : f32[1,1,3,2,4]
const %lo : f32[] = [-3]
const %hi : f32[] = [200]
const %w : f32[4,3,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7]
const %b : f32[4] = [10, -20, 0, 1]
%r = Round(%x)
%k = Clip(%r, %lo, %hi)
%y = ConvBlocked(%k, %w, %b) {block=4}
%z = Neg(%k)
out %y
out %z
--- multiply_bytes:x86-64-v4+vnni
graph "t" file "t"
in %x : f32[1,1,3,2,4]
const %lo : f32[] = [-3]
const %hi : f32[] = [200]
const %w : f32[4,3,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7]
const %b : f32[4] = [10, -20, 0, 1]
const %b.1 : i32[4] = [4, -17, 3, -62]
const %w.1 : f32[4,4,1,1] = [1, -2, 3, 0, 127, -128, 0, 0, 0, 5, -6, 0, 7, 7, 7, 0]
const %w.2 : i8[4,4,1,1] = [1, -2, 3, 0, 127, -128, 0, 0, 0, 5, -6, 0, 7, 7, 7, 0]
const %zero_point : f32[] = [3]
const %lowest : f32[] = [0]
const %largest : f32[] = [203]
const %zero_point.1 : f32[] = [-3]
%r : f32[1,1,3,2,4] = Round(%x)
%Add : f32[1,1,3,2,4] = Add(%r, %zero_point) from "ConvBlocked"
%Clip : f32[1,1,3,2,4] = Clip(%Add, %lowest, %largest) from "ConvBlocked"
%Cast : u8[1,1,3,2,4] = Cast(%Clip) {to=u8} from "ConvBlocked"
%ConvBlocked : i32[1,1,3,2,4] = ConvBlocked(%Cast, %w.2, %b.1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], block=4}
%y : f32[1,1,3,2,4] = Cast(%ConvBlocked) {to=f32} from "ConvBlocked"
%Cast.1 : f32[1,1,3,2,4] = Cast(%Cast) {to=f32} from "Neg"
%Add.1 : f32[1,1,3,2,4] = Add(%Cast.1, %zero_point.1) from "Neg"
%z : f32[1,1,3,2,4] = Neg(%Add.1)
out %y
out %z

== through pooling and blocks, with a window of several elements
graph "t"
in %x : f32[1,4,4,4]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %w : f32[4,4,2,2] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
%k = Clip(%x, %lo, %hi)
%r = Round(%k)
%c = BlockChannels(%r) {block=4}
%m = MaxPool(%c) {kernel_shape=[2,2,1]}
%y = ConvBlocked(%m, %w) {block=4, pads=[1,0,0,1]}
out %y
--- multiply_bytes:x86-64-v4+vnni
graph "t" file "t"
in %x : f32[1,4,4,4]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %w : f32[4,4,2,2] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %bias : i32[4] = [0, 0, 0, 0]
const %w.1 : i8[4,4,2,2] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %lowest : f32[] = [0]
const %largest : f32[] = [255]
%k : f32[1,4,4,4] = Clip(%x, %lo, %hi)
%r : f32[1,4,4,4] = Round(%k)
%c : f32[1,1,4,4,4] = BlockChannels(%r) {block=4}
%m : f32[1,1,3,3,4] = MaxPool(%c) {kernel_shape=[2,2,1], strides=[1,1,1], dilations=[1,1,1], pads=[0,0,0,0,0,0]}
%Clip : f32[1,1,3,3,4] = Clip(%m, %lowest, %largest) from "ConvBlocked"
%Cast : u8[1,1,3,3,4] = Cast(%Clip) {to=u8} from "ConvBlocked"
%ConvBlocked : i32[1,1,3,3,4] = ConvBlocked(%Cast, %w.1, %bias) {strides=[1,1], dilations=[1,1], pads=[1,0,0,1], block=4}
%y : f32[1,1,3,3,4] = Cast(%ConvBlocked) {to=f32} from "ConvBlocked"
out %y

== not what is no whole number, no byte, or weights that are none
graph "t"
in %x : f32[1,1,3,2,4]
const %lo : f32[] = [-3]
const %zero : f32[] = [0]
const %hi : f32[] = [253]
const %half : f32[] = [254.5]
const %w : f32[4,4,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %v : f32[4,4,1,1] = [1, -2, 3, 128, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %b : f32[4] = [0.5, 0, 0, 0]
%r = Round(%x)
%k = Clip(%r, %lo, %hi)
%c = Clip(%x, %zero, %hi)
%h = Clip(%r, %zero, %half)
%o = Clip(%r, %zero, %hi)
%y = ConvBlocked(%k, %w) {block=4}
%y2 = ConvBlocked(%c, %w) {block=4}
%y3 = ConvBlocked(%h, %w) {block=4}
%y4 = ConvBlocked(%o, %v) {block=4}
%y5 = ConvBlocked(%o, %w, %b) {block=4}
out %y
out %y2
out %y3
out %y4
out %y5
--- multiply_bytes:x86-64-v4+vnni
unchanged

== not where the target sums no bytes
graph "t"
in %x : f32[1,1,3,2,4]
const %lo : f32[] = [0]
const %hi : f32[] = [200]
const %w : f32[4,4,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
%r = Round(%x)
%k = Clip(%r, %lo, %hi)
%y = ConvBlocked(%k, %w) {block=4}
out %y
--- multiply_bytes:x86-64-v4
unchanged

== not where only a part is bounded
graph "t"
in %x : f32[1,1,3,2,4]
in %lowest : f32[]
in %largest : f32[]
const %lo : f32[] = [0]
const %hi : f32[] = [200]
const %w : f32[4,4,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
%k = Clip(%x, %lo, %hi)
%d = Clip(%k, %lowest, %largest)
%e = Round(%d)
%y = ConvBlocked(%e, %w) {block=4}
%c = Concat(%k, %x) {axis=2}
%f = Round(%c)
%z = ConvBlocked(%f, %w) {block=4}
out %y
out %z
--- multiply_bytes:x86-64-v4+vnni
unchanged

== bounds that are rounded themselves
graph "t"
in %x : f32[1,1,3,2,4]
const %lo : f32[] = [-3.5]
const %hi : f32[] = [200.25]
const %w : f32[4,4,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
%k = Clip(%x, %lo, %hi)
%r = Round(%k)
%y = ConvBlocked(%r, %w) {block=4}
out %y
--- multiply_bytes:x86-64-v4+vnni
graph "t" file "t"
in %x : f32[1,1,3,2,4]
const %lo : f32[] = [-3.5]
const %hi : f32[] = [200.25]
const %w : f32[4,4,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %bias : i32[4] = [-516, 492, -60, -40]
const %w.1 : i8[4,4,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %zero_point : f32[] = [4]
const %lowest : f32[] = [0]
const %largest : f32[] = [204]
%k : f32[1,1,3,2,4] = Clip(%x, %lo, %hi)
%r : f32[1,1,3,2,4] = Round(%k)
%Add : f32[1,1,3,2,4] = Add(%r, %zero_point) from "ConvBlocked"
%Clip : f32[1,1,3,2,4] = Clip(%Add, %lowest, %largest) from "ConvBlocked"
%Cast : u8[1,1,3,2,4] = Cast(%Clip) {to=u8} from "ConvBlocked"
%ConvBlocked : i32[1,1,3,2,4] = ConvBlocked(%Cast, %w.1, %bias) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], block=4}
%y : f32[1,1,3,2,4] = Cast(%ConvBlocked) {to=f32} from "ConvBlocked"
out %y

== around the border 0 is another byte than 0: a bias for each class of pixels
graph "t"
in %x : f32[1,1,5,6,4]
const %lo : f32[] = [-3]
const %hi : f32[] = [200]
const %w : f32[4,1,3,2] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5]
%r = Round(%x)
%k = Clip(%r, %lo, %hi)
%y = ConvBlocked(%k, %w) {block=4, pads=[1,1,1,0], strides=[2,1], dilations=[1,2]}
out %y
--- multiply_bytes:x86-64-v4+vnni
graph "t" file "t"
in %x : f32[1,1,5,6,4]
const %lo : f32[] = [-3]
const %hi : f32[] = [200]
const %w : f32[4,1,3,2] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5]
const %bias : i32[3,2,4] = [-381, -42, -6, -15, -6, -45, -18, 369, -375, -57, -12, -396, -3, -60, -27, -21, -375, -36, -18, -381, -387, -18, -30, -6]
const %w.1 : f32[4,4,3,2] = base64 "AACAPwAAAMAAAEBAAAD+QgAAAMMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAoEAAAMDAAADgQAAA4EAAAOBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACAPwAAAEAAAEBAAACAQAAAgD8AAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAQAAA/kIAAADDAAAAAAAAAAAAAKBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
const %w.2 : i8[4,4,3,2] = base64 "Af4Df4AAAAAAAAAAAAAAAAAAAAAAAAAAAAX6BwcHAAAAAAAAAAAAAAAAAAAAAAAAAQIDBAH+AAAAAAAAAAAAAAAAAAAAAAAAA3+AAAAFAAAAAAAAAAAAAAAAAAAAAAAA"
const %zero_point : f32[] = [3]
const %lowest : f32[] = [0]
const %largest : f32[] = [203]
%r : f32[1,1,5,6,4] = Round(%x)
%Add : f32[1,1,5,6,4] = Add(%r, %zero_point) from "ConvBlocked"
%Clip : f32[1,1,5,6,4] = Clip(%Add, %lowest, %largest) from "ConvBlocked"
%Cast : u8[1,1,5,6,4] = Cast(%Clip) {to=u8} from "ConvBlocked"
%ConvBlocked : i32[1,1,3,5,4] = ConvBlocked(%Cast, %w.2, %bias) {strides=[2,1], dilations=[1,2], pads=[1,1,1,0], block=4}
%y : f32[1,1,3,5,4] = Cast(%ConvBlocked) {to=f32} from "ConvBlocked"
out %y

== a single result is at the border too: its bias counts no points beyond
graph "t"
in %x : f32[1,1,1,1,4]
const %lo : f32[] = [-3]
const %hi : f32[] = [200]
const %w : f32[4,4,1,2] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, 9, 9, 9, 9, 9, 9, 9, 9]
%r = Round(%x)
%k = Clip(%r, %lo, %hi)
%y = ConvBlocked(%k, %w) {block=4, pads=[0,1,0,0], strides=[1,3]}
out %y
--- multiply_bytes:x86-64-v4+vnni
graph "t" file "t"
in %x : f32[1,1,1,1,4]
const %lo : f32[] = [-3]
const %hi : f32[] = [200]
const %w : f32[4,4,1,2] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, 9, 9, 9, 9, 9, 9, 9, 9]
const %bias : i32[4] = [-390, -60, -390, -108]
const %w.1 : i8[4,4,1,2] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, -2, 3, 127, -128, 0, 0, 5, 9, 9, 9, 9, 9, 9, 9, 9]
const %zero_point : f32[] = [3]
const %lowest : f32[] = [0]
const %largest : f32[] = [203]
%r : f32[1,1,1,1,4] = Round(%x)
%Add : f32[1,1,1,1,4] = Add(%r, %zero_point) from "ConvBlocked"
%Clip : f32[1,1,1,1,4] = Clip(%Add, %lowest, %largest) from "ConvBlocked"
%Cast : u8[1,1,1,1,4] = Cast(%Clip) {to=u8} from "ConvBlocked"
%ConvBlocked : i32[1,1,1,1,4] = ConvBlocked(%Cast, %w.1, %bias) {strides=[1,3], dilations=[1,1], pads=[0,1,0,0], block=4}
%y : f32[1,1,1,1,4] = Cast(%ConvBlocked) {to=f32} from "ConvBlocked"
out %y

== where products are of i8 alone: values that fit as they are, less a number otherwise
graph "t"
in %x : f32[1,1,3,2,4]
const %lo : f32[] = [-128]
const %zero : f32[] = [0]
const %hi : f32[] = [127]
const %most : f32[] = [255]
const %w : f32[4,4,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %b : f32[4] = [10, -20, 0, 1]
%r = Round(%x)
%k = Clip(%r, %lo, %hi)
%y = ConvBlocked(%k, %w, %b) {block=4, pads=[1,0,0,0]}
%k2 = Clip(%r, %zero, %most)
%z = ConvBlocked(%k2, %w, %b) {block=4}
out %y
out %z
--- multiply_bytes:arm64+dot
graph "t" file "t"
in %x : f32[1,1,3,2,4]
const %lo : f32[] = [-128]
const %zero : f32[] = [0]
const %hi : f32[] = [127]
const %most : f32[] = [255]
const %w : f32[4,4,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %b : f32[4] = [10, -20, 0, 1]
const %b.1 : i32[4] = [10, -20, 0, 1]
const %w.1 : i8[4,4,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %b.2 : i32[4] = [16522, -15764, 1920, 1281]
const %w.2 : i8[4,4,1,1] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %zero_point : f32[] = [-128]
const %lowest : f32[] = [-128]
const %largest : f32[] = [127]
%r : f32[1,1,3,2,4] = Round(%x)
%k : f32[1,1,3,2,4] = Clip(%r, %lo, %hi)
%Cast : i8[1,1,3,2,4] = Cast(%k) {to=i8} from "ConvBlocked"
%ConvBlocked : i32[1,1,4,2,4] = ConvBlocked(%Cast, %w.1, %b.1) {strides=[1,1], dilations=[1,1], pads=[1,0,0,0], block=4}
%y : f32[1,1,4,2,4] = Cast(%ConvBlocked) {to=f32} from "ConvBlocked"
%Add : f32[1,1,3,2,4] = Add(%r, %zero_point) from "ConvBlocked"
%Clip : f32[1,1,3,2,4] = Clip(%Add, %lowest, %largest) from "ConvBlocked"
%Cast.1 : i8[1,1,3,2,4] = Cast(%Clip) {to=i8} from "ConvBlocked"
%ConvBlocked.1 : i32[1,1,3,2,4] = ConvBlocked(%Cast.1, %w.2, %b.2) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], block=4}
%z : f32[1,1,3,2,4] = Cast(%ConvBlocked.1) {to=f32} from "ConvBlocked"
out %y
out %z

== products of matrices: the weights turned, the bias a number; rows of bytes as they are loaded; a depth of no whole fours stays
graph "t"
in %x : f32[3,8]
in %q : i8[2,4]
in %d : f32[2,6]
const %lo : f32[] = [-3]
const %hi : f32[] = [200]
const %z : f32[] = [5]
const %w : f32[4,8] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 9, -9, 8, -8, 7, -7, 6, -6, 1, 1, 1, 1, 1, 1, 1, 1]
const %b : f32[4] = [10, -20, 0, 1]
const %v : f32[4,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %u : f32[6,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, 1, 1, 1, 2, 2, 2, 2]
%r = Round(%x)
%k = Clip(%r, %lo, %hi)
%y = Gemm(%k, %w, %b) {transB=1}
%f = Cast(%q) {to=f32}
%g = Add(%f, %z)
%p = MatMul(%g, %v)
%e = Round(%d)
%h = Clip(%e, %lo, %hi)
%o = MatMul(%h, %u)
out %y
out %p
out %o
--- multiply_bytes:arm64+dot
graph "t" file "t"
in %x : f32[3,8]
in %q : i8[2,4]
in %d : f32[2,6]
const %lo : f32[] = [-3]
const %hi : f32[] = [200]
const %z : f32[] = [5]
const %w : f32[4,8] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 9, -9, 8, -8, 7, -7, 6, -6, 1, 1, 1, 1, 1, 1, 1, 1]
const %b : f32[4] = [10, -20, 0, 1]
const %v : f32[4,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %u : f32[6,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4, 1, 1, 1, 1, 2, 2, 2, 2]
const %b.1 : i32[4] = [760, 3105, 0, 1001]
const %w.1 : i8[8,4] = [1, -6, 9, 1, -2, 7, -9, 1, 3, 7, 8, 1, 127, 7, -8, 1, -128, 1, 7, 1, 0, 2, -7, 1, 0, 3, 6, 1, 5, 4, -6, 1]
const %zero_point : f32[] = [-125]
const %lowest : f32[] = [-128]
const %largest : f32[] = [75]
const %bias : i32[4] = [-660, 35, 65, 715]
const %v.1 : i8[4,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
%r : f32[3,8] = Round(%x)
%Add : f32[3,8] = Add(%r, %zero_point) from "Gemm"
%Clip : f32[3,8] = Clip(%Add, %lowest, %largest) from "Gemm"
%Cast : i8[3,8] = Cast(%Clip) {to=i8} from "Gemm"
%MatMulInteger : i32[3,4] = MatMulInteger(%Cast, %w.1) from "Gemm"
%Add.1 : i32[3,4] = Add(%MatMulInteger, %b.1) from "Gemm"
%y : f32[3,4] = Cast(%Add.1) {to=f32} from "Gemm"
%MatMulInteger.1 : i32[2,4] = MatMulInteger(%q, %v.1) from "MatMul"
%Add.2 : i32[2,4] = Add(%MatMulInteger.1, %bias) from "MatMul"
%p : f32[2,4] = Cast(%Add.2) {to=f32} from "MatMul"
%e : f32[2,6] = Round(%d)
%h : f32[2,6] = Clip(%e, %lo, %hi)
%o : f32[2,4] = MatMul(%h, %u)
out %y
out %p
out %o

== bytes that are shifted after they are clipped
graph "t"
in %x : f32[2,4]
const %lo : f32[] = [-28]
const %hi : f32[] = [227]
const %z : f32[] = [-100]
%r = Round(%x)
%k = Clip(%r, %lo, %hi)
%a = Add(%k, %z)
%y = Cast(%a) {to=i8}
out %y
--- multiply_bytes:arm64+dot
graph "t" file "t"
in %x : f32[2,4]
const %lo : f32[] = [-28]
const %hi : f32[] = [227]
const %z : f32[] = [-100]
const %zero_point : f32[] = [-100]
const %lowest : f32[] = [-128]
const %largest : f32[] = [127]
%r : f32[2,4] = Round(%x)
%Add : f32[2,4] = Add(%r, %zero_point) from "Cast"
%Clip : f32[2,4] = Clip(%Add, %lowest, %largest) from "Cast"
%y : i8[2,4] = Cast(%Clip) {to=i8}
out %y

== a zero point that is known when the model runs is taken from the sums
graph "t"
in %x : f32[2,4]
in %z : u8[]
const %w : f32[4,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
%r = Round(%x)
%zero = Cast(%z) {to=f32}
%s = Add(%r, %zero)
%q = Cast(%s) {to=u8}
%k = Cast(%q) {to=f32}
%d = Sub(%k, %zero)
%y = MatMul(%d, %w)
out %y
--- multiply_bytes:arm64+dot
graph "t" file "t"
in %x : f32[2,4]
in %z : u8[]
const %w : f32[4,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %bias : i32[4] = [-16896, 896, 1664, 18304]
const %w.1 : i8[4,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %sums : f32[4] = [-132, 7, 13, 143]
const %zero_point : f32[] = [-128]
const %lowest : f32[] = [-128]
const %largest : f32[] = [127]
%r : f32[2,4] = Round(%x)
%zero : f32[] = Cast(%z) {to=f32}
%s : f32[2,4] = Add(%r, %zero)
%Add : f32[2,4] = Add(%s, %zero_point) from "MatMul"
%Clip : f32[2,4] = Clip(%Add, %lowest, %largest) from "MatMul"
%Cast : i8[2,4] = Cast(%Clip) {to=i8} from "MatMul"
%MatMulInteger : i32[2,4] = MatMulInteger(%Cast, %w.1) from "MatMul"
%Add.1 : i32[2,4] = Add(%MatMulInteger, %bias) from "MatMul"
%Cast.1 : f32[2,4] = Cast(%Add.1) {to=f32} from "MatMul"
%Mul : f32[4] = Mul(%sums, %zero) from "MatMul"
%y : f32[2,4] = Sub(%Cast.1, %Mul) from "MatMul"
out %y

== matrices where bytes have no sign: a clip below them gives way to one at them
graph "t"
in %x : f32[1,4]
const %w : f32[4,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %lo : f32[] = [-128]
const %hi : f32[] = [127]
const %zero : f32[] = [0]
%r = Round(%x)
%p = Clip(%r, %zero, %hi)
%c = Clip(%p, %lo, %hi)
%y = MatMul(%c, %w)
out %y
--- multiply_bytes:x86-64-v3
graph "t" file "t"
in %x : f32[1,4]
const %w : f32[4,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %lo : f32[] = [-128]
const %hi : f32[] = [127]
const %zero : f32[] = [0]
const %w.1 : i8[4,4] = [1, -2, 3, 127, -128, 0, 0, 5, -6, 7, 7, 7, 1, 2, 3, 4]
const %lowest : f32[] = [0]
const %largest : f32[] = [127]
%r : f32[1,4] = Round(%x)
%p : f32[1,4] = Clip(%r, %zero, %hi)
%Clip : f32[1,4] = Clip(%p, %lowest, %largest) from "MatMul"
%Cast : u8[1,4] = Cast(%Clip) {to=u8} from "MatMul"
%MatMulInteger : i32[1,4] = MatMulInteger(%Cast, %w.1) from "MatMul"
%y : f32[1,4] = Cast(%MatMulInteger) {to=f32} from "MatMul"
out %y

== a byte that only becomes a float again stays one where it is clipped to what fits; clipped to more it is a byte
graph "t"
in %x : f32[1,4]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %less : f32[] = [-1]
%r = Round(%x)
%a = Clip(%r, %lo, %hi)
%b = Cast(%a) {to=u8}
%y = Cast(%b) {to=f32}
%c = Clip(%r, %less, %hi)
%d = Cast(%c) {to=u8}
%z = Cast(%d) {to=f32}
out %y
out %z
--- multiply_bytes:x86-64-v3
graph "t" file "t"
in %x : f32[1,4]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %less : f32[] = [-1]
%r : f32[1,4] = Round(%x)
%y : f32[1,4] = Clip(%r, %lo, %hi)
%c : f32[1,4] = Clip(%r, %less, %hi)
%d : u8[1,4] = Cast(%c) {to=u8}
%z : f32[1,4] = Cast(%d) {to=f32}
out %y
out %z
