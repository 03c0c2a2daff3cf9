/* A package for a target with variants: the code of each, and around it what picks one, declares and builds them. */
#include "emit/package.h"
#include "emit/skel.h"
#include <string.h>

/* "v4" of "x86-64-v4" for "x86-64" */
static const char *label(Arena *a, const Target *t, int i) {
    const char *name = t->variant[i]->name;
    size_t n = strlen(t->name);
    if (strncmp(name, t->name, n) == 0 && name[n] == '-') name += n + 1;
    return name_identifier(a, name);
}

const char *emit_variant_name(Arena *a, const char *name, const Target *t, int i) {
    return arena_printf(a, "%s_%s", name, label(a, t, i));
}

/* ---- NAME.h and NAME.c ---- */

/* `int NAME_run(const NAME_io *io, void *arena)` */
static char *signature(const Package *k, const char *name, bool pool) {
    return arena_printf(k->arena, "int %s_run%s(const %s_io *io, void *arena%s)", name, pool ? "_pool" : "", k->name,
                        pool ? ", tenon_pool *pool" : "");
}

char *variants_header_text(const Package *k) {
    Str s = str_new(k->arena);
    bool pool = package_threads(k);
    const char *call = pool ? arena_printf(k->arena, " and %s_run_pool call", k->name) : " calls";
    if (target_by_compiler(k->target))
        str_addf(&s, "\n/* The variants. %s_run%s the one for the processor that is compiled for. */\n", k->name, call);
    else
        str_addf(&s,
                 "\n/* The variants. %s_run%s the first of them that the processor and its operating system "
                 "have; who knows that they\n * do may call one itself. */\n",
                 k->name, call);
    for (int i = 0; i < k->target->nvariant; i++) {
        const char *name = k->variant[i].name, *macro = k->variant[i].macro;
        if (macro) str_addf(&s, "#%s defined(%s)\n", i ? "elif" : "if", macro);
        str_addf(&s, "%s; /* %s: %s */\n", signature(k, name, false), k->target->variant[i]->name,
                 k->target->variant[i]->help);
        if (pool) str_addf(&s, "%s;\n", signature(k, name, true));
    }
    if (target_by_compiler(k->target)) str_add(&s, "#endif\n");
    str_addf(&s, "\n/* The target of the one that is called here, like \"%s\". */\nconst char *%s_variant(void);\n",
             k->target->variant[0]->name, k->name);
    return s.at;
}

/* `.leaf7_b = bit_AVX2 | bit_BMI2` for those of `words` that register `reg` tells. */
static void bits_add(Arena *a, const char *reg, const char *words, Str *out) {
    Str bits = str_new(a);
    Map seen = {0};
    map_set(a, &seen, "x86_none", 1);
    bool state = strcmp(reg, "state") == 0;
    for (const char *w = words; *w;) {
        size_t n = strcspn(w, " ");
        const CpuWord *c = cpu_word(w, n);
        w += n + (w[n] == ' ');
        if (!c || (!state && strcmp(c->reg, reg) != 0)) continue;
        const char *bit = state ? c->state : c->bit;
        if (map_get(&seen, bit) != MAP_NONE) continue;
        map_set(a, &seen, bit, 1);
        str_addf(&bits, "%s%s", bits.n ? " | " : "", bit);
    }
    if (bits.n) list_item(out, "        ", out->at[out->n - 1] == '{', arena_printf(a, ".%s = %s", reg, bits.at));
}

static bool needs_text(const Package *k, Str *out) {
    static const char *const reg[] = {"leaf1_c", "leaf1_d", "leaf7_b", "leaf7_c", "extended_c", "state"};
    for (int i = 0; i < k->target->nvariant; i++) {
        const char *words = k->target->variant[i]->cpu_needs;
        for (const char *w = words; *w;) {
            size_t n = strcspn(w, " ");
            if (!cpu_word(w, n))
                return diag_error(k->diag, (Loc){.file = k->o->model}, "this is a defect of tenon, please report it",
                                  "no variant can be picked by '%.*s'", (int)n, w);
            w += n + (w[n] == ' ');
        }
        str_addf(out, "    [%s] = {", label(k->arena, k->target, i));
        for (size_t r = 0; r < sizeof reg / sizeof *reg; r++) bits_add(k->arena, reg[r], words, out);
        str_add(out, "},\n");
    }
    return true;
}

/* NAME_run, or NAME_run_pool. */
static void dispatch_add(const Package *k, bool pool, Str *out) {
    str_addf(out, "\n%s {\n    switch (choose()) {\n", signature(k, k->name, pool));
    for (int i = 0; i < k->target->nvariant; i++) {
        bool last = i + 1 == k->target->nvariant;
        str_addf(out, "    %s%s: return %s_run%s(io, arena%s);\n", last ? "default" : "case ",
                 last ? "" : label(k->arena, k->target, i), k->variant[i].name, pool ? "_pool" : "",
                 pool ? ", pool" : "");
    }
    str_add(out, "    }\n}\n");
}

/* What the compiler takes of one line a variant. */
static void choice_add(const Package *k, const char *head, const char *const *line, Str *out) {
    str_addf(out, "\n%s {\n", head);
    for (int i = 0; i < k->target->nvariant; i++)
        str_addf(out, "#%s defined(%s)\n    %s\n", i ? "elif" : "if", k->variant[i].macro, line[i]);
    str_add(out, "#endif\n}\n");
}

/* The same where the compiler picks one. */
static bool choice_text(const Package *k, Str *out) {
    Arena *a = k->arena;
    const int n = k->target->nvariant;
    const char **name = arena_array_of(a, n + 1, const char *), **run = arena_array_of(a, n + 1, const char *),
               **pool = arena_array_of(a, n + 1, const char *);
    Str heading = str_new(a), none = str_new(a), targets = str_new(a);
    heading_add(k, &heading, arena_printf(a, "%s.c", k->name), "/* ", " * ");
    for (int i = 0; i < n; i++) {
        name[i] = arena_printf(a, "return \"%s\";", k->target->variant[i]->name);
        run[i] = arena_printf(a, "return %s_run(io, arena);", k->variant[i].name);
        pool[i] = arena_printf(a, "return %s_run_pool(io, arena, pool);", k->variant[i].name);
        str_addf(&targets, "%s%s", i ? " or " : "", k->target->variant[i]->name);
        str_addf(&none, "%s!defined(%s)", i ? " && " : "", k->variant[i].macro);
    }
    const SkelValue values[] = {{"heading", heading.at}, {"name", k->name}, {"none", none.at}, {"targets", targets.at}, {NULL, NULL}};
    skeleton_fill(out, "choice.c.in", values);
    choice_add(k, arena_printf(a, "const char *%s_variant(void)", k->name), name, out);
    choice_add(k, signature(k, k->name, false), run, out);
    if (package_threads(k)) choice_add(k, signature(k, k->name, true), pool, out);
    return true;
}

bool variants_source_text(const Package *k, Str *out) {
    Arena *a = k->arena;
    const Target *t = k->target;
    if (target_by_compiler(t)) return choice_text(k, out);
    Str heading = str_new(a), list = str_new(a), targets = str_new(a), needs = str_new(a);
    heading_add(k, &heading, arena_printf(a, "%s.c", k->name), "/* ", " * ");
    for (int i = 0; i < t->nvariant; i++) {
        str_addf(&list, "%s%s", i ? ", " : "", label(a, t, i));
        str_addf(&targets, "%s\"%s\"", i ? ", " : "", t->variant[i]->name);
    }
    if (!needs_text(k, &needs)) return false;
    const SkelValue values[] = {{"heading", heading.at},
                                {"name", k->name},
                                {"LIBRARY", name_capitals(a, k->library)},
                                {"list", list.at},
                                {"last", label(a, t, t->nvariant - 1)},
                                {"targets", targets.at},
                                {"needs", needs.at},
                                {"cpu", skeleton("x86_cpu.h")},
                                {NULL, NULL}};
    skeleton_fill(out, "variants.c.in", values);
    dispatch_add(k, false, out);
    if (package_threads(k)) dispatch_add(k, true, out);
    return true;
}

/* ---- how they are built ---- */

/* The flags that say which processor a variant is for, with `joint` between. */
static const char *machine_flags(const Package *k, int i, const char *joint) {
    Str s = str_new(k->arena);
    for (const char *w = k->target->variant[i]->cflags; *w;) {
        size_t n = strcspn(w, " ");
        if (n > 2 && strncmp(w, "-m", 2) == 0) str_addf(&s, "%s%.*s", s.n ? joint : "", (int)n, w);
        w += n + (w[n] == ' ');
    }
    return s.at;
}

void variants_make_rules(const Package *k, Str *objects, Str *rules) {
    for (int i = 0; i < k->target->nvariant; i++) {
        const char *n = k->variant[i].name;
        str_addf(objects, " %s.o", n);
        str_addf(rules, "%s.o %s.pic.o: %s.h %s_weights.h%s\n", n, n, k->name, k->library,
                 package_threads(k) ? " tenon_pool.h" : "");
        if (!target_by_compiler(k->target)) str_addf(rules, "%s.o %s.pic.o: VARIANT = %s\n", n, n, machine_flags(k, i, " "));
    }
}

const char *package_make_flags(Arena *a, const Target *t) {
    if (!target_by_compiler(t)) return arena_printf(a, "CFLAGS ?= %s\n", t->cflags);
    Str s = str_new(a);
    str_add(&s, "MACROS := $(shell $(CC) -dM -E -x c /dev/null)\n");
    for (int i = 0; i < t->nvariant; i++)
        str_addf(&s, "%sifneq ($(filter %s,$(MACROS)),)\nCFLAGS ?= %s\n", i ? "else " : "", t->variant[i]->macro, t->variant[i]->cflags);
    str_add(&s, "endif\n");
    return s.at;
}

char *package_cmake_flags(const Package *k) {
    static const char set[] = "set(%s_CFLAGS \"%s\" CACHE STRING \"Compiler flags for %s\")\n";
    const Target *t = k->target;
    if (!target_by_compiler(t)) return arena_printf(k->arena, set, k->upper, t->cflags, k->name);
    Str s = str_new(k->arena);
    str_add(&s, "include(CheckSymbolExists)\n");
    for (int i = 0; i < t->nvariant; i++) {
        const char *known = arena_printf(k->arena, "%s_COMPILER_HAS%s", k->upper, t->variant[i]->macro);
        str_addf(&s, "check_symbol_exists(%s \"\" %s)\nif(%s)\n    ", t->variant[i]->macro, known, known);
        str_addf(&s, set, k->upper, t->variant[i]->cflags, k->name);
        str_add(&s, "endif()\n");
    }
    return s.at;
}

void variants_makefile_text(const Package *k, Str *out) {
    Arena *a = k->arena;
    const Target *t = k->target;
    bool pool = package_threads(k);
    Str heading = str_new(a), objects = str_new(a), rules = str_new(a);
    heading_add(k, &heading, "Makefile", "# ", "# ");
    variants_make_rules(k, &objects, &rules);
    str_addf(&objects, " %s_weights.o", k->name);
    str_addf(&rules, "%s_weights.o %s_weights.pic.o: %s_weights.h%s\n", k->name, k->name, k->name,
             k->variant[0].has_bin ? arena_printf(a, " %s_weights.bin", k->name) : "");
    if (pool) str_add(&rules, "tenon_pool.o tenon_pool.pic.o: tenon_pool.h\n"
                              "tenon_pool.o tenon_pool.pic.o: VARIANT = -std=gnu11 -pthread\n");
    const SkelValue values[] = {{"heading", heading.at},
                                {"name", k->name},
                                {"target", t->name},
                                {"cc", t->cc},
                                {"flags", package_make_flags(a, t)},
                                {"variants", target_by_compiler(t) ? "" : " Each variant adds the processor that it is for."},
                                {"objects", objects.at},
                                {"rules", rules.at},
                                {"pool_o", pool ? " tenon_pool.o" : ""},
                                {"pool_h", pool ? " tenon_pool.h" : ""},
                                {"pool_lib", pool ? " -pthread" : ""},
                                {NULL, NULL}};
    skeleton_fill(out, "variants.mk.in", values);
}

char *variants_cmake_sources(const Package *k) {
    Str s = str_new(k->arena);
    for (int i = 0; i < k->target->nvariant; i++)
        str_addf(&s, "\n    %s.c", k->variant[i].name);
    str_addf(&s, "\n    %s_weights.c", k->name);
    return s.at;
}

char *variants_cmake_settings(const Package *k) {
    Str s = str_new(k->arena);
    for (int i = 0; i < k->target->nvariant && !target_by_compiler(k->target); i++)
        str_addf(&s, "set_source_files_properties(%s.c PROPERTIES COMPILE_OPTIONS \"%s\")\n", k->variant[i].name,
                 machine_flags(k, i, ";"));
    return s.at;
}

void variants_map_text(const Package *k, Str *out) {
    const Target *t = k->target;
    str_addf(out, "{\n  \"generator\": \"tenon %s\", \"model\": ", TENON_VERSION);
    json_string_add(out, k->o->model);
    str_addf(out, ", \"model_hash\": \"%016llx\", \"target\": \"%s\", \"command\": ",
             (unsigned long long)k->o->model_hash, t->name);
    json_string_add(out, k->o->command ? k->o->command : "");
    str_addf(out, ",\n  \"name\": \"%s\", \"arena_bytes\": %lld,\n  \"variants\": [", k->name,
             (long long)k->arena_bytes);
    for (int i = 0; i < t->nvariant; i++)
        str_addf(out, "%s\n    {\"target\": \"%s\", \"name\": \"%s\", \"map\": \"%s.map.json\"}", i ? "," : "",
                 t->variant[i]->name, k->variant[i].name, k->variant[i].name);
    str_add(out, "\n  ]\n}\n");
}

/* ---- the files ---- */

/* The package of variant i: named behind the outer one, whose header it uses. */
static bool variant_names(Package *k, Program *const *p, int i) {
    Program *own = arena_copy(k->arena, p[i], sizeof *own);
    own->name = emit_variant_name(k->arena, k->name, k->target, i);
    Package *v = &k->variant[i];
    *v = package_names(k->arena, own, k->o, k->diag);
    v->macro = target_by_compiler(k->target) ? k->target->variant[i]->macro : NULL;
    v->outer = k->name;
    v->outer_upper = k->upper;
    if (v->p->arena_bytes > k->arena_bytes) k->arena_bytes = v->p->arena_bytes;
    if (v->weight_bytes > k->weight_bytes) k->weight_bytes = v->weight_bytes;
    return package_same_ports(k, v, true);
}

bool variants_package(Arena *a, const Target *t, const char *name, Program *const *p, const EmitOptions *o, Diag *d,
                      Package *out) {
    Program *own = arena_copy(a, p[0], sizeof *own);
    own->name = name;
    *out = package_names(a, own, o, d);
    out->target = t;
    out->variant = arena_array_of(a, t->nvariant + 1, Package);
    bool ok = package_fits(out);
    for (int i = 0; ok && i < t->nvariant; i++) ok = variant_names(out, p, i);
    for (int i = 0; ok && i < t->nvariant; i++) out->variant[i].arena_bytes = out->arena_bytes;
    return ok;
}

bool variants_write_code(const Package *k, OutSet *set, const char *dir) {
    Str source = str_new(k->arena), map = str_new(k->arena);
    variants_map_text(k, &map);
    bool ok = variants_source_text(k, &source) && package_put(k, set, dir, ".c", &source) &&
              package_put(k, set, dir, ".map.json", &map);
    for (int i = 0; ok && i < k->target->nvariant; i++) ok = package_write_code(&k->variant[i], set, dir);
    return ok;
}

bool emit_variants(const Target *t, Program *const *p, const EmitOptions *o, const char *dir, Diag *d) {
    Arena *a = arena_new("package");
    OutSet *set = out_begin(a, d);
    Package k, **variant = arena_array_of(a, t->nvariant + 1, Package *);
    bool ok = variants_package(a, t, p[0]->name, p, o, d, &k);
    for (int i = 0; ok && i < t->nvariant; i++) variant[i] = &k.variant[i];
    ok = ok && out_folder(set, dir);
    const Package *weights = ok ? weights_once(&k, k.name, variant, (uint32_t)t->nvariant) : NULL;
    ok = ok && package_write_outside(&k, set, dir) && variants_write_code(&k, set, dir) &&
         package_write_weights(weights, set, dir) && out_commit(set);
    arena_free(a);
    return ok;
}
