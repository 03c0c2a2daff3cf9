== reshape
graph "t"
in %x : f32[2,6]
%y = Reshape(%x) {shape=[3,4]}
out %y
---
y : f32[3,4]

== reshape symbols
graph "t"
in %x : f32[N,3,H]
%y = Reshape(%x) {shape=[N*H,3]}
out %y
---
y : f32[H*N,3]

== reshape count
graph "t"
in %x : f32[2,6]
%y = Reshape(%x) {shape=[5,2]}
out %y
---
error shape: operand 0 'x' f32[2,6] and [5,2] have different numbers of elements

== reshape too large
graph "t"
in %x : f32[2,6]
%y = Reshape(%x) {shape=[4611686018427387904,4611686018427387904]}
out %y
---
error make more than 2^46 elements

== expand
graph "t"
in %x : f32[3,1]
%y = Expand(%x) {shape=[2,3,N]}
out %y
---
y : f32[2,3,N]

== expand does not shrink
graph "t"
in %x : f32[3,4]
%y = Expand(%x) {shape=[3,1]}
out %y
---
error does not broadcast to [3,1]

== constant of shape
graph "t"
in %v : i64[1]
%y = ConstantOfShape(%v) {shape=[2,3]}
out %y
---
y : i64[2,3]

== constant of shape, one value
graph "t"
in %v : i64[2]
%y = ConstantOfShape(%v) {shape=[2,3]}
out %y
---
error value: operand 0

== transpose
graph "t"
in %x : f32[2,3,N]
%y = Transpose(%x) {perm=[2,0,1]}
out %y
---
y : f32[N,2,3]

== transpose, absent
graph "t"
in %x : f32[2,3,N]
%y = Transpose(%x)
out %y
---
y : f32[N,3,2]
attr perm=[2,1,0]

== no permutation
graph "t"
in %x : f32[2,3,4]
%y = Transpose(%x) {perm=[0,0,1]}
out %y
---
error perm: got 0 at position 1, want each of 0 to 2 once

== permutation length
graph "t"
in %x : f32[2,3,4]
%y = Transpose(%x) {perm=[1,0]}
out %y
---
error perm: got 2 entries, want 3

== slice
graph "t"
in %x : f32[10,N]
%y = Slice(%x) {starts=[8,0], steps=[-2,1], counts=[4,N-1]}
out %y
---
y : f32[4,N-1]

== slice leaves
graph "t"
in %x : f32[10]
%y = Slice(%x) {starts=[2], steps=[3], counts=[4]}
out %y
---
error counts: dimension 0: 4 elements from 2 by 3 leave its 10

== slice leaves below
graph "t"
in %x : f32[10]
%y = Slice(%x) {starts=[2], steps=[-1], counts=[4]}
out %y
---
error counts

== slice starts behind
graph "t"
in %x : f32[10]
%y = Slice(%x) {starts=[10], steps=[1], counts=[1]}
out %y
---
error starts: got 10

== slice step
graph "t"
in %x : f32[10]
%y = Slice(%x) {starts=[1], steps=[0], counts=[1]}
out %y
---
error steps: got 0

== slice of nothing
graph "t"
in %x : f32[10]
%y = Slice(%x) {starts=[10], steps=[1], counts=[0]}
out %y
---
y : f32[0]

== slice lengths
graph "t"
in %x : f32[10,2]
%y = Slice(%x) {starts=[0], steps=[1,1], counts=[1,1]}
out %y
---
error starts: got 1 entries, want 2

== split
graph "t"
in %x : f32[2,7]
%a, %b = Split(%x) {axis=-1, split=[3,4]}
out %a
---
a : f32[2,3]
b : f32[2,4]

== split equally
graph "t"
in %x : f32[2,2*N]
%a, %b = Split(%x) {axis=1}
out %a
---
a : f32[2,N]
b : f32[2,N]

== split sum
graph "t"
in %x : f32[2,7]
%a, %b = Split(%x) {axis=1, split=[3,3]}
out %a
---
error split: the parts add up to 6, want 7

== split entries
graph "t"
in %x : f32[2,7]
%a, %b = Split(%x) {axis=1, split=[7]}
out %a
---
error split: got 1 entries, want 2

== split unequal
graph "t"
in %x : f32[2,7]
%a, %b = Split(%x) {axis=1}
out %a
---
error 7 does not divide into 2 equal parts

== concat
graph "t"
in %a : f32[2,3]
in %b : f32[2,N]
%y = Concat(%a, %b) {axis=-1}
out %y
---
y : f32[2,N+3]

== concat dims
graph "t"
in %a : f32[2,3]
in %b : f32[3,3]
%y = Concat(%a, %b) {axis=1}
out %y
---
error only dimension 1 may differ

== concat learns
graph "t"
in %a : f32[N,3]
in %b : f32[5,3]
%y = Concat(%a, %b) {axis=1}
out %y
---
y : f32[5,6]

== concat types
graph "t"
in %a : f32[2,3]
in %b : f16[2,3]
%y = Concat(%a, %b) {axis=1}
out %y
---
error a is f32, b is f16

== pad
graph "t"
in %x : f32[2,H]
%y = Pad(%x) {pads=[1,2,0,-1]}
out %y
---
y : f32[3,H+1]

== pad below zero
graph "t"
in %x : f32[2,3]
%y = Pad(%x) {pads=[0,-2,0,-2]}
out %y
---
error pads: a dimension of the output would be -1

== pad mode
graph "t"
in %x : f32[2,3]
%y = Pad(%x) {pads=[0,0,0,0], mode="mirror"}
out %y
---
error mode: got "mirror"

== reflect several times
graph "t"
in %x : f32[2,3]
%y = Pad(%x) {pads=[0,7,0,0], mode="reflect"}
out %y
---
y : f32[2,10]

== reflect nothing
graph "t"
in %x : f32[2,0]
%y = Pad(%x) {pads=[0,1,0,0], mode="reflect"}
out %y
---
error pads: dimension 1 has no elements to repeat

== unfold
graph "t"
in %x : f32[2,7,3]
%y = UnfoldTensor(%x) {dim=-2, size=3, step=2}
out %y
---
y : f32[2,3,3,3]

== unfold a symbol
graph "t"
in %x : f32[N,4]
%y = UnfoldTensor(%x) {dim=0, size=2}
out %y
---
y : f32[N-1,4,2]

== unfold more than there is
graph "t"
in %x : f32[2,7]
%y = UnfoldTensor(%x) {size=8}
out %y
---
error size: got 8

== unfold by nothing
graph "t"
in %x : f32[2,7]
%y = UnfoldTensor(%x) {size=2, step=0}
out %y
---
error step: got 0

== tile
graph "t"
in %x : f32[2,H]
%y = Tile(%x) {repeats=[3,2]}
out %y
---
y : f32[6,2*H]

== tile negative
graph "t"
in %x : f32[2,3]
%y = Tile(%x) {repeats=[3,-1]}
out %y
---
error repeats: got -1

== gather
graph "t"
in %x : f32[2,3,4]
in %i : i64[5,N]
%y = Gather(%x, %i) {axis=-2}
out %y
---
y : f32[2,5,N,4]

== gather by floats
graph "t"
in %x : f32[2,3,4]
in %i : f32[5]
%y = Gather(%x, %i)
out %y
---
error operand 1 'i' f32[5] has to hold integers

== gather rank
graph "t"
in %x : f32[1,1,1,1,1]
in %i : i64[1,1,1,1,1]
%y = Gather(%x, %i)
out %y
---
error the output's rank would be 9

== gather from nothing
graph "t"
in %x : f32[0,3]
in %i : i64[2]
%y = Gather(%x, %i)
out %y
---
error there is no element to gather

== gather elements
graph "t"
in %x : f32[2,3]
in %i : i32[1,7]
%y = GatherElements(%x, %i) {axis=1}
out %y
---
y : f32[1,7]

== gather elements rank
graph "t"
in %x : f32[2,3]
in %i : i32[1]
%y = GatherElements(%x, %i) {axis=1}
out %y
---
error want rank 2

== gather nd
graph "t"
in %x : f32[2,3,4]
in %i : i64[2,5,1]
%y = GatherND(%x, %i) {batch_dims=1}
out %y
---
y : f32[2,5,4]

== gather nd depth
graph "t"
in %x : f32[2,3,4]
in %i : i64[2,5,3]
%y = GatherND(%x, %i) {batch_dims=1}
out %y
---
error the last dimension wants to be 1 to 2

== gather nd batch
graph "t"
in %x : f32[2,3,4]
in %i : i64[3,5,1]
%y = GatherND(%x, %i) {batch_dims=1}
out %y
---
error batch_dims:

== depth to space
graph "t"
in %x : f32[N,12,2,H]
%y = DepthToSpace(%x) {blocksize=2}
out %y
---
y : f32[N,3,4,2*H]

== depth to space divides
graph "t"
in %x : f32[N,6,2,H]
%y = DepthToSpace(%x) {blocksize=2}
out %y
---
error blocksize: dimension 1

== space to depth
graph "t"
in %x : f32[N,3,4,2*H]
%y = SpaceToDepth(%x) {blocksize=2}
out %y
---
y : f32[N,12,2,H]

== block size
graph "t"
in %x : f32[N,3,4,2]
%y = SpaceToDepth(%x) {blocksize=0}
out %y
---
error blocksize: got 0

== resize
graph "t"
in %x : f32[1,3,4,5]
%y = Resize(%x) {sizes=[1,3,8,W], scales=[1,1,2,2]}
out %y
---
y : f32[1,3,8,W]

== resize sizes
graph "t"
in %x : f32[1,3,4,5]
%y = Resize(%x) {sizes=[8,10]}
out %y
---
error sizes: got 2 entries, want 4

== resize mode
graph "t"
in %x : f32[1,3,4,5]
%y = Resize(%x) {sizes=[1,3,8,8], mode="area"}
out %y
---
error mode: got "area", want one of nearest|linear|cubic

== resize scale
graph "t"
in %x : f32[1,3,4,5]
%y = Resize(%x) {sizes=[1,3,8,8], scales=[1,1,0,2]}
out %y
---
error scales: got 0 at position 2

== eye
graph "t"
in %x : i32[3,4]
%y = EyeLike(%x) {dtype=f32}
out %y
---
y : f32[3,4]

== eye rank
graph "t"
in %x : i32[3]
%y = EyeLike(%x)
out %y
---
error want rank 2
