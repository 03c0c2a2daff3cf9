== scale and mask
graph "t"
in %q : f32[2,9,4]
in %k : f32[2,5,4]
in %v : f32[2,5,4]
in %m : f32[9,5]
const %c : f32[] = [2]
%t = Transpose(%k) {perm=[0,2,1]} "turn"
%s = MatMul(%q, %t) "scores"
%d = Div(%s, %c) "scale"
%a = Add(%m, %d) "mask"
%p = Softmax(%a) {axis=2} "softmax"
%y = MatMul(%p, %v) "values"
out %y
--- fuse_attention:x86-64-v4 dead_code
graph "t" file "t"
in %q : f32[2,9,4]
in %k : f32[2,5,4]
in %v : f32[2,5,4]
in %m : f32[9,5]
%t : f32[2,4,5] = Transpose(%k) {perm=[0,2,1]} "turn"
%y : f32[2,9,4] = Attention(%q, %t, %v, %m) {scale=0.5} "values+scores" from "MatMul"
out %y

== the weights are read twice
graph "t"
in %q : f32[2,9,4]
in %k : f32[2,4,5]
in %v : f32[2,5,4]
%s = MatMul(%q, %k)
%p = Softmax(%s) {axis=2}
%y = MatMul(%p, %v)
out %y
out %p
--- fuse_attention:x86-64-v4 dead_code
unchanged

== softmax along the queries
graph "t"
in %q : f32[2,9,4]
in %k : f32[2,4,5]
in %v : f32[2,5,4]
%s = MatMul(%q, %k)
%p = Softmax(%s) {axis=1}
%y = MatMul(%p, %v)
out %y
--- fuse_attention:x86-64-v4 dead_code
unchanged

== few queries
graph "t"
in %q : f32[2,4,4]
in %k : f32[2,4,5]
in %v : f32[2,5,4]
%s = MatMul(%q, %k)
%p = Softmax(%s) {axis=2}
%y = MatMul(%p, %v)
out %y
--- fuse_attention:x86-64-v4 dead_code
unchanged

== more queries than a block
graph "t"
in %q : f32[1,2,21,4]
in %k : f32[1,2,4,3]
in %v : f32[1,1,3,5]
in %m : f32[1,1,1,3]
%s = MatMul(%q, %k)
%a = Add(%s, %m)
%p = Softmax(%a) {axis=3}
%y = MatMul(%p, %v)
out %y
--- fuse_attention:x86-64-v1 dead_code
graph "t" file "t"
in %q : f32[1,2,21,4]
in %k : f32[1,2,4,3]
in %v : f32[1,1,3,5]
in %m : f32[1,1,1,3]
%y : f32[1,2,21,5] = Attention(%q, %k, %v, %m) {block=12} from "MatMul"
out %y

== not for scalar targets
graph "t"
in %q : f32[2,9,4]
in %k : f32[2,4,5]
in %v : f32[2,5,4]
%s = MatMul(%q, %k)
%p = Softmax(%s) {axis=2}
%y = MatMul(%p, %v)
out %y
--- fuse_attention:c99 dead_code
unchanged
