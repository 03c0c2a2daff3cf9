/* Shared by operators whose results' sizes depend on data. */
#ifndef TENON_OP_SELECT_H
#define TENON_OP_SELECT_H
#include "op/build.h"

/* Stage y = 0. */
void select_zero(const NestBuild *b, BufId y);
/* Stage: output `output`, if it is wanted, is the number `value`. */
void select_count(const NestBuild *b, unsigned output, ExprId value);
/* Stage y[to] = value where chosen and there is room for place `to[axis]`. */
void select_placed(const NestBuild *b, BufId y, int naxis, const AxisId *axes, const ExprId *to, int axis,
                   ExprId chosen, ExprId value);
/* An order in which NaN is the largest number and equals itself. */
ExprId select_equal(Nest *n, ExprId x, ExprId y);
ExprId select_less(Nest *n, ExprId x, ExprId y);
#endif
