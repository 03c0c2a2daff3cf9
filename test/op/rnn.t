== rnn, two steps
const %x : f32[2,1,1] = [1, 2]
const %w : f32[1,1,1] = [0.5]
const %r : f32[1,1,1] = [2]
const %b : f32[1,2] = [0.1, 0.2]
%y, %h = RNN(%x, %w, %r, %b)
out %y
out %h
---
y = 0.6640368 0.9896234
h = 0.9896234

== rnn backwards from a given state
const %x : f32[2,1,1] = [1, 2]
const %w : f32[1,1,1] = [0.5]
const %r : f32[1,1,1] = [2]
const %s : f32[1,1,1] = [0.25]
%y, %h = RNN(%x, %w, %r, _, _, %s) {direction="reverse"}
out %y
out %h
---
y = 0.9804981 0.9051483
h = 0.9804981

== lstm, one step
const %x : f32[1,1,1] = [1]
const %w : f32[1,4,1] = [1, 2, 3, 4]
const %r : f32[1,4,1] = [0, 0, 0, 0]
%y, %h, %c = LSTM(%x, %w, %r)
out %y
out %h
out %c
---
c = 0.7305683
y = 0.5491002

== lstm with cell state and peepholes
const %x : f32[1,1,1] = [0]
const %w : f32[1,4,1] = [1, 1, 1, 1]
const %r : f32[1,4,1] = [0, 0, 0, 0]
const %c0 : f32[1,1,1] = [1]
const %h0 : f32[1,1,1] = [0]
const %p : f32[1,3] = [1, 2, 3]
%y, %h, %c = LSTM(%x, %w, %r, _, _, %h0, %c0, %p)
out %y
out %c
---
c = 0.9525741
y = 0.6449737

== gru, both forms of the reset
const %x : f32[1,1,1] = [1]
const %w : f32[1,3,1] = [0, 0, 1]
const %r : f32[1,3,1] = [0, 0, 2]
const %b : f32[1,6] = [0, 0, 0, 0, 0, 1]
const %h0 : f32[1,1,1] = [0.5]
%y = GRU(%x, %w, %r, %b, _, %h0)
%z = GRU(%x, %w, %r, %b, _, %h0) {linear_before_reset=1}
out %y
out %z
---
y = 0.7433072
z = 0.7320138

== both directions, batch first
const %x : f32[1,2,1] = [1, 2]
const %w : f32[2,1,1] = [1, 1]
const %r : f32[2,1,1] = [0, 0]
%y, %h = RNN(%x, %w, %r) {direction="bidirectional", layout=1}
out %y
out %h
---
y = 0.7615942 0.7615942 0.9640276 0.9640276
h = 0.9640276 0.7615942

== clipped before the activation
const %x : f32[1,1,1] = [5]
const %w : f32[1,1,1] = [1]
const %r : f32[1,1,1] = [1]
%y = RNN(%x, %w, %r) {clip=1}
out %y
---
y = 0.7615942

== lengths of the whole sequence are accepted
const %x : f32[1,1,1] = [1]
const %w : f32[1,1,1] = [1]
const %r : f32[1,1,1] = [1]
const %l : i32[1] = [1]
%y = RNN(%x, %w, %r, _, %l)
out %y
---
y = 0.7615942

== sequences of different lengths: zeros behind their ends
in %x : f32[2,2,1]
in %w : f32[1,1,1]
in %r : f32[1,1,1]
const %l : i32[2] = [1, 2]
%y, %h = RNN(%x, %w, %r, _, %l) {activations="Relu"}
%z = RNN(%x, %w, %r, _, %l) {activations="relu", direction="reverse"}
out %y
out %h
out %z
---
y = 1 2 0 6
h = 1 6
z = 1 6 0 4

== lengths outside the sequence are taken as its ends
in %x : f32[2,2,1]
in %w : f32[1,1,1]
in %r : f32[1,1,1]
const %l : i32[2] = [-3, 9]
%y, %h = RNN(%x, %w, %r, _, %l) {activations="Relu"}
out %y
out %h
---
y = 0 2 0 6
h = 0 6

== parameters go to the activations that have them
in %x : f32[1,1,1]
const %w : f32[1,2,1] = [1, 1]
const %r : f32[1,2,1] = [0, 0]
const %v : f32[2,1,1] = [1, -1]
const %s : f32[2,1,1] = [0, 0]
%y = RNN(%x, %v, %s) {direction="bidirectional", activations="Affine,LeakyRelu", activation_alpha=[3, 0.5], activation_beta=[2]}
out %y
---
y = 5 -0.5

== hard gates of an LSTM
in %x : f32[1,1,1]
const %w : f32[1,4,1] = [1, 1, 1, 1]
const %r : f32[1,4,1] = [0, 0, 0, 0]
%y, %h, %c = LSTM(%x, %w, %r) {activations="HardSigmoid,Softsign,ScaledTanh", activation_alpha=[0.2, 3]}
out %h
out %c
---
h = 0.706389
c = 0.35

== an activation that is not there
in %x : f32[1,1,1]
in %w : f32[1,1,1]
in %r : f32[1,1,1]
%y = RNN(%x, %w, %r) {activations="Swish"}
out %y
---
error activations: want words of Relu, Tanh

== two activations for one
in %x : f32[1,1,1]
in %w : f32[1,1,1]
in %r : f32[1,1,1]
%y = RNN(%x, %w, %r) {activations="Tanh,Tanh"}
out %y
---
error activations: want as many as each direction has

== linear attention: a state that keys and values add to
const %q : f32[1,2,1,1] = [1, 2]
const %k : f32[1,2,1,1] = [3, 4]
const %v : f32[1,2,1,1] = [5, 6]
%y, %last = LinearAttention(%q, %k, %v)
out %y
out %last
---
y = 15 78
last = 39

== linear attention: decay, and only what the state lacks is written
const %q : f32[1,2,1,1] = [1, 2]
const %k : f32[1,2,1,1] = [1, 2]
const %v : f32[1,2,1,1] = [4, 6]
const %g : f32[1,2,1,1] = [0, -0.69314718]
const %b : f32[1,2,1] = [0.5, 0.5]
%y, %last = LinearAttention(%q, %k, %v, _, %g, %b)
out %y
out %last
---
y = 2 10
last = 5

== linear attention: two heads of queries read one state, which is given
const %q : f32[1,1,2,2] = [1, 0, 0, 1]
const %k : f32[1,1,1,2] = [1, 2]
const %v : f32[1,1,1,1] = [3]
const %s : f32[1,1,2,1] = [10, 20]
%y, %last = LinearAttention(%q, %k, %v, %s) {scale=0.5}
out %y
out %last
---
y = 6.5 13
last = 13 26
