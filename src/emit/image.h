/* Images for boards without an operating system: start-up code and a linker script beside the package. And programs that
 * a script starts. */
#ifndef TENON_EMIT_IMAGE_H
#define TENON_EMIT_IMAGE_H
#include "emit/package.h"

/* NAME_start.c and NAME.ld; only for a target_image(). */
bool image_write(const Package *k, OutSet *set, const char *dir);
/* NAME_example.mjs, which starts NAME_example; only for a target with a loader. */
bool loader_write(const Package *k, OutSet *set, const char *dir);
/* Flags that link a program of package `name`; "" where none are needed. */
const char *emit_link_flags(Arena *a, const Target *t, const char *name);
#endif
