== reshape
in %x : f32[2,6]
%y = Reshape(%x) {shape=[3,4]}
out %y
---
y = 1 2 3 4 5 6 7 8 9 10 11 12

== reshape that merges needs no division
in %x : f32[2,3,4]
%y = Reshape(%x) {shape=[2,12]}
out %y
---
nest y[i0,i1] = x[i0,(i1 / 4),(i1 % 4)]

== transpose
in %x : f32[2,3]
%y = Transpose(%x) {perm=[1,0]}
out %y
---
y = 1 4 2 5 3 6
nest y[i0,i1] = x[i1,i0]

== transpose of rank 4
in %x : f32[1,2,2,2]
%y = Transpose(%x) {perm=[0,2,3,1]}
out %y
---
y = 1 5 2 6 3 7 4 8

== expand
in %x : f32[2,1]
%y = Expand(%x) {shape=[2,2,3]}
out %y
---
y = 1 1 1 2 2 2 1 1 1 2 2 2

== slice forwards and backwards
in %x : f32[5]
%a = Slice(%x) {starts=[1], steps=[2], counts=[2]}
%b = Slice(%x) {starts=[4], steps=[-2], counts=[3]}
out %a
out %b
---
a = 2 4
b = 5 3 1

== slice beyond the end
in %x : f32[5]
%a = Slice(%x) {starts=[3], steps=[2], counts=[2]}
out %a
---
error counts

== split
in %x : f32[2,3]
%a, %b = Split(%x) {axis=1, split=[1,2]}
out %a
out %b
---
a = 1 4
b = 2 3 5 6

== concat
in %x : f32[2,1]
in %z : f32[2,2]
%y = Concat(%x, %z, %x) {axis=1}
out %y
---
y = 1 1 2 1 2 3 4 2

== pad with a value
in %x : f32[2,2]
const %v : f32[] = [9]
%y = Pad(%x, %v) {pads=[0,1,1,0]}
out %y
---
y = 9 1 2 9 3 4 9 9 9

== negative pads crop
in %x : f32[4]
%y = Pad(%x) {pads=[-1,2]}
out %y
---
y = 2 3 4 0 0

== pad by the edge, mirrored, wrapped
in %x : f32[3]
%a = Pad(%x) {pads=[2,2], mode="edge"}
%b = Pad(%x) {pads=[2,2], mode="reflect"}
%c = Pad(%x) {pads=[2,2], mode="wrap"}
out %a
out %b
out %c
---
a = 1 1 1 2 3 3 3
b = 3 2 1 2 3 2 1
c = 2 3 1 2 3 1 2

== pad mirrored several times, and a single element
in %x : f32[3]
const %z : f32[1] = [4]
%a = Pad(%x) {pads=[5,3], mode="reflect"}
%b = Pad(%z) {pads=[2,1], mode="reflect"}
out %a
out %b
---
a = 2 1 2 3 2 1 2 3 2 1 2
b = 4 4 4 4

== unfold
in %x : f32[2,5]
%a = UnfoldTensor(%x) {size=3, step=2}
%b = UnfoldTensor(%x) {dim=0, size=1}
out %a
out %b
---
a = 1 2 3 3 4 5 6 7 8 8 9 10
b = 1 2 3 4 5 6 7 8 9 10
nest a[a0,w,s] = x[a0,((w * 2) + s)]

== tile
in %x : f32[2,2]
%y = Tile(%x) {repeats=[1,2]}
out %y
---
y = 1 2 1 2 3 4 3 4

== depth to space and back
in %x : f32[1,4,1,1]
%y = DepthToSpace(%x) {blocksize=2}
%z = SpaceToDepth(%y) {blocksize=2}
out %y
out %z
---
y = 1 2 3 4
z = 1 2 3 4

== depth to space in both orders
in %x : f32[1,8,1,1]
%y = DepthToSpace(%x) {blocksize=2, mode="DCR"}
%z = DepthToSpace(%x) {blocksize=2, mode="CRD"}
out %y
out %z
---
y = 1 3 5 7 2 4 6 8
z = 1 2 3 4 5 6 7 8

== constant of a shape
const %v : f32[1] = [7]
%y = ConstantOfShape(%v) {shape=[2,2]}
out %y
---
y = 7 7 7 7

== identity matrix
in %x : f32[2,3]
%y = EyeLike(%x) {k=1}
out %y
---
y = 0 1 0 0 0 1

== triangles
in %x : f32[3,3]
%u = Trilu(%x) {upper=1, k=1}
%l = Trilu(%x) {upper=0}
out %u
out %l
---
u = 0 2 3 0 0 6 0 0 0
l = 1 0 0 4 5 0 7 8 9

== space to depth of two channels
in %x : f32[1,1,2,4]
%y = SpaceToDepth(%x) {blocksize=2}
out %y
---
y = 1 3 2 4 5 7 6 8

== space to depth with the elements of a block beside each other
in %x : f32[1,2,2,4]
%y = SpaceToDepth(%x) {blocksize=2, mode="CRD"}
%z = DepthToSpace(%y) {blocksize=2, mode="CRD"}
out %y
out %z
---
y = 1 3 2 4 5 7 6 8 9 11 10 12 13 15 14 16
z = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
