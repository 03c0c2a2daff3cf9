/* What the files of lowering share. */
#ifndef TENON_NEST_LOWER_INTERNAL_H
#define TENON_NEST_LOWER_INTERNAL_H
#include "nest/internal.h"
#include "nest/lower.h"

typedef struct {
    Arena *arena;
    Nest *n;
    Plan *plan;
    LoopTree *tree;
    const StagePlan *sp;
    const Stage *stage;
    ExprId *axis_to; /* root axis -> expression over loop axes; NO_EXPR while its loops are not open */
    uint32_t axis_cap;
    int64_t *rem;    /* root axis: points that the pieces not yet opened cover */
    ExprId *base;    /* root axis: where they begin */
    uint32_t *local; /* buffer -> variable of the tree, or UINT32_MAX */
} Lower;

/* ---- walking pieces ---- */

typedef struct Walk Walk;
typedef void Leaf(Lower *l, Walk *w, LoopNode *into);
struct Walk {
    const Piece *piece[MAX_PIECES];
    int n;
    bool outer;              /* the loops around the register tile */
    bool lanes_apart;        /* the vector piece as a loop over lanes */
    AxisId loop[MAX_PIECES]; /* instance of each piece, NO_AXIS where one iteration needs no loop */
    bool in_vector;
    AxisId lane;
    AxisId dot; /* of the open piece that an instruction sums */
    bool pair;  /* it is two points */
    bool by_rows; /* two points of an `mmla` piece are an instruction's rows */
    AxisId mmla;  /* then: of that piece, if it is open, or NO_AXIS */
    int64_t count; /* its points, one of the last instruction's rows may be beyond */
    ExprId row[MAX_CONJUNCTS]; /* conjuncts that depend on them */
    int nrow;
    ExprId conj[MAX_CONJUNCTS]; /* pending conjuncts of a reduction's guard */
    int nconj;
    Leaf *leaf;
    void (*partial)(Lower *l, Walk *w, int k, LoopNode *into); /* what becomes of pieces k and on inside a partial one */
    void (*elements)(Lower *l, Walk *w, int k, LoopNode *into); /* what stands before the loop of piece k, an `elements` one */
    void *ctx;
};

/* A tree without loops yet; no buffer of the nest is in scratch. */
LoopTree *lower_tree(Arena *a, Nest *n);
LoopNode *lower_node(Lower *l, LoopKind k, LoopNode *into);
/* A loop axis of its own: the same name may be used by several loops. */
AxisId lower_instance(Lower *l, AxisId root, const char *name, int64_t extent);
ExprId lower_ref(Lower *l, uint32_t var, int nindex, const ExprId *index, bool vector);
/* e over the loops that are open; done, which may be NULL, holds what reductions have become. */
ExprId lower_resolve(Lower *l, ExprId e, IdMap *done);
/* A variable; own: the buffer that it holds, or UINT32_MAX. */
uint32_t lower_var(Lower *l, const char *name, BufId own, DType t, int lanes, int ndim, const int64_t *dim);
/* Opens the loops of pieces k and on, the leaf inside. */
void lower_walk(Lower *l, Walk *w, int k, LoopNode *into);
/* Conjuncts that can be decided now: into the loop's bounds, or an if around what follows. NULL: never true. */
LoopNode *lower_guards(Lower *l, Walk *w, LoopNode *loop, LoopNode *into, Walk *saved);
/* The loop over all points of a root axis, open from here on. */
LoopNode *lower_whole(Lower *l, AxisId root, LoopNode *into);
void lower_stage(Lower *l, uint32_t s, LoopNode *into);
/* Stages s.. that are joined: one loop nest, what their values share in variables. */
void lower_joined(Lower *l, uint32_t s, uint32_t count, LoopNode *into);
#endif
