== after a convolution
graph "t"
in %x : f32[1,2,3,3]
const %w : f32[2,2,1,1] = [1, 2, 3, 4]
const %s : f32[2] = [1, 2]
const %o : f32[2] = [0.5, -0.5]
const %m : f32[2] = [1, -1]
const %v : f32[2] = [3, 0.25]
%c = Conv(%x, %w) "conv"
%y = BatchNormalization(%c, %s, %o, %m, %v) {epsilon=1} "bn"
out %y
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f32[1,2,3,3]
const %w : f32[2,2,1,1] = [0.5, 1, 5.3665633, 7.1554174]
const %bias : f32[2] = [0, 1.2888544]
%y : f32[1,2,3,3] = Conv(%x, %w, %bias) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv+bn"
out %y

== with a bias, and a scale behind: one new copy of the weights
graph "t"
in %x : f32[1,2,3,3]
const %w : f32[2,1,1,1] = [1, 2]
const %b : f32[2] = [1, 1]
const %s : f32[2] = [1, 2]
const %o : f32[2] = [0.5, -0.5]
const %m : f32[2] = [1, -1]
const %v : f32[2] = [3, 0.25]
const %k : f32[1,2,1,1] = [2, 4]
%c = Conv(%x, %w, %b) {group=2} "conv"
%n = BatchNormalization(%c, %s, %o, %m, %v) {epsilon=1} "bn"
%y = Mul(%n, %k) "scale"
out %y
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f32[1,2,3,3]
const %w : f32[2,1,1,1] = [1, 14.310835]
const %b.1 : f32[2] = [1, 12.310835]
%y : f32[1,2,3,3] = Conv(%x, %w, %b.1) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0], group=2} "conv+bn+scale"
out %y

== the convolution is read twice
graph "t"
in %x : f32[1,1,2,2]
const %w : f32[1,1,1,1] = [2]
const %one : f32[1] = [1]
%c = Conv(%x, %w) "conv"
%n = BatchNormalization(%c, %one, %one, %one, %one) {epsilon=0} "bn"
%y = Add(%n, %c)
out %y
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f32[1,1,2,2]
const %w : f32[1,1,1,1] = [2]
const %scale : f32[1,1,1] = [1]
%c : f32[1,1,2,2] = Conv(%x, %w) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv"
%n : f32[1,1,2,2] = Mul(%c, %scale) "bn" from "BatchNormalization"
%y : f32[1,1,2,2] = Add(%n, %c)
out %y

== the convolution is an output
graph "t"
in %x : f32[1,1,2,2]
const %w : f32[1,1,1,1] = [2]
const %one : f32[1] = [1]
const %four : f32[1] = [4]
%c = Conv(%x, %w) "conv"
%n = BatchNormalization(%c, %one, %one, %one, %four) {epsilon=0} "bn"
out %c
out %n
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f32[1,1,2,2]
const %w : f32[1,1,1,1] = [2]
const %scale : f32[1,1,1] = [0.5]
const %shift : f32[1,1,1] = [0.5]
%c : f32[1,1,2,2] = Conv(%x, %w) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv"
%bn : f32[1,1,2,2] = Mul(%c, %scale) "bn" from "BatchNormalization"
%n : f32[1,1,2,2] = Add(%bn, %shift) "bn" from "BatchNormalization"
out %c
out %n

== weights that are not constant
graph "t"
in %x : f32[1,1,2,2]
in %w : f32[2,1,1,1]
const %one : f32[2] = [1, 1]
const %four : f32[2] = [3, 8]
%c = Conv(%x, %w) "conv"
%y = BatchNormalization(%c, %one, %one, %one, %four) {epsilon=1} "bn"
out %y
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f32[1,1,2,2]
in %w : f32[2,1,1,1]
const %scale : f32[2,1,1] = [0.5, 0.33333334]
const %shift : f32[2,1,1] = [0.5, 0.6666667]
%c : f32[1,2,2,2] = Conv(%x, %w) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv"
%bn : f32[1,2,2,2] = Mul(%c, %scale) "bn" from "BatchNormalization"
%y : f32[1,2,2,2] = Add(%bn, %shift) "bn" from "BatchNormalization"
out %y

== parameters that are not constant
graph "t"
in %x : f32[1,1,2,2]
in %s : f32[1]
const %w : f32[1,1,1,1] = [2]
const %one : f32[1] = [1]
%c = Conv(%x, %w) "conv"
%y = BatchNormalization(%c, %s, %one, %one, %one) "bn"
out %y
--- fold_batch_norm dead_code
unchanged

== after a transposed convolution with groups
graph "t"
in %x : f32[1,4,2,2]
const %w : f32[4,1,2,2] = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]
const %s : f32[2] = [1, 2]
const %o : f32[2] = [0.5, -0.5]
const %m : f32[2] = [1, -1]
const %v : f32[2] = [3, 0.25]
%c = ConvTranspose(%x, %w) {group=2, strides=[2,2]} "deconv"
%y = BatchNormalization(%c, %s, %o, %m, %v) {epsilon=1} "bn"
out %y
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f32[1,4,2,2]
const %w : f32[4,1,2,2] = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 16.09969, 17.888544, 19.677399, 21.466253, 23.255108, 25.04396, 26.832815, 28.62167]
const %bias : f32[2] = [0, 1.2888544]
%y : f32[1,2,4,4] = ConvTranspose(%x, %w, %bias) {strides=[2,2], dilations=[1,1], pads=[0,0,0,0], output_padding=[0,0], group=2} "deconv+bn"
out %y

== after gemm, with alpha and beta
graph "t"
in %x : f32[2,3]
const %w : f32[2,3] = [1,2,3,4,5,6]
const %b : f32[1,2] = [1, 2]
const %s : f32[2] = [1, 2]
const %o : f32[2] = [0.5, -0.5]
const %m : f32[2] = [1, -1]
const %v : f32[2] = [3, 0.25]
%c = Gemm(%x, %w, %b) {alpha=0.5, beta=2, transB=1} "fc"
%y = BatchNormalization(%c, %s, %o, %m, %v) {epsilon=1} "bn"
out %y
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f32[2,3]
const %w : f32[2,3] = [0.25, 0.5, 0.75, 3.5777087, 4.472136, 5.3665633]
const %b.1 : f32[2] = [1, 8.444272]
%y : f32[2,2] = Gemm(%x, %w, %b.1) {transB=1} "fc+bn"
out %y

== before a convolution without padding
graph "t"
in %x : f32[1,2,3,3]
const %w : f32[1,2,2,2] = [1,2,3,4,5,6,7,8]
const %s : f32[2] = [1, 2]
const %o : f32[2] = [0.5, -0.5]
const %m : f32[2] = [1, -1]
const %v : f32[2] = [3, 0.25]
%n = BatchNormalization(%x, %s, %o, %m, %v) {epsilon=1} "bn"
%y = Conv(%n, %w) "conv"
out %y
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f32[1,2,3,3]
const %w : f32[1,2,2,2] = [0.5, 1, 1.5, 2, 8.944272, 10.733127, 12.52198, 14.310835]
const %bias : f32[1] = [33.510216]
%y : f32[1,1,2,2] = Conv(%x, %w, %bias) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv+bn"
out %y

== before a convolution with padding: scale and shift
graph "t"
in %x : f32[1,2,3,3]
const %w : f32[1,2,2,2] = [1,2,3,4,5,6,7,8]
const %s : f32[2] = [1, 2]
const %o : f32[2] = [0.5, -0.5]
const %m : f32[2] = [1, -1]
const %v : f32[2] = [3, 8]
%n = BatchNormalization(%x, %s, %o, %m, %v) {epsilon=1} "bn"
%y = Conv(%n, %w) {pads=[1,1,1,1]} "conv"
out %y
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f32[1,2,3,3]
const %w : f32[1,2,2,2] = [1, 2, 3, 4, 5, 6, 7, 8]
const %scale : f32[2,1,1] = [0.5, 0.6666667]
const %shift : f32[2,1,1] = [0, 0.16666667]
%bn : f32[1,2,3,3] = Mul(%x, %scale) "bn" from "BatchNormalization"
%n : f32[1,2,3,3] = Add(%bn, %shift) "bn" from "BatchNormalization"
%y : f32[1,1,4,4] = Conv(%n, %w) {strides=[1,1], dilations=[1,1], pads=[1,1,1,1]} "conv"
out %y

== alone: a scale
graph "t"
in %x : f32[1,2,3]
const %s : f32[2] = [1, 2]
const %o : f32[2] = [0, 0]
const %v : f32[2] = [3, 0]
%y = BatchNormalization(%x, %s, %o, %o, %v) {epsilon=1} "bn"
out %y
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f32[1,2,3]
const %scale : f32[2,1] = [0.5, 2]
%y : f32[1,2,3] = Mul(%x, %scale) "bn" from "BatchNormalization"
out %y

== half precision is rounded once
graph "t"
# tolerance 5e-3
in %x : f16[1,1,2,2]
const %w : f16[1,1,1,1] = [3]
const %one : f32[1] = [1]
const %v : f32[1] = [8]
%c = Conv(%x, %w) "conv"
%y = BatchNormalization(%c, %one, %one, %one, %v) {epsilon=1} "bn"
out %y
--- fold_batch_norm dead_code
graph "t" file "t"
in %x : f16[1,1,2,2]
const %w : f16[1,1,1,1] = [1]
const %bias : f16[1] = [0.6665039]
%y : f16[1,1,2,2] = Conv(%x, %w, %bias) {strides=[1,1], dilations=[1,1], pads=[0,0,0,0]} "conv+bn"
out %y
