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

== not what is no whole number, no byte, padded with another one, or weights that are none
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
%p = Clip(%r, %lo, %zero)
%y6 = ConvBlocked(%p, %w) {block=4, pads=[1,1,1,1]}
out %y
out %y2
out %y3
out %y4
out %y5
out %y6
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
