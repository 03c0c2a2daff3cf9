== a guard becomes loop bounds
graph "t"
in %x : f32[1,3,8,8]
in %w : f32[16,3,3,3]
in %wb : f32[16]
%y = Conv(%x, %w, %wb) {pads=[1,1,1,1]}
out %y
--- c99: plain
for oc 0..16
  for oh 0..8
    for ow 0..8
      var acc $0:f32 = 0
      for ic 0..3
        for kh max((1 - oh), 0)..min(3, (9 - oh))
          for kw max((1 - ow), 0)..min(3, (9 - ow))
            $0 += (x[0,ic,((oh + kh) - 1),((ow + kw) - 1)] * w[oc,ic,kh,kw])
      y[(((oc * 64) + (oh * 8)) + ow)] = ($0 + b[oc])
--- c99: default
schedule: 
for oc 0..16
  for oh 0..8
    for ow 0..8
      var acc $0:f32 = 0
      for ic 0..3
        for kh max((1 - oh), 0)..min(3, (9 - oh))
          for kw max((1 - ow), 0)..min(3, (9 - ow))
            $0 += (x[0,ic,((oh + kh) - 1),((ow + kw) - 1)] * w[oc,ic,kh,kw])
      y[(((oc * 64) + (oh * 8)) + ow)] = ($0 + b[oc])
--- x86-64-v1: default
schedule: interior(ow) tile(ow,4) unroll(ow.i) tile(oc,4) vector(oc.i) pack(w,oc.i,4)
for oc_o 0..4
  for oh 0..8
    var acc $0:f32x4 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 1..3
          vector oc_i 0..4
            $0 += (x[0,ic,((oh + kh) - 1),(kw - 1)] * w[((oc_o * 4) + oc_i),ic,kh,kw])
    for oc_i 0..4
      y[(((oc_o * 256) + (oc_i * 64)) + (oh * 8))] = ($0[oc_i] + b[((oc_o * 4) + oc_i)])
    var acc2 $1[4]:f32x4 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 0..3
          unroll for ow_i 0..4
            vector oc_i 0..4
              $1[ow_i] += (x[0,ic,((oh + kh) - 1),(kw + ow_i)] * w[((oc_o * 4) + oc_i),ic,kh,kw])
    unroll for ow_i 0..4
      for oc_i 0..4
        y[(((((oc_o * 256) + (oc_i * 64)) + (oh * 8)) + ow_i) + 1)] = ($1[ow_i][oc_i] + b[((oc_o * 4) + oc_i)])
    var acc3 $2[2]:f32x4 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 0..3
          unroll for ow_i 0..2
            vector oc_i 0..4
              $2[ow_i] += (x[0,ic,((oh + kh) - 1),((kw + ow_i) + 4)] * w[((oc_o * 4) + oc_i),ic,kh,kw])
    unroll for ow_i 0..2
      for oc_i 0..4
        y[(((((oc_o * 256) + (oc_i * 64)) + (oh * 8)) + ow_i) + 5)] = ($2[ow_i][oc_i] + b[((oc_o * 4) + oc_i)])
    var acc4 $3:f32x4 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 0..2
          vector oc_i 0..4
            $3 += (x[0,ic,((oh + kh) - 1),(kw + 6)] * w[((oc_o * 4) + oc_i),ic,kh,kw])
    for oc_i 0..4
      y[((((oc_o * 256) + (oc_i * 64)) + (oh * 8)) + 7)] = ($3[oc_i] + b[((oc_o * 4) + oc_i)])
--- x86-64-v3: default
schedule: interior(ow) tile(ow,4) unroll(ow.i) tile(oc,8) vector(oc.i) pack(w,oc.i,8)
for oc_o 0..2
  for oh 0..8
    var acc $0:f32x8 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 1..3
          vector oc_i 0..8
            $0 += (x[0,ic,((oh + kh) - 1),(kw - 1)] * w[((oc_o * 8) + oc_i),ic,kh,kw])
    for oc_i 0..8
      y[(((oc_o * 512) + (oc_i * 64)) + (oh * 8))] = ($0[oc_i] + b[((oc_o * 8) + oc_i)])
    var acc2 $1[4]:f32x8 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 0..3
          unroll for ow_i 0..4
            vector oc_i 0..8
              $1[ow_i] += (x[0,ic,((oh + kh) - 1),(kw + ow_i)] * w[((oc_o * 8) + oc_i),ic,kh,kw])
    unroll for ow_i 0..4
      for oc_i 0..8
        y[(((((oc_o * 512) + (oc_i * 64)) + (oh * 8)) + ow_i) + 1)] = ($1[ow_i][oc_i] + b[((oc_o * 8) + oc_i)])
    var acc3 $2[2]:f32x8 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 0..3
          unroll for ow_i 0..2
            vector oc_i 0..8
              $2[ow_i] += (x[0,ic,((oh + kh) - 1),((kw + ow_i) + 4)] * w[((oc_o * 8) + oc_i),ic,kh,kw])
    unroll for ow_i 0..2
      for oc_i 0..8
        y[(((((oc_o * 512) + (oc_i * 64)) + (oh * 8)) + ow_i) + 5)] = ($2[ow_i][oc_i] + b[((oc_o * 8) + oc_i)])
    var acc4 $3:f32x8 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 0..2
          vector oc_i 0..8
            $3 += (x[0,ic,((oh + kh) - 1),(kw + 6)] * w[((oc_o * 8) + oc_i),ic,kh,kw])
    for oc_i 0..8
      y[((((oc_o * 512) + (oc_i * 64)) + (oh * 8)) + 7)] = ($3[oc_i] + b[((oc_o * 8) + oc_i)])

== tiles, vectors and packed weights
graph "t"
in %x : f32[1,3,8,8]
in %w : f32[16,3,3,3]
in %wb : f32[16]
%y = Conv(%x, %w, %wb) {pads=[1,1,1,1]}
out %y
--- x86-64-v3: interior(ow) tile(oc,8) vector(oc.i) pack(w,oc.i,8)
for oc_o 0..2
  for oh 0..8
    for ow 0..8
      var acc $0:f32x8 = 0
      for ic 0..3
        for kh max((1 - oh), 0)..min(3, (9 - oh))
          for kw max((1 - ow), 0)..min(3, (9 - ow))
            vector oc_i 0..8
              $0 += (x[0,ic,((oh + kh) - 1),((ow + kw) - 1)] * w[((oc_o * 8) + oc_i),ic,kh,kw])
      for oc_i 0..8
        y[((((oc_o * 512) + (oc_i * 64)) + (oh * 8)) + ow)] = ($0[oc_i] + b[((oc_o * 8) + oc_i)])
--- x86-64-v3: tile(oc,8) vector(oc.i) pack(w,oc,8)
refused: pack: there is no axis oc
--- x86-64-v3: interior(oh) tile(ow,4) tile(oc,8) vector(oc.i) unroll(ow.i)
for oc_o 0..2
  for oh 0..8
    for ow_o 0..2
      var acc $0[4]:f32x8 = 0
      for ic 0..3
        for kh max((1 - oh), 0)..min(3, (9 - oh))
          for kw 0..3
            unroll for ow_i max(((1 - (ow_o * 4)) - kw), 0)..min(4, ((9 - (ow_o * 4)) - kw))
              vector oc_i 0..8
                $0[ow_i] += (x[0,ic,((oh + kh) - 1),((((ow_o * 4) + kw) + ow_i) - 1)] * w[((oc_o * 8) + oc_i),ic,kh,kw])
      unroll for ow_i 0..4
        for oc_i 0..8
          y[(((((oc_o * 512) + (oc_i * 64)) + (oh * 8)) + (ow_o * 4)) + ow_i)] = ($0[ow_i][oc_i] + b[((oc_o * 8) + oc_i)])
--- x86-64-v3: interior(ow) tile(ow,3) tile(oc,8) vector(oc.i) unroll(ow.i) pack(w,oc.i,8)
for oc_o 0..2
  for oh 0..8
    var acc $0:f32x8 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 1..3
          vector oc_i 0..8
            $0 += (x[0,ic,((oh + kh) - 1),(kw - 1)] * w[((oc_o * 8) + oc_i),ic,kh,kw])
    for oc_i 0..8
      y[(((oc_o * 512) + (oc_i * 64)) + (oh * 8))] = ($0[oc_i] + b[((oc_o * 8) + oc_i)])
    for ow_o 0..2
      var acc2 $1[3]:f32x8 = 0
      for ic 0..3
        for kh max((1 - oh), 0)..min(3, (9 - oh))
          for kw 0..3
            unroll for ow_i 0..3
              vector oc_i 0..8
                $1[ow_i] += (x[0,ic,((oh + kh) - 1),(((ow_o * 3) + kw) + ow_i)] * w[((oc_o * 8) + oc_i),ic,kh,kw])
      unroll for ow_i 0..3
        for oc_i 0..8
          y[((((((oc_o * 512) + (oc_i * 64)) + (oh * 8)) + (ow_o * 3)) + ow_i) + 1)] = ($1[ow_i][oc_i] + b[((oc_o * 8) + oc_i)])
    var acc3 $2:f32x8 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 0..2
          vector oc_i 0..8
            $2 += (x[0,ic,((oh + kh) - 1),(kw + 6)] * w[((oc_o * 8) + oc_i),ic,kh,kw])
    for oc_i 0..8
      y[((((oc_o * 512) + (oc_i * 64)) + (oh * 8)) + 7)] = ($2[oc_i] + b[((oc_o * 8) + oc_i)])
--- x86-64-v1: interior(ow) tile(ow,4) vector(ow.i)
for oc 0..16
  for oh 0..8
    var acc $0:f32 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 1..3
          $0 += (x[0,ic,((oh + kh) - 1),(kw - 1)] * w[oc,ic,kh,kw])
    y[((oc * 64) + (oh * 8))] = ($0 + b[oc])
    var acc2 $1:f32x4 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 0..3
          vector ow_i 0..4
            $1 += (x[0,ic,((oh + kh) - 1),(kw + ow_i)] * w[oc,ic,kh,kw])
    vector ow_i 0..4
      y[((((oc * 64) + (oh * 8)) + ow_i) + 1)] = ($1 + b[oc])
    var acc3 $2[2]:f32 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 0..3
          for ow_i 0..2
            $2[ow_i] += (x[0,ic,((oh + kh) - 1),((kw + ow_i) + 4)] * w[oc,ic,kh,kw])
    for ow_i 0..2
      y[((((oc * 64) + (oh * 8)) + ow_i) + 5)] = ($2[ow_i] + b[oc])
    var acc4 $3:f32 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw 0..2
          $3 += (x[0,ic,((oh + kh) - 1),(kw + 6)] * w[oc,ic,kh,kw])
    y[(((oc * 64) + (oh * 8)) + 7)] = ($3 + b[oc])
--- x86-64-v1: tile(ow,4) vector(ow.i)
refused: vector: a guard depends on ow.i (interior?)
--- x86-64-v1: vector(ow)
refused: vector: ow is not innermost
--- x86-64-v1: tile(ow,4) vector(ow.i) interior(ow)
refused: vector: a guard depends on ow.i (interior?)
--- c99: tile(oc,8) vector(oc.i)
refused: vector: target c99 has no vectors
--- c99: split(oc,5)
for oc_o 0..3
  for oc_i 0..5
    for oh 0..8
      for ow 0..8
        var acc $0:f32 = 0
        for ic 0..3
          for kh max((1 - oh), 0)..min(3, (9 - oh))
            for kw max((1 - ow), 0)..min(3, (9 - ow))
              $0 += (x[0,ic,((oh + kh) - 1),((ow + kw) - 1)] * w[((oc_o * 5) + oc_i),ic,kh,kw])
        y[((((oc_o * 320) + (oc_i * 64)) + (oh * 8)) + ow)] = ($0 + b[((oc_o * 5) + oc_i)])
for oh 0..8
  for ow 0..8
    var acc2 $1:f32 = 0
    for ic 0..3
      for kh max((1 - oh), 0)..min(3, (9 - oh))
        for kw max((1 - ow), 0)..min(3, (9 - ow))
          $1 += (x[0,ic,((oh + kh) - 1),((ow + kw) - 1)] * w[15,ic,kh,kw])
    y[(((oh * 8) + ow) + 960)] = ($1 + b[15])
--- c99: split(oc,8) split(oc.i,4) reorder(oc.i.o,oh)
for oc_o 0..2
  for oc_i_o 0..2
    for oc_i_i 0..4
      for oh 0..8
        for ow 0..8
          var acc $0:f32 = 0
          for ic 0..3
            for kh max((1 - oh), 0)..min(3, (9 - oh))
              for kw max((1 - ow), 0)..min(3, (9 - ow))
                $0 += (x[0,ic,((oh + kh) - 1),((ow + kw) - 1)] * w[(((oc_o * 8) + (oc_i_o * 4)) + oc_i_i),ic,kh,kw])
          y[(((((oc_o * 512) + (oc_i_o * 256)) + (oc_i_i * 64)) + (oh * 8)) + ow)] = ($0 + b[(((oc_o * 8) + (oc_i_o * 4)) + oc_i_i)])

== one register tile over three axes
graph "t"
in %x : f32[1,3,8,8]
in %w : f32[16,3,3,3]
in %wb : f32[16]
%y = Conv(%x, %w, %wb) {pads=[1,1,1,1]}
out %y
--- c99: tile(oc,4) tile(oh,2) tile(ow,3)
for oc_o 0..4
  for oh_o 0..4
    for ow_o 0..2
      var acc $0[4,2,3]:f32 = 0
      for ic 0..3
        for kh 0..3
          for kw 0..3
            for oc_i 0..4
              for oh_i max(((1 - (oh_o * 2)) - kh), 0)..min(2, ((9 - (oh_o * 2)) - kh))
                for ow_i max(((1 - (ow_o * 3)) - kw), 0)..3
                  $0[oc_i,oh_i,ow_i] += (x[0,ic,((((oh_o * 2) + kh) + oh_i) - 1),((((ow_o * 3) + kw) + ow_i) - 1)] * w[((oc_o * 4) + oc_i),ic,kh,kw])
      for oc_i 0..4
        for oh_i 0..2
          for ow_i 0..3
            y[((((((oc_o * 256) + (oc_i * 64)) + (oh_o * 16)) + (oh_i * 8)) + (ow_o * 3)) + ow_i)] = ($0[oc_i][oh_i][ow_i] + b[((oc_o * 4) + oc_i)])
    var acc2 $1[4,2,2]:f32 = 0
    for ic 0..3
      for kh 0..3
        for kw 0..3
          for oc_i 0..4
            for oh_i max(((1 - (oh_o * 2)) - kh), 0)..min(2, ((9 - (oh_o * 2)) - kh))
              for ow_i 0..min(2, (3 - kw))
                $1[oc_i,oh_i,ow_i] += (x[0,ic,((((oh_o * 2) + kh) + oh_i) - 1),((kw + ow_i) + 5)] * w[((oc_o * 4) + oc_i),ic,kh,kw])
    for oc_i 0..4
      for oh_i 0..2
        for ow_i 0..2
          y[((((((oc_o * 256) + (oc_i * 64)) + (oh_o * 16)) + (oh_i * 8)) + ow_i) + 6)] = ($1[oc_i][oh_i][ow_i] + b[((oc_o * 4) + oc_i)])

== stride and dilation
graph "t"
in %x : f32[1,2,11]
in %w : f32[4,2,3]
%y = Conv(%x, %w) {strides=[2], dilations=[2], pads=[2,1]}
out %y
--- c99: plain
for oc 0..4
  for ow 0..5
    var acc $0:f32 = 0
    for ic 0..2
      for kw (max((3 - (ow * 2)), 0) / 2)..3
        $0 += (x[0,ic,(((ow * 2) + (kw * 2)) - 2)] * w[oc,ic,kw])
    y[((oc * 5) + ow)] = $0
--- c99: interior(ow) tile(ow,2)
for oc 0..4
  var acc $0:f32 = 0
  for ic 0..2
    for kw 1..3
      $0 += (x[0,ic,((kw * 2) - 2)] * w[oc,ic,kw])
  y[(oc * 5)] = $0
  for ow_o 0..2
    var acc2 $1[2]:f32 = 0
    for ic 0..2
      for kw 0..3
        for ow_i 0..2
          $1[ow_i] += (x[0,ic,(((ow_o * 4) + (kw * 2)) + (ow_i * 2))] * w[oc,ic,kw])
    for ow_i 0..2
      y[((((oc * 5) + (ow_o * 2)) + ow_i) + 1)] = $1[ow_i]
--- x86-64-v1: vector(oc) pack(w,oc,4)
refused: vector: oc is not innermost
--- x86-64-v1: reorder(ic,kw,oc) vector(oc) pack(w,oc,4)
var acc $0[5]:f32x4 = 0
for ic 0..2
  for ow 0..5
    for kw (max((3 - (ow * 2)), 0) / 2)..3
      vector oc 0..4
        $0[ow] += (x[0,ic,(((ow * 2) + (kw * 2)) - 2)] * w[oc,ic,kw])
for ow 0..5
  for oc 0..4
    y[((oc * 5) + ow)] = $0[ow][oc]

== groups
graph "t"
in %x : f32[1,4,5]
in %w : f32[6,2,3]
%y = Conv(%x, %w) {group=2}
out %y
--- c99: plain
for oc 0..6
  for ow 0..3
    var acc $0:f32 = 0
    for ic 0..2
      for kw 0..3
        $0 += (x[0,(((oc / 3) * 2) + ic),(ow + kw)] * w[oc,ic,kw])
    y[((oc * 3) + ow)] = $0
--- c99: fuse(ic,kw)
refused: fuse: an operand does not walk ic and kw as one

== depthwise
graph "t"
in %x : f32[1,8,6,6]
in %w : f32[8,1,3,3]
%c = Conv(%x, %w) {pads=[1,1,1,1], group=8}
%y = Clip(%c)
out %y
--- c99: plain
for oc 0..8
  for oh 0..6
    for ow 0..6
      var acc $0:f32 = 0
      for kh max((1 - oh), 0)..min(3, (7 - oh))
        for kw max((1 - ow), 0)..min(3, (7 - ow))
          $0 += (x[0,oc,((oh + kh) - 1),((ow + kw) - 1)] * w[oc,0,kh,kw])
      y[(((oc * 36) + (oh * 6)) + ow)] = $0
--- x86-64-v1: interior(ow) tile(ow,4) vector(ow.i)
for oc 0..8
  for oh 0..6
    var acc $0:f32 = 0
    for kh max((1 - oh), 0)..min(3, (7 - oh))
      for kw 1..3
        $0 += (x[0,oc,((oh + kh) - 1),(kw - 1)] * w[oc,0,kh,kw])
    y[((oc * 36) + (oh * 6))] = $0
    var acc2 $1:f32x4 = 0
    for kh max((1 - oh), 0)..min(3, (7 - oh))
      for kw 0..3
        vector ow_i 0..4
          $1 += (x[0,oc,((oh + kh) - 1),(kw + ow_i)] * w[oc,0,kh,kw])
    vector ow_i 0..4
      y[((((oc * 36) + (oh * 6)) + ow_i) + 1)] = $1
    var acc3 $2:f32 = 0
    for kh max((1 - oh), 0)..min(3, (7 - oh))
      for kw 0..2
        $2 += (x[0,oc,((oh + kh) - 1),(kw + 4)] * w[oc,0,kh,kw])
    y[(((oc * 36) + (oh * 6)) + 5)] = $2
--- x86-64-v1: default
schedule: interior(ow) tile(ow,4) unroll(ow.i) tile(oc,4) vector(oc.i) pack(w,oc.i,4)
for oc_o 0..2
  for oh 0..6
    var acc $0:f32x4 = 0
    for kh max((1 - oh), 0)..min(3, (7 - oh))
      for kw 1..3
        vector oc_i 0..4
          $0 += (x[0,((oc_o * 4) + oc_i),((oh + kh) - 1),(kw - 1)] * w[((oc_o * 4) + oc_i),0,kh,kw])
    for oc_i 0..4
      y[(((oc_o * 144) + (oc_i * 36)) + (oh * 6))] = $0[oc_i]
    var acc2 $1[4]:f32x4 = 0
    for kh max((1 - oh), 0)..min(3, (7 - oh))
      for kw 0..3
        unroll for ow_i 0..4
          vector oc_i 0..4
            $1[ow_i] += (x[0,((oc_o * 4) + oc_i),((oh + kh) - 1),(kw + ow_i)] * w[((oc_o * 4) + oc_i),0,kh,kw])
    unroll for ow_i 0..4
      for oc_i 0..4
        y[(((((oc_o * 144) + (oc_i * 36)) + (oh * 6)) + ow_i) + 1)] = $1[ow_i][oc_i]
    var acc3 $2:f32x4 = 0
    for kh max((1 - oh), 0)..min(3, (7 - oh))
      for kw 0..2
        vector oc_i 0..4
          $2 += (x[0,((oc_o * 4) + oc_i),((oh + kh) - 1),(kw + 4)] * w[((oc_o * 4) + oc_i),0,kh,kw])
    for oc_i 0..4
      y[((((oc_o * 144) + (oc_i * 36)) + (oh * 6)) + 5)] = $2[oc_i]

== a residual and an activation behind the sum
graph "t"
in %x : f32[1,4,4,4]
in %w : f32[8,4,1,1]
in %r : f32[1,8,4,4]
%c = Conv(%x, %w)
%s = Add(%c, %r)
%y = Relu(%s)
out %y
--- c99: default
schedule: fuse(oh,ow)
for oc 0..8
  for oh_ow 0..16
    var acc $0:f32 = 0
    for ic 0..4
      $0 += (x[0,ic,(oh_ow / 4),(oh_ow % 4)] * w[oc,ic,0,0])
    y[((oc * 16) + oh_ow)] = max(($0 + b[0,oc,(oh_ow / 4),(oh_ow % 4)]), 0)
--- x86-64-v1: default
schedule: fuse(oh,ow) tile(oh_ow,4) unroll(oh_ow.i) tile(oc,4) vector(oc.i) pack(w,oc.i,4)
for oc_o 0..2
  for oh_ow_o 0..4
    var acc $0[4]:f32x4 = 0
    for ic 0..4
      unroll for oh_ow_i 0..4
        vector oc_i 0..4
          $0[oh_ow_i] += (x[0,ic,oh_ow_o,oh_ow_i] * w[((oc_o * 4) + oc_i),ic,0,0])
    unroll for oh_ow_i 0..4
      for oc_i 0..4
        y[((((oc_o * 64) + (oc_i * 16)) + (oh_ow_o * 4)) + oh_ow_i)] = max(($0[oh_ow_i][oc_i] + b[0,((oc_o * 4) + oc_i),oh_ow_o,oh_ow_i]), 0)
--- x86-64-v1: tile(oc,4) vector(oc.i) pack(w,oc.i,4)
for oc_o 0..2
  for oh 0..4
    for ow 0..4
      var acc $0:f32x4 = 0
      for ic 0..4
        vector oc_i 0..4
          $0 += (x[0,ic,oh,ow] * w[((oc_o * 4) + oc_i),ic,0,0])
      for oc_i 0..4
        y[((((oc_o * 64) + (oc_i * 16)) + (oh * 4)) + ow)] = max(($0[oc_i] + b[0,((oc_o * 4) + oc_i),oh,ow]), 0)

== the guard of a transposed convolution is no bound
graph "t"
in %x : f32[1,2,6]
in %w : f32[2,3,3]
%y = ConvTranspose(%x, %w) {strides=[2], pads=[1,1]}
out %y
--- c99: plain
for oc 0..3
  for ow 0..11
    var acc $0:f32 = 0
    for ic 0..2
      for kw 0..3
        if (((((ow - kw) + 1) % 2) == 0) && ((((ow - kw) + 1) / 2) >= 0))
          $0 += (x[0,ic,(((ow - kw) + 1) / 2)] * w[ic,oc,kw])
    y[((oc * 11) + ow)] = $0
--- x86-64-v1: interior(ow) tile(ow,4) vector(ow.i)
refused: vector: a guard on ow.i is no bound
--- x86-64-v1: tile(ow,4) vector(ow.i)
refused: vector: a guard depends on ow.i (interior?)

== a window that is larger than its input
graph "t"
in %x : f32[1,1,2]
in %w : f32[1,1,5]
%y = Conv(%x, %w) {pads=[2,2]}
out %y
--- c99: plain
for ow 0..2
  var acc $0:f32 = 0
  for kw (2 - ow)..(4 - ow)
    $0 += (x[0,0,((ow + kw) - 2)] * w[0,0,kw])
  y[ow] = $0
--- c99: interior(ow) tile(ow,2)
var acc $0[2]:f32 = 0
for kw 0..5
  for ow max((2 - kw), 0)..min(2, (4 - kw))
    $0[ow] += (x[0,0,((kw + ow) - 2)] * w[0,0,kw])
for ow 0..2
  y[ow] = $0[ow]
