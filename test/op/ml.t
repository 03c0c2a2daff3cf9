== a tree is walked by its tables, the second root is a leaf
in %x : f32[4,2]
const %roots : u8[2] = [0, 3]
const %features : u8[2] = [0, 1]
const %values : f32[2] = [3, 5]
const %yes : u8[2] = [2, 3]
const %no : u8[2] = [1, 4]
const %w : f32[3,1] = [10, 20, 30]
%y = TreeEnsemble(%x, %roots, %features, %values, %yes, %no, %w) {depth=2}
out %y
---
y = 30 30 50 50
nest step! 2: at[n2,t2] = 

== weights that name their targets, the least of them; 0 where there is none
in %x : f32[3,1]
const %roots : u8[2] = [0, 1]
const %features : u8[2] = [0, 0]
const %values : f32[2] = [1, 2]
const %yes : u8[2] = [2, 4]
const %no : u8[2] = [3, 5]
const %w : f32[4,1] = [1, 2, -3, 4]
const %to : u8[4,1] = [0, 1, 0, 1]
%y = TreeEnsemble(%x, %roots, %features, %values, %yes, %no, %w, %to) {n_targets=3, aggregate_function="MIN"}
out %y
---
y = -3 0 0 -3 2 0 0 2 0

== modes of each node, and missing values
const %x : f32[4,1] = [nan, 1, 2, 3]
const %roots : u8[2] = [0, 1]
const %features : u8[2] = [0, 0]
const %values : f32[2] = [2, 2]
const %yes : u8[2] = [2, 4]
const %no : u8[2] = [3, 5]
const %w : f32[4,1] = [1, 0, 10, 0]
const %modes : u8[2] = [1, 4]
const %missing : u8[2] = [1, 0]
%y = TreeEnsemble(%x, %roots, %features, %values, %yes, %no, %w, _, %modes, %missing)
out %y
---
y = 1 1 10 0

== labels: the first of equal keys, NaN among them, and a default
const %x : f32[4] = [2, nan, 7, 1]
const %keys : f32[4] = [1, 2, nan, 2]
const %values : i64[5] = [10, 20, 30, 40, -1]
%y = LabelEncoder(%x, %keys, %values)
out %y
---
y = 20 30 -1 10

== squared distances of rows
in %x : f32[2,2]
const %s : f32[3,2] = [0, 0, 1, 2, 4, 4]
%y = SquaredDistance(%x, %s)
out %y
---
y = 5 0 13 25 8 1

== probabilities of classes from those of pairs
const %r : f32[2,3,3] = [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0, 0, 0.8, 0.8, 0.2, 0, 0.5, 0.2, 0.5, 0]
%y = PairwiseCoupling(%r)
out %y
---
y = 0.333333 0.333333 0.333333 0.664984 0.168187 0.166829
