== halves in memory and in the sum, which is taken in parts of 64 products; the bias is rounded as it is loaded
graph "t"
in %x : f16[1,16,4,4,8]
in %w : f16[16,128,1,1]
in %w_b : f32[16]
%a = Cast(%x) {to=f32}
%k = Cast(%w) {to=f32}
%c = ConvBlocked(%a, %k, %w_b) {block=8}
%r = Relu(%c)
%y = Cast(%r) {to=f16}
out %y
--- arm64+fp16: default
schedule: fuse(oh,ow) split(ic,8) tile(oh_ow,8) unroll(oh_ow.i) tile(ob,2) unroll(ob) tile(oi,8) vector(oi) split(ic.o,8) partial(ic.o.o) stream(a2)
for oh_ow_o 0..2
  var acc $0[8,2]:f16x8 = 0
  for ic_o_o 0..2
    var part $1[8,2]:f16x8 = 0
    for ic_o_i 0..8
      for ic_i 0..8
        unroll for oh_ow_i 0..8
          unroll for ob 0..2
            vector oi 0..8
              $1[oh_ow_i,ob] += (a[0,((ic_o_o * 8) + ic_o_i),((oh_ow_o * 2) + (oh_ow_i / 4)),(oh_ow_i % 4),ic_i] * a2[((ob * 8) + oi),(((ic_o_o * 64) + (ic_o_i * 8)) + ic_i),0,0])
    unroll for oh_ow_i 0..8
      unroll for ob 0..2
        vector oi 0..8
          $0[oh_ow_i,ob] += $1[oh_ow_i][ob]
  unroll for oh_ow_i 0..8
    unroll for ob 0..2
      vector oi 0..8
        y[((((ob * 128) + (oh_ow_o * 64)) + (oh_ow_i * 8)) + oi)] = max(($0[oh_ow_i][ob] + f16(u[((ob * 8) + oi)])), 0)
--- arm64: default
schedule: fuse(oh,ow) block(oi,4) split(ic,8) tile(oh_ow,8) unroll(oh_ow.i) tile(oi_b,2) unroll(oi_b) tile(oi_l,4) vector(oi_l) split(ic.i,4) unroll(ic.i.i) elements(ic.i.i) stream(a2)
for ob 0..2
  for oh_ow_o 0..2
    var acc $0[8,2]:f32x4 = 0
    for ic_o 0..16
      for ic_i_o 0..2
        var a_ic $1[8]:f32x4
        unroll for oh_ow_i 0..8
          vector ic_i_i 0..4
            $1[oh_ow_i] = f32(a[0,ic_o,((oh_ow_o * 2) + (oh_ow_i / 4)),(oh_ow_i % 4),((ic_i_o * 4) + ic_i_i)])
        unroll for ic_i_i 0..4
          unroll for oh_ow_i 0..8
            unroll for oi_b 0..2
              vector oi_l 0..4
                $0[oh_ow_i,oi_b] += ($1[oh_ow_i][ic_i_i] * f32(a2[(((ob * 8) + (oi_b * 4)) + oi_l),(((ic_o * 8) + (ic_i_o * 4)) + ic_i_i),0,0]))
    unroll for oh_ow_i 0..8
      unroll for oi_b 0..2
        vector oi_l 0..4
          y[(((((ob * 128) + (oh_ow_o * 64)) + (oh_ow_i * 8)) + (oi_b * 4)) + oi_l)] = f16(max(($0[oh_ow_i][oi_b] + u[(((ob * 8) + (oi_b * 4)) + oi_l)]), 0))

== a window of each channel
graph "t"
in %x : f16[1,2,6,6,8]
in %w : f16[16,1,3,3]
%a = Cast(%x) {to=f32}
%k = Cast(%w) {to=f32}
%c = ConvBlocked(%a, %k) {pads=[1,1,1,1], block=8, group=16}
%y = Cast(%c) {to=f16}
out %y
--- arm64+fp16: default
schedule: unroll(kh) unroll(kw) edges(oh) edges(ow) tile(ow,6) unroll(ow) tile(oi,8) vector(oi) stream(a2)
for ob 0..2
  var acc $0[6]:f16x8 = 0
  unroll for kh 1..3
    unroll for ow 1..6
      vector oi 0..8
        $0[ow] += (a[0,ob,(kh - 1),(ow - 1),oi] * a2[((ob * 8) + oi),0,kh,0])
    unroll for ow 0..6
      vector oi 0..8
        $0[ow] += (a[0,ob,(kh - 1),ow,oi] * a2[((ob * 8) + oi),0,kh,1])
    unroll for ow 0..5
      vector oi 0..8
        $0[ow] += (a[0,ob,(kh - 1),(ow + 1),oi] * a2[((ob * 8) + oi),0,kh,2])
  unroll for ow 0..6
    vector oi 0..8
      y[(((ob * 288) + (ow * 8)) + oi)] = $0[ow]
  for oh 0..4
    var acc2 $1[6]:f16x8 = 0
    unroll for kh 0..3
      unroll for ow 1..6
        vector oi 0..8
          $1[ow] += (a[0,ob,(oh + kh),(ow - 1),oi] * a2[((ob * 8) + oi),0,kh,0])
      unroll for ow 0..6
        vector oi 0..8
          $1[ow] += (a[0,ob,(oh + kh),ow,oi] * a2[((ob * 8) + oi),0,kh,1])
      unroll for ow 0..5
        vector oi 0..8
          $1[ow] += (a[0,ob,(oh + kh),(ow + 1),oi] * a2[((ob * 8) + oi),0,kh,2])
    unroll for ow 0..6
      vector oi 0..8
        y[(((((ob * 288) + (oh * 48)) + (ow * 8)) + oi) + 48)] = $1[ow]
  var acc3 $2[6]:f16x8 = 0
  unroll for kh 0..2
    unroll for ow 1..6
      vector oi 0..8
        $2[ow] += (a[0,ob,(kh + 4),(ow - 1),oi] * a2[((ob * 8) + oi),0,kh,0])
    unroll for ow 0..6
      vector oi 0..8
        $2[ow] += (a[0,ob,(kh + 4),ow,oi] * a2[((ob * 8) + oi),0,kh,1])
    unroll for ow 0..5
      vector oi 0..8
        $2[ow] += (a[0,ob,(kh + 4),(ow + 1),oi] * a2[((ob * 8) + oi),0,kh,2])
  unroll for ow 0..6
    vector oi 0..8
      y[((((ob * 288) + (ow * 8)) + oi) + 240)] = $2[ow]

== columns of a matrix
graph "t"
in %x : f16[4,64]
in %w : f16[64,16]
%a = Cast(%x) {to=f32}
%k = Cast(%w) {to=f32}
%c = MatMul(%a, %k)
%y = Cast(%c) {to=f16}
out %y
--- arm64+fp16: default
schedule: block(n,8) tile(m,4) unroll(m) tile(n_b,2) unroll(n_b) tile(n_l,8) vector(n_l) stream(a2)
var acc $0[4,2]:f16x8 = 0
for k 0..64
  unroll for m 0..4
    unroll for n_b 0..2
      vector n_l 0..8
        $0[m,n_b] += (a[m,k] * a2[k,((n_b * 8) + n_l)])
unroll for m 0..4
  unroll for n_b 0..2
    vector n_l 0..8
      y[(((m * 16) + (n_b * 8)) + n_l)] = $0[m][n_b]

== what has no instruction of halves is computed with floats, and so is what floats go into
graph "t"
in %x : f16[1,2,4,4,8]
in %w : f16[16,16,1,1]
%a = Cast(%x) {to=f32}
%k = Cast(%w) {to=f32}
%c = ConvBlocked(%a, %k) {block=8}
%s = Sigmoid(%c)
%y = Cast(%s) {to=f16}
out %y
--- arm64+fp16: default
schedule: fuse(oh,ow) block(oi,4) split(ic,8) tile(oh_ow,8) unroll(oh_ow.i) tile(oi_b,2) unroll(oi_b) tile(oi_l,4) vector(oi_l) split(ic.i,4) unroll(ic.i.i) elements(ic.i.i) stream(a2)
for ob 0..2
  for oh_ow_o 0..2
    var acc $0[8,2]:f32x4 = 0
    for ic_o 0..2
      for ic_i_o 0..2
        var a_ic $1[8]:f32x4
        unroll for oh_ow_i 0..8
          vector ic_i_i 0..4
            $1[oh_ow_i] = f32(a[0,ic_o,((oh_ow_o * 2) + (oh_ow_i / 4)),(oh_ow_i % 4),((ic_i_o * 4) + ic_i_i)])
        unroll for ic_i_i 0..4
          unroll for oh_ow_i 0..8
            unroll for oi_b 0..2
              vector oi_l 0..4
                $0[oh_ow_i,oi_b] += ($1[oh_ow_i][ic_i_i] * f32(a2[(((ob * 8) + (oi_b * 4)) + oi_l),(((ic_o * 8) + (ic_i_o * 4)) + ic_i_i),0,0]))
    unroll for oh_ow_i 0..8
      unroll for oi_b 0..2
        vector oi_l 0..4
          y[(((((ob * 128) + (oh_ow_o * 64)) + (oh_ow_i * 8)) + (oi_b * 4)) + oi_l)] = f16((1 / (1 + exp(-($0[oh_ow_i][oi_b])))))

== a map of halves is loaded widened and stored rounded
graph "t"
in %x : f16[4,16]
in %z : f16[4,16]
%a = Cast(%x) {to=f32}
%b = Cast(%z) {to=f32}
%s = Add(%a, %b)
%e = Exp(%s)
%y = Cast(%e) {to=f16}
out %y
--- arm64+fp16: default
schedule: fuse(i0,i1) tile(i0_i1,4) vector(i0_i1.i)
for i0_i1_o 0..16
  vector i0_i1_i 0..4
    y[((i0_i1_o * 4) + i0_i1_i)] = f16(exp((f32(a[(i0_i1_o / 4),(((i0_i1_o % 4) * 4) + i0_i1_i)]) + f32(a2[(i0_i1_o / 4),(((i0_i1_o % 4) * 4) + i0_i1_i)]))))

== what may lie in memory as halves: neither inputs and outputs, nor few numbers, nor what leaves their range
graph "t"
in %x : f32[1,16,8,8]
%a = Relu(%x)
%mean = ReduceMean(%a) {axes=[2,3], keepdims=1}
%b = Sub(%a, %mean)
%square = Mul(%b, %b)
%e = Exp(%square)
%c = Softmax(%e) {axis=1}
%d = Tanh(%c)
%y = Sigmoid(%d)
out %y
--- arm64+fp16: memory
halves: a b c d

== what lies inside of an output has its type, parts of a half are halves
graph "t"
in %x : f32[4,64]
%a = Relu(%x)
%flat = Reshape(%a) {shape=[256]}
%b = Neg(%x)
%c = Abs(%b)
%p = Slice(%c) {starts=[1,0], steps=[1,1], counts=[2,64]}
%q = Tanh(%p)
%r = Tanh(%q)
%y = Sigmoid(%r)
out %flat
out %y
--- arm64+fp16: memory
halves: b c p q r

== positions, comparisons and what operators of other kinds read stay floats
graph "t"
in %x : f32[4,64]
in %i : i32[4,64]
%p = Cast(%i) {to=f32}
%a = Add(%p, %x)
%b = Relu(%a)
%less = Less(%b, %x)
%c = Tanh(%a)
%s = CumSum(%c) {axis=1}
%y = Add(%s, %a)
out %less
out %y
--- arm64+fp16: memory
halves: a
