/* A profile: what each step of the compiled model takes, and what it had to take at least. */
#ifndef TENON_CLI_PROFILE_H
#define TENON_CLI_PROFILE_H
#include "cli/machine.h"
#include "cli/runner.h"

/* A step, a kind of steps or all of them. Microseconds; bytes are those that it reads and writes, each once. */
typedef struct {
    const char *kind;     /* "Conv 3x3", of fused nodes the heavy ones: "depthwise 3x3 + Conv 1x1" */
    const char *function; /* C name; nodes, shapes: as in the heading of the function */
    const char *nodes, *shapes, *brief;
    uint32_t step, calls; /* from 1 */
    double best, median;
    double flop;          /* of the direct algorithm, without what fills up blocks */
    double weights, data; /* bytes: constants; the rest */
    double arithmetic;    /* flop at the machine's peak; of bytes: as many times that as an instruction has products a lane */
    double bound;         /* the larger of that and the time of the bytes */
} ProfileRow;

typedef struct {
    const char *model, *target;
    int threads;
    Machine machine;
    Level weights_in;                 /* where the weights lie */
    int64_t weight_bytes, data_bytes; /* of the whole model: constants; arena, inputs and outputs */
    long runs;
    ProfileRow *step, *kind; /* steps in their order; kinds by their time */
    uint32_t nstep, nkind;
    ProfileRow all;      /* sums over the steps */
    double best, median; /* of whole runs, microseconds */
} Profile;

/* What each step of r->built is, in their order: no times, bytes or bounds. */
ProfileRow *profile_steps(const Runner *r);
/* r was opened by runner_open_profile; log is what the program has printed. NULL with a diagnostic. */
Profile *profile_make(const Runner *r, const Machine *m, int threads, const char *log);
/* Rows by their time, longest first; qsort. */
int profile_by_time(const void *a, const void *b);
void profile_html(const Profile *p, Str *out);
void profile_json(const Profile *p, Str *out);
#endif
