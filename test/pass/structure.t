== concat of concat
graph "t"
in %x : f32[2,1]
in %z : f32[2,2]
%a = Concat(%x, %z) {axis=1} "a"
%b = Concat(%a, %x) {axis=1} "b"
%y = Concat(%z, %b, %z) {axis=1} "c"
out %y
--- merge_concat
graph "t" file "t"
in %x : f32[2,1]
in %z : f32[2,2]
%y : f32[2,8] = Concat(%z, %x, %z, %x, %z) {axis=1} "c"
out %y

== concat along another axis, or read elsewhere
graph "t"
in %x : f32[2,2]
%a = Concat(%x, %x) {axis=0} "a"
%b = Concat(%a, %a) {axis=1} "b"
%c = Concat(%x, %x) {axis=1} "c"
%d = Concat(%c, %x) {axis=1} "d"
out %b
out %c
out %d
--- merge_concat
unchanged

== equal nodes
graph "t"
in %x : f32[2,3]
in %z : f32[2,3]
%a = Add(%x, %z) "a"
%b = Add(%z, %x) "b"
%c = Tanh(%a) "c"
%d = Tanh(%b) "d"
%e = Sub(%x, %z) "e"
%f = Sub(%z, %x) "f"
%g = Mul(%c, %d) "g"
%h = Mul(%e, %f) "h"
%y = Add(%g, %h) "y"
out %y
--- cse
graph "t" file "t"
in %x : f32[2,3]
in %z : f32[2,3]
%a : f32[2,3] = Add(%x, %z) "a"
%c : f32[2,3] = Tanh(%a) "c"
%e : f32[2,3] = Sub(%x, %z) "e"
%f : f32[2,3] = Sub(%z, %x) "f"
%g : f32[2,3] = Mul(%c, %c) "g"
%h : f32[2,3] = Mul(%e, %f) "h"
%y : f32[2,3] = Add(%g, %h) "y"
out %y

== equal constants, and what reads them
graph "t"
in %x : f32[2,3]
const %a : f32[3] = [1,2,3]
const %b : f32[3] = [1,2,3]
const %c : f32[1,3] = [1,2,3]
const %d : f32[3] = [1,2,-3]
%p = Add(%x, %a)
%q = Add(%x, %b)
%r = Add(%x, %c)
%s = Add(%x, %d)
%t = Mul(%p, %q)
%u = Mul(%r, %s)
%y = Mul(%t, %u)
out %y
--- cse dead_code
graph "t" file "t"
in %x : f32[2,3]
const %a : f32[3] = [1, 2, 3]
const %c : f32[1,3] = [1, 2, 3]
const %d : f32[3] = [1, 2, -3]
%p : f32[2,3] = Add(%x, %a)
%r : f32[2,3] = Add(%x, %c)
%s : f32[2,3] = Add(%x, %d)
%t : f32[2,3] = Mul(%p, %p)
%u : f32[2,3] = Mul(%r, %s)
%y : f32[2,3] = Mul(%t, %u)
out %y

== attributes differ
graph "t"
in %x : f32[2,3]
%a = LeakyRelu(%x) {alpha=0.1}
%b = LeakyRelu(%x) {alpha=0.2}
%c = LeakyRelu(%x) {alpha=0.1}
%d = Add(%a, %b)
%y = Mul(%d, %c)
out %y
--- cse
graph "t" file "t"
in %x : f32[2,3]
%a : f32[2,3] = LeakyRelu(%x) {alpha=0.1}
%b : f32[2,3] = LeakyRelu(%x) {alpha=0.2}
%d : f32[2,3] = Add(%a, %b)
%y : f32[2,3] = Mul(%d, %a)
out %y

== equal nodes that are outputs keep both names
graph "t"
in %x : f32[2,3]
%a = Tanh(%x) "a"
%b = Tanh(%x) "b"
out %a
out %b
--- cse
graph "t" file "t"
in %x : f32[2,3]
%a : f32[2,3] = Tanh(%x) "a"
%b : f32[2,3] = Identity(%a) "b" from "Tanh"
out %a
out %b

== an output and an equal node
graph "t"
in %x : f32[2,3]
%a = Tanh(%x) "a"
%b = Tanh(%x) "b"
%y = Sigmoid(%a) "y"
out %b
out %y
--- cse
graph "t" file "t"
in %x : f32[2,3]
%b : f32[2,3] = Tanh(%x) "a"
%y : f32[2,3] = Sigmoid(%b) "y"
out %b
out %y

== nodes with several outputs
graph "t"
in %x : f32[2,4]
%a, %b = Split(%x) {axis=1, split=[2,2]} "s"
%c, %d = Split(%x) {axis=1, split=[2,2]} "t"
%p = Sub(%a, %d)
%q = Sub(%c, %b)
%y = Mul(%p, %q)
out %y
--- cse
graph "t" file "t"
in %x : f32[2,4]
%a : f32[2,2], %b : f32[2,2] = Split(%x) {axis=1, split=[2,2]} "s"
%p : f32[2,2] = Sub(%a, %b)
%y : f32[2,2] = Mul(%p, %p)
out %y

== nobody reads it
graph "t"
in %x : f32[2,3]
const %w : f32[3] = [1,2,3]
%a = Tanh(%x)
%b = Add(%a, %w)
%c = Sigmoid(%b)
%y = Neg(%x)
out %y
--- dead_code
graph "t" file "t"
in %x : f32[2,3]
%y : f32[2,3] = Neg(%x)
out %y

== outputs that nobody reads
graph "t"
in %x : f32[2,3]
const %s : f32[3] = [1,1,1]
%y, %m, %v = LayerNormalization(%x, %s) {axis=1} "norm"
out %y
--- dead_code
graph "t" file "t"
in %x : f32[2,3]
const %s : f32[3] = [1, 1, 1]
%y : f32[2,3] = LayerNormalization(%x, %s) {axis=1} "norm"
out %y

== constants are computed
graph "t"
in %x : f32[2,3]
const %a : f32[3] = [1,2,3]
const %b : f32[] = [2]
%c = Mul(%a, %b)
%d = Reshape(%c) {shape=[1,3]}
%y = Add(%x, %d)
out %y
--- fold_constants dead_code
graph "t" file "t"
in %x : f32[2,3]
const %d : f32[1,3] = [2, 4, 6]
%y : f32[2,3] = Add(%x, %d)
out %y

== order
graph "t"
in %x : f32[2,3]
%a = Tanh(%x)
%y = Neg(%a)
out %y
--- order
unchanged
