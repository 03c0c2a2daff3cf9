/* src/base/io.h, and fault injection. Faults are read once a process, so those cases run this program again:
 * io_test CASE, in a folder of their own. */
#include "base/io.h"
#include "base/map.h"
#include "base/str.h"
#include "test/unit/check.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static Arena *arena; /* emptied after each group */

static void put(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    if (!f) abort();
    fputs(text, f);
    fclose(f);
}

static bool file_is(const char *path, const char *text) {
    char got[256];
    FILE *f = fopen(path, "r");
    if (!f) return false;
    size_t n = fread(got, 1, sizeof got, f);
    fclose(f);
    return n == strlen(text) && memcmp(got, text, n) == 0;
}

/* Entries of a folder, "." and ".." left out. */
static int entries(const char *path) {
    DIR *d = opendir(path);
    int n = -2;
    if (!d) return -1;
    while (readdir(d)) n++;
    closedir(d);
    return n;
}

static int open_files(void) {
    return entries("/proc/self/fd");
}

static const char *last_text(const Diag *d) {
    int i = 0;
    while (diag_text(d, i)) i++;
    return diag_text(d, i - 1);
}

static void test_paths(void) {
    CHECK_TEXT(path_join(arena, "a", "b"), "a/b");
    CHECK_TEXT(path_join(arena, "a/", "b"), "a/b");
    CHECK_TEXT(path_join(arena, "", "b"), "b");
    CHECK_TEXT(path_join(arena, "/", "b"), "/b");
    static const char *const cases[][3] = {
        {"a/b.onnx", "a", "b"},      {"b.tar.gz", ".", "b.tar"}, {"/b", "/", "b"},
        {"a/b/c", "a/b", "c"},       {"a//c.x", "a", "c"},       {"", ".", ""},
        {".hidden", ".", ".hidden"}, {"..", ".", ".."},          {"a/b.d/", "a", "b"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_TEXT(path_folder(arena, cases[i][0]), cases[i][1]);
        CHECK_TEXT(path_stem(arena, cases[i][0]), cases[i][2]);
    }
    CHECK(path_is_folder("/") && !path_is_folder("/dev/null") && path_exists("/dev/null") && !path_exists("/no/no"));
}

static void test_map_file(void) {
    Diag *d = diag_new(arena);
    Bytes b, c;
    put("f", "hello");
    put("empty", "");
    mkdir("dir", 0777);
    mkfifo("fifo", 0666);
    CHECK(io_map(arena, d, "f", &b) && b.n == 5 && memcmp(b.data, "hello", 5) == 0);
    CHECK(io_map(arena, d, "f", &c) && c.data != b.data);
    io_unmap(&b);
    CHECK(b.data == NULL && memcmp(c.data, "hello", 5) == 0);
    io_unmap(&b);
    CHECK(io_map(arena, d, "empty", &b) && b.n == 0 && b.data);
    io_unmap(&b);
    CHECK(diag_errors(d) == 0);
    CHECK(!io_map(arena, d, "none", &b) && b.data == NULL);
    CHECK_TEXT(last_text(d), "tenon: none: cannot open: No such file or directory");
    CHECK(!io_map(arena, d, "dir", &b));
    CHECK_TEXT(last_text(d), "tenon: dir: cannot read: is a folder, not a file");
    CHECK(!io_map(arena, d, "fifo", &b));
    CHECK(!io_map(arena, d, "/dev/null", &b));
    CHECK_TEXT(last_text(d), "tenon: /dev/null: cannot read: is not a regular file");
}

#define NEEDED "; a file of its own in 'base' or below is needed"

static void test_beneath(void) {
    mkdir("base", 0777);
    mkdir("base/sub", 0777);
    put("secret", "secret");
    put("base/w", "weights");
    put("base/sub/w", "deep");
    put("base/linked", "x");
    if (symlink("../secret", "base/link") || symlink("w", "base/inner") || symlink("..", "base/up") ||
        symlink("sub", "base/subl") || link("secret", "base/hard") || mkfifo("base/fifo", 0666))
        abort();
    Diag *d = diag_new(arena);
    Loc loc = {.file = "m.onnx", .field = "location"};
    Bytes b;
    CHECK(io_map_beneath(arena, d, loc, "base", "w", &b) && b.n == 7);
    CHECK(io_map_beneath(arena, d, loc, "base", "sub/w", &b) && b.n == 4);
    CHECK(io_map_beneath(arena, d, loc, "base", "./sub//./w", &b) && b.n == 4);
    CHECK(diag_errors(d) == 0);
    static const char *const bad[] = {"",       "/etc/passwd", "../secret", "sub/../w",  "sub/../../secret",
                                      "..",     ".",           "link",      "inner",     "up/secret",
                                      "subl/w", "hard",        "sub",       "fifo",      "absent",
                                      "w/x",    "sub/",        "w/../w",    "up/base/w", "w/"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!CHECK(!io_map_beneath(arena, d, loc, "base", bad[i], &b) && !b.data)) fprintf(stderr, "  %s\n", bad[i]);
    CHECK(diag_errors(d) == (int)(sizeof bad / sizeof *bad));
    CHECK_TEXT(diag_text(d, 2), "tenon: m.onnx: location: cannot read file '../secret': \"..\" in the path"
               NEEDED);
    CHECK_TEXT(diag_text(d, 7), "tenon: m.onnx: location: cannot read file 'link': a symbolic link in the path"
               NEEDED);
    CHECK_TEXT(diag_text(d, 9), "tenon: m.onnx: location: cannot read file 'up/secret': a symbolic link in the path"
               NEEDED);
    CHECK_TEXT(diag_text(d, 11), "tenon: m.onnx: location: cannot read file 'hard': has more than one hard link"
               NEEDED);
    char longer[600];
    memset(longer, 'a', 599);
    longer[599] = 0;
    CHECK(!io_map_beneath(arena, d, loc, "base", longer, &b) && strstr(last_text(d), "File name too long"));
    CHECK(!io_map_beneath(arena, d, loc, "nobase", "w", &b));
}

/* Without a commit nothing is left; with one, everything is there. */
static void test_out(void) {
    Diag *d = diag_new(arena);
    put("old", "old");
    chmod("old", 0600);
    int before = entries(".");
    for (int commit = 0; commit < 2; commit++) {
        Arena *a = arena_new("out");
        OutSet *s = out_begin(a, d);
        CHECK(out_folder(s, "x/y//z/") && out_folder(s, "x") && out_folder(s, "/") && out_folder(s, ""));
        OutFile *f = out_open(s, "x/y/z/a.c"), *g = out_open(s, "old");
        CHECK(f && g && out_write(f, "abc", 3) && out_printf(f, "-%d", 5) && out_write(g, "new", 3));
        CHECK(out_close(f) && !out_write(f, "more", 4));
        CHECK(!path_exists("x/y/z/a.c") && file_is("old", "old") && entries("x/y/z") == 1);
        if (commit) CHECK(out_commit(s));
        arena_free(a);
        CHECK(path_exists("x") == (commit == 1) && entries(".") == before + commit);
        CHECK(file_is("old", commit ? "new" : "old"));
    }
    struct stat st;
    CHECK(file_is("x/y/z/a.c", "abc-5") && entries("x/y/z") == 1 && stat("old", &st) == 0 &&
          (st.st_mode & 0777) == 0600);
    CHECK(diag_errors(d) == 0);

    /* Large: the buffer's edges. */
    OutSet *s = out_begin(arena, d);
    OutFile *f = out_open(s, "big");
    Str want = str_new(arena);
    bool ok = f != NULL;
    for (int i = 0; i < 40; i++) {
        char *piece = arena_alloc(arena, 70001);
        size_t n = (size_t)(i * 7919 % 70000);
        memset(piece, 'a' + i % 26, n);
        ok = ok && (i & 1 ? out_write(f, piece, n) : out_printf(f, "%s", piece));
        str_addn(&want, piece, n);
    }
    Bytes b;
    CHECK(ok && out_commit(s) && io_map(arena, d, "big", &b) && b.n == want.n && memcmp(b.data, want.at, b.n) == 0);
}

static void out_fails(const char *path, const char *want) {
    Arena *a = arena_new("out");
    Diag *d = diag_new(a);
    int before = entries("."), files = open_files();
    OutSet *s = out_begin(a, d);
    OutFile *first = out_open(s, "innocent"), *f = out_open(s, path);
    if (first) out_write(first, "x", 1);
    if (f) {
        char block[1000] = {0};
        for (int i = 0; i < 200; i++) out_write(f, block, sizeof block);
        out_close(f);
    }
    CHECK(!out_commit(s) && diag_errors(d) == 1 && !diag_text(d, 1));
    CHECK_TEXT(diag_text(d, 0), want);
    CHECK(entries(".") == before && open_files() == files);
    arena_free(a);
}

static void test_out_errors(void) {
    mkdir("folder", 0777);
    put("plain", "");
    if (symlink("nowhere", "dangling")) abort();
    out_fails("/dev/full", "tenon: /dev/full: cannot write: No space left on device");
    out_fails("folder", "tenon: folder: cannot write: is a folder");
    out_fails("new/", "tenon: new/: cannot write: is a folder");
    out_fails("", "tenon: cannot write: the file name is empty");
    out_fails("none/x.c", "tenon: none/x.c: cannot write: No such file or directory");
    out_fails("plain/x.c", "tenon: plain/x.c: cannot write: Not a directory");
    out_fails("dangling", "tenon: dangling: cannot write: No such file or directory");
    out_fails("innocent", "tenon: innocent: would be written twice");
    Diag *d = diag_new(arena);
    OutSet *s = out_begin(arena, d);
    CHECK(!out_folder(s, "plain/sub") && !out_commit(s));
    CHECK_TEXT(diag_text(d, 0), "tenon: plain: is a file, a folder is needed");
    CHECK(!io_write_file(arena, d, "/proc/nothing/here", "x", 1));
    CHECK(io_write_file(arena, d, "/dev/null", "x", 1) && !path_is_folder("/dev/null"));
    struct stat st;
    CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));

    /* A symbolic link stays one, its file is written. */
    put("real", "old");
    if (symlink("real", "alias")) abort();
    CHECK(io_write_file(arena, d, "alias", "new", 3) && file_is("real", "new"));
    CHECK(lstat("alias", &st) == 0 && S_ISLNK(st.st_mode));
    char name[251];
    memset(name, 'n', 250);
    name[250] = 0;
    CHECK(io_write_file(arena, d, name, "x", 1) && file_is(name, "x"));

    /* A full disk, as RLIMIT_FSIZE has it: the old file stays. */
    struct rlimit keep, limit;
    getrlimit(RLIMIT_FSIZE, &keep);
    limit = keep;
    limit.rlim_cur = 100000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    out_fails("real", "tenon: real: cannot write: File too large");
    setrlimit(RLIMIT_FSIZE, &keep);
    CHECK(file_is("real", "new"));
}

/* A forked child that ends its arenas leaves the parent's temporaries alone. */
static void test_out_fork(void) {
    Diag *d = diag_new(arena);
    Arena *a = arena_new("out");
    OutSet *s = out_begin(a, d);
    OutFile *f = out_open(s, "parent");
    pid_t child = fork();
    if (child == 0) {
        arena_free(a);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    CHECK(f && out_write(f, "kept", 4) && out_commit(s) && file_is("parent", "kept"));
    arena_free(a);
}

/* ---- cases that run in a process of their own ---- */

/* As on a kernel without openat2. */
static int case_walk(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {4, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 2;
    int files = open_files();
    test_beneath();
    CHECK(open_files() == files);
    return failed != 0;
}

/* The work that fault injection breaks at each point in turn: 0 done, 1 failed cleanly, 3 a broken promise. */
static int case_work(void) {
    int files = open_files();
    if (setjmp(*mem_guard())) {
        mem_release_all();
        return open_files() == files && file_is("one", "old") && !path_exists("made") && entries(".") == 2 ? 1 : 3;
    }
    Arena *a = arena_new("work");
    Diag *d = diag_new(a);
    Map m = {0};
    Bytes b;
    for (int i = 0; i < 3000; i++) map_set(a, &m, arena_printf(a, "%d", i), 1);
    bool ok = io_map(a, d, "one", &b) && io_map_beneath(a, d, (Loc){0}, ".", "one", &b);
    OutSet *s = out_begin(a, d);
    char block[5000] = {0};
    ok = ok && out_folder(s, "made/deep");
    static const char *const path[] = {"one", "two", "made/deep/three"};
    for (int i = 0; ok && i < 3; i++) {
        OutFile *f = out_open(s, path[i]);
        ok = f && out_printf(f, "new");
        for (int j = 0; ok && j < 30; j++) ok = out_write(f, block, sizeof block);
        ok = ok && out_close(f);
    }
    ok = out_commit(s) && ok;
    void *p = mem_try_alloc(10);
    mem_try_free(p);
    int errors = diag_errors(d);
    if (ok) {
        arena_free(a);
        bool whole = !file_is("one", "old") && path_exists("made/deep/three") && entries("made/deep") == 1;
        return whole && errors == 0 && entries(".") == 4 && open_files() == files ? (p ? 0 : 1) : 3;
    }
    bool clear = errors == 1 && strstr(diag_text(d, 0), ": cannot write");
    arena_free(a);
    return clear && file_is("one", "old") && !path_exists("made") && entries(".") == 2 && open_files() == files ? 1 : 3;
}

static char self[4096];

/* Exit status of `io_test name` in a new folder. */
static int run_case(const char *name, const char *variable, const char *value) {
    char folder[] = "/tmp/io_test_XXXXXX";
    if (!mkdtemp(folder)) abort();
    pid_t child = fork();
    if (child == 0) {
        if (chdir(folder)) _exit(9);
        if (variable) setenv(variable, value, 1);
        execl(self, self, name, (char *)NULL);
        _exit(9);
    }
    int status = 0;
    waitpid(child, &status, 0);
    char *remove_all = arena_printf(arena, "rm -rf %s", folder);
    if (system(remove_all)) failed++;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static void test_faults(void) {
    static const char *const variables[] = {"TENON_FAIL_ALLOC", "TENON_FAIL_WRITE"};
    for (int v = 0; v < 2; v++) {
        for (int onwards = 0; onwards < 2; onwards++) {
            int n = 1, status = 1;
            for (; n < 200 && status == 1; n++) {
                status = run_case("work", variables[v], arena_printf(arena, "%d%s", n, onwards ? "+" : ""));
                if (status > 1) fprintf(stderr, "  %s=%d%s: %d\n", variables[v], n, onwards ? "+" : "", status);
            }
            CHECK(status == 0 && n > 10);
        }
    }
    CHECK(run_case("work", "TENON_FAIL_ALLOC", "abc") == 0);
    CHECK(run_case("work", "TENON_FAIL_WRITE", "") == 0);
    CHECK(run_case("work", "TENON_FAIL_WRITE", "1x") == 1);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "work") == 0) {
        put("one", "old");
        put("unrelated", "");
        return case_work();
    }
    arena = arena_new("test");
    if (argc > 1 && strcmp(argv[1], "walk") == 0) return case_walk();
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    char folder[] = "/tmp/io_test_XXXXXX";
    if (n < 0 || !mkdtemp(folder) || chdir(folder)) return 2;
    CHECK(run_case("walk", NULL, NULL) == 0);
    void (*const tests[])(void) = {test_paths,      test_map_file, test_beneath, test_out,
                                   test_out_errors, test_out_fork, test_faults};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        int files = open_files();
        tests[i]();
        arena_reset(arena);
        CHECK(open_files() == files);
    }
    mem_release_all();
    arena = arena_new("end");
    char *remove_all = arena_printf(arena, "rm -rf %s", folder);
    if (chdir("/") || system(remove_all)) failed++;
    mem_release_all();
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
