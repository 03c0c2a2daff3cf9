/* Files: read whole, write beside and rename. Fault injection for tests: TENON_FAIL_WRITE=n fails the n-th write call. */
#ifndef TENON_BASE_IO_H
#define TENON_BASE_IO_H
#include "base/diag.h"

typedef struct {
    const uint8_t *data;
    size_t n;
} Bytes;

/* Maps a regular file read-only; unmapped with the arena, or earlier by io_unmap. False with a diagnostic: missing,
 * a directory, unreadable. */
bool io_map(Arena *a, Diag *d, const char *path, Bytes *out);
void io_unmap(Bytes *b);
/* Opens `relative` beneath folder `base` only: no absolute path, no "..", no symlink on the way (openat2
 * RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, or a walk with O_NOFOLLOW), regular file, one hard link. */
bool io_map_beneath(Arena *a, Diag *d, Loc loc, const char *base, const char *relative, Bytes *out);

/* A set of files that appears together: each is written as a temporary beside its place, flushed and synced; commit
 * renames all, and without a commit freeing the arena removes the temporaries and folders made for it. */
typedef struct OutSet OutSet;
typedef struct OutFile OutFile;
OutSet *out_begin(Arena *a, Diag *d);
/* Makes the folder (and parents) if missing. */
bool out_folder(OutSet *s, const char *path);
OutFile *out_open(OutSet *s, const char *path); /* NULL with a diagnostic */
bool out_write(OutFile *f, const void *data, size_t n);
bool out_printf(OutFile *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool out_close(OutFile *f);
bool out_commit(OutSet *s);
/* For handlers of signals that end the program: takes back what is not committed. */
void out_abandon(void);
/* One whole file at once, beside-and-rename. */
bool io_write_file(Arena *scratch, Diag *d, const char *path, const void *data, size_t n);
const char *path_join(Arena *a, const char *folder, const char *name);
const char *path_folder(Arena *a, const char *path); /* "." when there is none */
const char *path_stem(Arena *a, const char *path);   /* file name without folder and last extension */
bool path_is_folder(const char *path);
bool path_exists(const char *path);
#endif
