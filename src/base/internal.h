/* Shared inside base/ only. */
#ifndef TENON_BASE_INTERNAL_H
#define TENON_BASE_INTERNAL_H
#include "base/arena.h"

/* Fault injection by an environment variable: "5" fails the 5th call, "5+" every one from the 5th on. */
typedef struct {
    const char *variable;
    bool read, onwards;
    unsigned long long at, count; /* at 0: off */
} Fault;
bool fault_due(Fault *f);

/* Makes the newest allocation of the arena longer in place; false where it is not the newest or does not fit. */
bool arena_extend(Arena *a, const void *at, size_t old_bytes, size_t new_bytes);

/* The bytes of the character at s if it may be shown as it is, 0 if its first byte has to be escaped: control
 * characters, bidirectional overrides, what is not UTF-8. */
int text_plain(const char *s);
/* src with \xNN escapes, cut to `limit` characters and "..." */
char *text_escape(Arena *a, const char *s, size_t limit);
#endif
