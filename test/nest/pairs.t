== a tile of four pixels by two channels, patches stored by twos
graph "t"
in %x : u8[1,2,4,8]
in %w : i8[4,8]
in %b : i32[4]
%s = ConvPatches(%x, %w, %b) {kernel_shape=[1,1], together=4, x_zero=1}
%y = Cast(%s) {to=f32}
out %y
--- cortex-m4: default
schedule: split(k,2) tile(p2,4) unroll(p2) tile(oc,2) unroll(oc.i) pair(k.i,oc.i,z)
for g2 0..2
  var patch $0[32]:i16
  for p 0..4
    for ic 0..8
      $0[((((ic / 2) * 8) + (p * 2)) + (ic % 2))] = i16((i32(x[0,g2,p,ic]) - 1))
  for oc_o 0..2
    var acc $1[4,2]:i32
    $1 = 0 + tile k 0..8: (i32($0[(((k / 2) * 8) + (k % 2))]) * i32(z[(oc_o * 2),k]))
    unroll for p2 0..4
      unroll for oc_i 0..2
        y[((((g2 * 16) + (p2 * 4)) + (oc_o * 2)) + oc_i)] = f32(($1[p2][oc_i] + u[((oc_o * 2) + oc_i)]))
--- c99: default
schedule: tile(p2,4) unroll(p2) tile(oc,2) unroll(oc.i) stream(z)
for g2 0..2
  var patch $0[32]:i16
  for p 0..4
    for ic 0..8
      $0[((p * 8) + ic)] = i16((i32(x[0,g2,p,ic]) - 1))
  for oc_o 0..2
    var acc $1[4,2]:i32 = 0
    for k 0..8
      unroll for p2 0..4
        unroll for oc_i 0..2
          $1[p2,oc_i] += (i32($0[((p2 * 8) + k)]) * i32(z[((oc_o * 2) + oc_i),k]))
    unroll for p2 0..4
      unroll for oc_i 0..2
        y[((((g2 * 16) + (p2 * 4)) + (oc_o * 2)) + oc_i)] = f32(($1[p2][oc_i] + u[((oc_o * 2) + oc_i)]))

== one pixel: four channels
graph "t"
in %x : u8[1,1,16]
in %w : i8[6,16]
%y = ConvPatches(%x, %w) {kernel_shape=[1], x_zero=7}
out %y
--- cortex-m4: default
schedule: split(k,2) tile(oc,4) unroll(oc.i) pair(k.i,oc.i,z)
var patch $0[16]:i16
for ic 0..16
  $0[ic] = i16((i32(x[0,0,ic]) - 7))
var acc $1[4]:i32
$1 = 0 + tile k 0..16: (i32($0[k]) * i32(z[0,k]))
unroll for oc_i 0..4
  y[oc_i] = $1[oc_i]
var acc2 $2[2]:i32
$2 = 0 + tile k 0..16: (i32($0[k]) * i32(z[4,k]))
unroll for oc_i 0..2
  y[(oc_i + 4)] = $2[oc_i]

== one pixel of bytes: words of four points
graph "t"
in %x : i8[1,1,16]
in %w : i8[6,16]
%y = ConvPatches(%x, %w) {kernel_shape=[1]}
out %y
--- cortex-m4: default
schedule: split(k,4) tile(oc,4) unroll(oc.i) pair(k.i,oc.i,z)
var acc $0[4]:i32
$0 = 0 + tile k 0..16: (i32(x[0,0,k]) * i32(z[0,k]))
unroll for oc_i 0..4
  y[oc_i] = $0[oc_i]
var acc2 $1[2]:i32
$1 = 0 + tile k 0..16: (i32(x[0,0,k]) * i32(z[4,k]))
unroll for oc_i 0..2
  y[(oc_i + 4)] = $1[oc_i]
--- c99: default
schedule: tile(oc,2) unroll(oc.i) stream(z)
for oc_o 0..3
  var acc $0[2]:i32 = 0
  for k 0..16
    unroll for oc_i 0..2
      $0[oc_i] += (i32(x[0,0,k]) * i32(z[((oc_o * 2) + oc_i),k]))
  unroll for oc_i 0..2
    y[((oc_o * 2) + oc_i)] = $0[oc_i]
--- cortex-m4: split(k,2) tile(oc,2) pair(k.i,oc.i,z)
refused: pair: k.i is not cut into fours for a target that sums two products

== one pixel less a zero point is gathered
graph "t"
in %x : u8[1,1,8]
in %w : i8[4,8]
%y = ConvPatches(%x, %w) {kernel_shape=[1], x_zero=1}
out %y
--- cortex-m4: split(k,4) tile(oc,2) pair(k.i,oc.i,z)
refused: pair: k.i is not cut into twos for a target that sums two products

== planes: windows by twos, two neighbours of a row, the border filled once
graph "t"
in %x : i8[1,4,4,2]
in %w : i8[2,3,3]
in %b : i32[2]
%y = ConvPlanes(%x, %w, %b) {kernel_shape=[3,3], pads=[1,1,1,1]}
out %y
--- cortex-m4: default
schedule: fuse(ih,iw) split(kh2,2) reorder(kw2,kh2.i) twos(kh2.i) tile(oh,2) unroll(oh.i) tile(ow,2) unroll(ow.i) unroll(kh2.o) unroll(kw2)
var plane $0[48]:i16
clear plane
for c4 0..2
  var taps $1[12]:i16
  for ih2 0..4
    for iw2 0..4
      $0[((((((ih2 + 1) / 2) * 12) + (iw2 * 2)) + ((ih2 + 1) % 2)) + 2)] = i16(i32(x[0,ih2,iw2,c4]))
  for kh 0..4
    for kw 0..3
      $1[((((kh / 2) * 6) + (kw * 2)) + (kh % 2))] = ((kh < 3) ? i16(z[c4,kh,kw]) : 0)
  for oh_o 0..2
    for ow_o 0..2
      var acc $2[2,2]:i32 = 0
      unroll for kh2_o 0..2
        unroll for kw2 0..3
          unroll for oh_i 0..2
            unroll for ow_i 0..2
              $2[oh_i,ow_i] += dot kh2_i: (i32($0[(((((((oh_o * 12) + (kh2_o * 12)) + (((kh2_i + oh_i) / 2) * 12)) + (ow_o * 4)) + (kw2 * 2)) + (ow_i * 2)) + ((kh2_i + oh_i) % 2))]) * i32($1[(((kh2_o * 6) + (kw2 * 2)) + kh2_i)]))
      unroll for oh_i 0..2
        unroll for ow_i 0..2
          y[(((((oh_o * 16) + (oh_i * 8)) + (ow_o * 4)) + (ow_i * 2)) + c4)] = ($2[oh_i][ow_i] + u[c4])

== what pair wants
graph "t"
in %x : u8[1,2,4,8]
in %w : i8[4,8]
%y = ConvPatches(%x, %w) {kernel_shape=[1,1], together=4}
out %y
--- cortex-m4: split(k,2) tile(oc,2) pair(k.i,oc.i,z)
for g2 0..2
  var patch $0[32]:i16
  for p 0..4
    for ic 0..8
      $0[((p * 8) + ic)] = i16(i32(x[0,g2,p,ic]))
  for p2 0..4
    for oc_o 0..2
      var acc $1[2]:i32
      $1 = 0 + tile k 0..8: (i32($0[((p2 * 8) + k)]) * i32(z[(oc_o * 2),k]))
      unroll for oc_i 0..2
        y[((((g2 * 16) + (p2 * 4)) + (oc_o * 2)) + oc_i)] = $1[oc_i]
--- cortex-m4: split(k,2) tile(p2,4) tile(oc,2) pair(k.i,p2,z)
refused: pair: p2 is not innermost
--- c99: split(k,2) tile(p2,4) tile(oc,2) pair(k.i,oc.i,z)
refused: pair: k.i is not cut into twos for a target that sums two products
