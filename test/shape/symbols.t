== shape
graph "t"
in %x : f32[N,3,H]
%y = Shape(%x)
out %y
---
y : i64[3]
y = N 3 H

== shape of numbers is constant
graph "t"
in %x : f32[2,3]
%y = Shape(%x)
out %y
---
y = 2 3

== gather a dim
graph "t"
in %x : f32[N,3,H,W]
const %i : i64[] = [-1]
%s = Shape(%x)
%y = Gather(%s, %i)
out %y
---
y : i64[]
y = W

== dims multiplied
graph "t"
in %x : f32[N,3,H,W]
%s = Shape(%x)
%t = Slice(%s) {starts=[2], steps=[1], counts=[2]}
%y = ReduceProd(%t) {axes=[0], keepdims=0}
out %y
---
y = H*W

== flatten
graph "t"
in %x : f32[N,3,H,W]
const %m : i64[1] = [-1]
%s = Shape(%x)
%a = Slice(%s) {starts=[0], steps=[1], counts=[1]}
%y = Concat(%a, %m) {axis=0}
out %y
---
y = N -1

== arithmetic
graph "t"
in %x : f32[H]
const %k : i64[] = [2]
%s = Shape(%x)
%a = Add(%s, %k)
%b = Mul(%a, %k)
%c = Sub(%b, %k)
%y = Div(%c, %k)
out %y
---
c = 2*H+2
y = H+1

== floor
graph "t"
in %x : f32[H]
const %k : i64[] = [2]
%s = Shape(%x)
%y = Div(%s, %k)
out %y
---
y = H/2

== symbol cancels
graph "t"
in %x : f32[H]
const %k : i64[] = [2]
%s = Shape(%x)
%a = Add(%s, %k)
%y = Sub(%a, %s)
out %y
---
y = 2

== reshape, transpose, cast, identity
graph "t"
in %x : f32[N,H,4,W]
%s = Shape(%x)
%a = Reshape(%s) {shape=[2,2]}
%b = Transpose(%a) {perm=[1,0]}
%c = Cast(%b) {to=i32}
%y = Identity(%c)
out %y
---
y : i32[2,2]
y = N 4 H W

== equal to -1 is no dim
graph "t"
in %x : f32[N,H]
const %m : i64[2] = [-1, -1]
const %o : i64[2] = [1, 1]
%s = Shape(%x)
%e = Equal(%s, %m)
%y = Where(%e, %o, %s)
out %y
---
e = 0 0
y = N H

== equal to a number is open
graph "t"
in %x : f32[N,H]
const %m : i64[1] = [4]
%s = Shape(%x)
%a = Slice(%s) {starts=[0], steps=[1], counts=[1]}
%e = Equal(%a, %m)
%y = Where(%e, %m, %a)
%z = Identity(%x)
out %z
---
z : f32[N,H]

== equal symbols
graph "t"
in %x : f32[N,N]
in %z : f32[N]
%s = Shape(%x)
%t = Shape(%z)
%y = Equal(%s, %t)
out %y
---
y = 1 1

== min and max
graph "t"
in %x : f32[H]
const %k : i64[] = [2]
%s = Shape(%x)
%a = Max(%s, %k)
%y = Min(%a, %k)
out %y
---
a = max(H,2)
y = 2

== expand and negate
graph "t"
in %x : f32[H]
%s = Shape(%x)
%a = Expand(%s) {shape=[2]}
%b = Neg(%a)
%y = Neg(%b)
out %y
---
y = H H

== split a shape
graph "t"
in %x : f32[N,H,W]
%s = Shape(%x)
%a, %y = Split(%s) {axis=0, split=[1,2]}
out %a
---
a = N
y = H W

== reverse
graph "t"
in %x : f32[N,H,W]
%s = Shape(%x)
%y = Slice(%s) {starts=[2], steps=[-1], counts=[3]}
out %y
---
y = W H N

== sum, larger, smaller
graph "t"
in %x : f32[N,4]
%s = Shape(%x)
%y = ReduceSum(%s) {axes=[0]}
%m = ReduceMax(%s) {axes=[0]}
out %m
---
y = N+4
m = max(N,4)

== numbers fold
graph "t"
const %a : f32[2] = [1, 2]
const %b : f32[2] = [3, 4]
%y = Add(%a, %b)
out %y
---
y = 4 6

== division by zero folds to something or stays
graph "t"
in %x : f32[H]
const %k : i64[] = [0]
%s = Shape(%x)
%y = Div(%s, %k)
%z = Identity(%x)
out %z
---
z : f32[H]

== beyond the type
graph "t"
in %x : f32[H]
%s = Shape(%x)
%c = Cast(%s) {to=i8}
%d = Sub(%c, %c)
%y = Add(%d, %c)
out %y
---
y = H
