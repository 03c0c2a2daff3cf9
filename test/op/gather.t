== gather rows, negative positions count from the end
in %x : f32[3,2]
const %i : i64[2] = [2, -3]
%y = Gather(%x, %i) {axis=0}
out %y
---
y = 5 6 1 2

== gather a scalar position
in %x : f32[2,3]
const %i : i32[] = [1]
%y = Gather(%x, %i) {axis=1}
out %y
---
y = 2 5

== a constant position outside is refused
in %x : f32[3]
const %i : i64[2] = [7, -9]
%y = Gather(%x, %i)
out %y
---
error got 7, want a value in [-3, 2]

== a computed position outside is moved inside
in %x : f32[9]
%f = Mul(%x, %x)
%i = Cast(%f) {to=i64}
%y = Gather(%x, %i)
out %y
---
y = 2 5 9 9 9 9 9 9 9

== gather elements
in %x : f32[2,2]
const %i : i64[2,2] = [0, 0, 1, 0]
%y = GatherElements(%x, %i) {axis=1}
out %y
---
y = 1 1 4 3

== gather by coordinates
in %x : f32[2,2,2]
const %i : i64[2,2] = [0, 1, 1, 0]
%y = GatherND(%x, %i)
out %y
---
y = 3 4 5 6

== gather by coordinates within a batch
in %x : f32[2,2]
const %i : i64[2,1] = [1, 0]
%y = GatherND(%x, %i) {batch_dims=1}
out %y
---
y = 2 3

== scatter elements
in %x : f32[2,2]
const %i : i64[1,2] = [1, -2]
const %u : f32[1,2] = [10, 20]
%y = ScatterElements(%x, %i, %u) {axis=0}
out %y
---
y = 1 20 10 4

== scatter elements adds repeated positions
in %x : f32[3]
const %i : i64[3] = [1, 1, 0]
const %u : f32[3] = [10, 20, 5]
%y = ScatterElements(%x, %i, %u) {axis=0, reduction="add"}
%m = ScatterElements(%x, %i, %u) {axis=0, reduction="max"}
out %y
out %m
---
y = 6 32 3
m = 5 20 3

== scatter slices
in %x : f32[2,2]
const %i : i64[1,1] = [1]
const %u : f32[1,2] = [8, 9]
%y = ScatterND(%x, %i, %u)
%p = ScatterND(%x, %i, %u) {reduction="mul"}
out %y
out %p
---
y = 1 2 8 9
p = 1 2 24 36

== one hot
const %i : i64[3] = [1, -1, 5]
const %v : f32[2] = [0, 4]
%y = OneHot(%i, %v) {axis=-1, depth=3}
out %y
---
y = 0 4 0 0 0 4 0 0 0

== one hot along the first axis
const %i : i64[2] = [0, 1]
const %v : i32[2] = [2, 3]
%y = OneHot(%i, %v) {axis=0, depth=2}
out %y
---
y = 3 2 2 3

== running sum in all directions
in %x : f32[4]
%a = CumSum(%x) {axis=0}
%b = CumSum(%x) {axis=0, exclusive=1}
%c = CumSum(%x) {axis=0, reverse=1}
%d = CumSum(%x) {axis=0, exclusive=1, reverse=1}
out %a
out %b
out %c
out %d
---
a = 1 3 6 10
b = 0 1 3 6
c = 10 9 7 4
d = 9 7 4 0

== running sum and product of rows
in %x : f32[2,2]
%a = CumSum(%x) {axis=0}
%b = CumProd(%x) {axis=1}
out %a
out %b
---
a = 1 2 4 6
b = 1 2 3 12

== running sum of half precision
const %x : f16[3] = [2048, 1, 1]
%y = CumSum(%x) {axis=0}
out %y
---
y = 2048 2048 2050

== largest, equal ones by position
const %x : f32[5] = [3, 1, 3, 5, 2]
%v, %i = TopK(%x) {axis=0, k=3}
out %v
out %i
---
v = 5 3 3
i = 3 0 2

== smallest along an axis
const %x : f32[2,3] = [3, 1, 2, 4, 6, 5]
%v, %i = TopK(%x) {axis=1, k=2, largest=0}
out %v
out %i
---
v = 1 2 4 5
i = 1 2 0 2
