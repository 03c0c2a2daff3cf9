#include "cli/build.h"
#include "base/io.h"
#include "cli/object.h"
#include "cli/progress.h"
#include "cli/temp.h"
#include "emit/emit.h"
#include "emit/image.h"
#include "target/board.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Debian calls the package of X-gcc gcc-X. cc may have flags behind the compiler. */
static const char *compiler_package(Arena *a, const char *cc) {
    size_t n = strcspn(cc, " ");
    return n > 4 && !strncmp(cc + n - 4, "-gcc", 4) ? arena_printf(a, "gcc-%.*s", (int)n - 4, cc) : arena_strndup(a, cc, n);
}

bool compiler_words(Command *c, Diag *d, const Target *t) {
    bool own = !strcmp(t->cc, "gcc"); /* CC names a compiler for this machine */
    const char *set = own ? getenv("CC") : NULL;
    Command words = command_new(c->arena);
    command_add_words(&words, set && *set ? set : t->cc);
    if (!words.word.n) command_add(&words, t->cc);
    const char *place = program_find(c->arena, words.word.at[0]);
    if (!place)
        return diag_error(d, (Loc){.field = set && *set ? "CC" : NULL},
                          arena_printf(c->arena, "install it (package %s), %sor take --engine interpreter",
                                       compiler_package(c->arena, t->cc), own ? "set CC to another, " : ""),
                          "the C compiler '%s' is not found", words.word.at[0]);
    char *absolute = realpath(place, NULL);
    command_add(c, absolute && !strchr(words.word.at[0], '/') ? place : absolute ? absolute : place);
    free(absolute);
    for (uint32_t i = 1; i < words.word.n; i++) command_add(c, words.word.at[i]);
    return true;
}

/* What the compiler said: the first line with an error, else the last line. */
static const char *complaint(Arena *a, const char *folder) {
    Bytes log;
    Diag *quiet = diag_new(a);
    if (!io_map(a, quiet, path_join(a, folder, "log"), &log)) return "";
    char *text = arena_strndup(a, (const char *)log.data, log.n), *last = text, *state = NULL;
    for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
        if (strstr(line, "error:") || strstr(line, "Error:")) return line;
        if (*line) last = line;
    }
    return last;
}

static bool compile(Arena *a, Diag *d, Command *c, const char *folder) {
    int status;
    progress_say("compiling the C code");
    bool started = command_run(c, d, folder, "log", &status);
    progress_end();
    if (!started) return false;
    if (status == 0) return true;
    const char *said = complaint(a, folder);
    return diag_error(d, (Loc){.file = c->word.at[0]}, "set CC to another compiler",
                      "the C compiler failed with exit status %d%s%s", status, *said ? ": " : "", said);
}

/* What starts `program` is called like it. */
static bool place_loader(Arena *a, Diag *d, const char *folder, const char *name) {
    const char *from = path_join(a, folder, arena_printf(a, "%s_example.mjs", name));
    return rename(from, path_join(a, folder, "program.mjs")) == 0 ||
           diag_error(d, (Loc){.file = from}, NULL, "cannot be renamed: %s", strerror(errno));
}

bool build_program(Arena *a, Diag *d, const Target *t, const char *folder, const char *name, bool profile, bool threads) {
    static const char *const files[] = {"", "_weights", "_example", "_profile"};
    Command c = command_new(a);
    if (!compiler_words(&c, d, t)) return false;
    command_add_words(&c, t->cflags);
    command_add(&c, "-I.");
    command_add(&c, "-w");
    command_add(&c, "-o");
    command_add(&c, "program");
    for (int i = 0; i < (profile ? 4 : 3); i++) command_add(&c, arena_printf(a, "%s%s.c", name, files[i]));
    if (target_image(t)) command_add(&c, arena_printf(a, "%s_start.c", name));
    command_add_words(&c, emit_link_flags(a, t, name));
    if (threads) {
        command_add(&c, "tenon_pool.c");
        command_add(&c, "-pthread");
    }
    command_add(&c, "-lm");
    return compile(a, d, &c, folder) && (!t->loader || place_loader(a, d, folder, name));
}

/* NAME_v4.c -> the object beside it */
static bool build_variant(Arena *a, Diag *d, const Target *t, const char *folder, const char *name) {
    Command c = command_new(a);
    if (!compiler_words(&c, d, t)) return false;
    command_add_words(&c, t->cflags);
    command_add_words(&c, "-I. -w -c");
    command_add(&c, arena_printf(a, "%s.c", name));
    return compile(a, d, &c, folder);
}

bool build_variants(Arena *a, Diag *d, const Target *t, const Target *built, const char *folder, const char *name, bool threads) {
    Command c = command_new(a);
    if (!compiler_words(&c, d, built)) return false;
    command_add_words(&c, built->cflags);
    command_add_words(&c, "-I. -w -o program");
    command_add(&c, arena_printf(a, "%s.c", name));
    command_add(&c, arena_printf(a, "%s_weights.c", name));
    command_add(&c, arena_printf(a, "%s_example.c", name));
    for (int i = 0; i < t->nvariant; i++) {
        const char *variant = emit_variant_name(a, name, t, i);
        if (!build_variant(a, d, built == t ? t->variant[i] : built, folder, variant)) return false;
        command_add(&c, arena_printf(a, "%s.o", variant));
    }
    command_add_words(&c, threads ? "tenon_pool.c -pthread -lm" : "-lm");
    return compile(a, d, &c, folder);
}

bool build_file(Arena *a, Diag *d, const Target *t, const char *folder, const char *file, const char *flags) {
    Command c = command_new(a);
    if (!compiler_words(&c, d, t)) return false;
    command_add_words(&c, t->cflags);
    command_add_words(&c, flags);
    command_add(&c, "-w");
    command_add(&c, "-o");
    command_add(&c, "program");
    command_add(&c, file);
    command_add(&c, "-lm");
    return compile(a, d, &c, folder);
}

bool build_code_size(Arena *a, Diag *d, const Target *t, const char *folder, const char *name, int64_t *bytes) {
    const char *work = temp_folder(a, d, NULL);
    char *absolute = realpath(folder, NULL);
    Command c = command_new(a);
    Bytes file;
    Object object;
    bool ok = work && absolute && compiler_words(&c, d, t);
    if (ok) {
        command_add_words(&c, t->cflags);
        command_add(&c, "-w");
        command_add(&c, arena_printf(a, "-I%s", absolute));
        command_add(&c, "-c");
        command_add(&c, arena_printf(a, "%s/%s.c", absolute, name));
        command_add(&c, "-o");
        command_add(&c, "code.o");
        ok = compile(a, d, &c, work) && io_map(a, d, path_join(a, work, "code.o"), &file);
        bool known = ok && object_read(a, file.data, file.n, &object);
        if (ok) *bytes = known ? object.code + object.constants + object.data : (int64_t)file.n;
    }
    free(absolute);
    return ok;
}

bool build_object(Arena *a, Diag *d, const Target *t, const char *folder, const char *file, const char *as, const char *flags) {
    for (int graph = 1; graph >= 0; graph--) { /* clang has no graphs of calls */
        Command c = command_new(a);
        if (!compiler_words(&c, d, t)) return false;
        command_add_words(&c, t->cflags);
        command_add_words(&c, graph ? "-I. -w -c -fcallgraph-info=su" : "-I. -w -c");
        command_add_words(&c, flags);
        command_add(&c, file);
        command_add(&c, "-o");
        command_add(&c, arena_printf(a, "%s.o", as));
        if (compile(a, graph ? diag_new(a) : d, &c, folder)) return true;
    }
    return false;
}

bool build_image(Arena *a, Diag *d, const Target *t, const char *folder, const char *name, const char *object, const char *weights,
                 const char *as, const char *entry) {
    Command c = command_new(a);
    if (!compiler_words(&c, d, t)) return false;
    command_add_words(&c, t->cflags);
    command_add_words(&c, arena_printf(a, "%s.o %s.o -o %s", object, weights, as));
    command_add_words(&c, emit_link_flags(a, t, name));
    command_add_words(&c, arena_printf(a, "-Wl,-e,%s -Wl,-u,%s -lm", entry, entry));
    return compile(a, d, &c, folder);
}

bool build_listing(Arena *a, Diag *d, const Target *t, const char *folder, const char *image, const char *listing) {
    Command ask = command_new(a), c = command_new(a);
    int status;
    Bytes log;
    if (!compiler_words(&ask, d, t)) return false;
    command_add(&ask, "-print-prog-name=objdump");
    if (!command_run(&ask, d, folder, "log", &status) || !io_map(a, d, path_join(a, folder, "log"), &log)) return false;
    const char *text = arena_strndup(a, (const char *)log.data, log.n);
    command_add(&c, arena_strndup(a, text, strcspn(text, "\n")));
    command_add(&c, "-d");
    command_add(&c, image);
    return command_run(&c, d, folder, listing, &status) &&
           (status == 0 || diag_error(d, (Loc){.file = c.word.at[0]}, "install binutils for the target", "objdump failed with exit status %d", status));
}

bool build_measuring(Arena *a, Diag *d, const Target *t, const char *folder, const char *name) {
    Command c = command_new(a);
    if (!compiler_words(&c, d, t)) return false;
    command_add_words(&c, t->cflags);
    command_add_words(&c, "-I. -w -o program");
    command_add_words(&c, arena_printf(a, "%s.c %s_weights.c %s_stack.c %s_start.c", name, name, name, name));
    command_add_words(&c, emit_link_flags(a, t, name));
    command_add(&c, "-lm");
    return compile(a, d, &c, folder);
}
