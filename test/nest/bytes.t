== bytes
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
