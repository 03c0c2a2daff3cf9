== one and two loops
graph "t"
in %x : f32[4,5,9]
%y = ReduceSum(%x) {axes=[2], keepdims=0}
out %y
--- c99: parallel(i0)
parallel for i0 0..4
  for i1 0..5
    var acc $0:f32 = 0
    for i2 0..9
      $0 += x[i0,i1,i2]
    y[((i0 * 5) + i1)] = $0
--- c99: parallel(i0) parallel(i1)
parallel for i0 0..4
  parallel for i1 0..5
    var acc $0:f32 = 0
    for i2 0..9
      $0 += x[i0,i1,i2]
    y[((i0 * 5) + i1)] = $0
--- c99: parallel(i1) parallel(i0)
refused: parallel: i1 is not outermost
--- c99: parallel(i0) parallel(i1) parallel(i2)
refused: parallel: i2 is reduced
--- c99: parallel(nothing)
refused: parallel: there is no axis nothing
--- c99: threads
schedule: fuse(i0,i1) parallel(i0_i1)
parallel for i0_i1 0..20
  var acc $0:f32 = 0
  for i2 0..9
    $0 += x[(i0_i1 / 5),(i0_i1 % 5),i2]
  y[i0_i1] = $0

== the parts of a split axis
graph "t"
in %x : f32[14,9]
%y = Relu(%x)
out %y
--- c99: parallel(i0) split(i0,4)
parallel for i0_o 0..3
  parallel for i0_i 0..4
    for i1 0..9
      y[(((i0_o * 36) + (i0_i * 9)) + i1)] = max(a[((i0_o * 4) + i0_i),i1], 0)
parallel for i0_i 0..2
  for i1 0..9
    y[(((i0_i * 9) + i1) + 108)] = max(a[(i0_i + 12),i1], 0)
--- x86-64-v1: tile(i1,4) vector(i1.i) parallel(i0) parallel(i1.o)
parallel for i0 0..14
  parallel for i1_o 0..2
    vector i1_i 0..4
      y[(((i0 * 9) + (i1_o * 4)) + i1_i)] = max(a[i0,((i1_o * 4) + i1_i)], 0)
  y[((i0 * 9) + 8)] = max(a[i0,8], 0)
--- c99: fuse(i0,i1) parallel(i0_i1)
parallel for i0_i1 0..126
  y[i0_i1] = max(a[(i0_i1 / 9),(i0_i1 % 9)], 0)
--- c99: threads
schedule: fuse(i0,i1) parallel(i0_i1)
parallel for i0_i1 0..126
  y[i0_i1] = max(a[(i0_i1 / 9),(i0_i1 % 9)], 0)
--- x86-64-v1: threads
schedule: fuse(i0,i1) tile(i0_i1,4) vector(i0_i1.i)
for i0_i1_o 0..31
  vector i0_i1_i 0..4
    y[((i0_i1_o * 4) + i0_i1_i)] = max(a[(((i0_i1_o * 4) + i0_i1_i) / 9),(((i0_i1_o * 4) + i0_i1_i) % 9)], 0)
for i0_i1_i 0..2
  y[(i0_i1_i + 124)] = max(a[13,(i0_i1_i + 7)], 0)

== fused axes inside another
graph "t"
in %x : f32[3,4,5,6]
in %z : f32[3,1,1,1]
%y = Add(%x, %z)
out %y
--- c99: plain
for n 0..3
  for c 0..4
    for h 0..5
      for w 0..6
        y[((((n * 120) + (c * 30)) + (h * 6)) + w)] = (a[n,c,h,w] + b[n,0,0,0])
--- c99: fuse(c,h) parallel(n) parallel(c_h)
parallel for n 0..3
  parallel for c_h 0..20
    for w 0..6
      y[(((n * 120) + (c_h * 6)) + w)] = (a[n,(c_h / 5),(c_h % 5),w] + b[n,0,0,0])
--- c99: fuse(c,h) reorder(w,c_h,n) parallel(w) parallel(c_h)
parallel for w 0..6
  parallel for c_h 0..20
    for n 0..3
      y[(((n * 120) + (c_h * 6)) + w)] = (a[n,(c_h / 5),(c_h % 5),w] + b[n,0,0,0])

== loops around all stages
graph "t"
in %x : f32[3,4,50]
%y = Softmax(%x) {axis=2}
out %y
--- c99: parallel(a03)
parallel for a03 0..3
  for a13 0..4
    var m $0:f32
    var s $1:f32
    var acc $2:f32 = -inf
    for k 0..50
      $2 max= x[a03,a13,k]
    $0 = $2
    var acc2 $3:f32 = 0
    for k2 0..50
      $3 += exp((x[a03,a13,k2] - $0))
    $1 = $3
    for k3 0..50
      y[(((a03 * 200) + (a13 * 50)) + k3)] = (exp((x[a03,a13,k3] - $0)) / $1)
--- c99: parallel(a13)
refused: parallel: a13 is not outermost
--- c99: threads
schedule: parallel(a03) parallel(a13)
parallel for a03 0..3
  parallel for a13 0..4
    var m $0:f32
    var s $1:f32
    var acc $2:f32 = -inf
    for k 0..50
      $2 max= x[a03,a13,k]
    $0 = $2
    var acc2 $3:f32 = 0
    for k2 0..50
      $3 += exp((x[a03,a13,k2] - $0))
    $1 = $3
    for k3 0..50
      y[(((a03 * 200) + (a13 * 50)) + k3)] = (exp((x[a03,a13,k3] - $0)) / $1)

== too little to do
graph "t"
in %x : f32[3,4]
%y = Relu(%x)
out %y
--- c99: threads
schedule: fuse(i0,i1)
for i0_i1 0..12
  y[i0_i1] = max(a[(i0_i1 / 4),(i0_i1 % 4)], 0)

== the order matters
graph "t"
in %x : f32[4,60]
%y = CumSum(%x) {axis=0}
out %y
--- c99: threads
schedule: 
for i0 0..4
  for i1 0..60
    y[((i0 * 60) + i1)] = ((((i0 - 1) >= 0) ? y[(i0 - 1),i1] : 0) + x[i0,i1])

== only where places differ
graph "t"
in %x : f32[40,60]
in %i : i64[30,60]
in %u : f32[30,60]
%y = ScatterElements(%x, %i, %u) {axis=1}
out %y
--- c99: threads
schedule: fuse(i0,i1) parallel(i0_i1) parallel(i02)
parallel for i0_i1 0..2400
  y[i0_i1] = x[(i0_i1 / 60),(i0_i1 % 60)]
parallel for i02 0..30
  for i12 0..60
    y[((i02 * 60) + max(min(((idx(z[i02,i12]) < 0) ? (idx(z[i02,i12]) + 60) : idx(z[i02,i12])), 59), 0))] = u[i02,i12]

== every place from data
graph "t"
in %x : f32[40,6]
in %i : i64[30,1]
in %u : f32[30,6]
%y = ScatterND(%x, %i, %u)
out %y
--- c99: threads
schedule: fuse(i0,i1) parallel(i0_i1)
parallel for i0_i1 0..240
  y[i0_i1] = x[(i0_i1 / 6),(i0_i1 % 6)]
for i02 0..30
  for i12 0..6
    y[((max(min(((idx(z[i02,0]) < 0) ? (idx(z[i02,0]) + 40) : idx(z[i02,0])), 39), 0) * 6) + i12)] = u[i02,i12]

== a convolution
graph "t"
in %x : f32[1,4,16,16]
in %w : f32[8,4,3,3]
%y = Conv(%x, %w) {pads=[1,1,1,1]}
out %y
--- c99: threads
schedule: parallel(oc) parallel(oh)
parallel for oc 0..8
  parallel for oh 0..16
    for ow 0..16
      var acc $0:f32 = 0
      for ic 0..4
        for kh max((1 - oh), 0)..min(3, (17 - oh))
          for kw max((1 - ow), 0)..min(3, (17 - ow))
            $0 += (x[0,ic,((oh + kh) - 1),((ow + kw) - 1)] * w[oc,ic,kh,kw])
      y[(((oc * 256) + (oh * 16)) + ow)] = $0
--- x86-64-v1: threads
schedule: interior(ow) tile(ow,4) unroll(ow.i) tile(oc,4) vector(oc.i) pack(w,oc.i,4) parallel(oc.o) parallel(oh)
parallel for oc_o 0..2
  parallel for oh 0..16
    var acc $0:f32x4 = 0
    for ic 0..4
      for kh max((1 - oh), 0)..min(3, (17 - oh))
        for kw 1..3
          vector oc_i 0..4
            $0 += (x[0,ic,((oh + kh) - 1),(kw - 1)] * w[((oc_o * 4) + oc_i),ic,kh,kw])
    for oc_i 0..4
      y[(((oc_o * 1024) + (oc_i * 256)) + (oh * 16))] = $0[oc_i]
    for ow_o 0..3
      var acc2 $1[4]:f32x4 = 0
      for ic 0..4
        for kh max((1 - oh), 0)..min(3, (17 - oh))
          for kw 0..3
            unroll for ow_i 0..4
              vector oc_i 0..4
                $1[ow_i] += (x[0,ic,((oh + kh) - 1),(((ow_o * 4) + kw) + ow_i)] * w[((oc_o * 4) + oc_i),ic,kh,kw])
      unroll for ow_i 0..4
        for oc_i 0..4
          y[((((((oc_o * 1024) + (oc_i * 256)) + (oh * 16)) + (ow_o * 4)) + ow_i) + 1)] = $1[ow_i][oc_i]
    var acc3 $2[2]:f32x4 = 0
    for ic 0..4
      for kh max((1 - oh), 0)..min(3, (17 - oh))
        for kw 0..3
          unroll for ow_i 0..2
            vector oc_i 0..4
              $2[ow_i] += (x[0,ic,((oh + kh) - 1),((kw + ow_i) + 12)] * w[((oc_o * 4) + oc_i),ic,kh,kw])
    unroll for ow_i 0..2
      for oc_i 0..4
        y[(((((oc_o * 1024) + (oc_i * 256)) + (oh * 16)) + ow_i) + 13)] = $2[ow_i][oc_i]
    var acc4 $3:f32x4 = 0
    for ic 0..4
      for kh max((1 - oh), 0)..min(3, (17 - oh))
        for kw 0..2
          vector oc_i 0..4
            $3 += (x[0,ic,((oh + kh) - 1),(kw + 14)] * w[((oc_o * 4) + oc_i),ic,kh,kw])
    for oc_i 0..4
      y[((((oc_o * 1024) + (oc_i * 256)) + (oh * 16)) + 15)] = $3[oc_i]
