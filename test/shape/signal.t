== transform
graph "t"
in %x : f32[N,10,1]
%y = DFT(%x)
%h = DFT(%x) {onesided=1, dft_length=16}
out %y
out %h
---
y : f32[N,10,2]
h : f32[N,9,2]
attr dft_length=10

== half a spectrum and back
graph "t"
in %x : f32[6,2]
%y = DFT(%x) {axis=-2, inverse=1, onesided=1}
out %y
---
y : f32[10,1]

== transform along the parts
graph "t"
in %x : f32[6,2]
%y = DFT(%x) {axis=1}
out %y
---
error axis: got the last dimension

== transform of three parts
graph "t"
in %x : f32[6,3]
%y = DFT(%x) {axis=0}
out %y
---
error want 1 (real) or 2 (complex) as the last dimension

== length that is not known
graph "t"
in %x : f32[T,2]
%y = DFT(%x) {axis=0}
out %y
---
error dft_length: dimension 0 of the operand is not known

== frames
graph "t"
in %x : f32[N,100,1]
in %w : f32[16]
%y = STFT(%x, %w) {frame_step=8}
out %y
---
y : f32[N,11,9,2]

== more frame than signal
graph "t"
in %x : f32[1,10,1]
%y = STFT(%x) {frame_length=16}
out %y
---
error frame_length: got 16, the signal has only 10 samples
