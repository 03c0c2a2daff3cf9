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

== dimensions of one element move before the transpose
graph "t"
in %x : f32[8,6]
%a = Reshape(%x) {shape=[8,1,2,3]} "a"
%t = Transpose(%a) {perm=[1,2,0,3]} "t"
%b = Reshape(%t) {shape=[2,8,3]} "b"
%u = Transpose(%b) {perm=[0,2,1]} "u"
%y = Reshape(%u) {shape=[1,2,3,1,8]} "c"
out %y
--- merge_reshape merge_transpose merge_reshape eliminate_identity
graph "t" file "t"
in %x : f32[8,6]
%c.1 : f32[1,1,8,2,3] = Reshape(%x) {shape=[1,1,8,2,3]} "c"
%y : f32[1,2,3,1,8] = Transpose(%c.1) {perm=[0,3,4,1,2]} "u"
out %y

== not where the reshape does more
graph "t"
in %x : f32[8,2,3]
%t = Transpose(%x) {perm=[1,0,2]} "t"
%y = Reshape(%t) {shape=[2,24]} "b"
out %y
--- merge_reshape
unchanged

== symbols keep their order
graph "t"
# no run
in %x : f32[N,1,3]
%t = Transpose(%x) {perm=[2,1,0]} "t"
%y = Reshape(%t) {shape=[3,N]} "b"
out %y
--- merge_reshape
graph "t" file "t"
in %x : f32[N,1,3]
%b : f32[N,3] = Reshape(%x) {shape=[N,3]} "b"
%y : f32[3,N] = Transpose(%b) {perm=[1,0]} "t"
out %y
