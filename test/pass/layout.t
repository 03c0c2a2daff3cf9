== a residual block in blocks of eight, reorders at its ends
graph "t"
in %x : f32[1,8,6,5]
const %w1 : f32[10,8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25]
const %b1 : f32[10] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25]
const %w2 : f32[10,1,3,3] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25]
const %w3 : f32[8,10,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25]
%a = Conv(%x, %w1, %b1) "expand"
%c = Relu(%a) "act"
%d = Conv(%c, %w2) {pads=[1,1,1,1], group=10} "depthwise"
%e = HardSwish(%d) "act2"
%f = Conv(%e, %w3) "project"
%g = Add(%f, %x) "add"
%h = Softmax(%g) {axis=3} "plain"
out %h
--- assign_layout:x86-64-v3
graph "t" file "t"
in %x : f32[1,8,6,5]
const %w1 : f32[10,8,1,1] = base64 "AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4="
const %b1 : f32[10] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25]
const %w2 : f32[10,1,3,3] = base64 "AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/"
const %w3 : f32[8,10,1,1] = base64 "AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4="
const %w1.1 : f32[16,8,1,1] = base64 "AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
const %b1.1 : f32[16] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0, 0, 0, 0, 0, 0]
const %w2.1 : f32[16,1,3,3] = base64 "AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
%expand : f32[1,1,6,5,8] = BlockChannels(%x) {block=8} "expand" from "Conv"
%expand.1 : f32[1,2,6,5,8] = ConvBlocked(%expand, %w1.1, %b1.1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], block=8} "expand" from "Conv"
%act : f32[1,2,6,5,8] = Relu(%expand.1) "act"
%depthwise : f32[1,2,6,5,8] = ConvBlocked(%act, %w2.1) {strides=[1,1], dilations=[1,1], pads=[1,1,1,1], group=16, block=8} "depthwise" from "Conv"
%act2 : f32[1,2,6,5,8] = HardSwish(%depthwise) "act2"
%project : f32[1,1,6,5,8] = ConvBlocked(%act2, %w3) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], block=8} "project" from "Conv"
%f : f32[1,8,6,5] = UnblockChannels(%project) {block=8, channels=8} "project" from "Conv"
%g : f32[1,8,6,5] = Add(%f, %x) "add"
%h : f32[1,8,6,5] = Softmax(%g) {axis=3} "plain"
out %h

== few channels are read as they are, pooling and the channel gate stay in blocks
graph "t"
in %x : f32[1,3,9,9]
const %w1 : f32[8,3,2,2] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75]
const %w2 : f32[4,8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25]
const %w3 : f32[8,4,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25]
const %s : f32[8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75]
%a = Conv(%x, %w1) {strides=[2,2]} "first"
%b = MaxPool(%a) {kernel_shape=[2,2], strides=[1,1]} "pool"
%c = Mul(%b, %s) "scale"
%d = ReduceMean(%c) {axes=[2,3]} "squeeze"
%e = Conv(%d, %w2) "reduce"
%f = Relu(%e) "act"
%g = Conv(%f, %w3) "excite"
%h = Sigmoid(%g) "gate"
%i = Mul(%c, %h) "apply"
%j = ReduceMean(%i) {axes=[2,3]} "head"
%k = Reshape(%j) {shape=[1,8]} "flat"
out %k
--- assign_layout:x86-64-v3
graph "t" file "t"
in %x : f32[1,3,9,9]
const %w1 : f32[8,3,2,2] = base64 "AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/AACAvgAAoL8AAAA/AAAAvwAAoD8AAIA+AABAvwAAgD8AAAAAAACAvwAAQD8AAIC+AACgvwAAAD8AAAC/AACgPwAAgD4AAEC/AACAPwAAAAAAAIC/AABAPwAAgL4AAKC/AAAAPwAAAL8AAKA/AACAPgAAQL8AAIA/AAAAAAAAgL8AAEA/"
const %w2 : f32[4,8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25]
const %w3 : f32[8,4,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25]
const %s : f32[8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75]
const %s.1 : f32[1,1,1,8] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75]
const %w2.1 : f32[8,8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
%first : f32[1,1,4,4,8] = ConvBlocked(%x, %w1) {strides=[2,2], dilations=[1,1], pads=[0,0,0,0], block=8} "first" from "Conv"
%pool : f32[1,1,3,3,8] = MaxPool(%first) {kernel_shape=[2,2,1], strides=[1,1,1], dilations=[1,1,1], pads=[0,0,0,0,0,0]} "pool"
%scale : f32[1,1,3,3,8] = Mul(%pool, %s.1) "scale"
%squeeze : f32[1,1,1,1,8] = ReduceMean(%scale) {axes=[2,3]} "squeeze"
%reduce : f32[1,1,1,1,8] = ConvBlocked(%squeeze, %w2.1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], block=8} "reduce" from "Conv"
%act : f32[1,1,1,1,8] = Relu(%reduce) "act"
%excite : f32[1,1,1,1,8] = ConvBlocked(%act, %w3) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], block=8} "excite" from "Conv"
%gate : f32[1,1,1,1,8] = Sigmoid(%excite) "gate"
%apply : f32[1,1,3,3,8] = Mul(%scale, %gate) "apply"
%head : f32[1,1,1,1,8] = ReduceMean(%apply) {axes=[2,3]} "head"
%j : f32[1,8,1,1] = Reshape(%head) {shape=[1,8,1,1]} "head" from "ReduceMean"
%k : f32[1,8] = Reshape(%j) {shape=[1,8]} "flat"
out %k

== concat of whole blocks; one that is not stays plain
graph "t"
in %x : f32[1,8,4,4]
const %w1 : f32[8,8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25]
const %w2 : f32[4,8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25]
const %w3 : f32[8,4,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25]
%a = Conv(%x, %w1) "a"
%b = Conv(%a, %w2) "b"
%c = Concat(%a, %b) {axis=1} "last may be short"
%d = Conv(%b, %w3) "d"
%e = Concat(%b, %d) {axis=1} "short one first"
out %c
out %e
--- assign_layout:x86-64-v3
graph "t" file "t"
in %x : f32[1,8,4,4]
const %w1 : f32[8,8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25]
const %w2 : f32[4,8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25]
const %w3 : f32[8,4,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25]
const %w2.1 : f32[8,8,1,1] = [-0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1, 0, -1, 0.75, -0.25, -1.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
%a.1 : f32[1,1,4,4,8] = BlockChannels(%x) {block=8} "a" from "Conv"
%a.2 : f32[1,1,4,4,8] = ConvBlocked(%a.1, %w1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], block=8} "a" from "Conv"
%b.1 : f32[1,1,4,4,8] = ConvBlocked(%a.2, %w2.1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], block=8} "b" from "Conv"
%b : f32[1,4,4,4] = UnblockChannels(%b.1) {block=8, channels=4} "b" from "Conv"
%"last may be short" : f32[1,2,4,4,8] = Concat(%a.2, %b.1) {axis=1} "last may be short"
%c : f32[1,12,4,4] = UnblockChannels(%"last may be short") {block=8, channels=12} "last may be short" from "Concat"
%d.1 : f32[1,1,4,4,8] = ConvBlocked(%b.1, %w3) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], block=8} "d" from "Conv"
%d : f32[1,8,4,4] = UnblockChannels(%d.1) {block=8, channels=8} "d" from "Conv"
%e : f32[1,12,4,4] = Concat(%b, %d) {axis=1} "short one first"
out %c
out %e

== without a convolution nothing moves
graph "t"
in %x : f32[1,8,4,4]
%a = Relu(%x)
%b = MaxPool(%a) {kernel_shape=[2,2]}
out %b
--- assign_layout:x86-64-v3
unchanged

== narrow groups become wider ones with zeros between, transposed ones phases; what strides do not fill is cut off
graph "t"
in %x : f32[1,8,4,4]
const %w1 : f32[8,2,1,1] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
const %w2 : f32[8,1,3,1] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]
%a = Conv(%x, %w1) {group=4} "groups"
%b = ConvTranspose(%a, %w2) {strides=[2,1], pads=[1,0,1,0]} "transposed"
out %b
--- assign_layout:x86-64-v2
graph "t" file "t"
in %x : f32[1,8,4,4]
const %w1 : f32[8,2,1,1] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
const %w2 : f32[8,1,3,1] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]
const %w1.1 : f32[8,4,1,1] = [1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 5, 6, 0, 0, 7, 8, 9, 10, 0, 0, 11, 12, 0, 0, 0, 0, 13, 14, 0, 0, 15, 16]
const %w2.1 : f32[2,1,8,2,1] = [2, 0, 5, 0, 8, 0, 11, 0, 14, 0, 17, 0, 20, 0, 23, 0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19, 21, 22, 24]
const %w2.1.1 : f32[2,4,8,2,1] = base64 "AAAAQAAAAAAAAKBAAAAAAAAAAEEAAAAAAAAwQQAAAAAAAGBBAAAAAAAAiEEAAAAAAACgQQAAAAAAALhBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgD8AAEBAAACAQAAAwEAAAOBAAAAQQQAAIEEAAEBBAABQQQAAcEEAAIBBAACQQQAAmEEAAKhBAACwQQAAwEEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
%groups : f32[1,2,4,4,4] = BlockChannels(%x) {block=4} "groups" from "Conv"
%groups.1 : f32[1,2,4,4,4] = ConvBlocked(%groups, %w1.1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], group=2, block=4} "groups" from "Conv"
%transposed : f32[1,1,8,4,4] = ConvTransposeBlocked(%groups.1, %w2.1.1) {kernel_shape=[3,1], strides=[2,1], pads=[1,0], output_shape=[8,4], block=4} "transposed" from "ConvTranspose"
%transposed.1 : f32[1,1,7,4,4] = Slice(%transposed) {starts=[0,0,0,0,0], steps=[1,1,1,1,1], counts=[1,1,7,4,4]} "transposed" from "ConvTranspose"
%b : f32[1,1,7,4] = UnblockChannels(%transposed.1) {block=4, channels=1} "transposed" from "ConvTranspose"
out %b
