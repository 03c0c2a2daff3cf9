== strings are moved and compared
in %x : string[2,3]
const %k : string[3] = ["2", "", "3"]
%t = Transpose(%x) {perm=[1,0]}
%e = Equal(%x, %k)
%w = Where(%e, %x, %k)
%c = Concat(%k, %k) {axis=0}
out %t
out %e
out %w
out %c
---
t = 1 4 2 5 3 6
e = 0 0 1 0 0 0
w = 2 _ 3 2 _ 3
c = 2 _ 3 2 _ 3
nest e[i0,i1] = (x[i0,i1] == k[i1])

== strings padded with none
in %x : string[2]
%y = Pad(%x) {pads=[1,1]}
out %y
---
y = _ 1 2 _

== different strings, in their order
const %x : string[5] = ["b", "a", "b", "", "ab"]
%y, %i, %v, %c, %n = Unique(%x)
out %y
out %v
---
y = _ a ab b _
v = 3 1 3 0 2

== strings are no numbers
in %x : string[2]
%y = Add(%x, %x)
out %y
---
error holds strings, which Add does not take

== nor where a number is wanted
in %x : f32[2]
in %y : string[2]
%z = Add(%x, %y)
out %z
---
error operand 1 'y' holds strings, which Add does not take

== strings looked up
const %x : string[4] = ["b", "", "c", "a"]
const %k : string[3] = ["a", "b", ""]
const %v : string[4] = ["A", "B", "none", "?"]
const %n : i64[4] = [1, 2, 3, -1]
%y = LabelEncoder(%x, %k, %v)
%z = LabelEncoder(%x, %k, %n)
out %y
out %z
---
y = B none ? A
z = 2 3 -1 1
