== what all lanes share is loaded in vectors along a block of channels; borders load what they read
graph "t"
in %x : f32[1,2,6,6,4]
in %w : f32[8,8,3,3]
%y = ConvBlocked(%x, %w) {pads=[1,1,1,1], block=4}
out %y
--- arm64: default
schedule: split(ic,4) reorder(ic.o,kw,kh,ic.i) edges(ow) tile(ow,6) unroll(ow) tile(ob,2) unroll(ob) tile(oi,4) vector(oi) unroll(ic.i) elements(ic.i) stream(z)
for oh 0..6
  var acc $0[6,2]:f32x4 = 0
  for ic_o 0..2
    for kh max((1 - oh), 0)..min(3, (7 - oh))
      var x_ic $1[6]:f32x4
      unroll for ow 1..6
        vector ic_i 0..4
          $1[ow] = x[0,ic_o,((oh + kh) - 1),(ow - 1),ic_i]
      unroll for ic_i 0..4
        unroll for ow 1..6
          unroll for ob 0..2
            vector oi 0..4
              $0[ow,ob] += ($1[ow][ic_i] * z[((ob * 4) + oi),((ic_o * 4) + ic_i),kh,0])
    for kh max((1 - oh), 0)..min(3, (7 - oh))
      var x_ic2 $2[6]:f32x4
      unroll for ow 0..6
        vector ic_i 0..4
          $2[ow] = x[0,ic_o,((oh + kh) - 1),ow,ic_i]
      unroll for ic_i 0..4
        unroll for ow 0..6
          unroll for ob 0..2
            vector oi 0..4
              $0[ow,ob] += ($2[ow][ic_i] * z[((ob * 4) + oi),((ic_o * 4) + ic_i),kh,1])
    for kh max((1 - oh), 0)..min(3, (7 - oh))
      var x_ic3 $3[6]:f32x4
      unroll for ow 0..5
        vector ic_i 0..4
          $3[ow] = x[0,ic_o,((oh + kh) - 1),(ow + 1),ic_i]
      unroll for ic_i 0..4
        unroll for ow 0..5
          unroll for ob 0..2
            vector oi 0..4
              $0[ow,ob] += ($3[ow][ic_i] * z[((ob * 4) + oi),((ic_o * 4) + ic_i),kh,2])
  unroll for ow 0..6
    unroll for ob 0..2
      vector oi 0..4
        y[((((ob * 144) + (oh * 24)) + (ow * 4)) + oi)] = $0[ow][ob]
--- armv7: default
schedule: split(ic,4) reorder(ic.o,kh,kw,ic.i) edges(ow) tile(ow,6) unroll(ow) tile(ob,2) unroll(ob) tile(oi,4) vector(oi) stream(z)
for oh 0..6
  var acc $0[6,2]:f32x4 = 0
  for ic_o 0..2
    for kh max((1 - oh), 0)..min(3, (7 - oh))
      for ic_i 0..4
        unroll for ow 1..6
          unroll for ob 0..2
            vector oi 0..4
              $0[ow,ob] += (x[0,ic_o,((oh + kh) - 1),(ow - 1),ic_i] * z[((ob * 4) + oi),((ic_o * 4) + ic_i),kh,0])
      for ic_i 0..4
        unroll for ow 0..6
          unroll for ob 0..2
            vector oi 0..4
              $0[ow,ob] += (x[0,ic_o,((oh + kh) - 1),ow,ic_i] * z[((ob * 4) + oi),((ic_o * 4) + ic_i),kh,1])
      for ic_i 0..4
        unroll for ow 0..5
          unroll for ob 0..2
            vector oi 0..4
              $0[ow,ob] += (x[0,ic_o,((oh + kh) - 1),(ow + 1),ic_i] * z[((ob * 4) + oi),((ic_o * 4) + ic_i),kh,2])
  unroll for ow 0..6
    unroll for ob 0..2
      vector oi 0..4
        y[((((ob * 144) + (oh * 24)) + (ow * 4)) + oi)] = $0[ow][ob]

== rows of a product: the last points of the reduction fill no vector
graph "t"
in %a : f32[4,10]
in %b : f32[10,8]
%y = MatMul(%a, %b)
out %y
--- arm64: default
schedule: block(n,4) tile(m,4) unroll(m) tile(n_b,2) unroll(n_b) tile(n_l,4) vector(n_l) split(k,4) unroll(k.i) elements(k.i)
var acc $0[4,2]:f32x4 = 0
for k_o 0..2
  var a_k $1[4]:f32x4
  unroll for m 0..4
    vector k_i 0..4
      $1[m] = a[m,((k_o * 4) + k_i)]
  unroll for k_i 0..4
    unroll for m 0..4
      unroll for n_b 0..2
        vector n_l 0..4
          $0[m,n_b] += ($1[m][k_i] * b[((k_o * 4) + k_i),((n_b * 4) + n_l)])
unroll for k_i 0..2
  unroll for m 0..4
    unroll for n_b 0..2
      vector n_l 0..4
        $0[m,n_b] += (a[m,(k_i + 8)] * b[(k_i + 8),((n_b * 4) + n_l)])
unroll for m 0..4
  unroll for n_b 0..2
    vector n_l 0..4
      y[(((m * 8) + (n_b * 4)) + n_l)] = $0[m][n_b]
--- gnu: tile(m,2) tile(n,4) vector(n.i) split(k,4) elements(k.i)
for m_o 0..2
  for n_o 0..2
    var acc $0[2]:f32x4 = 0
    for k_o 0..2
      var a_k $1[2]:f32x4
      for m_i 0..2
        vector k_i 0..4
          $1[m_i] = a[((m_o * 2) + m_i),((k_o * 4) + k_i)]
      for k_i 0..4
        for m_i 0..2
          vector n_i 0..4
            $0[m_i] += ($1[m_i][k_i] * b[((k_o * 4) + k_i),((n_o * 4) + n_i)])
    for k_i 0..2
      for m_i 0..2
        vector n_i 0..4
          $0[m_i] += (a[((m_o * 2) + m_i),(k_i + 8)] * b[(k_i + 8),((n_o * 4) + n_i)])
    for m_i 0..2
      vector n_i 0..4
        y[((((m_o * 16) + (m_i * 8)) + (n_o * 4)) + n_i)] = $0[m_i]
--- gnu: tile(m,2) tile(n,4) vector(n.i) elements(m.i)
refused: elements: m.i is not reduced
--- gnu: tile(m,2) tile(n,4) vector(n.i) elements(k)
refused: elements: k has 10 points, a vector 4
--- gnu: split(k,4) elements(k.i)
refused: elements: k.i is no vector
--- gnu: tile(m,4) vector(m) split(k,4) elements(k.i)
refused: elements: neighbours of k.i do not lie side by side

== columns of a window that meet no pixel leave nothing behind
graph "t"
in %x : f32[1,4,2,2,4]
in %w : f32[8,16,1,5]
%y = ConvBlocked(%x, %w) {pads=[0,2,0,2], block=4}
out %y
--- arm64: default
schedule: split(ic,4) reorder(ic.o,kw,ic.i) edges(ow) tile(ow,2) unroll(ow) tile(ob,2) unroll(ob) tile(oi,4) vector(oi) unroll(ic.i) elements(ic.i) stream(z)
for oh 0..2
  var acc $0[2,2]:f32x4 = 0
  for ic_o 0..4
    var x_ic2 $2[2]:f32x4
    unroll for ow 1..2
      vector ic_i 0..4
        $2[ow] = x[0,ic_o,oh,(ow - 1),ic_i]
    unroll for ic_i 0..4
      unroll for ow 1..2
        unroll for ob 0..2
          vector oi 0..4
            $0[ow,ob] += ($2[ow][ic_i] * z[((ob * 4) + oi),((ic_o * 4) + ic_i),0,1])
    var x_ic3 $3[2]:f32x4
    unroll for ow 0..2
      vector ic_i 0..4
        $3[ow] = x[0,ic_o,oh,ow,ic_i]
    unroll for ic_i 0..4
      unroll for ow 0..2
        unroll for ob 0..2
          vector oi 0..4
            $0[ow,ob] += ($3[ow][ic_i] * z[((ob * 4) + oi),((ic_o * 4) + ic_i),0,2])
    var x_ic4 $4[2]:f32x4
    unroll for ow 0..1
      vector ic_i 0..4
        $4[ow] = x[0,ic_o,oh,(ow + 1),ic_i]
    unroll for ic_i 0..4
      unroll for ow 0..1
        unroll for ob 0..2
          vector oi 0..4
            $0[ow,ob] += ($4[ow][ic_i] * z[((ob * 4) + oi),((ic_o * 4) + ic_i),0,3])
  unroll for ow 0..2
    unroll for ob 0..2
      vector oi 0..4
        y[((((ob * 16) + (oh * 8)) + (ow * 4)) + oi)] = $0[ow][ob]
