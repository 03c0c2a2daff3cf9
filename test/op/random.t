== uniform numbers, 53 bits of each position
const %s : i64[] = [7]
%y = RandomUniform(%s) {shape=[2,2], dtype=f64}
%z = RandomUniform(%s) {shape=[4], dtype=f32, low=-1, high=3}
out %y
out %z
---
y = 0.632162285 0.843281500 0.153188788 0.513535435
z = 1.528649 2.373126 -0.387245 1.054142

== normal numbers
const %s : i64[1] = [7]
%y = RandomNormal(%s) {shape=[4], dtype=f32}
%z = RandomNormal(%s) {shape=[2], dtype=f64, mean=10, scale=2}
out %y
out %z
---
y = -0.752961 0.451594 -1.129282 -1.098945
z = 8.494078 10.903187

== moments of the uniform distribution: 1/2, 1/3
const %s : i32[] = [3]
%u = RandomUniform(%s) {shape=[100,200], dtype=f64}
%m = ReduceMean(%u) {axes=[0,1], keepdims=0}
%q = Mul(%u, %u)
%v = ReduceMean(%q) {axes=[0,1], keepdims=0}
out %m
out %v
---
m = 0.496154
v = 0.329936

== mean and variance of the normal distribution: 2 and 9
const %s : i32[] = [3]
%z = RandomNormal(%s) {shape=[20000], dtype=f64, mean=2, scale=3}
%m = ReduceMean(%z) {axes=[0]}
%d = Sub(%z, %m)
%q = Mul(%d, %d)
%v = ReduceMean(%q) {axes=[0]}
out %m
out %v
---
m = 2.003903
v = 9.050083

== half precision
const %s : i64[] = [7]
%y = RandomUniform(%s) {shape=[2], dtype=f16}
out %y
---
y = 0.63232 0.84326

== numpy.random.RandomState(0).uniform
const %s : i64[] = [0]
%y = MersenneTwister(%s) {shape=[2,2]}
out %y
---
y = 0.5488135 0.71518937 0.60276338 0.54488318

== the Mersenne twister beyond its first block of words
const %s : i64[] = [42]
%y = MersenneTwister(%s) {shape=[700]}
%z = Slice(%y) {starts=[697], steps=[1], counts=[3]}
out %z
---
z = 0.58123822 0.15436272 0.4811401

== only the lower half of a seed counts
const %s : i64[] = [-1]
%y = MersenneTwister(%s) {shape=[2]}
out %y
---
y = 0.09763203 0.91238285
