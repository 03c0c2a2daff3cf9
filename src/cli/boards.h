/* Targets by the name that the command line gives: of the table, boards that tenon knows, boards in files. */
#ifndef TENON_CLI_BOARDS_H
#define TENON_CLI_BOARDS_H
#include "base/diag.h"
#include "base/str.h"
#include "target/board.h"

/* A target of the table, a board of src/target/boards by its name, or the file of one (any name with a '/' or ending in
 * .board), in a. NULL: none; with a diagnostic where a board's text is at fault. */
const Target *target_named(Arena *a, Diag *d, const char *name);
/* The boards that tenon knows, in the order of their names. */
const Target **board_list(Arena *a, Diag *d, uint32_t *n);
/* The one to run programs on: itself, or the board whose emulator does it. */
const Target *target_to_run(Arena *a, Diag *d, const Target *t);
/* The names of all, with commas. */
void target_names(Arena *a, Diag *d, Str *out);
#endif
