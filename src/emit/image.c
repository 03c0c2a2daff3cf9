#include "emit/image.h"
#include "emit/skel.h"
#include "target/board.h"

static const char *number(const Package *k, const char *format, uint64_t v) {
    return arena_printf(k->arena, format, (unsigned long long)v);
}

static bool put(const Package *k, OutSet *set, const char *dir, const char *suffix, const char *from) {
    Str text = str_new(k->arena), heading = str_new(k->arena);
    const Board *b = k->target->board;
    heading_add(k, &heading, arena_printf(k->arena, "%s%s", k->name, suffix), "/* ", " * ");
    bool apart = b->vectors != b->flash.origin;
    const SkelValue values[] = {{"heading", heading.at},
                                {"mhz", arena_printf(k->arena, "%.6g", b->mhz > 0 ? b->mhz : 1)},
                                {"vectors", apart ? arena_printf(k->arena, "    vectors (rx) : ORIGIN = %s, LENGTH = 64\n",
                                                                 number(k, "0x%08llx", b->vectors)) : ""},
                                {"vectors_in", apart ? "vectors" : "flash"},
                                {"flash_origin", number(k, "0x%08llx", b->flash.origin)},
                                {"flash_bytes", number(k, "%llu", (uint64_t)b->flash.bytes)},
                                {"ram_origin", number(k, "0x%08llx", b->ram.origin)},
                                {"ram_bytes", number(k, "%llu", (uint64_t)b->ram.bytes)},
                                {NULL, NULL}};
    skeleton_fill(&text, from, values);
    return package_put(k, set, dir, suffix, &text);
}

bool image_write(const Package *k, OutSet *set, const char *dir) {
    return put(k, set, dir, "_start.c", arena_printf(k->arena, "start_%s.c.in", k->target->board->start)) &&
           put(k, set, dir, ".ld", "board.ld.in");
}

bool loader_write(const Package *k, OutSet *set, const char *dir) {
    Str text = str_new(k->arena), heading = str_new(k->arena);
    heading_add(k, &heading, arena_printf(k->arena, "%s_example.mjs", k->name), "// ", "// ");
    const SkelValue values[] = {{"heading", heading.at}, {"name", k->name}, {NULL, NULL}};
    skeleton_fill(&text, k->target->loader, values);
    return package_put(k, set, dir, "_example.mjs", &text);
}

const char *emit_link_flags(Arena *a, const Target *t, const char *name) {
    if (!target_image(t)) return t->loader ? t->ldflags : "";
    return arena_printf(a, "-T %s.ld -nostartfiles -Wl,--gc-sections %s", name, t->board->ldflags);
}
