/* Runs a graph: by the reference interpreter, or as compiled C, built behind the scenes and kept in a cache. */
#ifndef TENON_CLI_RUNNER_H
#define TENON_CLI_RUNNER_H
#include "cli/model.h"
#include "cli/process.h"
#include "pass/compile.h"

/* What the passes are given, for commands that compile. NULL with a diagnostic when a file is at fault. */
CompileOptions *compile_options(const Options *o);

typedef struct {
    const char *name;
    DType dtype;
    Shape shape;
} RunnerPort;

typedef struct {
    Arena *arena; /* of results too */
    Diag *diag;
    const Graph *graph; /* as imported: inputs of runner_run are its inputs, in order */
    const Target *target;  /* for which it is built and run */
    const Target *package; /* of the package: the same, or a target with it among its variants of which a compiler takes one */
    bool interpreter;
    const char *marks;    /* the skeleton that defines what is called between steps; NULL: nothing is */
    const char *program;  /* the built program */
    const char *command;  /* what runs it on another machine (cli/remote.h); NULL: the target's emulator, or this machine */
    double timeout;       /* with command: seconds */
    RunnerPort *in, *out; /* what the program takes and gives */
    uint32_t nin, nout;
    int64_t macs;
    Program *built; /* when it was compiled just now, not found in the cache: its graph is after the passes */
} Runner;

/* Makes g ready to run. `keep_all`: every kernel's result is an output too (compiled C only; nothing is cached).
 * NULL with diagnostics. */
Runner *runner_open(Arena *a, Diag *d, const Options *o, const Model *m, const Graph *g, bool keep_all);
/* Compiled C that tells the time of each step; never cached, so `built` is there. */
Runner *runner_open_profile(Arena *a, Diag *d, const Options *o, const Model *m, const Graph *g);
/* Compiled C that stores into another byte of a table after each step, for an emulator that watches; never cached. */
Runner *runner_open_marked(Arena *a, Diag *d, const Options *o, const Model *m, const Graph *g);
/* The same with the reference interpreter, whatever the options say. */
Runner *runner_interpreter(Arena *a, Diag *d, const Graph *g);
/* in: one tensor an input of the graph. Results: one an entry of r->out, which starts with the graph's outputs in their
 * order. NULL with diagnostics. */
const Tensor **runner_run(Runner *r, const Tensor *const *in);
/* Writes the inputs into folder `work` and adds the words of a call to c: emulator, program, `--out out`, the inputs' files
 * in the program's order; with seconds > 0 `--time`. With a command of the user's: the words behind the program. */
bool runner_prepare(Runner *r, const Tensor *const *in, const char *work, double seconds, Command *c);
/* Runs c, as runner_prepare has made it, in `work`; what it prints goes to the file `log` there. */
bool runner_execute(Runner *r, Command *c, const char *work);
/* Runs again and again for `seconds`; milliseconds. */
bool runner_time(Runner *r, const Tensor *const *in, double seconds, double *median, double *best);
/* Does that, and gives what the program has printed from the last `start` on; NULL with diagnostics. */
const char *runner_log(Runner *r, const Tensor *const *in, double seconds, const char *start);
/* Every value of the graph by the interpreter, by ValueId; NULL where it was not computed. NULL with diagnostics. */
const Tensor **graph_values(Arena *a, Diag *d, const Graph *g, const Tensor *const *in);

#endif
