== transform of a real sequence
in %x : f32[1,4,1]
%y = DFT(%x)
%h = DFT(%x) {onesided=1}
out %y
out %h
---
y = 10 0 -2 2 -2 0 -2 -2
h = 10 0 -2 2 -2 0

== and back
const %x : f32[4,2] = [10, 0, -2, 2, -2, 0, -2, -2]
const %h : f32[3,2] = [10, 0, -2, 2, -2, 0]
%y = DFT(%x) {axis=0, inverse=1}
%r = DFT(%h) {axis=0, inverse=1, onesided=1}
out %y
out %r
---
y = 1 0 2 0 3 0 4 0
r = 1 2 3 4

== a prime length, zeros behind the operand
in %x : f32[2,1]
%y = DFT(%x) {axis=0, dft_length=3}
out %y
---
y = 3 0 0 -1.7320508 0 1.7320508

== frames with a window
in %x : f32[1,6,1]
const %w : f32[2] = [1, 0.5]
%y = STFT(%x, %w) {frame_step=2}
%z = STFT(%x) {frame_step=4, frame_length=2, onesided=0}
out %y
out %z
---
y = 2 0 0 0 5 0 1 0 8 0 2 0
z = 3 0 -1 0 11 0 -1 0
