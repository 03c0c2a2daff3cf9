== defaults are completed
graph "t"
in %x : f32[1,3,8,9]
in %w : f32[8,3,3,3]
%y = Conv(%x, %w)
out %y
---
y : f32[1,8,6,7]
attr strides=[1,1], dilations=[1,1], pads=[0,0,0,0]

== strides and pads
graph "t"
in %x : f32[2,4,7,7]
in %w : f32[6,2,3,3]
in %b : f32[6]
%y = Conv(%x, %w, %b) {strides=[2,2], pads=[1,1,0,1], group=2}
out %y
---
y : f32[2,6,3,4]

== dilation
graph "t"
in %x : f32[1,1,10]
in %w : f32[1,1,3]
%y = Conv(%x, %w) {dilations=[3]}
out %y
---
y : f32[1,1,4]

== symbols
graph "t"
in %x : f32[N,3,H,W]
in %w : f32[8,3,3,3]
%y = Conv(%x, %w) {strides=[1,2], pads=[1,1,1,1]}
out %y
---
y : f32[N,8,H,(W+1)/2]

== group does not divide
graph "t"
in %x : f32[1,4,8]
in %w : f32[6,2,3]
%y = Conv(%x, %w) {group=4}
out %y
---
error group: got 4, want a divisor of the 6 output channels

== group is positive
graph "t"
in %x : f32[1,4,8]
in %w : f32[6,2,3]
%y = Conv(%x, %w) {group=0}
out %y
---
error group: got 0, want at least 1

== channels
graph "t"
in %x : f32[1,4,8]
in %w : f32[6,3,3]
%y = Conv(%x, %w)
out %y
---
error dimension 1 is 3, want 4

== stride is positive
graph "t"
in %x : f32[1,4,8]
in %w : f32[6,4,3]
%y = Conv(%x, %w) {strides=[0]}
out %y
---
error strides: got 0 at position 0, want at least 1

== dilation is positive
graph "t"
in %x : f32[1,4,8]
in %w : f32[6,4,3]
%y = Conv(%x, %w) {dilations=[-1]}
out %y
---
error dilations: got -1

== pads are not negative
graph "t"
in %x : f32[1,4,8]
in %w : f32[6,4,3]
%y = Conv(%x, %w) {pads=[0,-1]}
out %y
---
error pads: got -1 at position 1, want at least 0

== list length
graph "t"
in %x : f32[1,4,8]
in %w : f32[6,4,3]
%y = Conv(%x, %w) {strides=[1,1]}
out %y
---
error strides: got 2 entries, want 1

== kernel too large
graph "t"
in %x : f32[1,4,4]
in %w : f32[6,4,7]
%y = Conv(%x, %w) {pads=[1,1]}
out %y
---
error the window spans 7 elements, the padded input has only 6

== kernel is not empty
graph "t"
in %x : f32[1,4,4]
in %w : f32[6,4,0]
%y = Conv(%x, %w)
out %y
---
error dimension 2 is 0, want at least 1

== dilation overflows
graph "t"
in %x : f32[1,4,4]
in %w : f32[6,4,3]
%y = Conv(%x, %w) {dilations=[9223372036854775807]}
out %y
---
error overflows

== pads overflow
graph "t"
in %x : f32[1,4,4]
in %w : f32[6,4,3]
%y = Conv(%x, %w) {pads=[9223372036854775807,9223372036854775807]}
out %y
---
error overflows

== output too large
graph "t"
in %x : f32[1,4,4]
in %w : f32[6,4,3]
%y = Conv(%x, %w) {pads=[4611686018427387904,0]}
out %y
---
error make more than 2^46 elements

== bias
graph "t"
in %x : f32[1,4,4]
in %w : f32[6,4,3]
in %b : f32[5]
%y = Conv(%x, %w, %b)
out %y
---
error operand 2 'b' f32[5]: want shape [6]

== ranks
graph "t"
in %x : f32[1,4,4]
in %w : f32[6,4,3,3]
%y = Conv(%x, %w)
out %y
---
error want rank 3, as x

== transposed
graph "t"
in %x : f32[1,4,5,H]
in %w : f32[4,3,3,3]
%y = ConvTranspose(%x, %w) {strides=[2,2], pads=[1,1,1,1], output_padding=[1,0], group=2}
out %y
---
y : f32[1,6,10,2*H-1]

== transposed channels
graph "t"
in %x : f32[1,4,5]
in %w : f32[3,4,3]
%y = ConvTranspose(%x, %w)
out %y
---
error dimension 0 is 3, want the 4 input channels

== transposed to nothing
graph "t"
in %x : f32[1,4,1]
in %w : f32[4,4,3]
%y = ConvTranspose(%x, %w) {pads=[2,2]}
out %y
---
error pads: a dimension of the output would be -1

== max pool
graph "t"
in %x : f32[1,4,7,7]
%y = MaxPool(%x) {kernel_shape=[3,3], strides=[2,2]}
out %y
---
y : f32[1,4,3,3]

== ceil_mode
graph "t"
in %x : f32[1,4,8,8]
%y = MaxPool(%x) {kernel_shape=[3,3], strides=[2,2], ceil_mode=1}
out %y
---
y : f32[1,4,4,4]

== ceil_mode, last window in the padding
graph "t"
in %x : f32[1,1,2,4]
%y = AveragePool(%x) {kernel_shape=[1,2], strides=[2,2], pads=[0,0,0,1], ceil_mode=1}
out %y
---
y : f32[1,1,1,2]

== ceil_mode with a symbol
graph "t"
in %x : f32[1,1,H]
%y = AveragePool(%x) {kernel_shape=[3], strides=[2], ceil_mode=1}
out %y
---
y : f32[1,1,min((H+1)/2,H/2)]

== dilated pool
graph "t"
in %x : f32[1,1,9]
%y = LpPool(%x) {kernel_shape=[3], dilations=[2], p=3}
out %y
---
y : f32[1,1,5]

== pads beyond the window
graph "t"
in %x : f32[1,1,9]
%y = MaxPool(%x) {kernel_shape=[2], pads=[2,0]}
out %y
---
error pads: got 2 and 0 at dimension 2, want less than the window's 2 elements

== kernel is required
graph "t"
in %x : f32[1,1,9]
%y = MaxPool(%x)
out %y
---
error kernel_shape: missing

== kernel is positive
graph "t"
in %x : f32[1,1,9]
%y = MaxPool(%x) {kernel_shape=[0]}
out %y
---
error kernel_shape: got 0

== pool p
graph "t"
in %x : f32[1,1,9]
%y = LpPool(%x) {kernel_shape=[2], p=0}
out %y
---
error p: got 0

== matrices
graph "t"
in %a : f32[5,2,3]
in %b : f32[3,4]
%y = MatMul(%a, %b)
out %y
---
y : f32[5,2,4]

== matrices, batches broadcast
graph "t"
in %a : f32[5,1,2,3]
in %b : f32[N,3,4]
%y = MatMul(%a, %b)
out %y
---
y : f32[5,N,2,4]

== vector times matrix
graph "t"
in %a : f32[3]
in %b : f32[5,3,4]
%y = MatMul(%a, %b)
out %y
---
y : f32[5,4]

== matrix times vector
graph "t"
in %a : f32[5,2,3]
in %b : f32[3]
%y = MatMul(%a, %b)
out %y
---
y : f32[5,2]

== vector times vector
graph "t"
in %a : f32[3]
in %b : f32[3]
%y = MatMul(%a, %b)
out %y
---
y : f32[]

== inner dimensions
graph "t"
in %a : f32[2,3]
in %b : f32[4,5]
%y = MatMul(%a, %b)
out %y
---
error inner dimensions differ: 3 of a [2,3], 4 of b [4,5]

== inner symbols
graph "t"
in %a : f32[2,K]
in %b : f32[K+1,5]
%y = MatMul(%a, %b)
out %y
---
error inner dimensions differ: K of a

== scalar product of nothing
graph "t"
in %a : f32[]
in %b : f32[4,5]
%y = MatMul(%a, %b)
out %y
---
error want rank 1 or more

== gemm
graph "t"
in %a : f32[3,N]
in %b : f32[4,3]
in %c : f32[4]
%y = Gemm(%a, %b, %c) {transA=1, transB=1}
out %y
---
y : f32[N,4]

== gemm addend
graph "t"
in %a : f32[2,3]
in %b : f32[3,4]
in %c : f32[3]
%y = Gemm(%a, %b, %c)
out %y
---
error operand 2 'c' f32[3] does not broadcast to [2,4]

== gemm flag
graph "t"
in %a : f32[2,3]
in %b : f32[3,4]
%y = Gemm(%a, %b) {transA=2}
out %y
---
error transA: got 2, want 0 to 1

== attention
graph "t"
in %q : f32[2,1,5,8]
in %k : f32[1,3,8,7]
in %v : f32[2,3,7,6]
in %m : f32[5,7]
%y = Attention(%q, %k, %v, %m) {block=4}
out %y
---
y : f32[2,3,5,6]

== attention inner sizes
graph "t"
in %q : f32[3,5,8]
in %k : f32[3,8,7]
in %v : f32[3,6,6]
%y = Attention(%q, %k, %v)
out %y
---
error operand 0 'q' f32[3,5,8], operand 1 'k' f32[3,8,7] and operand 2 'v' f32[3,6,6] do not go together

== attention mask
graph "t"
in %q : f32[3,5,8]
in %k : f32[3,8,7]
in %v : f32[3,7,6]
in %m : f32[4,7]
%y = Attention(%q, %k, %v, %m)
out %y
---
error [4,7] and [3,5,7] do not broadcast

== attention ranks
graph "t"
in %q : f32[3,5,8]
in %k : f32[8,7]
in %v : f32[3,7,6]
%y = Attention(%q, %k, %v)
out %y
---
error operand 1 'k' f32[8,7]: want numbers, and rank 2 to 7 as the other operands

== attention block
graph "t"
in %q : f32[3,5,8]
in %k : f32[3,8,7]
in %v : f32[3,7,6]
%y = Attention(%q, %k, %v) {block=0}
out %y
---
error block: got 0, want 1 to 4096
