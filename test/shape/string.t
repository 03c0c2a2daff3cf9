== strings joined
graph "t"
in %x : string[N,3]
in %y : string[3]
%b, %n = StringConcat(%x, %y) {room=8}
%z = StringOf(%b)
out %z
out %n
---
b : u8[N,3,8]
n : i64[]
z : string[N,3]

== parts of strings
graph "t"
in %x : string[2]
in %d : string[]
%b, %k, %p, %n = StringSplit(%x, %d) {parts=4, room=8}
%z = StringOf(%b)
out %z
out %k
---
b : u8[2,4,8]
k : i64[2]
z : string[2,4]

== strings in another case
graph "t"
in %x : string[2]
%b, %n = StringCase(%x) {case_change_action="TITLE", room=8}
out %b
---
error case_change_action: got "TITLE", want one of LOWER|UPPER

== strings without room
graph "t"
in %x : string[2]
%b, %n = StringCase(%x) {room=0}
out %b
---
error room: got 0

== strings of numbers
graph "t"
in %x : f32[2]
%b, %n = StringConcat(%x, %x)
out %b
---
error operand 0 'x' f32[2]: StringConcat is not defined for f32

== strings and numbers compared
graph "t"
in %x : string[2]
in %y : i64[2]
%z = Equal(%x, %y)
out %z
---
error operands differ in type

== a machine that is no constant
graph "t"
in %x : string[2]
in %m : string[]
%y = RegexFullMatch(%x, %m)
out %y
---
error want a constant, the machine

== strings scattered
graph "t"
in %x : string[3]
in %i : i64[3]
%y = ScatterElements(%x, %i, %x) {axis=0, reduction="add"}
out %y
---
error reduction: got "add", strings are only stored

== one of two strings
graph "t"
in %i : i64[3]
in %v : string[2]
%y = OneHot(%i, %v) {depth=4}
out %y
---
y : string[3,4]
