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

== passes of 8, of 2, of 3 and 4, and a sum of 17
in %x : f32[8,2]
in %z : f32[12,2]
in %v : f32[3,1]
%a = DFT(%x) {axis=0}
%b = DFT(%z) {axis=0, inverse=1}
%c = DFT(%v) {axis=0, dft_length=34, onesided=1}
%d = Slice(%c) {starts=[0, 0], steps=[1, 1], counts=[6, 2]}
%e = DFT(%v) {axis=0, dft_length=1}
out %a
out %b
out %d
out %e
---
a = 64 72 -27.313708 11.313708 -16 0 -11.313708 -4.6862915 -8 -8 -4.6862915 -11.313708 0 -16 11.313708 -27.313708
b = 12 13 2.7320508 -4.7320508 0.73205081 -2.7320508 0 -2 -0.42264973 -1.5773503 -0.73205081 -1.2679492 -1 -1 -1.2679492 -0.73205081 -1.5773503 -0.42264973 -2 0 -2.7320508 0.73205081 -4.7320508 2.7320508
d = 6 0 5.7633629 -1.451224 5.0819712 -2.7435703 4.0376493 -3.7383542 2.7548229 -4.3345938 1.3842803 -4.4815114
e = 1 0

== stages that share a loop
in %x : f32[2,2]
%y = DFT(%x) {axis=0}
out %y
---
y = 4 6 -2 -2
nest and k 1, i 1: y[1,1] = f32((f64(x[0,1]) - f64(x[1,1])))

== a prime that is too large
in %x : f32[46349,1]
%y = DFT(%x) {axis=0}
out %y
---
error dft_length: 46349 has a prime factor that is too large

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
