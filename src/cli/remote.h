/* Programs on another machine, by a command of the user's such as `ssh pi@board`. */
#ifndef TENON_CLI_REMOTE_H
#define TENON_CLI_REMOTE_H
#include "cli/process.h"

typedef struct {
    const char *runner;      /* its words; one more is added, a line for a POSIX shell there */
    double seconds;          /* after which the runner is ended */
    const char *target;      /* what the program was built for, for messages */
    const char *program;     /* file here; there it is ./program */
    const char *const *word; /* its arguments */
    uint32_t nword;
    const char *const *in, *const *out; /* files in folder `work` that it reads and writes, by name */
    uint32_t nin, nout;
} Remote;

/* Sends the program and what it reads through the runner's input, runs it in a temporary folder there, which is removed,
 * and brings the files that it has written and what it has printed, as `log`, into `work`. The machine has to have
 * cat, chmod, head, mktemp, rm, tail and wc. *status: what the program exited with, 128 + N when signal N ended it.
 * False with a diagnostic when the runner failed, gave no complete answer in time, or the machine cannot run such
 * programs. */
bool remote_run(Arena *a, Diag *d, const Remote *r, const char *work, int *status);
#endif
