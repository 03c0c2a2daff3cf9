/* Reference data for verify: cases of inputs and the outputs to expect. */
#ifndef TENON_CLI_CASES_H
#define TENON_CLI_CASES_H
#include "cli/compare.h"
#include "cli/model.h"

typedef struct {
    const char *name; /* of the output, or of something else in the archive; NULL: by position */
    uint32_t position;
    const Tensor *tensor; /* NULL: in the archive, not read yet */
    Npz *archive;
    uint32_t entry;
} Want;

typedef struct {
    const char *name;
    const Tensor **in; /* one an input of the model, NULL where the data have none */
    Vec(Want) want;
    uint32_t total; /* of outputs that the data have, 0: some may be missing */
    int64_t index, of; /* of stacked data: which part of `want`'s first axis; of 1: all of it */
} Case;

typedef struct {
    Vec(Case) at;
    Tolerance tolerance;
    bool has_tolerance; /* the folder's data.json, or the rule for such folders */
} Cases;

/* Appends what --length says of the model's sequences and optionals, as the folder's first data set has it. */
bool cases_lengths(Arena *a, Diag *d, const char *model, const char *folder, Words *length);
/* The folder's test_data_set_N/{input,output}_K.pb, and data.json. */
bool cases_folder(Cases *c, Model *m, const char *folder);
/* Keys that are names of inputs and outputs, alone or behind `caseK.`. Arrays whose first axis holds several runs of a
 * model of fixed shape are taken apart. */
bool cases_archive(Cases *c, Model *m, const char *path);
/* What is wanted of the output number `position` with this name and rank: one part of a stack. NULL when the data do
 * not have it, or have something that cannot be read or taken apart (reported). */
const Tensor *case_want(Case *c, Model *m, uint32_t position, const char *name, int rank);
#endif
