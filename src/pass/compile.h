/* Graph -> program: all passes, then kernels, schedules and the memory plan. */
#ifndef TENON_PASS_COMPILE_H
#define TENON_PASS_COMPILE_H
#include "pass/pass.h"
#include "plan/program.h"

typedef struct {
    PassOptions pass;
    ProgramOptions program;
    int64_t ram; /* bytes that a program may need; 0: any number. The fastest that fits is taken */
    bool least;  /* where none fits, the one that needs the least; else that is an error */
} CompileOptions;

/* g is changed. NULL with diagnostics. */
Program *compile_graph(Arena *a, Graph *g, const CompileOptions *o, Diag *d);

typedef Vec(Program *) Programs;
/* A program for each variant of the target, best first, or the one for a target without; g is changed. False with
 * diagnostics. */
bool compile_variants(Arena *a, Graph *g, const CompileOptions *o, Diag *d, Programs *out);
/* Leaves programs out of those of t's variants, in the order of compile_variants, one set for each plan behind another:
 * those whose code is that of the next variant in every plan. t with the variants that are left, or t. */
const Target *compile_distinct(Arena *a, const Target *t, Programs *p);
#endif
