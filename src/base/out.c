/* The writing half of io.h. Nothing here allocates while it holds a file that the set does not know of. */
#include "base/internal.h"
#include "base/io.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 64 << 10, NAME_PART = 180 };

struct OutFile {
    OutFile *next;
    OutSet *set;
    const char *path; /* as the caller wrote it, for messages */
    char *target;     /* symbolic links followed */
    const char *folder;
    char *temporary; /* NULL: written directly (a device or pipe) */
    unsigned char *buffer;
    size_t n;
    int fd;
    /* Renamed; there was no file before; the old file lies under `temporary`. */
    bool placed, fresh, swapped;
};

typedef struct Folder {
    struct Folder *next;
    char *path;
    const char *parent;
    bool made;
} Folder;

struct OutSet {
    OutSet *next, *prev; /* in the list of live sets */
    Arena *arena;
    Diag *diag;
    OutFile *files;  /* newest first */
    Folder *folders; /* newest first */
    unsigned char *spare;
    pid_t owner;
    bool failed;
};

static OutSet *live; /* read by out_abandon, in a signal handler */
static Fault fail_write = {.variable = "TENON_FAIL_WRITE"};

static bool injected(int error) {
    if (!fault_due(&fail_write)) return false;
    errno = error;
    return true;
}

/* A signal comes before or after: out_abandon would not know of what has just been made. */
static sigset_t hold_signals(void) {
    sigset_t all, old;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old);
    return old;
}

static void release_signals(const sigset_t *old) {
    int error = errno;
    sigprocmask(SIG_SETMASK, old, NULL);
    errno = error;
}

static void file_close(OutFile *f) {
    if (f->fd >= 0) close(f->fd);
    f->fd = -1;
    if (f->buffer) f->set->spare = f->buffer;
    f->buffer = NULL;
}

/* Back to how things were. Allocates nothing: it runs when memory has ended. */
static void rollback(OutSet *s) {
    for (OutFile *f = s->files; f; f = f->next) {
        file_close(f);
        if (f->swapped)
            rename(f->temporary, f->target);
        else if (f->fresh)
            unlink(f->target);
        else if (f->temporary && !f->placed)
            unlink(f->temporary);
    }
    for (Folder *f = s->folders; f; f = f->next)
        if (f->made) rmdir(f->path);
    s->files = NULL;
    s->folders = NULL;
}

/* A forked child that frees its arenas must leave the parent's files alone. */
static void set_end(void *data) {
    OutSet *s = data;
    if (s->owner == getpid()) rollback(s);
    if (s->prev)
        s->prev->next = s->next;
    else
        live = s->next;
    if (s->next) s->next->prev = s->prev;
}

void out_abandon(void) {
    for (OutSet *s = live; s; s = s->next)
        if (s->owner == getpid()) rollback(s);
}

OutSet *out_begin(Arena *a, Diag *d) {
    OutSet *s = arena_new_of(a, OutSet);
    *s = (OutSet){.next = live, .arena = a, .diag = d, .owner = getpid()};
    arena_defer(a, set_end, s);
    if (live) live->prev = s;
    live = s;
    return s;
}

static bool set_fail(OutSet *s, const char *path, const char *what, int error) {
    if (s->failed) return false;
    s->failed = true;
    Loc loc = {.file = path};
    return error ? diag_error(s->diag, loc, NULL, "%s: %s", what, strerror(error))
                 : diag_error(s->diag, loc, NULL, "%s", what);
}

static bool cannot_write(OutFile *f, int error) {
    return set_fail(f->set, f->path, "cannot write", error);
}

bool out_folder(OutSet *s, const char *path) {
    if (s->failed) return false;
    char *part = arena_strdup(s->arena, path);
    for (size_t i = 0; path[i];) {
        i += strspn(path + i, "/");
        i += strcspn(path + i, "/");
        char after = part[i];
        part[i] = 0;
        if (!path_is_folder(part)) {
            Folder *f = arena_new_of(s->arena, Folder);
            *f = (Folder){s->folders, arena_strdup(s->arena, part), path_folder(s->arena, part), false};
            s->folders = f;
            sigset_t before = hold_signals();
            f->made = mkdir(part, 0777) == 0;
            release_signals(&before);
            int error = errno;
            /* Another process may have made it just now. */
            if (!f->made && !path_is_folder(part)) {
                if (error == EEXIST) return set_fail(s, part, "is a file, a folder is needed", 0);
                return set_fail(s, part, "cannot make folder", error);
            }
        }
        part[i] = after;
    }
    return true;
}

/* Fills in f->target; `st` is the file there now, st_mode 0 when there is none. */
static bool find_target(OutFile *f, struct stat *st) {
    OutSet *s = f->set;
    size_t n = strlen(f->path);
    *st = (struct stat){0};
    if (n == 0) return set_fail(s, NULL, "cannot write: the file name is empty", 0);
    if (f->path[n - 1] == '/') return set_fail(s, f->path, "cannot write: is a folder", 0);
    struct stat link;
    f->target = arena_strdup(s->arena, f->path);
    if (lstat(f->path, &link) != 0) return errno == ENOENT ? true : cannot_write(f, errno);
    if (stat(f->path, st) != 0) return cannot_write(f, errno);
    if (S_ISDIR(st->st_mode)) return set_fail(s, f->path, "cannot write: is a folder", 0);
    if (S_ISBLK(st->st_mode)) return set_fail(s, f->path, "cannot write: is a disk", 0);
    if (S_ISLNK(link.st_mode) && S_ISREG(st->st_mode)) {
        /* Renaming over the link itself would lose it. */
        char real[PATH_MAX];
        if (!realpath(f->path, real)) return cannot_write(f, errno);
        f->target = arena_strdup(s->arena, real);
    }
    if (faccessat(AT_FDCWD, f->path, W_OK, AT_EACCESS) != 0) return cannot_write(f, errno);
    return true;
}

static bool open_direct(OutFile *f) {
    f->fd = injected(ENOSPC) ? -1 : open(f->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return f->fd >= 0 ? true : cannot_write(f, errno);
}

static bool open_temporary(OutFile *f, mode_t keep_mode) {
    static unsigned serial;
    Arena *a = f->set->arena;
    const char *name = strrchr(f->target, '/');
    name = name ? name + 1 : f->target;
    f->folder = path_folder(a, f->target);
    /* A long name is cut: the temporary one must not be too long where the file's own is not. */
    const char *start =
        path_join(a, f->folder, arena_printf(a, ".%.*s.tmp-%ld-", NAME_PART, name, (long)f->set->owner));
    size_t room = strlen(start) + 16;
    char *temporary = arena_alloc(a, room);
    sigset_t before = hold_signals();
    for (int tries = 0; tries < 1000; tries++) {
        snprintf(temporary, room, "%s%u", start, ++serial);
        f->fd = injected(ENOSPC) ? -1 : open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (f->fd >= 0 || errno != EEXIST) break;
    }
    if (f->fd >= 0) f->temporary = temporary;
    release_signals(&before);
    if (f->fd < 0) return cannot_write(f, errno);
    /* What was private stays private. */
    if (keep_mode && fchmod(f->fd, keep_mode & 0777) != 0) return cannot_write(f, errno);
    return true;
}

OutFile *out_open(OutSet *s, const char *path) {
    if (s->failed) return NULL;
    OutFile *f = arena_new_of(s->arena, OutFile);
    *f = (OutFile){.set = s, .path = arena_strdup(s->arena, path), .fd = -1};
    struct stat st;
    if (!find_target(f, &st)) return NULL;
    for (OutFile *o = s->files; o; o = o->next)
        if (o->temporary && strcmp(o->target, f->target) == 0) {
            set_fail(s, f->path, "would be written twice", 0);
            return NULL;
        }
    f->buffer = s->spare ? s->spare : arena_alloc(s->arena, BUFFER);
    s->spare = NULL;
    f->next = s->files;
    s->files = f;
    bool direct = st.st_mode && !S_ISREG(st.st_mode);
    return (direct ? open_direct(f) : open_temporary(f, st.st_mode)) ? f : NULL;
}

static bool write_all(OutFile *f, const unsigned char *data, size_t n) {
    while (n) {
        size_t part = n < (size_t)1 << 30 ? n : (size_t)1 << 30;
        ssize_t done = injected(ENOSPC) ? -1 : write(f->fd, data, part);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return cannot_write(f, done < 0 ? errno : ENOSPC);
        data += done;
        n -= (size_t)done;
    }
    return true;
}

static bool flush(OutFile *f) {
    size_t n = f->n;
    f->n = 0;
    return write_all(f, f->buffer, n);
}

bool out_write(OutFile *f, const void *data, size_t n) {
    if (f->set->failed || f->fd < 0) return false;
    if (n > BUFFER - f->n && !flush(f)) return false;
    if (n >= BUFFER) return write_all(f, data, n);
    if (n) memcpy(f->buffer + f->n, data, n);
    f->n += n;
    return true;
}

bool out_printf(OutFile *f, const char *format, ...) {
    if (f->set->failed || f->fd < 0) return false;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t room = BUFFER - f->n;
    int n = vsnprintf((char *)f->buffer + f->n, room, format, args);
    bool ok = n >= 0;
    if (!ok) {
        cannot_write(f, EOVERFLOW);
    } else if ((size_t)n < room) {
        f->n += (size_t)n;
    } else if (n < BUFFER) {
        ok = flush(f);
        if (ok) f->n = (size_t)vsnprintf((char *)f->buffer, BUFFER, format, again);
    } else {
        char *text = arena_vprintf(f->set->arena, format, again);
        ok = out_write(f, text, (size_t)n);
    }
    va_end(again);
    va_end(args);
    return ok;
}

/* Some file systems cannot sync; that is no failure to write. */
static bool sync_fd(int fd) {
    int r = injected(EIO) ? -1 : fsync(fd);
    return r == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
}

bool out_close(OutFile *f) {
    OutSet *s = f->set;
    if (f->fd < 0) return !s->failed;
    bool ok = !s->failed && flush(f);
    if (ok && f->temporary && !sync_fd(f->fd)) ok = cannot_write(f, errno);
    int fd = f->fd;
    f->fd = -1;
    if (close(fd) != 0 && errno != EINTR && ok) ok = cannot_write(f, errno);
    file_close(f);
    return ok;
}

/* With an old file in place the two change names, so that a later failure can bring it back. */
static bool place(OutFile *f) {
    if (injected(EIO)) return cannot_write(f, errno);
    if (renameat2(AT_FDCWD, f->temporary, AT_FDCWD, f->target, RENAME_EXCHANGE) == 0) {
        f->swapped = true;
    } else {
        bool fresh = errno == ENOENT;
        if (rename(f->temporary, f->target) != 0) return cannot_write(f, errno);
        f->fresh = fresh;
    }
    f->placed = true;
    return true;
}

static bool sync_folder(OutSet *s, const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return true; /* a folder may be written to and not read */
    bool ok = sync_fd(fd);
    int error = errno;
    close(fd);
    return ok ? true : set_fail(s, path, "cannot write folder", error);
}

static bool sync_folders(OutSet *s) {
    const char *last = "";
    for (OutFile *f = s->files; f; f = f->next) {
        if (!f->temporary || strcmp(f->folder, last) == 0) continue;
        last = f->folder;
        if (!sync_folder(s, last)) return false;
    }
    for (Folder *f = s->folders; f; f = f->next)
        if (f->made && !sync_folder(s, f->parent)) return false;
    return true;
}

bool out_commit(OutSet *s) {
    bool ok = !s->failed;
    for (OutFile *f = s->files; f && ok; f = f->next) ok = out_close(f);
    /* A signal comes before or after: out_abandon would see files that have half changed places. */
    sigset_t before = hold_signals();
    for (OutFile *f = s->files; f && ok; f = f->next)
        if (f->temporary) ok = place(f);
    ok = ok && sync_folders(s);
    for (OutFile *f = s->files; f && ok; f = f->next)
        if (f->swapped) unlink(f->temporary);
    if (!ok) rollback(s);
    s->files = NULL;
    s->folders = NULL;
    release_signals(&before);
    return ok;
}

bool io_write_file(Arena *scratch, Diag *d, const char *path, const void *data, size_t n) {
    OutSet *s = out_begin(scratch, d);
    OutFile *f = out_open(s, path);
    if (f && out_write(f, data, n)) out_close(f);
    return out_commit(s);
}
