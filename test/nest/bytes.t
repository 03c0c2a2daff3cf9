== bytes of a window, from rounded sums to bytes again
graph "t"
in %x : u8[1,2,14,14,16]
in %w : i8[32,32,3,3]
in %wb : i32[32]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
%s = ConvBlocked(%x, %w, %wb) {pads=[1,1,1,1]}
%f = Cast(%s) {to=f32}
%r = Round(%f)
%k = Clip(%r, %lo, %hi)
%y = Cast(%k) {to=u8}
out %y
--- x86-64-v4+vnni: default
schedule: reorder(kh,kw,ic) split(ic,16) split(ic.i,4) edges(ow) tile(ow,14) unroll(ow) tile(ob,2) unroll(ob) tile(oi,16) dot(ic.i.i,oi,z)
for oh 0..14
  var acc $0[14,2]:i32x16 = 0
  for kh max((1 - oh), 0)..min(3, (15 - oh))
    for ic_o 0..2
      for ic_i_o 0..4
        unroll for ow 1..14
          unroll for ob 0..2
            vector oi 0..16
              $0[ow,ob] += dot ic_i_i: (i32(x[0,ic_o,((oh + kh) - 1),(ow - 1),((ic_i_o * 4) + ic_i_i)]) * i32(z[((ob * 16) + oi),(((ic_o * 16) + (ic_i_o * 4)) + ic_i_i),kh,0]))
    for ic_o 0..2
      for ic_i_o 0..4
        unroll for ow 0..14
          unroll for ob 0..2
            vector oi 0..16
              $0[ow,ob] += dot ic_i_i: (i32(x[0,ic_o,((oh + kh) - 1),ow,((ic_i_o * 4) + ic_i_i)]) * i32(z[((ob * 16) + oi),(((ic_o * 16) + (ic_i_o * 4)) + ic_i_i),kh,1]))
    for ic_o 0..2
      for ic_i_o 0..4
        unroll for ow 0..13
          unroll for ob 0..2
            vector oi 0..16
              $0[ow,ob] += dot ic_i_i: (i32(x[0,ic_o,((oh + kh) - 1),(ow + 1),((ic_i_o * 4) + ic_i_i)]) * i32(z[((ob * 16) + oi),(((ic_o * 16) + (ic_i_o * 4)) + ic_i_i),kh,2]))
  unroll for ow 0..14
    unroll for ob 0..2
      vector oi 0..16
        y[((((ob * 3136) + (oh * 224)) + (ow * 16)) + oi)] = u8(min(max(rint(f32(($0[ow][ob] + u[((ob * 16) + oi)]))), 0), 255))

== bytes of one element, a shorter last block
graph "t"
in %x : u8[1,2,14,14,16]
in %w : i8[64,20,1,1]
%s = ConvBlocked(%x, %w)
%y = Cast(%s) {to=f32}
out %y
--- x86-64-v4+vnni: default
schedule: fuse(oh,ow) split(ic,16) split(ic.i,4) tile(oh_ow,14) unroll(oh_ow.i) tile(ob,2) unroll(ob.i) tile(oi,16) reorder(oh_ow.o,ob.o) dot(ic.i.i,oi,z)
for oh_ow_o 0..14
  for ob_o 0..2
    var acc $0[14,2]:i32x16 = 0
    for ic_i_o 0..4
      unroll for oh_ow_i 0..14
        unroll for ob_i 0..2
          vector oi 0..16
            $0[oh_ow_i,ob_i] += dot ic_i_i: (i32(x[0,0,oh_ow_o,oh_ow_i,((ic_i_o * 4) + ic_i_i)]) * i32(z[(((ob_o * 32) + (ob_i * 16)) + oi),((ic_i_o * 4) + ic_i_i),0,0]))
    unroll for oh_ow_i 0..14
      unroll for ob_i 0..2
        vector oi 0..16
          $0[oh_ow_i,ob_i] += dot ic_i_i: (i32(x[0,1,oh_ow_o,oh_ow_i,ic_i_i]) * i32(z[(((ob_o * 32) + (ob_i * 16)) + oi),(ic_i_i + 16),0,0]))
    unroll for oh_ow_i 0..14
      unroll for ob_i 0..2
        vector oi 0..16
          y[(((((ob_o * 6272) + (ob_i * 3136)) + (oh_ow_o * 224)) + (oh_ow_i * 16)) + oi)] = f32($0[oh_ow_i][ob_i])
--- x86-64-v4+vnni: split(ic,4) tile(oi,16) dot(ic.i,oi,z)
for ob 0..4
  for oh 0..14
    for ow 0..14
      var acc $0:i32x16 = 0
      for ic_o 0..5
        vector oi 0..16
          $0 += dot ic_i: (i32(x[0,(ic_o / 4),oh,ow,(((ic_o % 4) * 4) + ic_i)]) * i32(z[((ob * 16) + oi),((ic_o * 4) + ic_i),0,0]))
      vector oi 0..16
        y[((((ob * 3136) + (oh * 224)) + (ow * 16)) + oi)] = f32($0)
--- x86-64-v4+vnni: split(ic,2) tile(oi,16) dot(ic.i,oi,z)
refused: dot: ic.i has 2 points, the target sums 4
--- x86-64-v4+vnni: split(ic,4) tile(oi,16) dot(ic.o,oi,z)
refused: dot: dimension 1 is not walked element by element
--- x86-64-v4+vnni: split(ic,4) tile(oi,16) dot(oi,ic.i,z)
refused: dot: oi is not reduced
--- x86-64-v4+vnni: split(ic,4) dot(ic.i,oi,z)
refused: dot: oi is not innermost
--- x86-64-v4+vnni: split(ic,4) tile(oi,16) stream(z) dot(ic.i,oi,z)
refused: dot: z is packed already
--- x86-64-v4: split(ic,4) tile(oi,16) dot(ic.i,oi,z)
refused: dot: ic.i has 4 points, the target sums 1

== products of bytes by twos: operands that are widened take registers
graph "t"
in %x : u8[1,2,6,6,8]
in %w : i8[32,16,1,1]
%s = ConvBlocked(%x, %w) {block=8}
%y = Cast(%s) {to=f32}
out %y
--- x86-64-v3: default
schedule: fuse(oh,ow) split(ic,8) split(ic.i,4) tile(oh_ow,12) unroll(oh_ow.i) tile(oi,8) reorder(oh_ow.o,ob) dot(ic.i.i,oi,z)
for oh_ow_o 0..3
  for ob 0..4
    var acc $0[12]:i32x8 = 0
    for ic_o 0..2
      for ic_i_o 0..2
        unroll for oh_ow_i 0..12
          vector oi 0..8
            $0[oh_ow_i] += dot ic_i_i: (i32(x[0,ic_o,((oh_ow_o * 2) + (oh_ow_i / 6)),(oh_ow_i % 6),((ic_i_o * 4) + ic_i_i)]) * i32(z[((ob * 8) + oi),(((ic_o * 8) + (ic_i_o * 4)) + ic_i_i),0,0]))
    unroll for oh_ow_i 0..12
      vector oi 0..8
        y[((((ob * 288) + (oh_ow_o * 96)) + (oh_ow_i * 8)) + oi)] = f32($0[oh_ow_i])
--- x86-64-v1: default
schedule: fuse(oh,ow) block(oi,4) split(ic,8) split(ic.i,4) tile(oh_ow,4) unroll(oh_ow.i) tile(oi_b,2) unroll(oi_b) tile(oi_l,4) dot(ic.i.i,oi_l,z)
for ob 0..4
  for oh_ow_o 0..9
    var acc $0[4,2]:i32x4 = 0
    for ic_o 0..2
      for ic_i_o 0..2
        unroll for oh_ow_i 0..4
          unroll for oi_b 0..2
            vector oi_l 0..4
              $0[oh_ow_i,oi_b] += dot ic_i_i: (i32(x[0,ic_o,(((oh_ow_o * 4) + oh_ow_i) / 6),(((oh_ow_o * 4) + oh_ow_i) % 6),((ic_i_o * 4) + ic_i_i)]) * i32(z[(((ob * 8) + (oi_b * 4)) + oi_l),(((ic_o * 8) + (ic_i_o * 4)) + ic_i_i),0,0]))
    unroll for oh_ow_i 0..4
      unroll for oi_b 0..2
        vector oi_l 0..4
          y[(((((ob * 288) + (oh_ow_o * 32)) + (oh_ow_i * 8)) + (oi_b * 4)) + oi_l)] = f32($0[oh_ow_i][oi_b])

== no bytes
graph "t"
in %x : f32[1,2,14,14,16]
in %w : f32[64,32,1,1]
%y = ConvBlocked(%x, %w)
out %y
--- x86-64-v4+vnni: split(ic,4) tile(oi,16) dot(ic.i,oi,z)
refused: dot: the sum is not of u8 by a constant i8

== element-wise work stores bytes where they are clipped to what fits
graph "t"
in %x : f32[64]
const %lo : f32[] = [0]
const %hi : f32[] = [255]
const %more : f32[] = [256]
%k = Clip(%x, %lo, %hi)
%y = Cast(%k) {to=u8}
out %y
--- x86-64-v4: tile(i0,16) vector(i0.i)
for i0_o 0..4
  vector i0_i 0..16
    y[((i0_o * 16) + i0_i)] = u8(min(max(a[((i0_o * 16) + i0_i)], 0), 255))

== and not where they might not
graph "t"
in %x : f32[64]
const %lo : f32[] = [0]
const %more : f32[] = [256]
%k = Clip(%x, %lo, %more)
%y = Cast(%k) {to=u8}
out %y
--- x86-64-v4: tile(i0,16) vector(i0.i)
refused: vector: the value cannot be computed in lanes of i0.i

== the bytes that the target multiplies, a bias for each class of pixels
graph "t"
in %x : i8[1,2,3,6,4]
in %w : i8[8,8,1,3]
in %b : i32[1,3,8]
%s = ConvBlocked(%x, %w, %b) {block=4, pads=[0,1,0,1]}
%y = Cast(%s) {to=f32}
out %y
--- arm64+dot: default
schedule: reorder(kw,ic) split(ic,4) edges(ow) tile(ow,6) unroll(ow) tile(ob,2) unroll(ob) tile(oi,4) dot(ic.i,oi,z)
for oh 0..3
  var acc $0[6,2]:i32x4 = 0
  for ic_o 0..2
    unroll for ow 1..6
      unroll for ob 0..2
        vector oi 0..4
          $0[ow,ob] += dot ic_i: (i32(x[0,ic_o,oh,(ow - 1),ic_i]) * i32(z[((ob * 4) + oi),((ic_o * 4) + ic_i),0,0]))
  for ic_o 0..2
    unroll for ow 0..6
      unroll for ob 0..2
        vector oi 0..4
          $0[ow,ob] += dot ic_i: (i32(x[0,ic_o,oh,ow,ic_i]) * i32(z[((ob * 4) + oi),((ic_o * 4) + ic_i),0,1]))
  for ic_o 0..2
    unroll for ow 0..5
      unroll for ob 0..2
        vector oi 0..4
          $0[ow,ob] += dot ic_i: (i32(x[0,ic_o,oh,(ow + 1),ic_i]) * i32(z[((ob * 4) + oi),((ic_o * 4) + ic_i),0,2]))
  unroll for ow 0..6
    unroll for ob 0..2
      vector oi 0..4
        y[((((ob * 72) + (oh * 24)) + (ow * 4)) + oi)] = f32(($0[ow][ob] + u[0,(min(ow, 1) + max((ow - 4), 0)),((ob * 4) + oi)]))
--- arm64+i8mm: reorder(kw,ic) split(ic,4) tile(oi,4) dot(ic.i,oi,z)
refused: dot: the sum is not of u8 by a constant i8

== two pixels by two lanes in one instruction: which of the two count at the border, and behind an odd tile
graph "t"
in %x : u8[1,4,3,5,4]
in %w : i8[8,16,1,3]
%s = ConvBlocked(%x, %w) {block=4, pads=[0,1,0,1]}
%y = Cast(%s) {to=f32}
out %y
--- arm64+i8mm: default
schedule: reorder(kw,ic) split(ic,8) tile(ob,2) unroll(ob) edges(ow) tile(ow,5) unroll(ow) tile(oi,4) mmla(ic.i,ow,oi,z)
for oh 0..3
  var acc $0[2,6]:i32x4 = 0
  for ic_o 0..2
    unroll for ob 0..2
      unroll for ow 0..6
        vector oi 0..4
          $0[ob,ow] += rows ow, first if ((((ow / 2) * 2) - 1) >= 0), second if ((((ow / 2) * 2) + 1) < 5), dot ic_i: (i32(x[0,((ic_o * 2) + (ic_i / 4)),oh,(ow - 1),(ic_i % 4)]) * i32(z[((ob * 4) + oi),((ic_o * 8) + ic_i),0,0]))
  for ic_o 0..2
    unroll for ob 0..2
      unroll for ow 0..6
        vector oi 0..4
          $0[ob,ow] += rows ow, second if ((((ow / 2) * 2) + 1) < 5), dot ic_i: (i32(x[0,((ic_o * 2) + (ic_i / 4)),oh,ow,(ic_i % 4)]) * i32(z[((ob * 4) + oi),((ic_o * 8) + ic_i),0,1]))
  for ic_o 0..2
    unroll for ob 0..2
      unroll for ow 0..6
        vector oi 0..4
          $0[ob,ow] += rows ow, first if ((((ow / 2) * 2) + 1) < 5), second if (((((ow / 2) * 2) + 2) < 5) && ((((ow / 2) * 2) + 1) < 5)), dot ic_i: (i32(x[0,((ic_o * 2) + (ic_i / 4)),oh,(ow + 1),(ic_i % 4)]) * i32(z[((ob * 4) + oi),((ic_o * 8) + ic_i),0,2]))
  mmla_rows($0)
  unroll for ob 0..2
    unroll for ow 0..5
      vector oi 0..4
        y[((((ob * 60) + (oh * 20)) + (ow * 4)) + oi)] = f32($0[ob][ow])
--- arm64+i8mm: reorder(kw,ic) split(ic,8) tile(ow,2) tile(oi,4) mmla(ic.i,ow.i,oi,z)
for ob 0..2
  for oh 0..3
    for ow_o 0..2
      var acc $0[2]:i32x4 = 0
      for kw 0..3
        for ic_o 0..2
          for ow_i 0..2
            vector oi 0..4
              $0[ow_i] += rows ow_i, first if ((((ow_o * 2) + kw) - 1) >= 0), dot ic_i: (i32(x[0,((ic_o * 2) + (ic_i / 4)),oh,((((ow_o * 2) + kw) + ow_i) - 1),(ic_i % 4)]) * i32(z[((ob * 4) + oi),((ic_o * 8) + ic_i),0,kw]))
      mmla_rows($0)
      for ow_i 0..2
        vector oi 0..4
          y[(((((ob * 60) + (oh * 20)) + (ow_o * 8)) + (ow_i * 4)) + oi)] = f32($0[ow_i])
    var acc2 $1[2]:i32x4 = 0
    for kw 0..2
      for ic_o 0..2
        for ow_i 0..2
          vector oi 0..4
            $1[ow_i] += rows ow_i, second if 0, dot ic_i: (i32(x[0,((ic_o * 2) + (ic_i / 4)),oh,((kw + ow_i) + 3),(ic_i % 4)]) * i32(z[((ob * 4) + oi),((ic_o * 8) + ic_i),0,kw]))
    mmla_rows($1)
    vector oi 0..4
      y[((((ob * 60) + (oh * 20)) + oi) + 16)] = f32($1[0])
--- arm64+i8mm: reorder(kw,ic) split(ic,4) tile(ow,2) tile(oi,4) mmla(ic.i,ow.i,oi,z)
refused: mmla: ic.i has 4 points, the target sums 8
--- arm64+i8mm: reorder(kw,ic) split(ic,8) tile(ow,2) tile(ob,2) tile(oi,4) mmla(ic.i,ow.i,oi,z)
refused: mmla: ow.i is not the innermost but the lanes
--- arm64+i8mm: reorder(kw,ic) split(ic,8) tile(ow,2) tile(oi,4) mmla(ic.o,ow.i,oi,z)
refused: mmla: dimension 1 is not walked element by element

== no such instruction
graph "t"
in %x : i8[1,4,3,5,4]
in %w : i8[8,16,1,1]
%s = ConvBlocked(%x, %w) {block=4}
%y = Cast(%s) {to=f32}
out %y
--- arm64+dot: split(ic,8) tile(ow,2) tile(oi,4) mmla(ic.i,ow.i,oi,z)
refused: mmla: the target has no such instruction
