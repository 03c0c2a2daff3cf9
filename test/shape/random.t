== shape and type are attributes
graph "t"
const %s : i64[] = [1]
%y = RandomUniform(%s) {shape=[2,3], dtype=f16}
%z = RandomNormal(%s) {shape=[], dtype=f64}
%w = MersenneTwister(%s) {shape=[N,4]}
out %y
out %z
out %w
---
y : f16[2,3]
z : f64[]
w : f64[N,4]

== seed of two numbers
graph "t"
in %s : i64[2]
%y = RandomUniform(%s) {shape=[2,3], dtype=f32}
out %y
---
error want one element

== seed that is no integer
graph "t"
in %s : f32[]
%y = RandomNormal(%s) {shape=[2,3], dtype=f32}
out %y
---
error

== random integers
graph "t"
const %s : i64[] = [1]
%y = RandomUniform(%s) {shape=[2,3], dtype=i32}
out %y
---
error want a floating-point type

== type missing
graph "t"
const %s : i64[] = [1]
%y = RandomNormal(%s) {shape=[2,3]}
out %y
---
error want a floating-point type

== numbers drawn at run time are not folded
graph "t"
const %s : i64[] = [1]
%y = RandomUniform(%s) {shape=[2], dtype=f32}
out %y
---
ops RandomUniform
