== blocked
graph "t"
in %x : f32[1,2,28,28,16]
in %w : f32[64,32,3,3]
in %wb : f32[64]
%y = ConvBlocked(%x, %w, %wb) {pads=[1,1,1,1]}
out %y
--- x86-64-v4: default
schedule: split(ic,16) reorder(ic.o,kh,kw,ic.i) edges(ow) tile(ow,6) unroll(ow.i) tile(ob,4) unroll(ob) tile(oi,16) vector(oi) stream(z)
for oh 0..28
  var acc $0[6,4]:f32x16 = 0
  for ic_o 0..2
    for kh max((1 - oh), 0)..min(3, (29 - oh))
      for ic_i 0..16
        unroll for ow_i 1..6
          unroll for ob 0..4
            vector oi 0..16
              $0[ow_i,ob] += (x[0,ic_o,((oh + kh) - 1),(ow_i - 1),ic_i] * z[((ob * 16) + oi),((ic_o * 16) + ic_i),kh,0])
      for ic_i 0..16
        unroll for ow_i 0..6
          unroll for ob 0..4
            vector oi 0..16
              $0[ow_i,ob] += (x[0,ic_o,((oh + kh) - 1),ow_i,ic_i] * z[((ob * 16) + oi),((ic_o * 16) + ic_i),kh,1])
      for ic_i 0..16
        unroll for ow_i 0..6
          unroll for ob 0..4
            vector oi 0..16
              $0[ow_i,ob] += (x[0,ic_o,((oh + kh) - 1),(ow_i + 1),ic_i] * z[((ob * 16) + oi),((ic_o * 16) + ic_i),kh,2])
  unroll for ow_i 0..6
    unroll for ob 0..4
      vector oi 0..16
        y[((((ob * 12544) + (oh * 448)) + (ow_i * 16)) + oi)] = ($0[ow_i][ob] + u[((ob * 16) + oi)])
  for ow_o 0..3
    var acc2 $1[6,4]:f32x16 = 0
    for ic_o 0..2
      for kh max((1 - oh), 0)..min(3, (29 - oh))
        for kw 0..3
          for ic_i 0..16
            unroll for ow_i 0..6
              unroll for ob 0..4
                vector oi 0..16
                  $1[ow_i,ob] += (x[0,ic_o,((oh + kh) - 1),((((ow_o * 6) + kw) + ow_i) + 5),ic_i] * z[((ob * 16) + oi),((ic_o * 16) + ic_i),kh,kw])
    unroll for ow_i 0..6
      unroll for ob 0..4
        vector oi 0..16
          y[((((((ob * 12544) + (oh * 448)) + (ow_o * 96)) + (ow_i * 16)) + oi) + 96)] = ($1[ow_i][ob] + u[((ob * 16) + oi)])
  var acc3 $2[4,4]:f32x16 = 0
  for ic_o 0..2
    for kh max((1 - oh), 0)..min(3, (29 - oh))
      for ic_i 0..16
        unroll for ow_i 0..4
          unroll for ob 0..4
            vector oi 0..16
              $2[ow_i,ob] += (x[0,ic_o,((oh + kh) - 1),(ow_i + 23),ic_i] * z[((ob * 16) + oi),((ic_o * 16) + ic_i),kh,0])
      for ic_i 0..16
        unroll for ow_i 0..4
          unroll for ob 0..4
            vector oi 0..16
              $2[ow_i,ob] += (x[0,ic_o,((oh + kh) - 1),(ow_i + 24),ic_i] * z[((ob * 16) + oi),((ic_o * 16) + ic_i),kh,1])
      for ic_i 0..16
        unroll for ow_i 0..3
          unroll for ob 0..4
            vector oi 0..16
              $2[ow_i,ob] += (x[0,ic_o,((oh + kh) - 1),(ow_i + 25),ic_i] * z[((ob * 16) + oi),((ic_o * 16) + ic_i),kh,2])
  unroll for ow_i 0..4
    unroll for ob 0..4
      vector oi 0..16
        y[(((((ob * 12544) + (oh * 448)) + (ow_i * 16)) + oi) + 384)] = ($2[ow_i][ob] + u[((ob * 16) + oi)])

== pw
graph "t"
in %x : f32[1,2,28,28,16]
in %w : f32[64,24,1,1]
in %wb : f32[64]
%y = ConvBlocked(%x, %w, %wb) 
out %y
--- x86-64-v4: default
schedule: fuse(oh,ow) split(ic,16) tile(oh_ow,6) unroll(oh_ow.i) tile(ob,4) unroll(ob) tile(oi,16) vector(oi) stream(z)
for oh_ow_o 0..130
  var acc $0[6,4]:f32x16 = 0
  for ic_i 0..16
    unroll for oh_ow_i 0..6
      unroll for ob 0..4
        vector oi 0..16
          $0[oh_ow_i,ob] += (x[0,0,(((oh_ow_o * 6) + oh_ow_i) / 28),(((oh_ow_o * 6) + oh_ow_i) % 28),ic_i] * z[((ob * 16) + oi),ic_i,0,0])
  for ic_i 0..8
    unroll for oh_ow_i 0..6
      unroll for ob 0..4
        vector oi 0..16
          $0[oh_ow_i,ob] += (x[0,1,(((oh_ow_o * 6) + oh_ow_i) / 28),(((oh_ow_o * 6) + oh_ow_i) % 28),ic_i] * z[((ob * 16) + oi),(ic_i + 16),0,0])
  unroll for oh_ow_i 0..6
    unroll for ob 0..4
      vector oi 0..16
        y[((((ob * 12544) + (oh_ow_o * 96)) + (oh_ow_i * 16)) + oi)] = ($0[oh_ow_i][ob] + u[((ob * 16) + oi)])
var acc2 $1[4,4]:f32x16 = 0
for ic_i 0..16
  unroll for oh_ow_i 0..4
    unroll for ob 0..4
      vector oi 0..16
        $1[oh_ow_i,ob] += (x[0,0,27,(oh_ow_i + 24),ic_i] * z[((ob * 16) + oi),ic_i,0,0])
for ic_i 0..8
  unroll for oh_ow_i 0..4
    unroll for ob 0..4
      vector oi 0..16
        $1[oh_ow_i,ob] += (x[0,1,27,(oh_ow_i + 24),ic_i] * z[((ob * 16) + oi),(ic_i + 16),0,0])
unroll for oh_ow_i 0..4
  unroll for ob 0..4
    vector oi 0..16
      y[((((ob * 12544) + (oh_ow_i * 16)) + oi) + 12480)] = ($1[oh_ow_i][ob] + u[((ob * 16) + oi)])

== dw
graph "t"
in %x : f32[1,2,28,28,16]
in %w : f32[32,1,3,3]
in %wb : f32[32]
%y = ConvBlocked(%x, %w, %wb) {pads=[1,1,1,1], group=32}
out %y
--- x86-64-v4: default
schedule: unroll(kh) unroll(kw) edges(oh) edges(ow) tile(ow,7) unroll(ow.i) tile(oi,16) vector(oi) stream(z)
for ob 0..2
  var acc $0[7]:f32x16 = 0
  unroll for kh 1..3
    unroll for ow_i 1..7
      vector oi 0..16
        $0[ow_i] += (x[0,ob,(kh - 1),(ow_i - 1),oi] * z[((ob * 16) + oi),0,kh,0])
    unroll for ow_i 0..7
      vector oi 0..16
        $0[ow_i] += (x[0,ob,(kh - 1),ow_i,oi] * z[((ob * 16) + oi),0,kh,1])
    unroll for ow_i 0..7
      vector oi 0..16
        $0[ow_i] += (x[0,ob,(kh - 1),(ow_i + 1),oi] * z[((ob * 16) + oi),0,kh,2])
  unroll for ow_i 0..7
    vector oi 0..16
      y[(((ob * 12544) + (ow_i * 16)) + oi)] = ($0[ow_i] + u[((ob * 16) + oi)])
  for ow_o 0..2
    var acc2 $1[7]:f32x16 = 0
    unroll for kh 1..3
      unroll for kw 0..3
        unroll for ow_i 0..7
          vector oi 0..16
            $1[ow_i] += (x[0,ob,(kh - 1),((((ow_o * 7) + kw) + ow_i) + 6),oi] * z[((ob * 16) + oi),0,kh,kw])
    unroll for ow_i 0..7
      vector oi 0..16
        y[(((((ob * 12544) + (ow_o * 112)) + (ow_i * 16)) + oi) + 112)] = ($1[ow_i] + u[((ob * 16) + oi)])
  var acc3 $2[7]:f32x16 = 0
  unroll for kh 1..3
    unroll for ow_i 0..7
      vector oi 0..16
        $2[ow_i] += (x[0,ob,(kh - 1),(ow_i + 20),oi] * z[((ob * 16) + oi),0,kh,0])
    unroll for ow_i 0..7
      vector oi 0..16
        $2[ow_i] += (x[0,ob,(kh - 1),(ow_i + 21),oi] * z[((ob * 16) + oi),0,kh,1])
    unroll for ow_i 0..6
      vector oi 0..16
        $2[ow_i] += (x[0,ob,(kh - 1),(ow_i + 22),oi] * z[((ob * 16) + oi),0,kh,2])
  unroll for ow_i 0..7
    vector oi 0..16
      y[((((ob * 12544) + (ow_i * 16)) + oi) + 336)] = ($2[ow_i] + u[((ob * 16) + oi)])
  for oh 0..26
    var acc4 $3[7]:f32x16 = 0
    unroll for kh 0..3
      unroll for ow_i 1..7
        vector oi 0..16
          $3[ow_i] += (x[0,ob,(oh + kh),(ow_i - 1),oi] * z[((ob * 16) + oi),0,kh,0])
      unroll for ow_i 0..7
        vector oi 0..16
          $3[ow_i] += (x[0,ob,(oh + kh),ow_i,oi] * z[((ob * 16) + oi),0,kh,1])
      unroll for ow_i 0..7
        vector oi 0..16
          $3[ow_i] += (x[0,ob,(oh + kh),(ow_i + 1),oi] * z[((ob * 16) + oi),0,kh,2])
    unroll for ow_i 0..7
      vector oi 0..16
        y[(((((ob * 12544) + (oh * 448)) + (ow_i * 16)) + oi) + 448)] = ($3[ow_i] + u[((ob * 16) + oi)])
    for ow_o 0..2
      var acc5 $4[7]:f32x16 = 0
      unroll for kh 0..3
        unroll for kw 0..3
          unroll for ow_i 0..7
            vector oi 0..16
              $4[ow_i] += (x[0,ob,(oh + kh),((((ow_o * 7) + kw) + ow_i) + 6),oi] * z[((ob * 16) + oi),0,kh,kw])
      unroll for ow_i 0..7
        vector oi 0..16
          y[((((((ob * 12544) + (oh * 448)) + (ow_o * 112)) + (ow_i * 16)) + oi) + 560)] = ($4[ow_i] + u[((ob * 16) + oi)])
    var acc6 $5[7]:f32x16 = 0
    unroll for kh 0..3
      unroll for ow_i 0..7
        vector oi 0..16
          $5[ow_i] += (x[0,ob,(oh + kh),(ow_i + 20),oi] * z[((ob * 16) + oi),0,kh,0])
      unroll for ow_i 0..7
        vector oi 0..16
          $5[ow_i] += (x[0,ob,(oh + kh),(ow_i + 21),oi] * z[((ob * 16) + oi),0,kh,1])
      unroll for ow_i 0..6
        vector oi 0..16
          $5[ow_i] += (x[0,ob,(oh + kh),(ow_i + 22),oi] * z[((ob * 16) + oi),0,kh,2])
    unroll for ow_i 0..7
      vector oi 0..16
        y[(((((ob * 12544) + (oh * 448)) + (ow_i * 16)) + oi) + 784)] = ($5[ow_i] + u[((ob * 16) + oi)])
  var acc7 $6[7]:f32x16 = 0
  unroll for kh 0..2
    unroll for ow_i 1..7
      vector oi 0..16
        $6[ow_i] += (x[0,ob,(kh + 26),(ow_i - 1),oi] * z[((ob * 16) + oi),0,kh,0])
    unroll for ow_i 0..7
      vector oi 0..16
        $6[ow_i] += (x[0,ob,(kh + 26),ow_i,oi] * z[((ob * 16) + oi),0,kh,1])
    unroll for ow_i 0..7
      vector oi 0..16
        $6[ow_i] += (x[0,ob,(kh + 26),(ow_i + 1),oi] * z[((ob * 16) + oi),0,kh,2])
  unroll for ow_i 0..7
    vector oi 0..16
      y[((((ob * 12544) + (ow_i * 16)) + oi) + 12096)] = ($6[ow_i] + u[((ob * 16) + oi)])
  for ow_o 0..2
    var acc8 $7[7]:f32x16 = 0
    unroll for kh 0..2
      unroll for kw 0..3
        unroll for ow_i 0..7
          vector oi 0..16
            $7[ow_i] += (x[0,ob,(kh + 26),((((ow_o * 7) + kw) + ow_i) + 6),oi] * z[((ob * 16) + oi),0,kh,kw])
    unroll for ow_i 0..7
      vector oi 0..16
        y[(((((ob * 12544) + (ow_o * 112)) + (ow_i * 16)) + oi) + 12208)] = ($7[ow_i] + u[((ob * 16) + oi)])
  var acc9 $8[7]:f32x16 = 0
  unroll for kh 0..2
    unroll for ow_i 0..7
      vector oi 0..16
        $8[ow_i] += (x[0,ob,(kh + 26),(ow_i + 20),oi] * z[((ob * 16) + oi),0,kh,0])
    unroll for ow_i 0..7
      vector oi 0..16
        $8[ow_i] += (x[0,ob,(kh + 26),(ow_i + 21),oi] * z[((ob * 16) + oi),0,kh,1])
    unroll for ow_i 0..6
      vector oi 0..16
        $8[ow_i] += (x[0,ob,(kh + 26),(ow_i + 22),oi] * z[((ob * 16) + oi),0,kh,2])
  unroll for ow_i 0..7
    vector oi 0..16
      y[((((ob * 12544) + (ow_i * 16)) + oi) + 12432)] = ($8[ow_i] + u[((ob * 16) + oi)])

== groups of whole blocks: blocks of one group share what they read
graph "t"
in %x : f32[1,4,9,9,16]
in %w : f32[64,32,1,1]
%y = ConvBlocked(%x, %w) {group=2}
out %y
--- x86-64-v4: default
schedule: fuse(oh,ow) block(ob,2) split(ic,16) tile(oh_ow,14) unroll(oh_ow.i) tile(ob_l,2) unroll(ob_l) tile(oi,16) vector(oi) stream(z)
for ob_b 0..2
  for oh_ow_o 0..5
    var acc $0[14,2]:f32x16 = 0
    for ic_o 0..2
      for ic_i 0..16
        unroll for oh_ow_i 0..14
          unroll for ob_l 0..2
            vector oi 0..16
              $0[oh_ow_i,ob_l] += (x[0,((ob_b * 2) + ic_o),(((oh_ow_o * 14) + oh_ow_i) / 9),(((oh_ow_o * 14) + oh_ow_i) % 9),ic_i] * z[(((ob_b * 32) + (ob_l * 16)) + oi),((ic_o * 16) + ic_i),0,0])
    unroll for oh_ow_i 0..14
      unroll for ob_l 0..2
        vector oi 0..16
          y[(((((ob_b * 2592) + (ob_l * 1296)) + (oh_ow_o * 224)) + (oh_ow_i * 16)) + oi)] = $0[oh_ow_i][ob_l]
  var acc2 $1[11,2]:f32x16 = 0
  for ic_o 0..2
    for ic_i 0..16
      unroll for oh_ow_i 0..11
        unroll for ob_l 0..2
          vector oi 0..16
            $1[oh_ow_i,ob_l] += (x[0,((ob_b * 2) + ic_o),(((oh_ow_i + 7) / 9) + 7),((oh_ow_i + 7) % 9),ic_i] * z[(((ob_b * 32) + (ob_l * 16)) + oi),((ic_o * 16) + ic_i),0,0])
  unroll for oh_ow_i 0..11
    unroll for ob_l 0..2
      vector oi 0..16
        y[(((((ob_b * 2592) + (ob_l * 1296)) + (oh_ow_i * 16)) + oi) + 1120)] = $1[oh_ow_i][ob_l]

== a transposed convolution: an axis of phases, the row's taps bounded by it
graph "t"
in %x : f32[1,2,5,4,16]
in %w : f32[4,16,32,2,2]
%y = ConvTransposeBlocked(%x, %w) {kernel_shape=[3,4], strides=[2,2], pads=[1,1], output_shape=[10,8]}
out %y
--- x86-64-v4: default
schedule: block(oh,2) block(ow,2) split(ic,16) reorder(ic.o,kh,kw,ic.i) edges(ow_b) tile(ow_b,4) unroll(ow_b) tile(oi,16) vector(oi) stream(z)
for oh_b 0..5
  for oh_l 0..2
    for ow_l 0..2
      var acc $0[4]:f32x16 = 0
      for ic_o 0..2
        for kh max(((oh_b + oh_l) - 4), 0)..(oh_l + 1)
          for ic_i 0..16
            unroll for ow_b 0..(4 - ow_l)
              vector oi 0..16
                $0[ow_b] += (x[0,ic_o,((oh_b + oh_l) - kh),(ow_l + ow_b),ic_i] * z[((oh_l * 2) + ow_l),oi,((ic_o * 16) + ic_i),kh,0])
          for ic_i 0..16
            unroll for ow_b (1 - ow_l)..4
              vector oi 0..16
                $0[ow_b] += (x[0,ic_o,((oh_b + oh_l) - kh),((ow_l + ow_b) - 1),ic_i] * z[((oh_l * 2) + ow_l),oi,((ic_o * 16) + ic_i),kh,1])
      unroll for ow_b 0..4
        vector oi 0..16
          y[(((((oh_b * 256) + (oh_l * 128)) + (ow_b * 32)) + (ow_l * 16)) + oi)] = $0[ow_b]
