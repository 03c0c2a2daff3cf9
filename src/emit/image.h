/* Images for boards without an operating system: start-up code and a linker script beside the package. */
#ifndef TENON_EMIT_IMAGE_H
#define TENON_EMIT_IMAGE_H
#include "emit/package.h"

/* NAME_start.c and NAME.ld; only for a target_image(). */
bool image_write(const Package *k, OutSet *set, const char *dir);
/* Flags that link an image of package `name`. */
const char *emit_image_flags(Arena *a, const Target *t, const char *name);
#endif
