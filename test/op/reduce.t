== sum over one axis, kept
in %x : f32[2,3]
%y = ReduceSum(%x) {axes=[1]}
out %y
---
y = 6 15
nest for i0 2: y[i0,0] = sum(i1) x[i0,i1]

== sum over all
in %x : f32[2,3]
%y = ReduceSum(%x) {axes=[0,1], keepdims=0}
out %y
---
y = 21

== mean over the middle
in %x : f32[2,2,2]
%y = ReduceMean(%x) {axes=[1], keepdims=0}
out %y
---
y = 2 3 6 7

== mean of integers truncates
in %x : i32[4]
%y = ReduceMean(%x) {axes=[0]}
out %y
---
y = 2

== extremes, product
const %x : f32[2,3] = [3, -1, 2, 5, 4, -6]
%a = ReduceMax(%x) {axes=[1]}
%b = ReduceMin(%x) {axes=[0], keepdims=0}
%c = ReduceProd(%x) {axes=[1]}
out %a
out %b
out %c
---
a = 3 5
b = 3 -1 -6
c = -6 -120

== extremes of booleans
const %x : bool[2,2] = [true, false, false, false]
%a = ReduceMax(%x) {axes=[1]}
%b = ReduceMin(%x) {axes=[1]}
out %a
out %b
---
a = 1 0
b = 0 0

== norms
const %x : f32[1,2] = [3, -4]
%a = ReduceL1(%x) {axes=[1]}
%b = ReduceL2(%x) {axes=[1]}
%c = ReduceSumSquare(%x) {axes=[1]}
out %a
out %b
out %c
---
a = 7
b = 5
c = 25

== logarithms
const %x : f32[2] = [1, 2]
%a = ReduceLogSum(%x) {axes=[0]}
%b = ReduceLogSumExp(%x) {axes=[0]}
out %a
out %b
---
a = 1.0986123
b = 2.3132617

== large and infinite exponents
const %x : f32[3,2] = [1000, 1000, -inf, -inf, inf, 1]
%y = ReduceLogSumExp(%x) {axes=[1], keepdims=0}
out %y
---
y = 1000.6931 -inf inf

== half precision is added up in single
const %x : f16[3] = [2048, 1, 1]
%y = ReduceSum(%x) {axes=[0]}
out %y
---
y = 2050

== position of the extremes
const %x : f32[2,3] = [1, 5, 5, 2, 0, 0]
%a = ArgMax(%x) {axis=1}
%b = ArgMax(%x) {axis=1, select_last_index=1, keepdims=0}
%c = ArgMin(%x) {axis=0, keepdims=0}
%d = ArgMin(%x) {axis=1, keepdims=0}
out %a
out %b
out %c
out %d
---
a = 1 0
b = 2 0
c = 0 1 1
d = 0 1

== a NaN is extreme, as to NumPy and (here) onnxruntime
const %x : f32[2] = [nan, 1]
%y = ArgMax(%x) {axis=0, keepdims=0}
out %y
---
y = 0

== softmax
const %x : f32[2,2] = [0, 0, 1000, 1000.6931]
%y = Softmax(%x) {axis=1}
%z = LogSoftmax(%x) {axis=1}
out %y
out %z
---
y = 0.5 0.5 0.3333453 0.6666547
z = -0.6931472 -0.6931472 -1.0985762 -0.4054831

== softmax in 16 bits: every step is rounded
in %x : f16[3]
%y = Softmax(%x) {axis=0}
out %y
---
y = 0.090087890625 0.2447509765625 0.66552734375

== softmax over the first axis
const %x : f32[2,2] = [0, 1, 0, 1]
%y = Softmax(%x) {axis=0}
out %y
---
y = 0.5 0.5 0.5 0.5

== hardmax takes the first
const %x : f32[2,3] = [1, 3, 3, 2, 1, 0]
%y = Hardmax(%x) {axis=1}
out %y
---
y = 0 1 0 1 0 0

== batch normalization
in %x : f32[1,2,2]
const %s : f32[2] = [1, 2]
const %b : f32[2] = [0, 1]
const %m : f32[2] = [1, 3]
const %v : f32[2] = [1, 4]
%y = BatchNormalization(%x, %s, %b, %m, %v) {epsilon=0}
out %y
---
y = 0 1 1 2

== layer normalization and its other outputs
const %x : f32[2,2] = [1, 3, 2, 2]
const %s : f32[2] = [1, 2]
%y, %m, %i = LayerNormalization(%x, %s) {axis=1, epsilon=1}
out %y
out %m
out %i
---
y = -0.7071068 1.4142136 0 0
m = 2 2
i = 0.7071068 1

== layer normalization with shift over two axes
in %x : f32[1,2,2]
const %s : f32[2,2] = [1, 1, 1, 1]
const %b : f32[2,2] = [1, 1, 1, 1]
%y = LayerNormalization(%x, %s, %b) {axis=1, epsilon=0}
out %y
---
y = -0.3416408 0.5527864 1.4472136 2.3416408

== rms normalization
const %x : f32[1,2] = [3, 4]
const %s : f32[2] = [1, 2]
%y = RMSNormalization(%x, %s) {axis=1, epsilon=0}
out %y
---
y = 0.8485281 2.2627417

== instance normalization
const %x : f32[1,2,2] = [1, 3, 5, 5]
const %s : f32[2] = [1, 2]
const %b : f32[2] = [0, 7]
%y = InstanceNormalization(%x, %s, %b) {epsilon=1}
out %y
---
y = -0.7071068 0.7071068 7 7

== group normalization is rewritten
const %x : f32[1,2,2] = [1, 3, 5, 7]
const %s : f32[2] = [1, 2]
const %b : f32[2] = [0, 1]
%y = GroupNormalization(%x, %s, %b) {num_groups=2, epsilon=0}
out %y
---
y = -1 1 -1 3

== lp normalization, zero stays zero
const %x : f32[2,2] = [3, 4, 0, 0]
%y = LpNormalization(%x) {axis=1}
%z = LpNormalization(%x) {axis=1, p=1}
out %y
out %z
---
y = 0.6 0.8 0 0
z = 0.4285714 0.5714286 0 0

== local response normalization
in %x : f32[1,3,1,1]
%y = LRN(%x) {size=3, alpha=3, beta=1, bias=1}
out %y
---
y = 0.1666667 0.1333333 0.2142857
