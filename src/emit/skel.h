/* Files that the output contains or is made from: src/emit/skel, src/cli/skel and runtime, embedded by tools/embed.sh. */
#ifndef TENON_EMIT_SKEL_H
#define TENON_EMIT_SKEL_H
#include "target/target.h"

typedef struct {
    const char *name, *text;
} Skeleton;
extern const Skeleton skeletons[]; /* ends with a NULL name */
const char *skeleton(const char *name); /* NULL when there is none */
/* The file that the target has in the place of `name`, or that itself. */
const char *skeleton_of(Arena *a, const Target *t, const char *name);
#endif
