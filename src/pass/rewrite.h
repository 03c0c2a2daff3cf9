/* One sweep of a pass over the graph: use counts that stay exact while nodes change, replacement of values by alias
 * (linear however long the chains are), constants and shapes in the form that rewrites ask for. */
#ifndef TENON_PASS_REWRITE_H
#define TENON_PASS_REWRITE_H
#include "op/op.h"
#include "pass/list.h"
#include "pass/pass.h"

typedef struct {
    Graph *g;
    PassContext *c;
    Arena *tmp;
    uint32_t nvalue;            /* entries of the tables below */
    Vec(uint32_t) uses;         /* operand slots that read the value; graph outputs not counted */
    Vec(uint32_t) user_xor;     /* xor of the reading nodes: the reader itself while uses is 1 */
    Vec(ValueId) alias;         /* what replaced the value, or itself */
    Vec(NodeId) dead;           /* stack of nodes to look at */
    uint32_t nodes_at_start;
    bool changed;
} Rw;

/* Tables live in c->tmp until the pass ends. Between begin and end operands are read with rw_in only. */
Rw rw_begin(Graph *g, PassContext *c);
/* Applies the aliases, drops dead nodes, sorts. Whether anything changed. */
bool rw_end(Rw *r);
void rw_grow(Rw *r); /* tables for values added since */

static inline const Node *rw_at(const Rw *r, NodeId n) { return &r->g->node.at[n]; }
#define RW_ATTR(r, n, T) ((const Attr_##T *)rw_at((r), (n))->attr)
ValueId rw_value(Rw *r, ValueId v);            /* what stands for v now */
ValueId rw_in(Rw *r, NodeId n, unsigned i);    /* operand, NO_VALUE when absent */
static inline ValueId rw_out(const Rw *r, NodeId n) { return rw_at(r, n)->out[0]; }
NodeId rw_def(Rw *r, ValueId v);               /* the node whose only present output is v, or NO_NODE */
NodeId rw_def_op(Rw *r, ValueId v, Op op);     /* the same if it is an `op` */
bool rw_single(Rw *r, ValueId v);              /* read once, and no output of the graph */
NodeId rw_user(Rw *r, ValueId v);              /* the only reader of v, NO_NODE when there are more or v is an output */
bool rw_budget(const Rw *r);                   /* false once a sweep has added more nodes than is reasonable */

/* The output of single-output node n is `with` from now on; n goes. Where n makes an output of the graph, that value
 * keeps its name: the maker of `with` takes it over, or an Identity (or a constant) stays. False: it would have to be
 * an Identity and n is one already. */
bool rw_replace(Rw *r, NodeId n, ValueId with);
/* Output j of n, for nodes with several; not for outputs of the graph. n stays until all are unused. */
void rw_replace_output(Rw *r, NodeId n, unsigned j, ValueId with);
void rw_alias(Rw *r, ValueId from, ValueId to); /* of a constant that equals another */
/* n computes something else in place: same outputs, same name. attr NULL: the operator's defaults. */
void rw_become(Rw *r, NodeId n, Op op, int nin, const ValueId *in, void *attr);
void rw_set_in(Rw *r, NodeId n, unsigned i, ValueId v);
void rw_set_attr(Rw *r, NodeId n, void *attr);
/* A new node named after `like`, with one new value whose shape is inferred. */
ValueId rw_node(Rw *r, NodeId like, Op op, int nin, const ValueId *in, void *attr);
/* n takes over the name of node `other` that it now does the work of: "a+b" while short. */
void rw_absorb(Rw *r, NodeId n, NodeId other);
void rw_rename(Rw *r, NodeId n, NodeId like); /* name and source of `like` */
/* A new unshared attribute struct of op, with defaults, or a copy of n's. */
void *rw_attr_new(Rw *r, Op op);
void *rw_attr_copy(Rw *r, NodeId n);

/* ---- constants (constant.c) ------------------------------------------------------------------------------------ */
/* The single element of a constant of any rank. */
bool const_scalar(const Graph *g, ValueId v, double *x);
/* v is a constant with that value everywhere, up to the rounding of its type. */
bool const_is(const Graph *g, ValueId v, double x);
bool near_const(DType t, double a, double b); /* equal up to the rounding of t */
/* A constant that broadcasts along one axis of a tensor of `rank` dims only: its n factors. False otherwise. */
bool const_channels(const Graph *g, ValueId v, int rank, int axis, int64_t n, double *out);
/* New constants, named after `hint`. */
ValueId rw_const(Rw *r, const char *hint, DType t, const Shape *s, const double *x);
ValueId rw_const_fill(Rw *r, const char *hint, DType t, const Shape *s, double x);
/* The same contents under another shape of equal count; nothing is copied. */
ValueId rw_const_view(Rw *r, ValueId v, const Shape *s);
/* f32 of shape s, which `fill` makes of the contents of constant v with `number` when it is written (TensorRule). */
ValueId rw_const_rule(Rw *r, ValueId v, void (*fill)(const TensorRule *, void *), int64_t number, const Shape *s);
/* op over each element: f(x) in double, rounded once. */
ValueId rw_const_map(Rw *r, ValueId v, double (*f)(double));
/* f(a, b) over the broadcast of both; NO_VALUE where the result would have more elements than the larger operand or
 * is not finite although both operands are. */
ValueId rw_const_zip(Rw *r, ValueId a, ValueId b, double (*f)(double, double));
static inline double const_add(double a, double b) { return a + b; }
static inline double const_mul(double a, double b) { return a * b; }
static inline double const_div(double a, double b) { return a / b; }

/* ---- shapes ---------------------------------------------------------------------------------------------------- */
bool same_shape(const Graph *g, ValueId a, ValueId b);
bool same_type(const Graph *g, ValueId a, ValueId b); /* element type, shape, quantisation */
/* Dimension i of v when aligned from the right in `rank` dims; 1 in front. */
Dim aligned_dim(const Graph *g, ValueId v, int rank, int i);
bool op_commutes(Op op);
bool op_pointwise(Op op); /* output element depends on the operand elements at the same position alone */
#endif
