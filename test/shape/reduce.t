== sum
graph "t"
in %x : f32[2,N,4]
%y = ReduceSum(%x) {axes=[-1,0], keepdims=0}
out %y
---
y : f32[N]
attr axes=[0,2]

== keep
graph "t"
in %x : f32[2,3,4]
%y = ReduceMean(%x) {axes=[1]}
out %y
---
y : f32[2,1,4]

== no axes
graph "t"
in %x : f32[2,3,4]
%y = ReduceMax(%x)
out %y
---
y : f32[2,3,4]

== axis twice
graph "t"
in %x : f32[2,3,4]
%y = ReduceMax(%x) {axes=[1,-2]}
out %y
---
error axes: axis 1 is named twice

== axis out of range
graph "t"
in %x : f32[2,3,4]
%y = ReduceMax(%x) {axes=[3]}
out %y
---
error axes: got 3

== keepdims
graph "t"
in %x : f32[2,3,4]
%y = ReduceMax(%x) {axes=[1], keepdims=2}
out %y
---
error keepdims: got 2, want 0 to 1

== arg max
graph "t"
in %x : f32[2,3,4]
%y = ArgMax(%x) {axis=-2, keepdims=0}
out %y
---
y : i64[2,4]

== arg max of nothing
graph "t"
in %x : f32[2,0]
%y = ArgMax(%x) {axis=1}
out %y
---
error axis: dimension 1 has no elements

== arg max of nothing, that nobody asks for
graph "t"
in %x : f32[0,0]
%y = ArgMax(%x) {axis=1}
out %y
---
y : i64[0,1]

== layer normalisation
graph "t"
in %x : f32[2,3,4]
in %s : f32[4]
%y, %m, %i = LayerNormalization(%x, %s)
out %y
---
y : f32[2,3,4]
m : f32[2,3,1]
i : f32[2,3,1]

== layer normalisation scale
graph "t"
in %x : f32[2,3,4]
in %s : f32[3]
%y = LayerNormalization(%x, %s)
out %y
---
error does not broadcast to [2,3,4]

== top k
graph "t"
in %x : f32[2,9]
%v, %i = TopK(%x) {k=3}
out %v
---
v : f32[2,3]
i : i64[2,3]

== too many
graph "t"
in %x : f32[2,9]
%v, %i = TopK(%x) {k=10}
out %v
---
error k: got 10, want 0 to 9

== one hot
graph "t"
in %i : i32[2,N]
in %v : f16[2]
%y = OneHot(%i, %v) {axis=1, depth=5}
out %y
---
y : f16[2,5,N]

== one hot depth
graph "t"
in %i : i32[2,N]
in %v : f16[2]
%y = OneHot(%i, %v) {axis=1, depth=0}
out %y
---
error depth: got 0
