== room for all
graph "t"
in %x : f32[2,3]
in %c : bool[2]
%y, %n = NonZero(%x)
%z, %m = Compress(%x, %c) {axis=-1}
%u, %i, %v, %k, %l = Unique(%x) {axis=1}
out %y
out %n
out %z
out %u
out %i
out %v
out %k
---
y : i64[2,6]
n : i64[]
z : f32[2,2]
u : f32[2,3]
i : i64[3]
v : i64[3]
k : i64[3]

== room that is known
graph "t"
in %x : f32[2,3]
%y, %n = NonZero(%x) {limit=2}
out %y
---
y : i64[2,2]

== room for a number that is not known
graph "t"
in %x : f32[2,N]
%y, %n = NonZero(%x)
out %y
---
error the result has room for all, so its shape has to be known

== conditions
graph "t"
in %x : f32[2,3]
in %c : i64[2]
%y, %n = Compress(%x, %c)
out %y
---
error operand 1 'c' i64[2]: want bool of rank 1

== boxes
graph "t"
in %b : f32[2,10,4]
in %s : f32[2,3,10]
in %m : i64[1]
%y, %n = NonMaxSuppression(%b, %s, %m) {most=4}
%z, %k = NonMaxSuppression(%b, %s, %m)
out %y
out %z
---
y : i64[24,3]
z : i64[60,3]

== scores of other boxes
graph "t"
in %b : f32[2,10,4]
in %s : f32[2,3,9]
in %m : i64[1]
%y, %n = NonMaxSuppression(%b, %s, %m)
out %y
---
error operand 0 'b' f32[2,10,4] and operand 1 's' f32[2,3,9] do not go together
