#include "cli/cache.h"
#include "base/io.h"
#include "base/str.h"
#include "base/vec.h"
#include "cli/temp.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CACHE_BYTES (INT64_C(2) << 30) /* TENON_CACHE_MB changes it */
enum { DAY = 24 * 60 * 60 };

static bool make_folders(Arena *a, const char *path) {
    char *p = arena_strdup(a, path);
    for (char *at = p + 1; *at; at++) {
        if (*at != '/') continue;
        *at = 0;
        mkdir(p, 0777);
        *at = '/';
    }
    return mkdir(p, 0700) == 0 || errno == EEXIST;
}

const char *cache_folder(Arena *a) {
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME"), *path = NULL;
    if (xdg && *xdg == '/')
        path = path_join(a, xdg, "tenon");
    else if (home && *home == '/')
        path = path_join(a, home, ".cache/tenon");
    return path && make_folders(a, path) && path_is_folder(path) && access(path, W_OK) == 0 ? path : NULL;
}

const char *cache_find(Arena *a, const char *cache, const char *key) {
    const char *path = path_join(a, cache, key);
    return utimensat(AT_FDCWD, path, NULL, 0) == 0 ? path : NULL;
}

typedef struct {
    const char *path;
    int64_t bytes;
    time_t used;
} Entry;

static int64_t folder_bytes(Arena *a, const char *path) {
    int64_t sum = 0;
    struct stat s;
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));)
        if (stat(path_join(a, path, e->d_name), &s) == 0 && S_ISREG(s.st_mode)) sum += s.st_size;
    if (d) closedir(d);
    return sum;
}

static int by_age(const void *a, const void *b) {
    time_t x = ((const Entry *)a)->used, y = ((const Entry *)b)->used;
    return (x > y) - (x < y);
}

/* Oldest first until the rest is small enough; what a killed tenon left behind after a day. */
static void tidy(const char *cache) {
    Arena *a = arena_new("cache");
    Vec(Entry) list = {0};
    int64_t sum = 0, limit = CACHE_BYTES, mb;
    const char *set = getenv("TENON_CACHE_MB");
    if (set && int_parse(set, &mb) && mb >= 0 && mb < 1 << 30) limit = mb << 20;
    DIR *d = opendir(cache);
    for (struct dirent *e; d && (e = readdir(d));) {
        struct stat s;
        const char *path = path_join(a, cache, e->d_name);
        if (e->d_name[0] == '.' || lstat(path, &s) != 0 || !S_ISDIR(s.st_mode)) continue;
        if (!strncmp(e->d_name, "tenon-", 6)) {
            if (time(NULL) - s.st_mtime > DAY) temp_remove(path);
            continue;
        }
        Entry entry = {path, folder_bytes(a, path), s.st_mtime};
        sum += entry.bytes;
        vec_push(a, &list, entry);
    }
    if (d) closedir(d);
    if (list.n) qsort(list.at, list.n, sizeof *list.at, by_age);
    for (uint32_t i = 0; i + 1 < list.n && sum > limit; i++) {
        temp_remove(list.at[i].path);
        sum -= list.at[i].bytes;
    }
    arena_free(a);
}

const char *cache_store(Arena *a, const char *cache, const char *key, const char *folder) {
    const char *path = path_join(a, cache, key);
    if (rename(folder, path) == 0) {
        temp_keep(folder);
        tidy(cache);
        return path;
    }
    return errno == EEXIST || errno == ENOTEMPTY ? path : NULL;
}
