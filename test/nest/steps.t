== split
graph "t"
in %x : f32[20,6]
%y = Neg(%x)
out %y
--- c99: split(i0,8)
for i0_o 0..2
  for i0_i 0..8
    for i1 0..6
      y[(((i0_o * 48) + (i0_i * 6)) + i1)] = -(a[((i0_o * 8) + i0_i),i1])
for i0_i 0..4
  for i1 0..6
    y[(((i0_i * 6) + i1) + 96)] = -(a[(i0_i + 16),i1])
--- c99: split(i0,5) split(i0.i,5)
refused: split: i0.i has only 5 points
--- c99: split(i0,8) split(i0.i,3)
refused: split: 3 does not divide i0.i
--- c99: split(i0,20)
refused: split: i0 has only 20 points
--- c99: split(i0,1)
refused: split: pieces of 1 point change nothing
--- c99: split(i0,0)
refused: split: 0 is no number from 1 to 1048576
--- c99: split(q,2)
refused: split: there is no axis q
--- c99: split(i0)
refused: split: its operands are (an)
--- c99: split(i0,2,3)
refused: split: its operands are (an)
--- c99: halve(i0,2)
refused: 'halve' is no schedule step
--- x86-64-v1: tile(i0,4) tile(i1,4) vector(i1.i) split(i1.i,2)
refused: split: i1.i is already a vector

== reorder
graph "t"
in %x : f32[20,6,4]
%y = Neg(%x)
out %y
--- c99: reorder(i2,i0)
for i2 0..4
  for i1 0..6
    for i0 0..20
      y[(((i0 * 24) + (i1 * 4)) + i2)] = -(a[i0,i1,i2])
--- c99: reorder(i2,i1,i0)
for i2 0..4
  for i1 0..6
    for i0 0..20
      y[(((i0 * 24) + (i1 * 4)) + i2)] = -(a[i0,i1,i2])
--- c99: reorder(i0,i0)
refused: reorder: a piece is named twice
--- c99: reorder(i0,q)
refused: reorder: the stage has no piece q
--- c99: split(i0,4) reorder(i0.i,i0.o)
refused: reorder: i0.o must stay outside i0.i

== tile
graph "t"
in %x : f32[20,6,64]
%y = ReduceSum(%x) {axes=[1], keepdims=0}
out %y
--- c99: tile(i0,4)
for i0_o 0..5
  for i2 0..64
    var acc $0[4]:f32 = 0
    for i1 0..6
      for i0_i 0..4
        $0[i0_i] += x[((i0_o * 4) + i0_i),i1,i2]
    for i0_i 0..4
      y[(((i0_o * 256) + (i0_i * 64)) + i2)] = $0[i0_i]
--- c99: tile(i0,20)
for i2 0..64
  var acc $0[20]:f32 = 0
  for i1 0..6
    for i0 0..20
      $0[i0] += x[i0,i1,i2]
  for i0 0..20
    y[((i0 * 64) + i2)] = $0[i0]
--- c99: tile(i0,21)
refused: tile: i0 has only 20 points
--- c99: tile(i1,2)
refused: tile: i1 is reduced
--- x86-64-v1: tile(i2,4) vector(i2.i) tile(i0,2)
refused: tile: i2.i is not innermost
--- x86-64-v1: tile(i0,2) tile(i2,4) vector(i2.i)
for i0_o 0..10
  for i2_o 0..16
    var acc $0[2]:f32x4 = 0
    for i1 0..6
      for i0_i 0..2
        vector i2_i 0..4
          $0[i0_i] += x[((i0_o * 2) + i0_i),i1,((i2_o * 4) + i2_i)]
    for i0_i 0..2
      vector i2_i 0..4
        y[((((i0_o * 128) + (i0_i * 64)) + (i2_o * 4)) + i2_i)] = $0[i0_i]
--- c99: split(i0,4) tile(i0.o,5)
refused: tile: i0.o must stay outside i0.i
--- c99: tile(i0,4) split(i0.i,2)
refused: split: only the innermost piece of an axis can be a register tile, not i0.i.o
--- c99: tile(i0,20) tile(i2,64)
refused: tile: more than 7 axes or 1024 points in registers
--- c99: tile(i0,4) tile(i2,64)
for i0_o 0..5
  var acc $0[4,64]:f32 = 0
  for i1 0..6
    for i0_i 0..4
      for i2 0..64
        $0[i0_i,i2] += x[((i0_o * 4) + i0_i),i1,i2]
  for i0_i 0..4
    for i2 0..64
      y[(((i0_o * 256) + (i0_i * 64)) + i2)] = $0[i0_i][i2]

== fuse
graph "t"
in %x : f32[4,6,8]
%y = Neg(%x)
out %y
--- c99: fuse(i0,i1)
for i0_i1 0..24
  for i2 0..8
    y[((i0_i1 * 8) + i2)] = -(a[(i0_i1 / 6),(i0_i1 % 6),i2])
--- c99: fuse(i0,i1) fuse(i0_i1,i2) split(i0_i1_i2,100)
for i0_i1_i2_i 0..100
  y[i0_i1_i2_i] = -(a[(i0_i1_i2_i / 48),((i0_i1_i2_i / 8) % 6),(i0_i1_i2_i % 8)])
for i0_i1_i2_i 0..92
  y[(i0_i1_i2_i + 100)] = -(a[(((i0_i1_i2_i + 4) / 48) + 2),(((i0_i1_i2_i + 4) / 8) % 6),((i0_i1_i2_i + 4) % 8)])
--- c99: fuse(i1,i0)
refused: fuse: i0 is not the piece inside i1
--- c99: fuse(i0,i2)
refused: fuse: i2 is not the piece inside i0
--- c99: split(i0,2) fuse(i0.i,i1)
refused: fuse: i0.i or i1 is split
--- c99: unroll(i0) fuse(i0,i1)
refused: fuse: i0 or i1 is marked
--- c99: interior(i1) fuse(i0,i1)
refused: fuse: i0 or i1 is marked

== fuse what is permuted
graph "t"
in %x : f32[4,6,8]
%y = Transpose(%x) {perm=[1,0,2]}
out %y
--- c99: fuse(i0,i1)
refused: fuse: an operand does not walk i0 and i1 as one

== flatten: lanes of operands stand anywhere
graph "t"
in %x : f32[4,6,8]
%s = Slice(%x) {starts=[0,0,2], steps=[1,1,3], counts=[4,6,2]}
%y = Exp(%s)
out %y
--- x86-64-v1: flatten(i1,i2) tile(i1_i2,4) vector(i1_i2.i)
for i0 0..4
  for i1_i2_o 0..3
    vector i1_i2_i 0..4
      y[(((i0 * 12) + (i1_i2_o * 4)) + i1_i2_i)] = exp(x[i0,((i1_i2_o * 2) + (i1_i2_i / 2)),(((i1_i2_i % 2) * 3) + 2)])
--- c99: flatten(i2,i1)
refused: flatten: i1 is not the piece inside i2
--- x86-64-v1: fuse(i0,i1) tile(i0_i1,4) vector(i0_i1.i)
refused: vector: the value cannot be computed in lanes of i0_i1.i

== flatten needs a target that walks both as one, and no sum
graph "t"
in %x : f32[4,6,8]
%y = ReduceSum(%x) {axes=[2], keepdims=0}
out %y
--- c99: flatten(i0,i1)
refused: flatten: the stage reduces

== fuse into a part
graph "t"
in %x : f32[4,6,8]
in %z : f32[4,2,8]
%y = Concat(%x, %z) {axis=1}
out %y
--- c99: fuse(i0,i1)
refused: fuse: the target does not walk i0 and i1 as one
--- c99: plain
for i0 0..4
  for i1 0..6
    for i2 0..8
      y[(((i0 * 64) + (i1 * 8)) + i2)] = x[i0,i1,i2]
for i02 0..4
  for i12 0..2
    for i22 0..8
      y[((((i02 * 64) + (i12 * 8)) + i22) + 48)] = z[i02,i12,i22]

== fuse the reduced with the kept
graph "t"
in %x : f32[4,6]
%y = ReduceSum(%x) {axes=[1], keepdims=0}
out %y
--- c99: fuse(i0,i1)
refused: fuse: i1 is reduced and i0 is not

== fuse a serial axis
graph "t"
in %x : f32[4,6]
%y = CumSum(%x) {axis=0}
out %y
--- c99: plain
for i0 0..4
  for i1 0..6
    y[((i0 * 6) + i1)] = ((((i0 - 1) >= 0) ? y[(i0 - 1),i1] : 0) + x[i0,i1])
--- c99: fuse(i0,i1)
refused: fuse: a serial axis
--- c99: reorder(i1,i0)
refused: reorder: i0 runs in order and stays outside i1
--- c99: parallel(i0)
refused: parallel: i0 runs in order
--- x86-64-v1: tile(i0,2) tile(i1,2)
refused: tile: i0.i runs in order and stays outside i1
--- x86-64-v1: vector(i0)
refused: vector: i0 runs in order

== unroll
graph "t"
in %x : f32[4,100]
%y = Neg(%x)
out %y
--- c99: unroll(i0)
unroll for i0 0..4
  for i1 0..100
    y[((i0 * 100) + i1)] = -(a[i0,i1])
--- c99: unroll(i1)
refused: unroll: i1 has 100 iterations

== parallel
graph "t"
in %x : f32[4,100]
%y = ReduceSum(%x) {axes=[1], keepdims=0}
out %y
--- c99: parallel(i0)
parallel for i0 0..4
  var acc $0:f32 = 0
  for i1 0..100
    $0 += x[i0,i1]
  y[i0] = $0
--- c99: parallel(i1)
refused: parallel: i1 is reduced

== parallel inside
graph "t"
in %x : f32[4,100]
%y = Neg(%x)
out %y
--- c99: parallel(i1)
refused: parallel: i1 is not outermost
--- c99: parallel(i0) reorder(i1,i0)
refused: reorder: i0 is not outermost

== interior
graph "t"
in %x : f32[1,2,9]
%y = MaxPool(%x) {kernel_shape=[3], pads=[1,1]}
out %y
--- c99: interior(ow) split(ow,4)
for c 0..2
  var acc $0:f32 = -inf
  for kw 1..3
    $0 max= x[0,c,(kw - 1)]
  y[(c * 9)] = $0
  for ow_i 0..4
    var acc2 $1:f32 = -inf
    for kw 0..3
      $1 max= x[0,c,(ow_i + kw)]
    y[(((c * 9) + ow_i) + 1)] = $1
  for ow_i 0..3
    var acc3 $2:f32 = -inf
    for kw 0..3
      $2 max= x[0,c,((ow_i + kw) + 4)]
    y[(((c * 9) + ow_i) + 5)] = $2
  var acc4 $3:f32 = -inf
  for kw 0..2
    $3 max= x[0,c,(kw + 7)]
  y[((c * 9) + 8)] = $3
--- c99: interior(ow)
for c 0..2
  for ow 0..9
    var acc $0:f32 = -inf
    for kw max((1 - ow), 0)..min(3, (10 - ow))
      $0 max= x[0,c,((ow + kw) - 1)]
    y[((c * 9) + ow)] = $0
--- c99: interior(kw)
refused: interior: kw is reduced or inner
--- c99: split(ow,4) interior(ow.i)
refused: interior: ow.i is reduced or inner
--- c99: interior(ow) split(ow,4) interior(ow.o)
for c 0..2
  var acc $0:f32 = -inf
  for kw 1..3
    $0 max= x[0,c,(kw - 1)]
  y[(c * 9)] = $0
  for ow_i 0..4
    var acc2 $1:f32 = -inf
    for kw 0..3
      $1 max= x[0,c,(ow_i + kw)]
    y[(((c * 9) + ow_i) + 1)] = $1
  for ow_i 0..3
    var acc3 $2:f32 = -inf
    for kw 0..3
      $2 max= x[0,c,((ow_i + kw) + 4)]
    y[(((c * 9) + ow_i) + 5)] = $2
  var acc4 $3:f32 = -inf
  for kw 0..2
    $3 max= x[0,c,(kw + 7)]
  y[((c * 9) + 8)] = $3

== vector
graph "t"
in %x : f32[4,12]
%y = Relu(%x)
out %y
--- x86-64-v1: tile(i1,4) vector(i1.i)
for i0 0..4
  for i1_o 0..3
    vector i1_i 0..4
      y[(((i0 * 12) + (i1_o * 4)) + i1_i)] = max(a[i0,((i1_o * 4) + i1_i)], 0)
--- x86-64-v3: tile(i1,8) vector(i1.i)
for i0 0..4
  vector i1_i 0..8
    y[((i0 * 12) + i1_i)] = max(a[i0,i1_i], 0)
  for i1_i 0..4
    y[(((i0 * 12) + i1_i) + 8)] = max(a[i0,(i1_i + 8)], 0)
--- x86-64-v1: tile(i1,8) vector(i1.i)
refused: vector: i1.i has 8 points, the target 4 lanes
--- x86-64-v1: tile(i1,2) vector(i1.i)
refused: vector: i1.i has 2 points, the target 4 lanes
--- x86-64-v1: tile(i0,4) vector(i0)
refused: vector: the value cannot be computed in lanes of i0
--- c99: vector(i1)
refused: vector: target c99 has no vectors
--- x86-64-v1: split(i1,4) vector(i1.o)
refused: vector: i1.o is not innermost

== a vector of what has none
graph "t"
in %x : f32[4,12]
%y = Sin(%x)
out %y
--- x86-64-v1: tile(i1,4) vector(i1.i)
refused: vector: the value cannot be computed in lanes of i1.i
--- x86-64-v1: default
schedule: fuse(i0,i1)
for i0_i1 0..48
  y[i0_i1] = sin(a[(i0_i1 / 12),(i0_i1 % 12)])

== a vector with a condition
graph "t"
in %x : f32[4,12]
%y = Elu(%x) {alpha=0.5}
out %y
--- x86-64-v1: default
schedule: fuse(i0,i1) tile(i0_i1,4) vector(i0_i1.i)
for i0_i1_o 0..12
  vector i0_i1_i 0..4
    y[((i0_i1_o * 4) + i0_i1_i)] = ((a[(i0_i1_o / 3),(((i0_i1_o % 3) * 4) + i0_i1_i)] < 0) ? (0.5 * expm1(a[(i0_i1_o / 3),(((i0_i1_o % 3) * 4) + i0_i1_i)])) : a[(i0_i1_o / 3),(((i0_i1_o % 3) * 4) + i0_i1_i)])

== a vector with a condition on an index
graph "t"
in %x : f32[4,12]
%y = Trilu(%x) {k=0, upper=0}
out %y
--- x86-64-v1: tile(i1,4) vector(i1.i)
refused: vector: the value cannot be computed in lanes of i1.i

== a vector of doubles
graph "t"
in %x : f64[4,12]
%y = Neg(%x)
out %y
--- x86-64-v1: tile(i1,4) vector(i1.i)
refused: vector: not a plain store of floats or bytes

== a vector along what is reduced
graph "t"
in %x : f32[4,12]
%y = ReduceSum(%x) {axes=[1], keepdims=0}
out %y
--- x86-64-v1: vector(i1)
refused: vector: i1 has 12 points, the target 4 lanes
--- x86-64-v1: vector(i0)
refused: vector: i0 is not innermost

== pack
graph "t"
in %a : f32[5,7]
in %w : f32[7,18]
%y = MatMul(%a, %w)
out %y
--- c99: pack(b,n,4)
for m 0..5
  for n 0..18
    var acc $0:f32 = 0
    for k 0..7
      $0 += (a[m,k] * b[k,n])
    y[((m * 18) + n)] = $0
--- c99: pack(b,k,3)
for m 0..5
  for n 0..18
    var acc $0:f32 = 0
    for k 0..7
      $0 += (a[m,k] * b[k,n])
    y[((m * 18) + n)] = $0
--- c99: pack(a,m,2)
refused: pack: a is no constant
--- c99: pack(q,n,4)
refused: pack: no buffer q
--- c99: pack(b,m,4)
refused: pack: b is not read along m in one dimension
--- c99: pack(b,n,1)
refused: pack: blocks of 1 change nothing
--- c99: pack(b,n,19)
refused: pack: dimension 1 of b has 18 elements
--- c99: pack(b,n,4) pack(b,n,4)
refused: pack: b is packed already
--- c99: pack(b,q,4)
refused: pack: there is no axis q

== inline
graph "t"
in %x : f32[3,5]
%y = Softmax(%x) {axis=1}
out %y
--- c99: inline(m)
refused: inline: m holds a reduction
--- c99: inline(x)
refused: inline: no local x

== scatter keeps its order
graph "t"
in %x : f32[4,6]
in %i : i64[3,6]
in %u : f32[3,6]
%y = ScatterElements(%x, %i, %u) {axis=0, reduction="add"}
out %y
--- c99: plain
for i0 0..4
  for i1 0..6
    y[((i0 * 6) + i1)] = x[i0,i1]
for i02 0..3
  for i12 0..6
    y[((max(min(((idx(z[i02,i12]) < 0) ? (idx(z[i02,i12]) + 4) : idx(z[i02,i12])), 3), 0) * 6) + i12)] += u[i02,i12]
--- x86-64-v1: default
schedule: fuse(i0,i1) tile(i0_i1,4) vector(i0_i1.i)
for i0_i1_o 0..6
  vector i0_i1_i 0..4
    y[((i0_i1_o * 4) + i0_i1_i)] = x[(((i0_i1_o * 4) + i0_i1_i) / 6),(((i0_i1_o * 4) + i0_i1_i) % 6)]
for i02 0..3
  for i12 0..6
    y[((max(min(((idx(z[i02,i12]) < 0) ? (idx(z[i02,i12]) + 4) : idx(z[i02,i12])), 3), 0) * 6) + i12)] += u[i02,i12]

== gather
graph "t"
in %x : f32[4,6]
in %i : i64[3]
%y = Gather(%x, %i) {axis=0}
out %y
--- c99: plain
for i0 0..3
  for i1 0..6
    y[((i0 * 6) + i1)] = x[max(min(((idx(z[i0]) < 0) ? (idx(z[i0]) + 4) : idx(z[i0])), 3), 0),i1]
--- x86-64-v1: default
schedule: 
for i0 0..3
  for i1 0..6
    y[((i0 * 6) + i1)] = x[max(min(((idx(z[i0]) < 0) ? (idx(z[i0]) + 4) : idx(z[i0])), 3), 0),i1]

== halves
graph "t"
in %x : f16[4,6]
in %w : f16[6,5]
%y = MatMul(%x, %w)
out %y
--- c99: plain
for m 0..4
  for n 0..5
    var acc $0:f32 = 0
    for k 0..6
      $0 += (f32(a[m,k]) * f32(b[k,n]))
    y[((m * 5) + n)] = f16($0)

== block
graph "t"
in %a : f32[6,10]
in %w : f32[10,48]
in %wb : f32[48]
%g = Gemm(%a, %w, %wb)
%y = Relu(%g)
out %y
--- c99: block(n,16)
for m 0..6
  for n_b 0..3
    for n_l 0..16
      var acc $0:f32 = 0
      for k 0..10
        $0 += (a[m,k] * b[k,((n_b * 16) + n_l)])
      y[(((m * 48) + (n_b * 16)) + n_l)] = max(($0 + c[((n_b * 16) + n_l)]), 0)
--- x86-64-v1: block(n,4) tile(m,3) tile(n_b,2) tile(n_l,4) vector(n_l) stream(b)
for m_o 0..2
  for n_b_o 0..6
    var acc $0[3,2]:f32x4 = 0
    for k 0..10
      for m_i 0..3
        for n_b_i 0..2
          vector n_l 0..4
            $0[m_i,n_b_i] += (a[((m_o * 3) + m_i),k] * b[k,(((n_b_o * 8) + (n_b_i * 4)) + n_l)])
    for m_i 0..3
      for n_b_i 0..2
        vector n_l 0..4
          y[(((((m_o * 144) + (m_i * 48)) + (n_b_o * 8)) + (n_b_i * 4)) + n_l)] = max(($0[m_i][n_b_i] + c[(((n_b_o * 8) + (n_b_i * 4)) + n_l)]), 0)
--- x86-64-v4: default
schedule: block(n,16) tile(m,6) unroll(m) tile(n_b,3) unroll(n_b) tile(n_l,16) vector(n_l) stream(b)
var acc $0[6,3]:f32x16 = 0
for k 0..10
  unroll for m 0..6
    unroll for n_b 0..3
      vector n_l 0..16
        $0[m,n_b] += (a[m,k] * b[k,((n_b * 16) + n_l)])
unroll for m 0..6
  unroll for n_b 0..3
    vector n_l 0..16
      y[(((m * 48) + (n_b * 16)) + n_l)] = max(($0[m][n_b] + c[((n_b * 16) + n_l)]), 0)
--- c99: block(n,7)
refused: block: 7 does not divide n
--- c99: block(n,48)
refused: block: n has only 48 points
--- c99: block(k,5)
refused: block: k is reduced
--- c99: split(n,8) block(n.i,4)
refused: block: n.i is split
--- c99: unroll(m) block(m,3)
refused: block: m is marked

== turn
graph "t"
in %x : f32[9,8]
%t = Transpose(%x) {perm=[1,0]}
%y = Neg(%t)
out %y
--- x86-64-v1: default
schedule: tile(i0,4) tile(i1,4) turn(i0.i,i1.i)
for i0_o 0..2
  for i1_o 0..2
    var t $0[4]:f32x4
    unroll for i1_i 0..4
      vector i0_i 0..4
        $0[i1_i] = -(x[((i1_o * 4) + i1_i),((i0_o * 4) + i0_i)])
    transpose($0)
    unroll for i0_i 0..4
      vector i1_i 0..4
        y[((((i0_o * 36) + (i0_i * 9)) + (i1_o * 4)) + i1_i)] = $0[i0_i]
  for i0_i 0..4
    y[(((i0_o * 36) + (i0_i * 9)) + 8)] = -(x[8,((i0_o * 4) + i0_i)])
--- x86-64-v1: tile(i0,4) tile(i1,4) turn(i1.i,i0.i)
refused: turn: i1.i and i0.i are not the two innermost
--- x86-64-v1: tile(i0,4) tile(i1,4) turn(i0.o,i1.i)
refused: turn: i0.o and i1.i are not the two innermost
--- x86-64-v1: tile(i0,2) tile(i1,2) turn(i0.i,i1.i)
refused: turn: i0.i has 2 points, the target 4 lanes
--- c99: tile(i0,4) tile(i1,4) turn(i0.i,i1.i)
refused: turn: i0.i has 4 points, the target 1 lanes

== turn into blocks of channels
graph "t"
in %x : f32[1,20,4,8]
%y = BlockChannels(%x) {block=16}
out %y
--- x86-64-v4: default
schedule: fuse(h,w) tile(h_w,16) tile(ci,16) turn(h_w.i,ci)
for cb 0..2
  for h_w_o 0..2
    var t $0[16]:f32x16
    unroll for ci 0..16
      vector h_w_i 0..16
        $0[ci] = ((((cb * 16) + ci) < 20) ? x[0,((cb * 16) + ci),((h_w_o * 2) + (h_w_i / 8)),(h_w_i % 8)] : 0)
    transpose($0)
    unroll for h_w_i 0..16
      vector ci 0..16
        y[((((cb * 512) + (h_w_o * 256)) + (h_w_i * 16)) + ci)] = $0[h_w_i]

== rows of two are moved and filled by loops of their own
graph "t"
in %x : f32[5,2]
%y = Pad(%x) {pads=[1,0,2,0]}
out %y
--- c99: default
schedule: interior(i0)
for i1 0..2
  y[i1] = 0
for i0 0..5
  for i1 0..2
    y[(((i0 * 2) + i1) + 2)] = x[i0,i1]
for i0 0..2
  for i1 0..2
    y[(((i0 * 2) + i1) + 12)] = 0
--- x86-64-v3: default
schedule: interior(i0)
for i1 0..2
  y[i1] = 0
for i0 0..5
  for i1 0..2
    y[(((i0 * 2) + i1) + 2)] = x[i0,i1]
for i0 0..2
  for i1 0..2
    y[(((i0 * 2) + i1) + 12)] = 0
--- c99: interior(i1)
for i0 0..8
  for i1 0..2
    y[((i0 * 2) + i1)] = ((((i0 - 1) >= 0) && ((i0 - 1) < 5)) ? x[(i0 - 1),i1] : 0)
