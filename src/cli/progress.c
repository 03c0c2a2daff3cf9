#include "cli/progress.h"
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const char *saying = "";
static bool shown;

static bool terminal(void) {
    static int known = -1;
    if (known < 0) known = isatty(STDERR_FILENO) == 1;
    return known;
}

void progress_say(const char *what) {
    saying = what;
    if (!terminal()) return;
    fprintf(stderr, "\r\033[K%s ...", what);
    fflush(stderr);
    shown = true;
}

void progress_count(uint32_t done, uint32_t of) {
    static double last;
    struct timespec t;
    if (!terminal()) return;
    clock_gettime(CLOCK_MONOTONIC, &t);
    double now = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
    if (now - last < 0.1 && done < of) return;
    last = now;
    fprintf(stderr, "\r\033[K%s ... %u of %u", saying, (unsigned)done, (unsigned)of);
    fflush(stderr);
    shown = true;
}

void progress_end(void) {
    if (!shown) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    shown = false;
}
