#include "cli/temp.h"
#include "base/io.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Read by the signal handler, so fixed places and plain system calls only. */
enum { FOLDERS = 8, PATH_BYTES = 4096 };
static char folders[FOLDERS][PATH_BYTES];
static volatile sig_atomic_t used[FOLDERS], child;

/* The layout of getdents64's records. */
typedef struct {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
} Entry;

void temp_remove(const char *path) {
    union {
        Entry aligned;
        char bytes[4096];
    } buffer;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return;
    for (int round = 0; round < 1000; round++) {
        long n = syscall(SYS_getdents64, fd, buffer.bytes, sizeof buffer.bytes);
        if (n <= 0) break;
        for (long at = 0; at < n;) {
            const Entry *e = (const Entry *)(buffer.bytes + at);
            if (strcmp(e->name, ".") && strcmp(e->name, "..")) unlinkat(fd, e->name, 0);
            at += e->length;
        }
    }
    close(fd);
    rmdir(path);
}

static void on_signal(int number) {
    if (child > 0) kill(-(pid_t)child, SIGTERM);
    out_abandon();
    for (int i = 0; i < FOLDERS; i++)
        if (used[i]) temp_remove(folders[i]);
    signal(number, SIG_DFL);
    raise(number);
}

void temp_watch_signals(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction now, wanted = {.sa_handler = on_signal};
    sigemptyset(&wanted.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN) sigaction(signals[i], &wanted, NULL);
}

void temp_child(int pid) {
    child = pid;
}

void temp_keep(const char *path) {
    for (int i = 0; i < FOLDERS; i++)
        if (used[i] && !strcmp(folders[i], path)) used[i] = 0;
}

/* Deferred: slot numbers are not enough, one may have been given up and taken again. */
static void forget(void *path) {
    for (int i = 0; i < FOLDERS; i++)
        if (used[i] && !strcmp(folders[i], path)) {
            temp_remove(path);
            used[i] = 0;
        }
}

const char *temp_folder(Arena *a, Diag *d, const char *parent) {
    const char *base = parent ? parent : getenv("TMPDIR");
    int slot = 0;
    while (slot < FOLDERS && used[slot]) slot++;
    char *path = arena_printf(a, "%s/tenon-XXXXXX", base && *base ? base : P_tmpdir);
    if (slot == FOLDERS || strlen(path) >= PATH_BYTES || !mkdtemp(path)) {
        int reason = errno;
        diag_error(d, (Loc){.file = path}, "set TMPDIR to a folder that can be written",
                   "the temporary folder cannot be made: %s",
                   slot == FOLDERS              ? "too many"
                   : strlen(path) >= PATH_BYTES ? "its name is too long"
                                                : strerror(reason));
        return NULL;
    }
    strcpy(folders[slot], path);
    used[slot] = 1;
    arena_defer(a, forget, path);
    return path;
}
