== trees
graph "t"
in %x : f64[N,2]
const %roots : u8[1] = [0]
const %features : u8[1] = [1]
const %values : f64[1] = [3]
const %yes : u8[1] = [1]
const %no : u8[1] = [2]
const %w : f64[2,3] = [1, 2, 3, 4, 5, 6]
%y = TreeEnsemble(%x, %roots, %features, %values, %yes, %no, %w) {n_targets=3}
out %y
---
y : f64[N,3]

== a feature that is not there
graph "t"
in %x : f32[N,2]
const %roots : u8[1] = [0]
const %features : u8[1] = [2]
const %values : f32[1] = [3]
const %yes : u8[1] = [1]
const %no : u8[1] = [2]
const %w : f32[2,1] = [1, 2]
%y = TreeEnsemble(%x, %roots, %features, %values, %yes, %no, %w)
out %y
---
error entry 0 is 2, want 0 to 1

== a walk that would leave the table
graph "t"
in %x : f32[N,2]
const %roots : u8[1] = [0]
const %features : u8[1] = [1]
const %values : f32[1] = [3]
const %yes : u8[1] = [1]
const %no : u8[1] = [3]
const %w : f32[2,1] = [1, 2]
%y = TreeEnsemble(%x, %roots, %features, %values, %yes, %no, %w)
out %y
---
error operand 5

== a target that is not there
graph "t"
in %x : f32[N,2]
const %roots : u8[1] = [0]
const %features : u8[1] = [1]
const %values : f32[1] = [3]
const %yes : u8[1] = [1]
const %no : u8[1] = [2]
const %w : f32[2,1] = [1, 2]
const %to : i8[2,1] = [0, -1]
%y = TreeEnsemble(%x, %roots, %features, %values, %yes, %no, %w, %to) {n_targets=2}
out %y
---
error entry 1 is -1

== tables are constants
graph "t"
in %x : f32[N,2]
in %roots : u8[1]
const %features : u8[1] = [1]
const %values : f32[1] = [3]
const %yes : u8[1] = [1]
const %no : u8[1] = [2]
const %w : f32[2,1] = [1, 2]
%y = TreeEnsemble(%x, %roots, %features, %values, %yes, %no, %w)
out %y
---
error want a constant of integers

== labels have a value more than keys
graph "t"
in %x : i64[N,2]
const %keys : i64[2] = [1, 2]
const %values : f32[2] = [3, 4]
%y = LabelEncoder(%x, %keys, %values)
out %y
---
error want one entry more than

== distances
graph "t"
in %x : f32[N,5]
in %s : f32[7,5]
%y = SquaredDistance(%x, %s)
out %y
---
y : f32[N,7]

== probabilities of classes
graph "t"
in %r : f32[N,3,4]
%y = PairwiseCoupling(%r)
out %y
---
error want floats [rows, classes, classes]
