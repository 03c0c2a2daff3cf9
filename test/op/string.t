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

== strings joined, with one that is cut
const %x : string[2,1] = ["ab", ""]
const %y : string[3] = ["c", "", "xyz"]
%b, %n = StringConcat(%x, %y) {room=5}
%z = StringOf(%b)
out %z
out %n
---
z = abc ab abxy c _ xyz
n = 6

== strings in another case
const %x : string[3] = ["aB", "\xc3\xa9\xc3\x9f1", ""]
%b, %n = StringCase(%x) {case_change_action="UPPER", room=8}
%u = StringOf(%b)
%c, %m = StringCase(%x) {room=3}
%l = StringOf(%c)
out %u
out %l
out %n
---
u = AB Éß1 _
l = ab é _
n = 6

== strings split at white space
const %x : string[3] = [" a  bc ", "", "d"]
const %d : string[] = [""]
%b, %k, %p, %n = StringSplit(%x, %d) {parts=3, room=8}
%y = StringOf(%b)
out %y
out %k
out %p
out %n
---
y = a bc _ _ _ _ d _ _
k = 2 0 1
p = 2
n = 3

== strings split at a delimiter, the last part whole
const %x : string[2] = ["a,,b,c", ""]
const %d : string[] = [","]
%b, %k, %p, %n = StringSplit(%x, %d) {maxsplit=2, parts=4, room=8}
%y = StringOf(%b)
out %y
out %k
out %p
out %n
---
y = a _ b,c _ _ _ _ _
k = 3 1
p = 3
n = 4

== no strings at all
const %x : string[0,2] = []
const %d : string[] = [","]
%b, %n = StringConcat(%x, %x) {room=4}
%y = StringOf(%b)
%s, %k, %p, %m = StringSplit(%x, %d) {parts=3, room=4}
%c, %o = StringCase(%x) {room=4}
out %y
out %n
out %k
out %p
out %m
out %o
---
n = 1
p = 0
m = 1
o = 1
