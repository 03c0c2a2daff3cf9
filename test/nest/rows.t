== rows of weights times a row of bytes
graph "t"
in %x : i8[1,2,16]
in %w : i8[6,16]
in %b : i32[6]
%s = ConvPatches(%x, %w, %b) {kernel_shape=[1], narrow=1}
%y = Cast(%s) {to=f32}
out %y
--- cortex-m55: default
schedule: tile(oc,6) row(oc)
for g 0..2
  var acc $0[6]:i32
  $0 = 0 + row
    for k 0..16
      for oc 0..6
        $0[oc] += (i32(x[0,g,k]) * i32(z[oc,k]))
  for oc 0..6
    y[((g * 6) + oc)] = f32(($0[oc] + u[oc]))
--- cortex-m55: tile(oc,4) row(oc.i)
for g 0..2
  var acc $0[4]:i32
  $0 = 0 + row
    for k 0..16
      for oc_i 0..4
        $0[oc_i] += (i32(x[0,g,k]) * i32(z[oc_i,k]))
  for oc_i 0..4
    y[((g * 6) + oc_i)] = f32(($0[oc_i] + u[oc_i]))
  var acc2 $1[2]:i32
  $1 = 0 + row
    for k 0..16
      for oc_i 0..2
        $1[oc_i] += (i32(x[0,g,k]) * i32(z[(oc_i + 4),k]))
  for oc_i 0..2
    y[(((g * 6) + oc_i) + 4)] = f32(($1[oc_i] + u[(oc_i + 4)]))
--- cortex-m55: row(oc)
refused: row: oc is not the innermost piece
--- cortex-m55: split(k,4) row(oc)
refused: row: oc is not the innermost piece
--- cortex-m0: row(oc)
refused: row: target cortex-m0 does not sum rows of bytes

== patches that stay bytes
graph "t"
in %x : i8[1,3,6,1]
in %w : i8[4,9]
in %b : i32[4]
%y = ConvPatches(%x, %w, %b) {kernel_shape=[3,3], narrow=1, x_zero=5, pads=[1,1,1,1]}
out %y
--- cortex-m55: default
schedule: tile(oc,4) row(oc)
for g2 0..18
  var patch $0[9]:i8
  for kh 0..3
    for k 0..3
      $0[((kh * 3) + k)] = (((((((kh + (g2 / 6)) - 1) >= 0) && (((kh + (g2 / 6)) - 1) < 3)) && (((k + (g2 % 6)) - 1) >= 0)) && (((k + (g2 % 6)) - 1) < 6)) ? x[0,((kh + (g2 / 6)) - 1),((k + (g2 % 6)) - 1),0] : 5)
  var acc $1[4]:i32
  $1 = 0 + row
    for k2 0..9
      for oc 0..4
        $1[oc] += (i32($0[k2]) * i32(z[oc,k2]))
  for oc 0..4
    y[((g2 * 4) + oc)] = ($1[oc] + u[oc])

== windows of each channel, borders left out
graph "t"
in %x : u8[1,4,4,8]
in %w : i8[3,3,8]
const %b : i32[8] = [1, 2, 3, 4, 5, 6, 7, 8]
%y = ConvWindows(%x, %w, %b) {kernel_shape=[3,3], pads=[1,1,1,1], x_zero=3}
out %y
--- cortex-m55: default
schedule: tile(c,8) row(c)
for oh 0..4
  for ow 0..4
    var acc $0[8]:i32
    $0 = u[0] + row
      for kh max((1 - oh), 0)..min(3, (5 - oh))
        for kw max((1 - ow), 0)..min(3, (5 - ow))
          for c 0..8
            $0[c] += ((i32(x[0,((oh + kh) - 1),((ow + kw) - 1),c]) - 3) * i32(z[kh,kw,c]))
    for c 0..8
      y[(((oh * 32) + (ow * 8)) + c)] = $0[c]
--- cortex-m4: default
schedule: tile(c,8) row(c)
for oh 0..4
  for ow 0..4
    var acc $0[8]:i32
    $0 = u[0] + row
      for kh max((1 - oh), 0)..min(3, (5 - oh))
        for kw max((1 - ow), 0)..min(3, (5 - ow))
          for c 0..8
            $0[c] += ((i32(x[0,((oh + kh) - 1),((ow + kw) - 1),c]) - 3) * i32(z[kh,kw,c]))
    for c 0..8
      y[(((oh * 32) + (ow * 8)) + c)] = $0[c]

== what row wants
graph "t"
in %x : u8[1,2,4,8]
in %w : i8[4,8]
%y = ConvPatches(%x, %w) {kernel_shape=[1,1], together=4}
out %y
--- cortex-m55: tile(oc,2) row(oc.i)
refused: row: the sum is not of bytes by a constant i8
--- cortex-m55: row(k)
refused: row: k is not the innermost piece
