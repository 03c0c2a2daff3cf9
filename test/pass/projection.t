== query, key and value from one product
graph "t"
in %x : f32[1,4,6]
const %w : f32[6,12] = [1,2,3,4,5,6,7,8,9,10,11,12,1,2,3,4,5,6,7,8,9,10,11,12,1,2,3,4,5,6,7,8,9,10,11,12,1,2,3,4,5,6,7,8,9,10,11,12,1,2,3,4,5,6,7,8,9,10,11,12,1,2,3,4,5,6,7,8,9,10,11,12]
const %b : f32[12] = [1,2,3,4,5,6,7,8,9,10,11,12]
%m = MatMul(%x, %w) "mm"
%a = Add(%m, %b) "bias"
%r = Reshape(%a) {shape=[1,4,3,2,2]} "split"
%t = Transpose(%r) {perm=[2,0,3,1,4]} "heads"
%q = Slice(%t) {starts=[0,0,0,0,0], steps=[1,1,1,1,1], counts=[1,1,2,4,2]} "q"
%k = Slice(%t) {starts=[1,0,0,0,0], steps=[1,1,1,1,1], counts=[1,1,2,4,2]} "k"
%v = Slice(%t) {starts=[2,0,0,0,0], steps=[1,1,1,1,1], counts=[1,1,2,4,2]} "v"
%s = Mul(%q, %k)
%y = Add(%s, %v)
out %y
--- split_projection fold_constants dead_code
graph "t" file "t"
in %x : f32[1,4,6]
const %q.4 : f32[4] = [1, 2, 3, 4]
const %q.5 : f32[6,4] = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]
const %k.4 : f32[4] = [5, 6, 7, 8]
const %k.5 : f32[6,4] = [5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8]
const %v.4 : f32[4] = [9, 10, 11, 12]
const %v.5 : f32[6,4] = [9, 10, 11, 12, 9, 10, 11, 12, 9, 10, 11, 12, 9, 10, 11, 12, 9, 10, 11, 12, 9, 10, 11, 12]
%q.3 : f32[1,4,4] = MatMul(%x, %q.5) "mm"
%q.2 : f32[1,4,4] = Add(%q.3, %q.4) "bias"
%q.1 : f32[1,4,1,2,2] = Reshape(%q.2) {shape=[1,4,1,2,2]} "split"
%q : f32[1,1,2,4,2] = Transpose(%q.1) {perm=[2,0,3,1,4]} "heads"
%k.3 : f32[1,4,4] = MatMul(%x, %k.5) "mm"
%k.2 : f32[1,4,4] = Add(%k.3, %k.4) "bias"
%k.1 : f32[1,4,1,2,2] = Reshape(%k.2) {shape=[1,4,1,2,2]} "split"
%k : f32[1,1,2,4,2] = Transpose(%k.1) {perm=[2,0,3,1,4]} "heads"
%v.3 : f32[1,4,4] = MatMul(%x, %v.5) "mm"
%v.2 : f32[1,4,4] = Add(%v.3, %v.4) "bias"
%v.1 : f32[1,4,1,2,2] = Reshape(%v.2) {shape=[1,4,1,2,2]} "split"
%v : f32[1,1,2,4,2] = Transpose(%v.1) {perm=[2,0,3,1,4]} "heads"
%s : f32[1,1,2,4,2] = Mul(%q, %k)
%y : f32[1,1,2,4,2] = Add(%s, %v)
out %y

== gemm, cut along its columns
graph "t"
in %x : f32[4,2]
const %w : f32[6,2] = [1,2,3,4,5,6,7,8,9,10,11,12]
const %b : f32[6] = [1,2,3,4,5,6]
%m = Gemm(%x, %w, %b) {transB=1} "fc"
%q = Slice(%m) {starts=[0,0], steps=[1,1], counts=[4,2]} "q"
%k = Slice(%m) {starts=[0,2], steps=[1,1], counts=[4,4]} "k"
out %q
out %k
--- split_projection fold_constants dead_code
graph "t" file "t"
in %x : f32[4,2]
const %q.1 : f32[2] = [1, 2]
const %q.2 : f32[2,2] = [1, 2, 3, 4]
const %k.1 : f32[4] = [3, 4, 5, 6]
const %k.2 : f32[4,2] = [5, 6, 7, 8, 9, 10, 11, 12]
%q : f32[4,2] = Gemm(%x, %q.2, %q.1) {transB=1} "fc"
%k : f32[4,4] = Gemm(%x, %k.2, %k.1) {transB=1} "fc"
out %q
out %k

== not along the rows
graph "t"
in %x : f32[4,2]
const %w : f32[2,2] = [1,2,3,4]
%m = MatMul(%x, %w) "mm"
%q = Slice(%m) {starts=[0,0], steps=[1,1], counts=[2,2]} "q"
%k = Slice(%m) {starts=[2,0], steps=[1,1], counts=[2,2]} "k"
out %q
out %k
--- split_projection
unchanged

== not where parts overlap, nor where the whole is needed too
graph "t"
in %x : f32[4,2]
const %w : f32[2,4] = [1,2,3,4,5,6,7,8]
const %v : f32[2,4] = [8,7,6,5,4,3,2,1]
%m = MatMul(%x, %w) "mm"
%q = Slice(%m) {starts=[0,0], steps=[1,1], counts=[4,3]} "q"
%k = Slice(%m) {starts=[0,2], steps=[1,1], counts=[4,2]} "k"
%n = MatMul(%x, %v) "nn"
%r = Slice(%n) {starts=[0,0], steps=[1,1], counts=[4,2]} "r"
%s = Slice(%n) {starts=[0,2], steps=[1,1], counts=[4,2]} "s"
out %q
out %k
out %r
out %s
out %n
--- split_projection
unchanged

== not where the weights are computed
graph "t"
in %x : f32[4,2]
in %w : f32[2,4]
%m = MatMul(%x, %w) "mm"
%q = Slice(%m) {starts=[0,0], steps=[1,1], counts=[4,2]} "q"
%k = Slice(%m) {starts=[0,2], steps=[1,1], counts=[4,2]} "k"
out %q
out %k
--- split_projection
unchanged

== a slice through a reshape that splits the dimension
graph "t"
in %x : f32[2,12]
%a = Reshape(%x) {shape=[2,3,2,2]} "a"
%y = Slice(%a) {starts=[0,1,0,0], steps=[1,1,1,1], counts=[2,2,2,2]} "s"
out %y
--- hoist_slice
graph "t" file "t"
in %x : f32[2,12]
%s : f32[2,8] = Slice(%x) {starts=[0,4], steps=[1,1], counts=[2,8]} "s"
%y : f32[2,2,2,2] = Reshape(%s) {shape=[2,2,2,2]} "a"
out %y

== not in steps, nor inside the split dimension
graph "t"
in %x : f32[2,12]
%a = Reshape(%x) {shape=[2,3,2,2]} "a"
%y = Slice(%a) {starts=[0,0,0,0], steps=[1,2,1,1], counts=[2,2,2,2]} "s"
%b = Reshape(%x) {shape=[2,3,2,2]} "b"
%z = Slice(%b) {starts=[0,0,1,0], steps=[1,1,1,1], counts=[2,3,1,2]} "t"
out %y
out %z
--- hoist_slice
unchanged
