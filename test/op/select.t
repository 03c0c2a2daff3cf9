== where elements are not zero
const %x : f32[2,3] = [0, 2, -0.0, nan, 0, 1]
%y, %n = NonZero(%x)
out %y
out %n
---
y = 0 1 1 0 0 0 1 0 2 0 0 0
n = 3

== room for fewer than there are
const %x : bool[3] = [true, true, true]
%y, %n = NonZero(%x) {limit=2}
out %y
out %n
---
y = 0 1
n = 3

== chosen rows and columns
in %x : f32[2,3]
const %c : bool[2] = [false, true]
%y, %n = Compress(%x, %c)
%z, %m = Compress(%x, %c) {axis=1}
out %y
out %z
out %m
---
y = 4 5 6 0 0 0
z = 2 0 5 0
m = 1

== different elements, in order and as they come
const %x : f32[6] = [2, 1, nan, 2, nan, 1]
%y, %i, %v, %c, %n = Unique(%x)
%u, %j, %w, %d, %m = Unique(%x) {sorted=0}
out %y
out %i
out %v
out %c
out %n
out %u
out %j
out %w
---
y = 1 2 nan 0 0 0
i = 1 0 2 0 0 0
v = 1 0 2 1 2 0
c = 2 2 2 0 0 0
n = 3
u = 2 1 nan 0 0 0
j = 0 1 2 0 0 0
w = 0 1 2 0 2 1

== different rows
const %x : i32[3,2] = [1, 2, 1, 0, 1, 2]
%y, %i, %v, %c, %n = Unique(%x) {axis=0}
out %y
out %i
out %v
out %c
out %n
---
y = 1 0 1 2 0 0
i = 1 0 0
v = 1 0 1
c = 1 2 0
n = 2

== boxes that overlap
const %b : f32[1,4,4] = [0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 5, 1, 6, 1, 6, 0, 5]
const %s : f32[1,2,4] = [0.5, 0.9, 0.3, 0.3, 0.1, 0.1, 0.9, 0.8]
const %m : i64[1] = [2]
const %i : f32[1] = [0.5]
const %t : f32[1] = [0.2]
%y, %n = NonMaxSuppression(%b, %s, %m, %i, %t) {most=2}
%z, %k = NonMaxSuppression(%b, %s, %m, %i) {most=2}
out %y
out %n
out %z
out %k
---
y = 0 0 1 0 0 2 0 1 2 0 0 0
n = 3
z = 0 0 1 0 0 2 0 1 2 0 1 0
k = 4

== boxes by centre and size, none wanted
const %b : f32[1,2,4] = [0.5, 0.5, 1, 1, 0.6, 0.5, 1, 1]
const %s : f32[1,1,2] = [0.5, 0.9]
const %m : i64[1] = [9]
const %o : i64[] = [0]
%y, %n = NonMaxSuppression(%b, %s, %m) {center_point_box=1}
%z, %k = NonMaxSuppression(%b, %s, %o)
%w, %l = NonMaxSuppression(%b, %s)
out %y
out %n
out %k
out %l
---
y = 0 0 1 0 0 0
n = 1
k = 0
l = 0
