== grid sample
graph "t"
in %x : f32[N,3,8,8]
in %g : f32[N,4,5,2]
%y = GridSample(%x, %g)
out %y
---
y : f32[N,3,4,5]

== grid sample's coordinates
graph "t"
in %x : f32[1,3,8,8]
in %g : f32[1,4,5,3]
%y = GridSample(%x, %g)
out %y
---
error operand 1 'g' f32[1,4,5,3]: want the batch of operand 0 'x' f32[1,3,8,8] and 2 coordinates last

== grid sample's padding
graph "t"
in %x : f32[1,3,8,8]
in %g : f32[1,4,5,2]
%y = GridSample(%x, %g) {padding_mode="mirror"}
out %y
---
error padding_mode: got "mirror"

== grid sample of nothing
graph "t"
in %x : f32[1,3,0,8]
in %g : f32[1,4,5,2]
%y = GridSample(%x, %g)
out %y
---
error dimension 2 is empty

== affine grid
graph "t"
in %t : f32[N,3,4]
%y = AffineGrid(%t) {size=[4,H,6]}
out %y
---
y : f32[N,4,H,6,3]

== affine grid's matrices
graph "t"
in %t : f32[1,2,3]
%y = AffineGrid(%t) {size=[4,5,6]}
out %y
---
error want matrices of 3 by 4

== blocks
graph "t"
in %x : f32[N,12,5]
%y = Col2Im(%x) {image_shape=[6], block_shape=[2]}
out %y
---
y : f32[N,6,6]
attr strides=[1]

== number of blocks
graph "t"
in %x : f32[1,12,6]
%y = Col2Im(%x) {image_shape=[6], block_shape=[2]}
out %y
---
error image_shape: operand 0 'x' f32[1,12,6]: want 5 blocks

== blocks larger than the image
graph "t"
in %x : f32[1,12,6]
%y = Col2Im(%x) {image_shape=[3], block_shape=[2], dilations=[9223372036854775807]}
out %y
---
error block_shape: the block of dimension 0 does not fit

== unpooling
graph "t"
in %x : f32[1,1,2,2]
in %i : i64[1,1,2,2]
%y = MaxUnpool(%x, %i) {shape=[1,1,4,4], output_shape=[1,1,5,5]}
out %y
---
y : f32[1,1,5,5]

== unpooling into less
graph "t"
in %x : f32[1,1,2,2]
in %i : i64[1,1,2,2]
%y = MaxUnpool(%x, %i) {shape=[1,1,4,4], output_shape=[1,1,3,5]}
out %y
---
error output_shape: got 3 at dimension 2, want at least 4

== region align
graph "t"
in %x : f32[N,8,H,W]
in %r : f32[R,4]
in %b : i64[R]
%y = RoiAlign(%x, %r, %b) {output_height=7, output_width=6}
out %y
---
y : f32[R,8,7,6]

== region align's mode
graph "t"
in %x : f32[1,8,9,9]
in %r : f32[5,4]
in %b : i64[5]
%y = RoiAlign(%x, %r, %b) {mode="mean"}
out %y
---
error mode: got "mean"

== deformed samples
graph "t"
in %x : f32[N,4,9,9]
in %o : f32[N,36,7,7]
%y = DeformSample(%x, %o) {kernel_shape=[3,3], offset_group=2}
out %y
---
y : f32[N,4,9,7,7]

== deformed samples' offsets
graph "t"
in %x : f32[1,4,9,9]
in %o : f32[1,18,7,8]
%y = DeformSample(%x, %o) {kernel_shape=[3,3]}
out %y
---
error operand 1 'o' f32[1,18,7,8]: want shape [1,18,7,7]

== sequences
graph "t"
in %x : f32[T,N,3]
in %l : i64[N]
%y = ReverseSequence(%x, %l)
out %y
---
y : f32[T,N,3]

== time and batch
graph "t"
in %x : f32[4,4,3]
in %l : i64[4]
%y = ReverseSequence(%x, %l) {time_axis=1}
out %y
---
error time_axis: got 1, which is batch_axis

== cache
graph "t"
in %c : f32[N,8,S,4]
in %u : f32[N,8,2,4]
in %i : i64[N]
%y = TensorScatter(%c, %u, %i)
out %y
---
y : f32[N,8,S,4]
attr axis=2

== cache too small
graph "t"
in %c : f32[1,8,3,4]
in %u : f32[1,8,5,4]
%y = TensorScatter(%c, %u)
out %y
---
error does not fit into operand 0 'c'

== determinant
graph "t"
in %x : f32[N,3,3]
%y = Det(%x)
out %y
---
y : f32[N]

== determinant of no square
graph "t"
in %x : f32[3,4]
%y = Det(%x)
out %y
---
error want square matrices
