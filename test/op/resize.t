== nearest, twice as large: no table
in %x : f32[1,1,2,2]
%y = Resize(%x) {sizes=[1,1,4,4], scales=[1,1,2,2], mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"}
out %y
---
y = 1 1 2 2 1 1 2 2 3 3 4 4 3 3 4 4
nest y[0,0,h,w] = x[0,0,(h / 2),(w / 2)]

== nearest, every other element
in %x : f32[1,1,1,4]
%y = Resize(%x) {sizes=[1,1,1,2], scales=[1,1,1,0.5], mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"}
out %y
---
y = 1 3
nest y[0,0,0,w] = x[0,0,0,(w * 2)]

== nearest with a table
in %x : f32[3]
%y = Resize(%x) {sizes=[5], mode="nearest"}
out %y
---
y = 1 1 2 3 3

== ties and the ways to round
in %x : f32[4]
%a = Resize(%x) {sizes=[2], scales=[0.5], mode="nearest"}
%b = Resize(%x) {sizes=[2], scales=[0.5], mode="nearest", nearest_mode="round_prefer_ceil"}
%c = Resize(%x) {sizes=[2], scales=[0.5], mode="nearest", nearest_mode="ceil"}
%d = Resize(%x) {sizes=[2], scales=[0.5], mode="nearest", nearest_mode="floor"}
out %a
out %b
out %c
out %d
---
a = 1 3
b = 2 4
c = 2 4
d = 1 3

== integers are rounded to the nearest, halves to the even one
const %x : i8[3] = [3, -8, 1]
%y = Resize(%x) {sizes=[6], scales=[2], mode="linear"}
out %y
---
y = 3 0 -5 -6 -1 1

== linear, half pixels
in %x : f32[2]
%y = Resize(%x) {sizes=[4], scales=[2], mode="linear"}
out %y
---
y = 1 1.25 1.75 2

== linear, corners on corners
in %x : f32[2,2]
%y = Resize(%x) {sizes=[3,3], mode="linear", coordinate_transformation_mode="align_corners"}
out %y
---
y = 1 1.5 2 2 2.5 3 3 3.5 4

== linear down to one element
in %x : f32[4]
%a = Resize(%x) {sizes=[1], mode="linear", coordinate_transformation_mode="pytorch_half_pixel"}
%b = Resize(%x) {sizes=[1], mode="linear", coordinate_transformation_mode="align_corners"}
%c = Resize(%x) {sizes=[1], mode="linear", coordinate_transformation_mode="half_pixel"}
out %a
out %b
out %c
---
a = 1
b = 1
c = 2.5

== linear, antialiased
in %x : f32[4]
%y = Resize(%x) {sizes=[2], scales=[0.5], mode="linear", antialias=1}
out %y
---
y = 1.625 3.375

== cubic
in %x : f32[4]
%y = Resize(%x) {sizes=[8], scales=[2], mode="cubic"}
out %y
---
y = 0.8945313 1.1914063 1.6679688 2.296875 2.703125 3.3320313 3.8085938 4.1054688

== cubic without what lies outside
in %x : f32[2]
%y = Resize(%x) {sizes=[4], scales=[2], mode="cubic", exclude_outside=1}
out %y
---
y = 0.8636364 1.2294521 1.7705479 2.1363636

== crop, the outside is a constant
in %x : f32[4]
%y = Resize(%x) {sizes=[4], mode="linear", coordinate_transformation_mode="tf_crop_and_resize", roi=[0.3333333333333333, 1.3333333333333333], extrapolation_value=-9}
out %y
---
y = 2 3 4 -9

== same size is passed through
in %x : f32[1,3]
%y = Resize(%x) {sizes=[1,3], mode="linear"}
out %y
---
y = 1 2 3
nest y[0,i1] = x[0,i1]

== nearest before there were modes: up where a dimension shrinks, down where it grows
in %x : f32[1,1,2,5]
%y = Resize(%x) {sizes=[1,1,4,2], scales=[1,1,2,0.5], coordinate_transformation_mode="asymmetric", nearest_mode="simple"}
out %y
---
y = 1 3 1 3 6 8 6 8

== half pixels of nearest neighbours in TensorFlow
in %x : f32[5]
%y = Resize(%x) {sizes=[3], scales=[0.6], coordinate_transformation_mode="tf_half_pixel_for_nn", nearest_mode="floor"}
out %y
---
y = 1 3 5
