== a concatenation that is rounded to bytes: its operands are, each at the scale of the result
graph "t"
in %q : i8[1,2,3,4]
in %p : u8[1,3,3,4]
const %s : f32[] = [0.5]
const %t : f32[] = [0.02]
const %zero : f32[] = [-3]
const %lo : f32[] = [-128]
const %hi : f32[] = [127]
%a1 = Cast(%q) {to=f32}
%a = Mul(%a1, %s)
%b1 = Cast(%p) {to=f32}
%b = Mul(%b1, %t)
%c = Concat(%a, %b) {axis=1}
%c1 = Div(%c, %s)
%c2 = Round(%c1)
%c3 = Add(%c2, %zero)
%y = Clip(%c3, %lo, %hi)
%z = Mul(%y, %s)
out %z
--- quantise_operands:c99
graph "t" file "t"
in %q : i8[1,2,3,4]
in %p : u8[1,3,3,4]
const %s : f32[] = [0.5]
const %t : f32[] = [0.02]
const %zero : f32[] = [-3]
const %lo : f32[] = [-128]
const %hi : f32[] = [127]
%a1 : f32[1,2,3,4] = Cast(%q) {to=f32}
%a : f32[1,2,3,4] = Mul(%a1, %s)
%b1 : f32[1,3,3,4] = Cast(%p) {to=f32}
%b : f32[1,3,3,4] = Mul(%b1, %t)
%Div : f32[1,2,3,4] = Div(%a, %s)
%Round : f32[1,2,3,4] = Round(%Div)
%Add : f32[1,2,3,4] = Add(%Round, %zero)
%Clip : f32[1,2,3,4] = Clip(%Add, %lo, %hi)
%Div.1 : f32[1,3,3,4] = Div(%b, %s)
%Round.1 : f32[1,3,3,4] = Round(%Div.1)
%Add.1 : f32[1,3,3,4] = Add(%Round.1, %zero)
%Clip.1 : f32[1,3,3,4] = Clip(%Add.1, %lo, %hi)
%y : f32[1,5,3,4] = Concat(%Clip, %Clip.1) {axis=1} from "Clip"
%z : f32[1,5,3,4] = Mul(%y, %s)
out %z

== then bytes are put side by side
graph "t"
in %x : f32[1,2,3,4]
const %w : f32[2,2,1,1] = exact [1, -2, 3, 4]
const %v : f32[2,4,1,1] = exact [1, -2, 3, 4, 5, 6, -7, 8]
const %s : f32[] = [0.5]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
%x1 = Div(%x, %s)
%x2 = Round(%x1)
%q = Clip(%x2, %lo, %hi)
%a = Conv(%q, %w)
%b = Conv(%q, %w)
%c = Concat(%a, %b) {axis=1}
%c1 = Div(%c, %s)
%c2 = Round(%c1)
%y = Clip(%c2, %lo, %hi)
%z = Conv(%y, %v)
out %z
--- quantise_operands:c99 sum_bytes:c99 dead_code:c99
graph "t" file "t"
in %x : f32[1,2,3,4]
const %s : f32[] = [0.5]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %w.1 : i8[2,2] = [1, -2, 3, 4]
const %w.2 : i8[2,2] = [1, -2, 3, 4]
const %lowest : f32[] = [0]
const %largest : f32[] = [255]
const %lowest.1 : f32[] = [0]
const %largest.1 : f32[] = [255]
const %v.1 : i8[2,4] = [1, -2, 3, 4, 5, 6, -7, 8]
%x1 : f32[1,2,3,4] = Div(%x, %s)
%x2 : f32[1,2,3,4] = Round(%x1)
%q : f32[1,2,3,4] = Clip(%x2, %lo, %hi)
%Transpose : f32[1,3,4,2] = Transpose(%q) {perm=[0,2,3,1]} from "Conv"
%Cast : u8[1,3,4,2] = Cast(%Transpose) {to=u8} from "Conv"
%ConvPatches : i32[1,3,4,2] = ConvPatches(%Cast, %w.1) {kernel_shape=[1,1], strides=[1,1], dilations=[1,1], pads=[0,0,0,0], together=4} from "Conv"
%Cast.1 : f32[1,3,4,2] = Cast(%ConvPatches) {to=f32} from "Conv"
%Div.2 : f32[1,3,4,2] = Div(%Cast.1, %s)
%Round.2 : f32[1,3,4,2] = Round(%Div.2)
%Clip.3 : f32[1,3,4,2] = Clip(%Round.2, %lowest, %largest)
%Cast.3 : u8[1,3,4,2] = Cast(%Clip.3) {to=u8} from "Clip"
%ConvPatches.1 : i32[1,3,4,2] = ConvPatches(%Cast, %w.2) {kernel_shape=[1,1], strides=[1,1], dilations=[1,1], pads=[0,0,0,0], together=4} from "Conv"
%Cast.2 : f32[1,3,4,2] = Cast(%ConvPatches.1) {to=f32} from "Conv"
%Div.3 : f32[1,3,4,2] = Div(%Cast.2, %s)
%Round.3 : f32[1,3,4,2] = Round(%Div.3)
%Clip.5 : f32[1,3,4,2] = Clip(%Round.3, %lowest.1, %largest.1)
%Cast.5 : u8[1,3,4,2] = Cast(%Clip.5) {to=u8} from "Clip"
%Concat : u8[1,3,4,4] = Concat(%Cast.3, %Cast.5) {axis=3} from "Clip"
%ConvPatches.2 : i32[1,3,4,2] = ConvPatches(%Concat, %v.1) {kernel_shape=[1,1], strides=[1,1], dilations=[1,1], pads=[0,0,0,0], together=4} from "Conv"
%Cast.8 : f32[1,3,4,2] = Cast(%ConvPatches.2) {to=f32} from "Conv"
%z : f32[1,2,3,4] = Transpose(%Cast.8) {perm=[0,3,1,2]} from "Conv"
out %z

== read by others as well: stays
graph "t"
in %a : f32[1,2,3,4]
in %b : f32[1,2,3,4]
const %s : f32[] = [0.5]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
%c = Concat(%a, %b) {axis=1}
%c1 = Div(%c, %s)
%c2 = Round(%c1)
%y = Clip(%c2, %lo, %hi)
%z = Sin(%c)
out %y
out %z
--- quantise_operands:c99
unchanged

== a factor a channel, and more than 256 numbers: stay
graph "t"
in %a : f32[1,2,3,4]
in %b : f32[1,2,3,4]
const %s : f32[4,1,1] = [0.5, 1, 2, 3]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %more : f32[] = [256]
%c = Concat(%a, %b) {axis=1}
%c1 = Mul(%c, %s)
%c2 = Round(%c1)
%y = Clip(%c2, %lo, %hi)
%d = Concat(%b, %a) {axis=1}
%d2 = Round(%d)
%z = Clip(%d2, %lo, %more)
out %y
out %z
--- quantise_operands:c99
unchanged

== where vectors of floats are: stays
graph "t"
in %a : f32[1,2,3,4]
in %b : f32[1,2,3,4]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
%c = Concat(%a, %b) {axis=1}
%c2 = Round(%c)
%y = Clip(%c2, %lo, %hi)
out %y
--- quantise_operands:gnu
unchanged

== bytes that are floats for several: each element-wise reader widens them itself
graph "t"
in %q : i8[1,3,3,4]
const %s : f32[] = [0.25]
const %zero : f32[] = [5]
%a = Cast(%q) {to=f32}
%b = Add(%a, %zero)
%d = Mul(%b, %s)
%e = Sigmoid(%d)
%y = Mul(%d, %e)
%m = ReduceMean(%d) {axes=[1,2], keepdims=1}
%t = Transpose(%d) {perm=[0,3,1,2]}
%u = Sin(%t)
out %y
out %m
out %u
--- widen_apart:c99
graph "t" file "t"
in %q : i8[1,3,3,4]
const %s : f32[] = [0.25]
const %zero : f32[] = [5]
%a : f32[1,3,3,4] = Cast(%q) {to=f32}
%b : f32[1,3,3,4] = Add(%a, %zero)
%d : f32[1,3,3,4] = Mul(%b, %s)
%Cast : f32[1,3,3,4] = Cast(%q) {to=f32}
%Add : f32[1,3,3,4] = Add(%Cast, %zero)
%Mul : f32[1,3,3,4] = Mul(%Add, %s)
%e : f32[1,3,3,4] = Sigmoid(%Mul)
%Cast.1 : f32[1,3,3,4] = Cast(%q) {to=f32}
%Add.1 : f32[1,3,3,4] = Add(%Cast.1, %zero)
%Mul.1 : f32[1,3,3,4] = Mul(%Add.1, %s)
%y : f32[1,3,3,4] = Mul(%Mul.1, %e)
%m : f32[1,1,1,4] = ReduceMean(%d) {axes=[1,2]}
%Cast.2 : f32[1,3,3,4] = Cast(%q) {to=f32}
%Add.2 : f32[1,3,3,4] = Add(%Cast.2, %zero)
%Mul.2 : f32[1,3,3,4] = Mul(%Add.2, %s)
%t : f32[1,4,3,3] = Transpose(%Mul.2) {perm=[0,3,1,2]}
%u : f32[1,4,3,3] = Sin(%t)
out %y
out %m
out %u

== floats with a factor a channel, or of wider integers, are stored
graph "t"
in %q : i8[1,3,4]
in %p : i32[1,3,4]
const %s : f32[4] = [0.25, 1, 2, 3]
const %t : f32[] = [0.25]
%a = Cast(%q) {to=f32}
%d = Mul(%a, %s)
%e = Sigmoid(%d)
%y = Mul(%d, %e)
%b = Cast(%p) {to=f32}
%f = Mul(%b, %t)
%g = Sigmoid(%f)
%z = Mul(%f, %g)
out %y
out %z
--- widen_apart:c99
unchanged
