/* What the patterns of substitute.def become. Each returns false where shapes or attributes do not fit. */
#ifndef TENON_PASS_SUBSTITUTE_H
#define TENON_PASS_SUBSTITUTE_H
#include "pass/match.h"

typedef bool MakeFn(Rw *r, const Match *m);
/* Root becomes op(x [, second]) where the element type and shape of x are the root's. */
bool make_elementwise(Rw *r, const Match *m, Op op, ValueId second, void *attr);

#define UNARY(op, pattern)
#define MAKE(function, pattern) MakeFn make_##function;
#include "pass/substitute.def"
#undef UNARY
#undef MAKE
#endif
