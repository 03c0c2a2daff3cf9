/* Other programs: the C compiler and what it has built. No shell is involved. */
#ifndef TENON_CLI_PROCESS_H
#define TENON_CLI_PROCESS_H
#include "base/diag.h"
#include "base/vec.h"

typedef struct {
    Arena *arena;
    Vec(const char *) word; /* ends with NULL when it runs */
} Command;

Command command_new(Arena *a);
void command_add(Command *c, const char *word);
/* The words of `text`, which blanks separate; '...' and "..." keep blanks. */
void command_add_words(Command *c, const char *text);
/* As one would type it. */
const char *command_text(const Command *c, Arena *a);

/* Runs it in `folder` with its output (both streams) in the file `log` there and waits. *status: what it exited with,
 * 128 + N when signal N ended it. False with a diagnostic when it could not be started. */
bool command_run(Command *c, Diag *d, const char *folder, const char *log, int *status);
/* The same with a file for each stream and a limit of time; paths are relative to `folder`. */
typedef struct {
    const char *in, *out, *err; /* err NULL: the same as out */
    double seconds;             /* 0: no limit */
} CommandFiles;
typedef enum { COMMAND_done, COMMAND_late /* ended at the limit */, COMMAND_asks /* ended, as it wanted to read from the terminal */ } CommandEnd;
bool command_run_with(Command *c, Diag *d, const char *folder, const CommandFiles *files, int *status, CommandEnd *ended);
/* The program's place: `name` itself when it has a '/', else found along PATH. NULL when there is none. */
const char *program_find(Arena *a, const char *name);
#endif
