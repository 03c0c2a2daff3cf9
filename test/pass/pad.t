== into a convolution
graph "t"
in %x : f32[1,1,3,3]
const %w : f32[1,1,2,2] = [1,2,3,4]
%p = Pad(%x) {pads=[0,0,1,0,0,0,2,1]} "pad"
%y = Conv(%p, %w) {pads=[1,0,0,0]} "conv"
out %y
--- fold_pad
graph "t" file "t"
in %x : f32[1,1,3,3]
const %w : f32[1,1,2,2] = [1, 2, 3, 4]
%y : f32[1,1,6,3] = Conv(%x, %w) {strides=[1,1], dilations=[1,1], pads=[2,0,2,1]} "conv+pad"
out %y

== not with another value
graph "t"
in %x : f32[1,1,3,3]
const %v : f32[] = [1]
const %w : f32[1,1,2,2] = [1,2,3,4]
%p = Pad(%x, %v) {pads=[0,0,1,0,0,0,2,1]} "pad"
%y = Conv(%p, %w) "conv"
out %y
--- fold_pad
unchanged

== not in another mode, nor with channels, nor when read twice
graph "t"
in %x : f32[1,1,3,3]
const %w : f32[1,1,2,2] = [1,2,3,4]
const %v : f32[1,2,2,2] = [1,2,3,4,5,6,7,8]
%p = Pad(%x) {pads=[0,0,1,0,0,0,1,1], mode="edge"} "edge"
%a = Conv(%p, %w) "a"
%q = Pad(%x) {pads=[0,1,0,0,0,0,0,0]} "channels"
%b = Conv(%q, %v) "b"
%r = Pad(%x) {pads=[0,0,1,1,0,0,1,1]} "twice"
%c = Conv(%r, %w) "c"
%d = Tanh(%r)
out %a
out %b
out %c
out %d
--- fold_pad
unchanged

== not where elements are cut off
graph "t"
in %x : f32[1,1,4,4]
const %w : f32[1,1,2,2] = [1,2,3,4]
%p = Pad(%x) {pads=[0,0,1,0,0,0,-1,1]} "pad"
%y = Conv(%p, %w) "conv"
out %y
--- fold_pad
unchanged

== maximum: padding below everything, or zeros below what is not negative
graph "t"
in %x : f32[1,1,3,3]
const %low : f32[] = [-inf]
%p = Pad(%x, %low) {pads=[0,0,1,1,0,0,1,1]} "p"
%y = MaxPool(%p) {kernel_shape=[3,3], strides=[2,2]} "pool"
%r = Relu(%x) "relu"
%q = Pad(%r) {pads=[0,0,1,1,0,0,1,1]} "q"
%z = MaxPool(%q) {kernel_shape=[3,3], strides=[2,2]} "pool2"
out %y
out %z
--- fold_pad
graph "t" file "t"
in %x : f32[1,1,3,3]
const %low : f32[] = [-inf]
%y : f32[1,1,2,2] = MaxPool(%x) {kernel_shape=[3,3], strides=[2,2], dilations=[1,1], pads=[1,1,1,1]} "pool+p"
%r : f32[1,1,3,3] = Relu(%x) "relu"
%z : f32[1,1,2,2] = MaxPool(%r) {kernel_shape=[3,3], strides=[2,2], dilations=[1,1], pads=[1,1,1,1]} "pool2+q"
out %y
out %z

== maximum: zeros matter
graph "t"
# range -2 -1
in %x : f32[1,1,3,3]
%p = Pad(%x) {pads=[0,0,1,1,0,0,1,1]} "p"
%y = MaxPool(%p) {kernel_shape=[3,3], strides=[2,2]} "pool"
out %y
--- fold_pad
unchanged

== average: the zeros count
graph "t"
in %x : f32[1,1,3,3]
%p = Pad(%x) {pads=[0,0,1,1,0,0,1,1]} "p"
%y = AveragePool(%p) {kernel_shape=[3,3], strides=[2,2]} "pool"
%q = Pad(%x) {pads=[0,0,1,1,0,0,1,1]} "q"
%z = AveragePool(%q) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1], count_include_pad=1} "pool2"
out %y
out %z
--- fold_pad
graph "t" file "t"
in %x : f32[1,1,3,3]
%y : f32[1,1,2,2] = AveragePool(%x) {kernel_shape=[3,3], strides=[2,2], dilations=[1,1], pads=[1,1,1,1], count_include_pad=1} "pool+p"
%z : f32[1,1,3,3] = AveragePool(%x) {kernel_shape=[3,3], strides=[2,2], dilations=[1,1], pads=[2,2,2,2], count_include_pad=1} "pool2+q"
out %y
out %z

== average: padding of its own that does not count
graph "t"
in %x : f32[1,1,3,3]
%p = Pad(%x) {pads=[0,0,1,1,0,0,1,1]} "p"
%y = AveragePool(%p) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]} "pool"
out %y
--- fold_pad
unchanged

== pad of pad
graph "t"
in %x : f32[2,3]
const %v : f32[] = [7]
%p = Pad(%x, %v) {pads=[1,0,0,1]} "p"
%y = Pad(%p, %v) {pads=[0,2,1,0]} "q"
out %y
--- fold_pad
graph "t" file "t"
in %x : f32[2,3]
const %v : f32[] = [7]
%y : f32[4,6] = Pad(%x, %v) {pads=[1,2,1,1]} "q+p"
out %y
