== softmax shares its axes
graph "t"
in %x : f32[3,5]
%y = Softmax(%x) {axis=1}
out %y
--- c99: plain
for a03 0..3
  var m $0:f32
  var s $1:f32
  var acc $2:f32 = -inf
  for k 0..5
    $2 max= x[a03,k]
  $0 = $2
  var acc2 $3:f32 = 0
  for k2 0..5
    $3 += exp((x[a03,k2] - $0))
  $1 = $3
  for k3 0..5
    y[((a03 * 5) + k3)] = (exp((x[a03,k3] - $0)) / $1)
--- c99: fuse(k,k2)
refused: fuse: k2 is not the piece inside k
--- c99: unroll(k) unroll(k2)
for a03 0..3
  var m $0:f32
  var s $1:f32
  var acc $2:f32 = -inf
  unroll for k 0..5
    $2 max= x[a03,k]
  $0 = $2
  var acc2 $3:f32 = 0
  unroll for k2 0..5
    $3 += exp((x[a03,k2] - $0))
  $1 = $3
  for k3 0..5
    y[((a03 * 5) + k3)] = (exp((x[a03,k3] - $0)) / $1)

== layer norm
graph "t"
in %x : f32[2,3,8]
in %ws : f32[8]
in %wb : f32[8]
%y = LayerNormalization(%x, %ws, %wb) {axis=2}
out %y
--- c99: plain
for a03 0..2
  for a13 0..3
    var m $0:f32
    var v $1:f32
    var acc $2:f32 = 0
    for k0 0..8
      $2 += x[a03,a13,k0]
    $0 = ($2 / 8)
    var acc2 $3:f32 = 0
    for k02 0..8
      $3 += sq((x[a03,a13,k02] - $0))
    $1 = ($3 / 8)
    for k03 0..8
      y[(((a03 * 24) + (a13 * 8)) + k03)] = ((((x[a03,a13,k03] - $0) / sqrt(($1 + 1e-05))) * scale[k03]) + b[k03])
--- x86-64-v1: default
schedule: split(k0,4) apart(k0.o) unroll(k0.o) vector(k0.i) split(k02,4) apart(k02.o) unroll(k02.o) vector(k02.i) tile(k03,4) vector(k03.i)
for a03 0..2
  for a13 0..3
    var m $0:f32
    var v $1:f32
    var total $2:f32 = 0
    var acc $3[2]:f32x4 = 0
    unroll for k0_o 0..2
      vector k0_i 0..4
        $3[k0_o] += x[a03,a13,((k0_o * 4) + k0_i)]
    vector k0_i 0..4
      $3[0] += $3[1]
    $2 += lanes of $3[0]
    $0 = ($2 / 8)
    var total2 $4:f32 = 0
    var acc2 $5[2]:f32x4 = 0
    unroll for k02_o 0..2
      vector k02_i 0..4
        $5[k02_o] += sq((x[a03,a13,((k02_o * 4) + k02_i)] - $0))
    vector k02_i 0..4
      $5[0] += $5[1]
    $4 += lanes of $5[0]
    $1 = ($4 / 8)
    for k03_o 0..2
      vector k03_i 0..4
        y[((((a03 * 24) + (a13 * 8)) + (k03_o * 4)) + k03_i)] = ((((x[a03,a13,((k03_o * 4) + k03_i)] - $0) / sqrt(($1 + 1e-05))) * scale[((k03_o * 4) + k03_i)]) + b[((k03_o * 4) + k03_i)])

== two axes reduced
graph "t"
in %x : f32[4,6,8]
in %z : f32[4,6,8]
%p = Mul(%x, %z)
%y = ReduceSum(%p) {axes=[0,2], keepdims=0}
out %y
--- c99: plain
for i1 0..6
  var acc $0:f32 = 0
  for i0 0..4
    for i2 0..8
      $0 += (a[i0,i1,i2] * b[i0,i1,i2])
  y[i1] = $0

== neighbours fused
graph "t"
in %x : f32[4,6,8]
%y = ReduceMax(%x) {axes=[1,2], keepdims=0}
out %y
--- c99: default
schedule: fuse(i1,i2)
for i0 0..4
  var acc $0:f32 = -inf
  for i1_i2 0..48
    $0 max= x[i0,(i1_i2 / 8),(i1_i2 % 8)]
  y[i0] = $0

== an empty sum
graph "t"
in %x : f32[3,0]
%y = ReduceSum(%x) {axes=[1], keepdims=0}
out %y
--- c99: plain
for i0 0..3
  var acc $0:f32 = 0
  y[i0] = $0

== nothing at all
graph "t"
in %x : f32[0,4]
%y = Exp(%x)
out %y
--- c99: plain
--- c99: fuse(i0,i1)

== a scalar
graph "t"
in %x : f32[]
%y = Exp(%x)
out %y
--- c99: plain
y[0] = exp(a[])
--- c99: split(i,2)
refused: split: there is no axis i

== smallest of 64-bit integers
graph "t"
in %x : i64[3,4]
%y = ReduceMin(%x) {axes=[1], keepdims=0}
out %y
--- c99: plain
for i0 0..3
  var acc $0:i64 = 9223372036854775807
  for i1 0..4
    $0 min= x[i0,i1]
  y[i0] = $0

== pooling
graph "t"
in %x : f32[1,2,6]
%y = MaxPool(%x) {kernel_shape=[3], pads=[1,1]}
out %y
--- c99: plain
for c 0..2
  for ow 0..6
    var acc $0:f32 = -inf
    for kw max((1 - ow), 0)..min(3, (7 - ow))
      $0 max= x[0,c,((ow + kw) - 1)]
    y[((c * 6) + ow)] = $0
--- x86-64-v1: interior(ow) tile(ow,4) vector(ow.i)
for c 0..2
  var acc $0:f32 = -inf
  for kw 1..3
    $0 max= x[0,c,(kw - 1)]
  y[(c * 6)] = $0
  var acc2 $1:f32x4 = -inf
  for kw 0..3
    vector ow_i 0..4
      $1 max= x[0,c,(kw + ow_i)]
  vector ow_i 0..4
    y[(((c * 6) + ow_i) + 1)] = $1
  var acc3 $2:f32 = -inf
  for kw 0..2
    $2 max= x[0,c,(kw + 4)]
  y[((c * 6) + 5)] = $2

== averages
graph "t"
in %x : f32[1,2,6]
%y = AveragePool(%x) {kernel_shape=[3], pads=[1,1]}
out %y
--- c99: plain
for c 0..2
  for ow 0..6
    var acc $0:f32 = 0
    for kw max((1 - ow), 0)..min(3, (7 - ow))
      $0 += x[0,c,((ow + kw) - 1)]
    y[((c * 6) + ow)] = ($0 / f32((min((7 - ow), 3) - max((1 - ow), 0))))

== matrices
graph "t"
in %a : f32[5,7]
in %w : f32[7,18]
%y = MatMul(%a, %w)
out %y
--- c99: plain
for m 0..5
  for n 0..18
    var acc $0:f32 = 0
    for k 0..7
      $0 += (a[m,k] * b[k,n])
    y[((m * 18) + n)] = $0
--- x86-64-v3: default
schedule: tile(m,5) unroll(m) tile(n,8) vector(n.i) pack(b,n.i,8)
for n_o 0..2
  var acc $0[5]:f32x8 = 0
  for k 0..7
    unroll for m 0..5
      vector n_i 0..8
        $0[m] += (a[m,k] * b[k,((n_o * 8) + n_i)])
  unroll for m 0..5
    vector n_i 0..8
      y[(((m * 18) + (n_o * 8)) + n_i)] = $0[m]
var acc2 $1[5,2]:f32 = 0
for k 0..7
  unroll for m 0..5
    for n_i 0..2
      $1[m,n_i] += (a[m,k] * b[k,(n_i + 16)])
unroll for m 0..5
  for n_i 0..2
    y[(((m * 18) + n_i) + 16)] = $1[m][n_i]
--- x86-64-v1: tile(m,2) tile(n,4) vector(n.i) pack(b,n.i,4)
for m_o 0..2
  for n_o 0..4
    var acc $0[2]:f32x4 = 0
    for k 0..7
      for m_i 0..2
        vector n_i 0..4
          $0[m_i] += (a[((m_o * 2) + m_i),k] * b[k,((n_o * 4) + n_i)])
    for m_i 0..2
      vector n_i 0..4
        y[((((m_o * 36) + (m_i * 18)) + (n_o * 4)) + n_i)] = $0[m_i]
  var acc2 $1[2,2]:f32 = 0
  for k 0..7
    for m_i 0..2
      for n_i 0..2
        $1[m_i,n_i] += (a[((m_o * 2) + m_i),k] * b[k,(n_i + 16)])
  for m_i 0..2
    for n_i 0..2
      y[((((m_o * 36) + (m_i * 18)) + n_i) + 16)] = $1[m_i][n_i]
for n_o 0..4
  var acc3 $2:f32x4 = 0
  for k 0..7
    vector n_i 0..4
      $2 += (a[4,k] * b[k,((n_o * 4) + n_i)])
  vector n_i 0..4
    y[(((n_o * 4) + n_i) + 72)] = $2
var acc4 $3[1,2]:f32 = 0
for k 0..7
  for n_i 0..2
    $3[0,n_i] += (a[4,k] * b[k,(n_i + 16)])
for n_i 0..2
  y[(n_i + 88)] = $3[0][n_i]
--- x86-64-v1: tile(m,4) vector(m.i)
for n 0..18
  var acc $0:f32x4 = 0
  for k 0..7
    vector m_i 0..4
      $0 += (a[m_i,k] * b[k,n])
  for m_i 0..4
    y[((m_i * 18) + n)] = $0[m_i]
for n 0..18
  var acc2 $1:f32 = 0
  for k 0..7
    $1 += (a[4,k] * b[k,n])
  y[(n + 72)] = $1
--- x86-64-v1: tile(n,4) vector(n.i) pack(b,n.i,6)
refused: pack: the reduced value cannot be computed in lanes of n.i
--- x86-64-v1: tile(n,4) vector(n.i) tile(m,2)
refused: tile: n.i is not innermost

== a local too large for the stack
graph "t"
in %x : f32[4,700]
in %i : i64[2]
%g = Gather(%x, %i) {axis=0}
%y = LogSoftmax(%g) {axis=0}
out %y
--- c99: plain
for b03 0..700
  var m $0:f32
  var s $1:f32
  var acc $2:f32 = -inf
  for k 0..2
    $2 max= x[max(min(((idx(z[k]) < 0) ? (idx(z[k]) + 4) : idx(z[k])), 3), 0),b03]
  $0 = $2
  var acc2 $3:f32 = 0
  for k2 0..2
    $3 += exp((x[max(min(((idx(z[k2]) < 0) ? (idx(z[k2]) + 4) : idx(z[k2])), 3), 0),b03] - $0))
  $1 = $3
  for k3 0..2
    y[((k3 * 700) + b03)] = ((x[max(min(((idx(z[k3]) < 0) ? (idx(z[k3]) + 4) : idx(z[k3])), 3), 0),b03] - $0) - log($1))

== a local in scratch
graph "t"
in %x : f32[90,1,2]
in %w : f32[1,8,2]
in %wr : f32[1,8,8]
%y, _ = RNN(%x, %w, %wr) {hidden_size=8}
out %y
--- c99: plain
var acc $0[8]:f32
for t 0..90
  for g 0..8
    var acc2 $1:f32 = 0
    for i 0..2
      $1 += (x[t,0,i] * z[0,g,i])
    xw[((t * 8) + g)] = $1
for j 0..8
  h[j] = 0
for t2 0..90
  for g2 0..8
    var acc3 $2:f32 = 0
    for k 0..8
      $2 += (h[t2,0,k] * u[0,g2,k])
    $0[g2] = $2
  for j2 0..8
    h[(((t2 * 8) + j2) + 8)] = tanh((xw[t2,0,j2] + $0[j2]))
for t3 0..90
  for j3 0..8
    y[((t3 * 8) + j3)] = h[(t3 + 1),0,j3]
--- x86-64-v1: default
schedule: block(g,4) tile(t,6) unroll(t.i) tile(g_b,2) unroll(g_b) tile(g_l,4) vector(g_l) stream(z) tile(j,4) vector(j.i) block(g2,4) tile(g2_b,2) unroll(g2_b) tile(g2_l,4) vector(g2_l) stream(u) tile(j2,4) vector(j2.i) fuse(t3,j3) tile(t3_j3,4) vector(t3_j3.i)
var acc $0[8]:f32
for t_o 0..15
  var acc2 $1[6,2]:f32x4 = 0
  for i 0..2
    unroll for t_i 0..6
      unroll for g_b 0..2
        vector g_l 0..4
          $1[t_i,g_b] += (x[((t_o * 6) + t_i),0,i] * z[0,((g_b * 4) + g_l),i])
  unroll for t_i 0..6
    unroll for g_b 0..2
      vector g_l 0..4
        xw[((((t_o * 48) + (t_i * 8)) + (g_b * 4)) + g_l)] = $1[t_i][g_b]
for j_o 0..2
  vector j_i 0..4
    h[((j_o * 4) + j_i)] = 0
for t2 0..90
  var acc3 $2[2]:f32x4 = 0
  for k 0..8
    unroll for g2_b 0..2
      vector g2_l 0..4
        $2[g2_b] += (h[t2,0,k] * u[0,((g2_b * 4) + g2_l),k])
  unroll for g2_b 0..2
    vector g2_l 0..4
      $0[((g2_b * 4) + g2_l)] = $2[g2_b]
  for j2_o 0..2
    vector j2_i 0..4
      h[((((t2 * 8) + (j2_o * 4)) + j2_i) + 8)] = tanh((xw[t2,0,((j2_o * 4) + j2_i)] + $0[((j2_o * 4) + j2_i)]))
for t3_j3_o 0..180
  vector t3_j3_i 0..4
    y[((t3_j3_o * 4) + t3_j3_i)] = h[((t3_j3_o / 2) + 1),0,(((t3_j3_o % 2) * 4) + t3_j3_i)]

== recurrence
graph "t"
in %x : f32[3,2,4]
in %w : f32[1,6,4]
in %wr : f32[1,6,6]
%y, _ = RNN(%x, %w, %wr) {hidden_size=6}
out %y
--- c99: plain
var h $0[24]:f32
for j 0..6
  $0[j] = 0
for n5 0..2
  var xw $1[18]:f32
  var acc $2[6]:f32
  for t 0..3
    for g 0..6
      var acc2 $3:f32 = 0
      for i 0..4
        $3 += (x[t,n5,i] * z[0,g,i])
      $1[((t * 6) + g)] = $3
  for t2 0..3
    for g2 0..6
      var acc3 $4:f32 = 0
      for k 0..6
        $4 += ($0[((t2 * 6) + k)] * u[0,g2,k])
      $2[g2] = $4
    for j2 0..6
      $0[(((t2 * 6) + j2) + 6)] = tanh(($1[((t2 * 6) + j2)] + $2[j2]))
  for t3 0..3
    for j3 0..6
      y[(((t3 * 12) + (n5 * 6)) + j3)] = $0[(((t3 * 6) + j3) + 6)]
--- c99: inline(h)
refused: inline: h is written by two stages
--- c99: inline(xw)
refused: inline: xw holds a reduction

== sums along the lanes
graph "t"
in %x : f32[3,70]
%y = ReduceSum(%x) {axes=[1], keepdims=0}
out %y
--- x86-64-v4: default
schedule: split(i1,64) split(i1.i,16) apart(i1.i.o) unroll(i1.i.o) vector(i1.i.i)
for i0 0..3
  var total $0:f32 = 0
  var acc $1[4]:f32x16 = 0
  unroll for i1_i_o 0..4
    vector i1_i_i 0..16
      $1[i1_i_o] += x[i0,((i1_i_o * 16) + i1_i_i)]
  for i1_i_i 0..6
    $0 += x[i0,(i1_i_i + 64)]
  vector i1_i_i 0..16
    $1[0] += $1[3]
    $1[0] += $1[2]
    $1[0] += $1[1]
  $0 += lanes of $1[0]
  y[i0] = $0
--- x86-64-v1: split(i1,4) vector(i1.i)
for i0 0..3
  var total $0:f32 = 0
  var acc $1:f32x4 = 0
  for i1_o 0..17
    vector i1_i 0..4
      $1 += x[i0,((i1_o * 4) + i1_i)]
  for i1_i 0..2
    $0 += x[i0,(i1_i + 68)]
  $0 += lanes of $1
  y[i0] = $0
--- x86-64-v1: split(i1,8) split(i1.i,4) apart(i1.i.o) vector(i1.i.i) tile(i0,3)
refused: tile: i1.i.i is not innermost
--- c99: split(i1,4) apart(i1.i) tile(i0,3)
var acc $0[3,4]:f32 = 0
for i1_o 0..17
  for i1_i 0..4
    for i0 0..3
      $0[i0,i1_i] += x[i0,((i1_o * 4) + i1_i)]
for i1_i 0..2
  for i0 0..3
    $0[i0,i1_i] += x[i0,(i1_i + 68)]
for i0 0..3
  $0[i0,0] += $0[i0][3]
  $0[i0,0] += $0[i0][2]
  $0[i0,0] += $0[i0][1]
for i0 0..3
  y[i0] = $0[i0][0]
--- c99: apart(i0)
refused: apart: i0 is not reduced
--- c99: apart(i1)
refused: apart: i1 has 70 iterations
--- c99: split(i1,4) apart(i1.i) split(i1.i,2)
refused: split: i1.i has accumulators of its own

== one reduction alone has accumulators apart
graph "t"
in %x : f32[3,8]
%a = ReduceSum(%x) {axes=[1], keepdims=0}
%b = ReduceMax(%x) {axes=[1], keepdims=0}
%y = Add(%a, %b)
out %y
--- c99: split(i1,4) apart(i1.i)
refused: apart: more than one reduction

== a column
graph "t"
in %x : f32[64,16]
%y = ReduceMean(%x) {axes=[0], keepdims=0}
out %y
--- x86-64-v4: default
schedule: tile(i1,16) vector(i1) split(i0,4) apart(i0.i) unroll(i0.i)
var acc $0[4]:f32x16 = 0
for i0_o 0..16
  unroll for i0_i 0..4
    vector i1 0..16
      $0[i0_i] += x[((i0_o * 4) + i0_i),i1]
vector i1 0..16
  $0[0] += $0[3]
  $0[0] += $0[2]
  $0[0] += $0[1]
vector i1 0..16
  y[i1] = ($0[0] / 64)

== layer norm
graph "t"
in %x : f32[5,64]
in %w : f32[64]
in %wb : f32[64]
%y = LayerNormalization(%x, %w, %wb) {axis=1}
out %y
--- x86-64-v3: default
schedule: split(k0,32) split(k0.i,8) apart(k0.i.o) unroll(k0.i.o) vector(k0.i.i) split(k02,32) split(k02.i,8) apart(k02.i.o) unroll(k02.i.o) vector(k02.i.i) tile(k03,8) vector(k03.i)
for a03 0..5
  var m $0:f32
  var v $1:f32
  var total $2:f32 = 0
  var acc $3[4]:f32x8 = 0
  for k0_o 0..2
    unroll for k0_i_o 0..4
      vector k0_i_i 0..8
        $3[k0_i_o] += x[a03,(((k0_o * 32) + (k0_i_o * 8)) + k0_i_i)]
  vector k0_i_i 0..8
    $3[0] += $3[3]
    $3[0] += $3[2]
    $3[0] += $3[1]
  $2 += lanes of $3[0]
  $0 = ($2 / 64)
  var total2 $4:f32 = 0
  var acc2 $5[4]:f32x8 = 0
  for k02_o 0..2
    unroll for k02_i_o 0..4
      vector k02_i_i 0..8
        $5[k02_i_o] += sq((x[a03,(((k02_o * 32) + (k02_i_o * 8)) + k02_i_i)] - $0))
  vector k02_i_i 0..8
    $5[0] += $5[3]
    $5[0] += $5[2]
    $5[0] += $5[1]
  $4 += lanes of $5[0]
  $1 = ($4 / 64)
  for k03_o 0..8
    vector k03_i 0..8
      y[(((a03 * 64) + (k03_o * 8)) + k03_i)] = ((((x[a03,((k03_o * 8) + k03_i)] - $0) / sqrt(($1 + 1e-05))) * scale[((k03_o * 8) + k03_i)]) + b[((k03_o * 8) + k03_i)])

== attention
graph "t"
in %q : f32[2,20,8]
in %k : f32[2,24,8]
in %v : f32[2,24,16]
%t = Transpose(%k) {perm=[0,2,1]}
%y = Attention(%q, %t, %v) {scale=0.25, block=16}
out %y
--- x86-64-v4: default
schedule: tile(k,8) tile(mi,8) turn(k,mi.i) tile(n,24) unroll(n) tile(mi2,16) vector(mi2) tile(mi3,16) vector(mi3) split(n2,4) apart(n2.i) unroll(n2.i) tile(mi4,16) vector(mi4) tile(mi5,16) vector(mi5) split(n4,4) apart(n4.i) unroll(n4.i) tile(mi6,16) unroll(mi6) tile(d,16) vector(d)
for b06 0..2
  for mb6 0..2
    var turned $0[128]:f32
    var scores $1[384]:f32
    var top $2[16]:f32
    var weights $3[384]:f32
    var part $4[16]:f32
    for mi_o 0..2
      var t $5[8]:f32x8
      unroll for mi_i 0..8
        vector k 0..8
          $5[mi_i] = (q[b06,min((((mb6 * 16) + (mi_o * 8)) + mi_i), 19),k] * 0.25)
      transpose($5)
      unroll for k 0..8
        vector mi_i 0..8
          $0[(((k * 16) + (mi_o * 8)) + mi_i)] = $5[k]
    var acc $6[24]:f32x16 = 0
    for k2 0..8
      unroll for n 0..24
        vector mi2 0..16
          $6[n] += (x[b06,n,k2] * $0[((k2 * 16) + mi2)])
    unroll for n 0..24
      vector mi2 0..16
        $1[((n * 16) + mi2)] = $6[n]
    var acc2 $7[4]:f32x16 = -inf
    for n2_o 0..6
      unroll for n2_i 0..4
        vector mi3 0..16
          $7[n2_i] max= $1[(((n2_o * 64) + (n2_i * 16)) + mi3)]
    vector mi3 0..16
      $7[0] max= $7[3]
      $7[0] max= $7[2]
      $7[0] max= $7[1]
    vector mi3 0..16
      $2[mi3] = $7[0]
    for n3 0..24
      vector mi4 0..16
        $3[((n3 * 16) + mi4)] = exp(($1[((n3 * 16) + mi4)] - $2[mi4]))
    var acc3 $8[4]:f32x16 = 0
    for n4_o 0..6
      unroll for n4_i 0..4
        vector mi5 0..16
          $8[n4_i] += $3[(((n4_o * 64) + (n4_i * 16)) + mi5)]
    vector mi5 0..16
      $8[0] += $8[3]
      $8[0] += $8[2]
      $8[0] += $8[1]
    vector mi5 0..16
      $4[mi5] = (1 / $8[0])
    var acc4 $9[16]:f32x16 = 0
    for n5 0..24
      unroll for mi6 0..16
        vector d 0..16
          $9[mi6] += ($3[((n5 * 16) + mi6)] * values[b06,n5,d])
    unroll for mi6 0..16
      vector d 0..16
        if (((mb6 * 16) + mi6) < 20)
          y[((((b06 * 320) + (mb6 * 256)) + (mi6 * 16)) + d)] = ($9[mi6] * $4[mi6])

== pooling in lanes
graph "t"
in %x : f32[1,2,8,9,16]
%y = MaxPool(%x) {kernel_shape=[3,3,1], strides=[2,2,1], pads=[1,1,0,1,1,0]}
out %y
--- x86-64-v4: default
schedule: edges(od) edges(oh) unroll(kd) unroll(kh) tile(oh,5) unroll(oh) tile(ow,16) vector(ow)
for c 0..2
  var acc $0[5]:f32x16 = -inf
  unroll for kd 1..3
    unroll for oh 1..5
      vector ow 0..16
        $0[oh] max= x[0,c,(kd - 1),((oh * 2) - 1),ow]
    unroll for oh 0..5
      vector ow 0..16
        $0[oh] max= x[0,c,(kd - 1),(oh * 2),ow]
    unroll for oh 0..4
      vector ow 0..16
        $0[oh] max= x[0,c,(kd - 1),((oh * 2) + 1),ow]
  unroll for oh 0..5
    vector ow 0..16
      y[(((c * 320) + (oh * 16)) + ow)] = $0[oh]
  for od 0..3
    var acc2 $1[5]:f32x16 = -inf
    unroll for kd 0..3
      unroll for oh 1..5
        vector ow 0..16
          $1[oh] max= x[0,c,(((od * 2) + kd) + 1),((oh * 2) - 1),ow]
      unroll for oh 0..5
        vector ow 0..16
          $1[oh] max= x[0,c,(((od * 2) + kd) + 1),(oh * 2),ow]
      unroll for oh 0..4
        vector ow 0..16
          $1[oh] max= x[0,c,(((od * 2) + kd) + 1),((oh * 2) + 1),ow]
    unroll for oh 0..5
      vector ow 0..16
        y[(((((c * 320) + (od * 80)) + (oh * 16)) + ow) + 80)] = $1[oh]
