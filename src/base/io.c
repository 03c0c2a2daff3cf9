#include "base/io.h"
#include "base/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- reading ---- */

/* A live mapping, so that io_unmap and the arena's end do not both unmap it. */
typedef struct Mapping {
    struct Mapping *next, *prev;
    void *data; /* NULL: not mapped (any more) */
    size_t n;
} Mapping;

static Mapping *mappings; /* newest first */
static const uint8_t no_bytes[16];

static void mapping_end(void *data) {
    Mapping *m = data;
    if (!m->data) return;
    munmap(m->data, m->n);
    m->data = NULL;
    if (m->prev)
        m->prev->next = m->next;
    else
        mappings = m->next;
    if (m->next) m->next->prev = m->prev;
}

/* Made before the file is opened: running out of memory here must not leak the file. */
static Mapping *mapping_new(Arena *a) {
    Mapping *m = arena_new_of(a, Mapping);
    arena_defer(a, mapping_end, m);
    return m;
}

/* Maps and closes fd, allocates nothing. NULL, or what is wrong. */
static const char *map_fd(int fd, Mapping *m, bool one_link, Bytes *out) {
    struct stat st;
    const char *why = NULL;
    if (fstat(fd, &st) != 0)
        why = strerror(errno);
    else if (S_ISDIR(st.st_mode))
        why = "is a folder, not a file";
    else if (!S_ISREG(st.st_mode))
        why = "is not a regular file";
    else if (one_link && st.st_nlink != 1)
        why = "has more than one hard link";
    else if ((uintmax_t)st.st_size > SIZE_MAX / 4)
        why = strerror(EFBIG);
    else if (st.st_size == 0)
        *out = (Bytes){no_bytes, 0};
    else {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED) {
            why = strerror(errno);
        } else {
            *m = (Mapping){mappings, NULL, p, (size_t)st.st_size};
            if (mappings) mappings->prev = m;
            mappings = m;
            *out = (Bytes){p, m->n};
        }
    }
    close(fd);
    return why;
}

/* Without O_NONBLOCK opening a FIFO would wait for ever. */
enum { READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

bool io_map(Arena *a, Diag *d, const char *path, Bytes *out) {
    *out = (Bytes){NULL, 0};
    Loc loc = {.file = path};
    Mapping *m = mapping_new(a);
    int fd = open(path, READ_FLAGS);
    if (fd < 0) return diag_error(d, loc, NULL, "cannot open: %s", strerror(errno));
    const char *why = map_fd(fd, m, false, out);
    return why ? diag_error(d, loc, NULL, "cannot read: %s", why) : true;
}

void io_unmap(Bytes *b) {
    for (Mapping *m = b->data ? mappings : NULL; m; m = m->next)
        if (m->data == b->data) {
            mapping_end(m);
            break;
        }
    *b = (Bytes){NULL, 0};
}

static const char *bad_relative(const char *path) {
    if (!*path) return "the path is empty";
    if (*path == '/') return "the path is absolute";
    for (const char *at = path; *at; at += *at == '/') {
        size_t n = strcspn(at, "/");
        if (n == 2 && at[0] == '.' && at[1] == '.') return "\"..\" in the path";
        at += n;
    }
    return NULL;
}

/* For kernels without openat2: one component at a time, none of them a symbolic link. */
static int walk_beneath(int base, const char *path) {
    int at = base;
    for (;;) {
        char part[NAME_MAX + 1];
        path += strspn(path, "/");
        size_t n = strcspn(path, "/");
        bool last = path[n] == 0;
        int fd = -1;
        if (n > NAME_MAX) {
            errno = ENAMETOOLONG;
        } else {
            memcpy(part, path, n);
            part[n] = 0;
            fd = openat(at, n ? part : ".", (last ? READ_FLAGS : O_PATH | O_DIRECTORY | O_CLOEXEC) | O_NOFOLLOW);
            /* O_DIRECTORY tells of a link as of any other file. */
            struct stat st;
            if (fd < 0 && errno == ENOTDIR)
                errno = fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR;
        }
        int saved = errno;
        if (at != base) close(at);
        errno = saved;
        if (fd < 0 || last) return fd;
        at = fd;
        path += n;
    }
}

static int open_beneath(int base, const char *path) {
    struct open_how how = {.flags = READ_FLAGS, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    for (int tries = 0; tries < 100; tries++) {
        long fd = syscall(SYS_openat2, base, path, &how, sizeof how);
        if (fd >= 0) return (int)fd;
        if (errno == ENOSYS || errno == EPERM) return walk_beneath(base, path);
        if (errno != EINTR && errno != EAGAIN) return -1;
    }
    return -1;
}

bool io_map_beneath(Arena *a, Diag *d, Loc loc, const char *base, const char *relative, Bytes *out) {
    *out = (Bytes){NULL, 0};
    const char *why = bad_relative(relative);
    Mapping *m = mapping_new(a);
    if (!why) {
        int folder = open(*base ? base : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
        int fd = folder < 0 ? -1 : open_beneath(folder, relative);
        if (fd < 0) why = errno == ELOOP ? "a symbolic link in the path" : strerror(errno);
        if (folder >= 0) close(folder);
        if (fd >= 0) why = map_fd(fd, m, true, out);
    }
    if (!why) return true;
    const char *hint = arena_printf(a, "a file of its own in '%.200s' or below is needed", base);
    return diag_error(d, loc, hint, "cannot read file '%.200s': %s", relative, why);
}

/* ---- paths ---- */

const char *path_join(Arena *a, const char *folder, const char *name) {
    if (!*folder) return arena_strdup(a, name);
    return arena_printf(a, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
}

/* Where the last component begins and ends, slashes at the end left out. */
static size_t last_part(const char *path, size_t *end) {
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    *end = n;
    while (n > 0 && path[n - 1] != '/') n--;
    return n;
}

const char *path_folder(Arena *a, const char *path) {
    size_t end, n = last_part(path, &end);
    if (n == 0) return arena_strdup(a, ".");
    while (n > 1 && path[n - 1] == '/') n--;
    return arena_strndup(a, path, n);
}

const char *path_stem(Arena *a, const char *path) {
    size_t end, start = last_part(path, &end), stop = end, first = start;
    while (first < end && path[first] == '.') first++;
    for (size_t i = first + 1; i < end; i++)
        if (path[i] == '.') stop = i;
    return arena_strndup(a, path + start, stop - start);
}

bool path_is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool path_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0;
}
