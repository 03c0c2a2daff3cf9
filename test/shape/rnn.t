== lstm
graph "t"
in %x : f32[5,N,3]
in %w : f32[1,16,3]
in %r : f32[1,16,4]
in %b : f32[1,32]
%y, %h, %c = LSTM(%x, %w, %r, %b)
out %y
---
y : f32[5,1,N,4]
h : f32[1,N,4]
c : f32[1,N,4]
attr hidden_size=4

== gru in both directions, batch first
graph "t"
in %x : f32[2,5,3]
in %w : f32[2,12,3]
in %r : f32[2,12,4]
%y, %h = GRU(%x, %w, %r) {direction="bidirectional", hidden_size=4, layout=1}
out %y
---
y : f32[2,5,2,4]
h : f32[2,2,4]

== rnn weights
graph "t"
in %x : f32[5,2,3]
in %w : f32[1,4,3]
in %r : f32[1,8,4]
%y = RNN(%x, %w, %r)
out %y
---
error operand 2 'r' f32[1,8,4]: want shape [1,4,4]

== hidden size
graph "t"
in %x : f32[5,2,3]
in %w : f32[1,4,3]
in %r : f32[1,4,4]
%y = RNN(%x, %w, %r) {hidden_size=5}
out %y
---
error hidden_size: got 5

== direction
graph "t"
in %x : f32[5,2,3]
in %w : f32[1,4,3]
in %r : f32[1,4,4]
%y = RNN(%x, %w, %r) {direction="back"}
out %y
---
error direction: got "back"

== states of gru
graph "t"
in %x : f32[5,2,3]
in %w : f32[1,12,3]
in %r : f32[1,12,4]
%y, %h, %c = GRU(%x, %w, %r)
out %y
---
error got 3 outputs, want at most 2

== linear attention
graph "t"
in %q : f32[B,T,8,16]
in %k : f32[B,T,2,16]
in %v : f32[B,T,2,32]
in %g : f32[B,T,2,1]
in %b : f32[B,T,1]
%y, %last = LinearAttention(%q, %k, %v, _, %g, %b)
out %y
---
y : f32[B,T,8,32]
last : f32[B,2,16,32]

== linear attention: heads that do not divide
graph "t"
in %q : f32[1,4,8,16]
in %k : f32[1,4,3,16]
in %v : f32[1,4,3,32]
%y = LinearAttention(%q, %k, %v)
out %y
---
error the heads must divide those of the queries
