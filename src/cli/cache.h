/* Compiled programs by what they were made from, in $XDG_CACHE_HOME/tenon or ~/.cache/tenon. An entry is a folder that
 * appears whole, by rename, so that several tenon at once are no trouble; the oldest ones go when there are too many.
 */
#ifndef TENON_CLI_CACHE_H
#define TENON_CLI_CACHE_H
#include "base/diag.h"

/* The cache's folder, made if missing; NULL when there is no place for it. */
const char *cache_folder(Arena *a);
/* The entry's folder, marked as used now; NULL when there is none. */
const char *cache_find(Arena *a, const char *cache, const char *key);
/* Makes a finished folder beneath `cache` the entry `key`; returns the entry's folder, which may be what another
 * process has made meanwhile (the folder is removed then). NULL when it cannot be. */
const char *cache_store(Arena *a, const char *cache, const char *key, const char *folder);
#endif
