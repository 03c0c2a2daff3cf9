#include "cli/boards.h"
#include "base/io.h"
#include "base/vec.h"
#include "emit/skel.h"
#include <string.h>

static const char ending[] = ".board";

static bool is_board_file(const char *name) {
    size_t n = strlen(name), e = sizeof ending - 1;
    return n > e && !strcmp(name + n - e, ending);
}

/* Its name: the file's without folder and ending. */
static const Target *parse(Arena *a, Diag *d, const char *file, const char *text) {
    return board_parse(a, d, file, path_stem(a, file), text);
}

const Target *target_named(Arena *a, Diag *d, const char *name) {
    const Target *t = target_find(name);
    if (t) return t;
    const char *file = arena_printf(a, "%s%s", name, ending), *known = strchr(name, '/') ? NULL : skeleton(file);
    Bytes b;
    if (known) return parse(a, d, file, known);
    if (!strchr(name, '/') && !is_board_file(name)) return NULL;
    return io_map(a, d, name, &b) ? parse(a, d, name, arena_strndup(a, (const char *)b.data, b.n)) : NULL;
}

const Target **board_list(Arena *a, Diag *d, uint32_t *n) {
    Vec(const Target *) list = {0};
    for (const Skeleton *s = skeletons; s->name; s++) {
        const Target *t = is_board_file(s->name) ? parse(a, d, s->name, s->text) : NULL;
        if (t) vec_push(a, &list, t);
    }
    *n = list.n;
    return list.at;
}

const Target *target_to_run(Arena *a, Diag *d, const Target *t) {
    const Target *board = t->emulated && !(t->run && *t->run) ? target_named(a, d, t->emulated) : NULL;
    return board ? board : t;
}

void target_names(Arena *a, Diag *d, Str *out) {
    int count;
    uint32_t boards;
    const Target *const *list = target_list(&count), *const *board = board_list(a, d, &boards);
    str_add(out, "native");
    for (int i = 0; i < count; i++) str_addf(out, ", %s", list[i]->name);
    str_add(out, ", the boards");
    for (uint32_t i = 0; i < boards; i++) str_addf(out, "%s %s", i ? "," : "", board[i]->name);
    str_add(out, " and files FILE.board");
}
