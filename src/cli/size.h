/* How much memory a compiled model needs: what the compiler, the linker and the plan tell, and what a run uses. */
#ifndef TENON_CLI_SIZE_H
#define TENON_CLI_SIZE_H
#include "base/str.h"
#include "cli/stack.h"
#include "plan/program.h"

/* One of the package's functions, of its snippets that are functions of their own, or of the libraries it calls. Bytes;
 * STACK_UNKNOWN where nothing tells. */
typedef struct {
    const char *name;
    uint32_t calls;          /* steps that call it; 0: other functions do */
    bool merged;             /* the compiler put it into its caller: the numbers are those of a function of its own */
    bool library;
    int64_t text, constants; /* constants: but for the weights */
    int64_t frame, deepest;  /* of stack: its own, and with what it calls */
} SizeFunction;

typedef struct {
    const char *function, *nodes, *shapes;
    int64_t weights;         /* that it reads */
    int64_t alive;           /* of the arena, in use while it runs */
    int64_t stack;           /* from the call of NAME_run on; STACK_UNKNOWN */
    bool merged;
} SizeStep;

typedef struct {
    const char *model, *name;
    const Target *target;
    bool image;              /* linked, so that libraries count */
    Vec(SizeFunction) function;
    Vec(SizeStep) step;
    Vec(const char *) import; /* functions that it calls from elsewhere, where nothing is linked */
    int64_t code, constants, weights, library; /* library: code and constants of functions from elsewhere */
    int64_t start;           /* beginnings of static data, in the flash too */
    int64_t arena, inputs, outputs, fixed; /* fixed: static data */
    bool inside;             /* inputs and outputs are part of the arena, and 0 here */
    int64_t stack;           /* a bound; STACK_UNKNOWN: `why` is a function without one */
    const char *why;
    int64_t measured;        /* stack of a run; STACK_UNKNOWN: not measured */
    int64_t flash, ram;      /* the sums; ram counts an unknown stack as 0 */
} SizeReport;

/* Writes the package for p into a temporary folder and looks at what the compiler makes of it. `at`: what it is compiled and
 * linked for, p's target or the board whose emulator runs its programs. `measure`: runs it as well. NULL with diagnostics. */
SizeReport *size_measure(Arena *a, Diag *d, const Program *p, const Target *at, const char *model, bool measure);
/* Has the target's board as much memory, is RAM within `limit` bytes (0: none)? Else diagnostics say what is missing. */
bool size_fits(Arena *a, const SizeReport *r, int64_t limit, Diag *d);
/* The report as JSON. */
void size_json(const SizeReport *r, Str *out);
#endif
