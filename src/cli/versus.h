/* Beside other engines: a Python script of ours serves each from a process of its own. */
#ifndef TENON_CLI_VERSUS_H
#define TENON_CLI_VERSUS_H
#include "cli/runner.h"

/* The python that has the packages of all engines of --vs, NULL with a diagnostic; before anything is compiled. */
const char *versus_python(Arena *a, Diag *d, const Options *o);
/* `tenon bench --vs` with the compiled model. False with diagnostics. */
bool versus(Runner *r, const Tensor *const *in, const Options *o, const char *python);
#endif
