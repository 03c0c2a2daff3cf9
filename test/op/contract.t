== conv 2-d with padding
in %x : f32[1,1,3,3]
const %w : f32[1,1,3,3] = [0,1,0, 1,1,1, 0,1,0]
const %b : f32[1] = [10]
%y = Conv(%x, %w, %b) {pads=[1,1,1,1]}
out %y
---
y = 17 21 21 27 35 33 29 39 33
nest sum(kh,kw | 

== conv names its axes
in %x : f32[2,3,8,8]
in %w : f32[4,3,2,2]
%y = Conv(%x, %w)
out %y
---
nest for n 2, oc 4, oh 7, ow 7: y[n,oc,oh,ow] = sum(ic,kh,kw) (x[n,ic,(oh + kh),(ow + kw)] * w[oc,ic,kh,kw])

== conv with stride and dilation
in %x : f32[1,1,7]
const %w : f32[1,1,2] = [1, 10]
%y = Conv(%x, %w) {strides=[2], dilations=[2]}
out %y
---
y = 31 53 75

== conv in groups
in %x : f32[1,4,1,2]
const %w : f32[2,2,1,1] = [1, 10, 1, 100]
%y = Conv(%x, %w) {group=2}
out %y
---
y = 31 42 705 806

== depthwise conv reduces over the kernel alone
in %x : f32[1,2,1,3]
const %w : f32[2,1,1,2] = [1, 1, 1, -1]
%y = Conv(%x, %w) {group=2}
out %y
---
y = 3 5 -1 -1
nest sum(kw) (x[0,oc,0,(ow + kw)] * w[oc,0,0,kw])

== conv 3-d
in %x : f32[1,1,2,2,2]
const %w : f32[1,1,2,2,2] = [1,1,1,1,1,1,1,1]
%y = Conv(%x, %w)
out %y
---
y = 36
nest sum(kd,kh,kw)

== transposed conv
in %x : f32[1,1,2,2]
const %w : f32[1,1,2,2] = [1, 2, 3, 4]
%y = ConvTranspose(%x, %w) {strides=[1,1], pads=[0,0,0,0]}
out %y
---
y = 1 4 4 6 20 16 9 24 16

== transposed conv with stride
in %x : f32[1,1,2]
const %w : f32[1,1,3] = [1, 10, 100]
const %b : f32[1] = [0.5]
%y = ConvTranspose(%x, %w, %b) {strides=[2], pads=[0,0]}
out %y
---
y = 1.5 10.5 102.5 20.5 200.5

== transposed conv in groups
in %x : f32[1,2,1]
const %w : f32[2,2,1] = [1, 2, 3, 4]
%y = ConvTranspose(%x, %w) {group=2, strides=[1], pads=[0,0]}
out %y
---
y = 1 2 6 8

== matrix product
in %a : f32[2,3]
in %b : f32[3,2]
%y = MatMul(%a, %b)
out %y
---
y = 22 28 49 64
nest for m 2, n 2: y[m,n] = sum(k) (a[m,k] * b[k,n])

== matrix product, batches broadcast
in %a : f32[2,1,1,2]
in %b : f32[2,2,1]
%y = MatMul(%a, %b)
out %y
---
y = 5 11 11 25

== vectors
in %a : f32[3]
in %b : f32[3]
in %m : f32[3,2]
%d = MatMul(%a, %b)
%r = MatMul(%a, %m)
out %d
out %r
---
d = 14
r = 22 28

== matrix times vector
in %m : f32[2,3]
in %a : f32[3]
%y = MatMul(%m, %a)
out %y
---
y = 14 32

== integer product wraps
const %a : i8[1,2] = [100, 100]
const %b : i8[2,1] = [2, 1]
%y = MatMul(%a, %b)
out %y
---
y = 44

== gemm
in %a : f32[2,3]
in %b : f32[2,3]
in %c : f32[2]
%y = Gemm(%a, %b, %c) {alpha=2, beta=0.5, transB=1}
out %y
---
y = 28.5 65 64.5 155

== gemm transposed, without its third operand
in %a : f32[2,2]
in %b : f32[2,1]
%y = Gemm(%a, %b) {transA=1}
out %y
---
y = 7 10
nest sum(k) (a[k,m] * b[k,0])

== gemm leaves out what beta 0 removes
in %a : f32[1,1]
in %b : f32[1,1]
const %c : f32[1] = [nan]
%y = Gemm(%a, %b, %c) {beta=0}
out %y
---
y = 1

== max pooling
in %x : f32[1,1,3,3]
%y = MaxPool(%x) {kernel_shape=[2,2], strides=[1,1], pads=[0,0,1,1]}
out %y
---
y = 5 6 6 8 9 9 8 9 9

== max pooling of negative values ignores the padding
const %x : f32[1,1,2] = [-3, -2]
%y = MaxPool(%x) {kernel_shape=[3], pads=[1,1]}
out %y
---
y = -2 -2

== average pooling counts what is inside
in %x : f32[1,1,3,3]
%y = AveragePool(%x) {kernel_shape=[2,2], strides=[2,2], pads=[1,1,0,0]}
out %y
---
y = 1 2.5 5.5 7

== average pooling counts the padding
in %x : f32[1,1,4]
%y = AveragePool(%x) {kernel_shape=[2], strides=[2], pads=[1,1], count_include_pad=1}
out %y
---
y = 0.5 2.5 2

== average pooling without padding divides by a number
in %x : f32[1,1,4,4]
%y = AveragePool(%x) {kernel_shape=[2,2], strides=[2,2]}
out %y
---
y = 3.5 5.5 11.5 13.5
nest / 4)

== lp pooling
in %x : f32[1,1,4]
%y = LpPool(%x) {kernel_shape=[2], strides=[2], p=2}
out %y
---
y = 2.236068 5

== convolution of the wrong rank
in %x : f32[1,1,4]
in %w : f32[1,1,2,2]
%y = Conv(%x, %w)
out %y
---
error Conv

== winograd's transforms give the sums of the window
in %x : f32[1,1,3,4,4]
const %u : f32[4,4,1,4] = [1,0,0,0, -0.5,0,0,0, -0.5,0,0,0, 0,0,0,0, -0.5,0,0,0, 0.25,0,0,0, 0.25,0,0,0, 0,0,0,0, -0.5,0,0,0, 0.25,0,0,0, 0.25,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0]
%y = ConvWinograd(%x, %u) {tile=2, block=4}
out %y
---
y = 1 0 0 0 5 0 0 0

== winograd wants what goes with its tile
in %x : f32[1,1,3,4,4]
in %u : f32[6,6,1,4]
%y = ConvWinograd(%x, %u) {tile=2, block=4}
out %y
---
error want [4,4,ic,oc]

== phases of a transposed convolution; the tap that a phase does not have is not read
in %x : f32[1,1,2,2]
const %u : f32[2,2,2,2] = [1,100, 0,0, 0,0, 1,100, 10,999, 0,0, 0,0, 10,999]
const %b : f32[2] = [0, 0.5]
%y = ConvTransposeBlocked(%x, %u, %b) {kernel_shape=[3], strides=[2], pads=[0], output_shape=[6], block=2}
out %y
---
y = 1 2.5 10 20.5 103 204.5 30 40.5 300 400.5 0 0.5

== phases with padding in front
in %x : f32[1,1,2,2]
const %u : f32[2,2,2,1] = [10, 0, 0, 10, 1, 0, 0, 1]
%y = ConvTransposeBlocked(%x, %u) {kernel_shape=[2], strides=[2], pads=[1], output_shape=[2], block=2}
out %y
---
y = 10 20 3 4

== taps have to go with the kernel
in %x : f32[1,1,2,2]
in %u : f32[2,2,2,1]
%y = ConvTransposeBlocked(%x, %u) {kernel_shape=[3], strides=[2], pads=[0], output_shape=[6], block=2}
out %y
---
error kernel_shape: got 3, which does not go with the taps

== phases have to go with the strides
in %x : f32[1,1,2,2]
in %u : f32[3,2,2,2]
%y = ConvTransposeBlocked(%x, %u) {kernel_shape=[3], strides=[2], pads=[0], output_shape=[6], block=2}
out %y
---
error u: operand 1 'u' f32[3,2,2,2] does not go with

== whole strides of results
in %x : f32[1,1,2,2]
in %u : f32[2,2,2,2]
%y = ConvTransposeBlocked(%x, %u) {kernel_shape=[3], strides=[2], pads=[0], output_shape=[5], block=2}
out %y
---
error output_shape: dimension 2: want a multiple of its stride

== where the largest elements lie, the first of equal ones
const %x : f32[1,1,3,3] = [1, 5, 5, 7, 2, 5, 7, 7, 0]
%y = MaxPool(%x) {kernel_shape=[2,2], pads=[0,0,1,1]}
%i = MaxPoolIndices(%x, %y) {kernel_shape=[2,2], pads=[0,0,1,1]}
%j = MaxPoolIndices(%x, %y) {kernel_shape=[2,2], pads=[0,0,1,1], storage_order=1}
out %i
out %j
---
i = 3 1 2 3 7 5 6 7 8
j = 1 3 6 1 5 7 2 5 8

== positions count batch and channels, and padding before does not
in %x : f32[2,2,3]
%y = MaxPool(%x) {kernel_shape=[2], strides=[2], pads=[1,0]}
%i = MaxPoolIndices(%x, %y) {kernel_shape=[2], strides=[2], pads=[1,0]}
out %i
---
i = 0 2 3 5 6 8 9 11

== NaN is the largest element
const %x : f32[1,1,4] = [1, nan, 3, 2]
%y = MaxPool(%x) {kernel_shape=[2], strides=[2]}
%i = MaxPoolIndices(%x, %y) {kernel_shape=[2], strides=[2]}
out %i
---
i = 1 2
