== reshape of reshape
graph "t"
in %x : f32[2,3,4]
%a = Reshape(%x) {shape=[6,4]} "a"
%b = Reshape(%a) {shape=[24]} "b"
%y = Reshape(%b) {shape=[4,6]} "c"
out %y
--- merge_reshape
graph "t" file "t"
in %x : f32[2,3,4]
%y : f32[4,6] = Reshape(%x) {shape=[4,6]} "c"
out %y

== reshape and back
graph "t"
in %x : f32[2,3,4]
%a = Reshape(%x) {shape=[6,4]} "a"
%b = Reshape(%a) {shape=[2,3,4]} "b"
%y = Tanh(%b)
out %y
--- merge_reshape
graph "t" file "t"
in %x : f32[2,3,4]
%y : f32[2,3,4] = Tanh(%x)
out %y

== around element-wise nodes that then need none
graph "t"
in %x : f32[2,3,4]
in %z : f32[2,3,4]
const %k : f32[1,1] = [3]
const %f : f32[6,4] = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24]
%a = Reshape(%x) {shape=[6,4]}
%c = Reshape(%z) {shape=[6,4]}
%m = Mul(%a, %k)
%s = Add(%m, %c)
%t = Tanh(%s)
%u = Mul(%t, %f)
%y = Reshape(%u) {shape=[2,3,4]} "last"
out %y
--- merge_reshape
graph "t" file "t"
in %x : f32[2,3,4]
in %z : f32[2,3,4]
const %k : f32[1,1] = [3]
const %f : f32[6,4] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]
const %f.1 : f32[2,3,4] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]
%m : f32[2,3,4] = Mul(%x, %k)
%s : f32[2,3,4] = Add(%m, %z)
%t : f32[2,3,4] = Tanh(%s)
%y : f32[2,3,4] = Mul(%t, %f.1)
out %y

== a broadcast between keeps the reshapes
graph "t"
in %x : f32[2,3,4]
const %k : f32[4] = [1,2,3,4]
%a = Reshape(%x) {shape=[6,4]}
%m = Mul(%a, %k)
%y = Reshape(%m) {shape=[2,3,4]}
out %y
--- merge_reshape
unchanged

== another shape behind keeps the reshapes
graph "t"
in %x : f32[2,3,4]
%a = Reshape(%x) {shape=[6,4]}
%m = Tanh(%a)
%y = Reshape(%m) {shape=[3,2,4]}
out %y
--- merge_reshape
unchanged

== a value in between that is an output keeps the reshapes
graph "t"
in %x : f32[2,3,4]
%a = Reshape(%x) {shape=[6,4]}
%m = Tanh(%a)
%y = Reshape(%m) {shape=[2,3,4]}
out %m
out %y
--- merge_reshape
unchanged
