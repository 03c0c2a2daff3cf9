== identity goes, its reader reads the source
graph "t"
in %x : f32[2,3]
%a = Identity(%x) "id"
%y = Tanh(%a) "act"
out %y
--- eliminate_identity
graph "t" file "t"
in %x : f32[2,3]
%y : f32[2,3] = Tanh(%x) "act"
out %y

== identity that is an output: the maker takes over the name
graph "t"
in %x : f32[2,3]
%a = Tanh(%x) "act"
%b = Sigmoid(%a) "other"
%y = Identity(%a) "id"
out %y
out %b
--- eliminate_identity
graph "t" file "t"
in %x : f32[2,3]
%y : f32[2,3] = Tanh(%x) "act"
%b : f32[2,3] = Sigmoid(%y) "other"
out %y
out %b

== an input that is an output stays behind an identity
graph "t"
in %x : f32[2,3]
%y = Identity(%x) "id"
out %y
--- eliminate_identity
unchanged

== a node without effect between input and output becomes an identity
graph "t"
in %x : f32[2,3]
const %zero : f32[1] = [0]
%y = Add(%x, %zero) "add"
out %y
--- eliminate_identity
graph "t" file "t"
in %x : f32[2,3]
const %zero : f32[1] = [0]
%y : f32[2,3] = Identity(%x) "add" from "Add"
out %y

== two outputs of the same value
graph "t"
in %x : f32[2,3]
%a = Tanh(%x) "act"
%y = Identity(%a) "id"
out %a
out %y
--- eliminate_identity
unchanged

== neutral elements
graph "t"
in %x : f32[2,3]
const %zero : f32[3] = [0, 0, 0]
const %one : f32[] = [1]
%a = Add(%zero, %x)
%b = Mul(%a, %one)
%c = Div(%b, %one)
%d = Sub(%c, %zero)
%e = Pow(%d, %one)
%y = Tanh(%e)
out %y
--- eliminate_identity
graph "t" file "t"
in %x : f32[2,3]
const %zero : f32[3] = [0, 0, 0]
const %one : f32[] = [1]
%y : f32[2,3] = Tanh(%x)
out %y

== a neutral element that broadcasts does something
graph "t"
in %x : f32[3]
const %zero : f32[2,3] = [0, 0, 0, 0, 0, 0]
%a = Add(%x, %zero)
%y = Tanh(%a)
out %y
--- eliminate_identity
unchanged

== one minus x and one over x stay
graph "t"
in %x : f32[2,3]
const %zero : f32[] = [0]
const %one : f32[] = [1]
%a = Sub(%zero, %x)
%y = Div(%one, %a)
out %y
--- eliminate_identity
unchanged

== casts of small types are conversions
graph "t"
in %x : f8e5m2[4]
%a = Cast(%x) {to=f8e5m2}
%b = Cast(%a) {to=f32}
%y = Cast(%b) {to=f8e4m3fn}
out %y
--- eliminate_identity
unchanged

== casts
graph "t"
in %x : f32[4]
in %i : i32[4]
%a = Cast(%x) {to=f32}
%b = Cast(%a) {to=f64}
%y = Cast(%b) {to=f32}
%c = Cast(%i) {to=i64}
%z = Cast(%c) {to=f32}
out %y
out %z
--- eliminate_identity
graph "t" file "t"
in %x : f32[4]
in %i : i32[4]
%y : f32[4] = Identity(%x) from "Cast"
%z : f32[4] = Cast(%i) {to=f32}
out %y
out %z

== a narrowing cast stays
graph "t"
in %x : f32[4]
%a = Cast(%x) {to=i32}
%b = Cast(%a) {to=f32}
%y = Tanh(%b)
out %y
--- eliminate_identity
unchanged

== moves that move nothing
graph "t"
in %x : f32[2,3]
%a = Reshape(%x) {shape=[2,3]}
%b = Transpose(%a) {perm=[0,1]}
%c = Expand(%b) {shape=[2,3]}
%d = Slice(%c) {starts=[0,0], steps=[1,1], counts=[2,3]}
%e = Pad(%d) {pads=[0,0,0,0]}
%f = Tile(%e) {repeats=[1,1]}
%g = Concat(%f) {axis=1}
%h = Split(%g) {axis=1, split=[3]}
%y = Tanh(%h)
out %y
--- eliminate_identity
graph "t" file "t"
in %x : f32[2,3]
%y : f32[2,3] = Tanh(%x)
out %y

== moves that move something stay
graph "t"
in %x : f32[3,3]
%a = Transpose(%x) {perm=[1,0]}
%b = Slice(%a) {starts=[2,0], steps=[-1,1], counts=[3,3]}
%c = Pad(%b) {pads=[1,0,-1,0]}
%y = Tanh(%c)
out %y
--- eliminate_identity
unchanged

== limits
graph "t"
in %x : f32[2,3]
const %low : f32[] = [-inf]
const %high : f32[] = [3.4028235e38]
const %zero : f32[] = [0]
const %six : f32[] = [6]
%a = Clip(%x, %low, %high)
%b = Clip(%a, %zero, %six)
%c = Relu(%b)
%d = Relu(%c)
%y = Tanh(%d)
out %y
--- eliminate_identity
graph "t" file "t"
in %x : f32[2,3]
const %low : f32[] = [-inf]
const %high : f32[] = [3.4028235e+38]
const %zero : f32[] = [0]
const %six : f32[] = [6]
%b : f32[2,3] = Clip(%x, %zero, %six)
%y : f32[2,3] = Tanh(%b)
out %y

== relu of a clip below zero stays
graph "t"
in %x : f32[2,3]
const %low : f32[] = [-1]
%a = Clip(%x, %low)
%y = Relu(%a)
out %y
--- eliminate_identity
unchanged

== twice is once, or nothing
graph "t"
in %x : f32[2,3]
in %q : bool[2]
%a = Abs(%x)
%b = Abs(%a)
%c = Floor(%b)
%d = Floor(%c)
%e = Neg(%d)
%f = Neg(%e)
%y = Tanh(%f)
%r = Not(%q)
%s = Not(%r)
%z = Not(%s)
out %y
out %z
--- eliminate_identity
graph "t" file "t"
in %x : f32[2,3]
in %q : bool[2]
%a : f32[2,3] = Abs(%x)
%c : f32[2,3] = Floor(%a)
%y : f32[2,3] = Tanh(%c)
%z : bool[2] = Not(%q)
out %y
out %z

== reduction over nothing is a reshape
graph "t"
in %x : f32[2,1,3]
%a = ReduceMean(%x) {axes=[1], keepdims=0}
%b = ReduceMax(%a) {axes=[0], keepdims=1}
%y = ReduceL1(%x) {axes=[1], keepdims=1}
out %b
out %y
--- eliminate_identity
graph "t" file "t"
in %x : f32[2,1,3]
%a : f32[2,3] = Reshape(%x) {shape=[2,3]} from "ReduceMean"
%b : f32[1,3] = ReduceMax(%a) {axes=[0]}
%y : f32[2,1,3] = ReduceL1(%x) {axes=[1]}
out %b
out %y

== element-wise operators expand by themselves
graph "t"
in %x : f32[3]
in %z : f32[2,3]
%e = Expand(%x) {shape=[2,3]}
%y = Add(%e, %z)
out %y
--- eliminate_identity
graph "t" file "t"
in %x : f32[3]
in %z : f32[2,3]
%y : f32[2,3] = Add(%x, %z)
out %y

== an expand that gives the shape stays
graph "t"
in %x : f32[3]
in %z : f32[1,3]
%e = Expand(%x) {shape=[2,3]}
%y = Add(%e, %z)
out %y
--- eliminate_identity
unchanged

== where with one outcome
graph "t"
in %x : f32[2,2]
in %z : f32[2,2]
const %yes : bool[1] = [true]
%a = Where(%yes, %x, %z)
%y = Tanh(%a)
out %y
--- eliminate_identity
graph "t" file "t"
in %x : f32[2,2]
in %z : f32[2,2]
const %yes : bool[1] = [true]
%y : f32[2,2] = Tanh(%x)
out %y

== an empty operand of concat
graph "t"
in %x : f32[2,3]
in %z : f32[2,0]
%a = Concat(%x, %z) {axis=1}
%y = Tanh(%a)
out %y
--- eliminate_identity
graph "t" file "t"
in %x : f32[2,3]
in %z : f32[2,0]
%y : f32[2,3] = Tanh(%x)
out %y

== relu of what can be negative stays
graph "t"
in %x : f32[2,3]
%a = Tanh(%x)
%y = Relu(%a)
out %y
--- eliminate_identity
unchanged
