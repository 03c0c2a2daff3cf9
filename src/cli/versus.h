/* Beside other engines: a Python script of ours serves each from a process of its own. */
#ifndef TENON_CLI_VERSUS_H
#define TENON_CLI_VERSUS_H
#include "cli/runner.h"

/* `tenon bench --vs`, with the model compiled. False with diagnostics. */
bool versus(Runner *r, const Tensor *const *in, const Options *o);
#endif
