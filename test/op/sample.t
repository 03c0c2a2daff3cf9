== grid sample, linear, outside is 0
in %x : f32[1,1,2,2]
const %g : f32[1,1,3,2] = [0, 0, -0.5, -0.5, 2, 0]
%y = GridSample(%x, %g)
out %y
---
y = 2.5 1 0

== grid sample, nearest and the paddings
const %x : f32[1,1,1,3] = [1, 2, 3]
const %g : f32[1,1,3,2] = [-2, 0, 0.3, 0, 1.9, 0]
%z = GridSample(%x, %g) {mode="nearest"}
%b = GridSample(%x, %g) {mode="nearest", padding_mode="border"}
%r = GridSample(%x, %g) {mode="nearest", padding_mode="reflection"}
out %z
out %b
out %r
---
z = 0 2 0
b = 1 2 3
r = 2 2 2

== grid sample, corners aligned, cubic through the elements
const %x : f32[1,1,4] = [1, 5, 2, 7]
const %g : f32[1,3,1] = [-1, -0.3333333, 1]
%y = GridSample(%x, %g) {mode="cubic", align_corners=1}
out %y
---
y = 1 5 7

== grid sample of integers
in %x : i32[1,1,1,2]
const %g : f32[1,1,1,2] = [0.9, 0]
%y = GridSample(%x, %g) {mode="nearest"}
out %y
---
y = 2

== affine grid
const %t : f32[1,2,3] = [1, 0, 0.5, 0, 2, 0]
%a = AffineGrid(%t) {size=[1,2], align_corners=0}
%b = AffineGrid(%t) {size=[2,2], align_corners=1}
out %a
out %b
---
a = 0 0 1 0
b = -0.5 -2 1.5 -2 -0.5 2 1.5 2

== blocks that overlap
in %x : f32[1,2,3]
%y = Col2Im(%x) {image_shape=[4], block_shape=[2]}
%z = Col2Im(%x) {image_shape=[5], block_shape=[2], dilations=[2]}
%s = Col2Im(%x) {image_shape=[6], block_shape=[2], strides=[2]}
%p = Col2Im(%x) {image_shape=[2], block_shape=[2], pads=[1,1]}
out %y
out %z
out %s
out %p
---
y = 1 6 8 6
z = 1 2 7 5 6
s = 1 4 2 5 3 6
p = 6 8

== unpooling
in %x : f32[1,1,2]
const %i : i64[1,1,2] = [3, 0]
%y = MaxUnpool(%x, %i) {shape=[1,1,4], output_shape=[1,1,5]}
out %y
---
y = 2 0 0 1 0

== a place outside is left out
in %x : f32[1,1,2]
const %i : i64[1,1,2] = [4, -1]
%y = MaxUnpool(%x, %i) {shape=[1,1,4], output_shape=[1,1,4]}
out %y
---
y = 0 0 0 0

== region align, two samples a bin
in %x : f32[1,1,4,4]
const %r : f32[1,4] = [0, 0, 2, 2]
const %b : i64[1] = [0]
%y = RoiAlign(%x, %r, %b) {output_height=1, output_width=1, sampling_ratio=2, coordinate_transformation_mode="output_half_pixel"}
%m = RoiAlign(%x, %r, %b) {output_height=1, output_width=1, sampling_ratio=2, mode="max", coordinate_transformation_mode="output_half_pixel"}
%h = RoiAlign(%x, %r, %b) {output_height=1, output_width=1}
out %y
out %m
out %h
---
y = 6
m = 2.75
h = 3.5

== region outside: samples there are 0 and count
in %x : f32[1,1,2,2]
const %r : f32[2,4] = [-9, -9, -5, -5, 0, 0, 100, 100]
const %b : i64[2] = [0, 0]
%y = RoiAlign(%x, %r, %b) {output_height=1, output_width=1, coordinate_transformation_mode="output_half_pixel"}
out %y
---
y = 0 0.0013

== deformed samples
in %x : f32[1,1,3]
const %o : f32[1,2,2] = [0, 0.5, 0, 5]
const %m : f32[1,2,2] = [1, 2, 1, 1]
%y = DeformSample(%x, %o) {kernel_shape=[2]}
%z = DeformSample(%x, %o, %m) {kernel_shape=[2]}
out %y
out %z
---
y = 1 2.5 2 0
z = 1 5 2 0

== sequences of different lengths, backwards
in %x : f32[3,2]
const %l : i64[2] = [2, 3]
const %m : i64[3] = [1, 2, 0]
%y = ReverseSequence(%x, %l)
%z = ReverseSequence(%x, %m) {batch_axis=0, time_axis=1}
out %y
out %z
---
y = 3 6 1 4 5 2
z = 1 2 4 3 5 6

== rows put into a cache
const %c : f32[1,3,1] = [0, 0, 0]
in %u : f32[1,2,1]
const %i : i64[1] = [2]
const %j : i64[1] = [1]
%y = TensorScatter(%c, %u, %i) {mode="circular"}
%z = TensorScatter(%c, %u, %j)
%w = TensorScatter(%c, %u)
out %y
out %z
out %w
---
y = 2 0 1
z = 0 1 2
w = 1 2 0

== determinants
const %x : f32[3,2,2] = [1, 2, 3, 4, 0, 1, 1, 0, 1, 2, 2, 4]
const %e : f64[3,3] = [0, 2, 0, 0, 0, 3, 4, 0, 0]
%y = Det(%x)
%z = Det(%e)
out %y
out %z
---
y = -2 -1 0
z = 24
