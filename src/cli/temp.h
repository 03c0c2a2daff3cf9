/* Temporary folders that go away: with their arena, and when the program is interrupted. They hold files, no folders.
 */
#ifndef TENON_CLI_TEMP_H
#define TENON_CLI_TEMP_H
#include "base/diag.h"

/* Once, before the first temp_folder: on SIGINT, SIGTERM and SIGHUP the folders are removed, a running child is ended
 * and the program dies of the signal. */
void temp_watch_signals(void);
/* A new empty folder beneath `parent`, or beneath $TMPDIR when NULL. NULL with a diagnostic. */
const char *temp_folder(Arena *a, Diag *d, const char *parent);
/* It lives on: it was renamed. */
void temp_keep(const char *path);
/* The files in a folder and the folder. */
void temp_remove(const char *path);
/* The child whose process group an interruption ends too; 0: none. */
void temp_child(int pid);
#endif
