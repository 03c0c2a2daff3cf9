/* What the unit tests share: CHECK counts and tells, the last line of each program is `N passed, N failed`. */
#ifndef TENON_TEST_CHECK_H
#define TENON_TEST_CHECK_H
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int passed, failed;
#define CHECK(...) check((__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)
#define CHECK_TEXT(got, want) check_text((got), (want), __FILE__, __LINE__)

static inline bool check(bool ok, const char *what, const char *file, int line) {
    ok ? passed++ : failed++;
    if (!ok) fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    return ok;
}

static inline void check_text(const char *got, const char *want, const char *file, int line) {
    if (!check(got && strcmp(got, want) == 0, "text", file, line))
        fprintf(stderr, "  got:  %s\n  want: %s\n", got ? got : "NULL", want);
}
#endif
