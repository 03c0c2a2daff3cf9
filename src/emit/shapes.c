/* A package of several plans, each for other shapes of the model's inputs: every plan has its own header, code and
 * weights, and NAME.h and NAME.c around them pick one by the dimensions that the model leaves open. */
#include "emit/package.h"
#include "emit/skel.h"
#include "target/board.h"
#include <string.h>

typedef struct {
    Package *plan;
    uint32_t n;
    const Package *weights; /* of all plans */
    const ShapeDim *dim; /* what differs between them, or may */
    uint32_t ndim;
    const char **field; /* of NAME_dims, one a dim */
    const ShapeBatch *batch;
    const ShapeGeneral *general;
    Package *any; /* the code for all sizes, or NULL */
    const char *name, *upper;
} Shapes;

static const Package *first(const Shapes *s) { return &s->plan[0]; }

/* Takes plan i parts of a batch? */
static bool takes_parts(const Shapes *s, uint32_t i) { return s->batch->step && s->batch->step[i]; }
static const char *batch_field(const Shapes *s) { return s->field[s->batch->dim]; }
static int64_t batch_of(const Shapes *s, uint32_t i) { return s->dim[s->batch->dim].value[i]; }

/* `height = 320, width = 320`, with `joint` between name and number; `many` for the batch where there may be more. */
static const char *dims_text(const Shapes *s, uint32_t plan, const char *before, const char *joint, const char *many,
                             const char *between) {
    Str out = str_new(first(s)->arena);
    for (uint32_t d = 0; d < s->ndim; d++)
        str_addf(&out, "%s%s%s%s%lld", d ? between : "", before, s->field[d],
                 takes_parts(s, plan) && (int)d == s->batch->dim ? many : joint, (long long)s->dim[d].value[plan]);
    return out.at;
}

const char *emit_plan_name(Arena *a, const char *name, const ShapeDim *dim, uint32_t ndim, uint32_t n, uint32_t plan) {
    Str out = str_new(a);
    for (uint32_t d = 0; d < ndim; d++) {
        bool differs = false;
        for (uint32_t i = 1; i < n; i++) differs |= dim[d].value[i] != dim[d].value[0];
        differs |= n == 1;
        if (differs) str_addf(&out, "%s%lld", out.n ? "x" : "", (long long)dim[d].value[plan]);
    }
    return arena_printf(a, "%s_%s", name, out.at);
}

/* `batch 1, height 32, 64 ... 640` */
static const char *any_text(const Shapes *s) {
    Str out = str_new(first(s)->arena);
    const ShapeGeneral *g = s->general;
    for (uint32_t d = 0; d < s->ndim; d++) {
        str_addf(&out, "%s%s ", d ? ", " : "", s->field[d]);
        if (!g->step[d])
            str_addf(&out, "%lld", (long long)g->low[d]);
        else
            str_addf(&out, "%lld, %lld ... %lld", (long long)g->low[d], (long long)(g->low[d] + g->step[d]), (long long)g->high[d]);
    }
    return out.at;
}

/* ---- NAME.h ---- */

static char *table_text(const Shapes *s) {
    Str out = str_new(first(s)->arena);
    for (uint32_t i = 0; i < s->n; i++)
        str_addf(&out, " *     %u  %s  %s.h, arena %lld bytes\n", i, dims_text(s, i, "", " ", " ", ", "), s->plan[i].name,
                 (long long)s->plan[i].arena_bytes);
    if (s->any)
        comment_add(&out, " *     ", " *     ",
                    arena_printf(first(s)->arena, "%u  %s  %s.c, arena %lld bytes", s->n, any_text(s), s->any->name,
                                 (long long)s->any->arena_bytes));
    if (s->batch->step)
        comment_add(&out, " * ", " * ", arena_printf(first(s)->arena, "and for any other %s from 1, which goes through these in parts: "
                                                     "what is computed of a sample does not depend on others.", batch_field(s)));
    return out.at;
}

static char *dims_fields(const Shapes *s) {
    Str out = str_new(first(s)->arena);
    for (uint32_t d = 0; d < s->ndim; d++)
        str_addf(&out, "    int64_t %s; /* %s */\n", s->field[d], name_comment(first(s)->arena, s->dim[d].help));
    return out.at;
}

/* `int NAME_run(...)` */
static char *signature(const Shapes *s, bool pool) {
    return arena_printf(first(s)->arena, "int %s_run%s(const %s_io *io, const %s_dims *dims, void *arena%s)", s->name,
                        pool ? "_pool" : "", s->name, s->name, pool ? ", tenon_pool *pool" : "");
}

static void header(const Shapes *s, Str *out) {
    const Package *k = first(s);
    Arena *a = k->arena;
    Str heading = str_new(a), includes = str_new(a);
    int64_t arena = 0, align = 0, limit = turn_limit(k->p);
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->plan[i].arena_bytes > arena) arena = s->plan[i].arena_bytes;
        if (s->plan[i].p->arena_align > align) align = s->plan[i].p->arena_align;
    }
    if (s->any && s->any->arena_bytes > arena) arena = s->any->arena_bytes;
    heading_add(k, &heading, arena_printf(a, "%s.h", s->name), "/* ", " * ");
    if (package_threads(k)) str_add(&includes, "#include \"tenon_pool.h\"\n");
    package_includes(k, &includes, true);
    const SkelValue values[] = {
        {"heading", heading.at},
        {"table", table_text(s)},
        {"comma", limit ? "," : " "},
        {"errors", trips_text(k, limit, s->upper)},
        {"includes", includes.at},
        {"name", s->name},
        {"NAME", s->upper},
        {"count", arena_printf(a, "%u", s->n + (s->any != NULL))},
        {"any", s->any ? arena_printf(a, "\n/* The code for all sizes, for dims that are checked. */\n"
                                         "int %s_any_run(const %s_io *io, const %s_dims *dims, void *arena);\n",
                                      s->name, s->name, s->name) : ""},
        {"alone", target_freestanding(k->target) ? freestanding_text(a) : ""},
        {"parts", s->batch->step ? ", or of the one that takes the first part" : ""},
        {"arena_bytes", arena_printf(a, "%lld", (long long)(arena ? arena : 1))},
        {"arena_align", arena_printf(a, "%lld", (long long)align)},
        {"dims", dims_fields(s)},
        {"fields", package_fields(k, false)},
        {"example_dims", dims_text(s, 0, ".", " = ", " = ", ", ")},
        {"variant", k->variant ? arena_printf(a, "\n/* The target of the variant that all plans use here. */\n"
                                                 "const char *%s_variant(void);\n", s->name) : ""},
        {"pool", package_threads(k) ? arena_printf(a, "\n/* The same with the threads of `pool`; NULL: on this thread alone. */\n%s;\n",
                                                   signature(s, true)) : ""},
        {NULL, NULL}};
    skeleton_fill(out, "shapes.h.in", values);
}

/* ---- NAME.c ---- */

/* `const NAME_320x320_io plan = {.x = io->x};` for plan i; of a batch from sample `done` on. */
static void plan_io(const Shapes *s, uint32_t i, const char *indent, Str *out) {
    const Package *k = &s->plan[i];
    const char *deeper = arena_printf(k->arena, "%s    ", indent);
    str_addf(out, "%sconst %s_io plan = {", indent, k->name);
    for (uint32_t p = 0; p < k->ninput + k->noutput; p++) {
        int64_t step = takes_parts(s, i) ? s->batch->step[i][p] : 0;
        const char *from = step ? arena_printf(k->arena, " + done * %lld", (long long)step) : "";
        list_item(out, deeper, p == 0, arena_printf(k->arena, ".%s = io->%s%s", k->port[p].field, k->port[p].field, from));
    }
    if (k->ninput + k->noutput == 0) str_add(out, ".none = 0");
    str_add(out, "};\n");
}

static void run_add(const Shapes *s, bool pool, Str *out) {
    str_addf(out, "\n%s {\n    if (!io || !dims) return %s_ERROR_NULL;\n    switch (%s_shape(dims)) {\n", signature(s, pool),
             s->upper, s->name);
    for (uint32_t i = 0; i < s->n; i++) {
        str_addf(out, "    case %u: {\n", i);
        plan_io(s, i, "        ", out);
        str_addf(out, "        return %s_run%s(&plan, arena%s);\n    }\n", s->plan[i].name, pool ? "_pool" : "",
                 pool ? ", pool" : "");
    }
    if (s->any) str_addf(out, "    case %u: return %s_run(io, dims, arena);\n", s->n, s->any->name);
    str_addf(out, "    default: return %s_ERROR_SHAPE;\n    }\n}\n", s->upper);
}

/* A batch of any size: the largest plan that fits takes its part, then what is left is the batch. */
static void run_parts(const Shapes *s, bool pool, Str *out) {
    const Package *k = first(s);
    const char *batch = batch_field(s);
    str_addf(out, "\n%s {\n    if (!io || !dims) return %s_ERROR_NULL;\n", signature(s, pool), s->upper);
    for (uint32_t p = 0; p < k->ninput + k->noutput; p++) /* before they are moved */
        if (k->port[p].elements) str_addf(out, "    if (!io->%s) return %s_ERROR_NULL;\n", k->port[p].field, s->upper);
    str_addf(out, "    if (%s_shape(dims) < 0) return %s_ERROR_SHAPE;\n    int status = %s_OK;\n", s->name, s->upper, s->upper);
    str_addf(out, "    for (%s_dims left = *dims; left.%s > 0 && status == %s_OK;) {\n", s->name, batch, s->upper);
    str_addf(out, "        const int64_t done = dims->%s - left.%s;\n        switch (%s_shape(&left)) {\n", batch, batch, s->name);
    for (uint32_t i = 0; i < s->n; i++) {
        str_addf(out, "        case %u: {\n", i);
        plan_io(s, i, "            ", out);
        str_addf(out, "            status = %s_run%s(&plan, arena%s);\n", s->plan[i].name, pool ? "_pool" : "",
                 pool ? ", pool" : "");
        str_addf(out, "            left.%s -= %lld;\n            break;\n        }\n", batch, (long long)batch_of(s, i));
    }
    str_addf(out, "        default: return %s_ERROR_SHAPE;\n        }\n    }\n    return status;\n}\n", s->upper);
}

/* Bounds of the code for all sizes. */
static void any_match(const Shapes *s, Str *out) {
    const ShapeGeneral *g = s->general;
    str_add(out, "    if (");
    for (uint32_t d = 0; d < s->ndim; d++) {
        const char *f = s->field[d];
        Arena *a = first(s)->arena;
        const char *text = !g->step[d] ? arena_printf(a, "dims->%s == %lld", f, (long long)g->low[d])
                                       : arena_printf(a, "dims->%s >= %lld && dims->%s <= %lld", f, (long long)g->low[d], f,
                                                      (long long)g->high[d]);
        str_addf(out, "%s%s", d ? " &&\n        " : "", text);
        if (g->step[d] > 1) str_addf(out, " && dims->%s %% %lld == 0", f, (long long)g->step[d]);
    }
    str_addf(out, ")\n        return %u;\n", s->n);
}

/* `if (dims->height == 320) return 0;`: first those for one shape alone, then the larger parts before the smaller. */
static void match_add(const Shapes *s, Str *out) {
    Arena *a = first(s)->arena;
    bool *told = arena_array_of(a, s->n, bool);
    for (uint32_t count = 0; count < s->n; count++) {
        uint32_t next = s->n;
        for (uint32_t i = 0; i < s->n; i++) {
            if (told[i]) continue;
            if (next == s->n || takes_parts(s, i) < takes_parts(s, next) ||
                (takes_parts(s, i) && takes_parts(s, next) && batch_of(s, i) > batch_of(s, next)))
                next = i;
        }
        told[next] = true;
        str_addf(out, "    if (%s) return %u;\n", dims_text(s, next, "dims->", " == ", " >= ", " && "), next);
    }
    if (s->any) any_match(s, out);
}

/* What plan i needs, and those of the parts that it leaves. */
static int64_t arena_of(const Shapes *s, uint32_t i) {
    int64_t most = s->plan[i].arena_bytes;
    for (uint32_t j = 0; takes_parts(s, i) && j < s->n; j++)
        if (s->batch->step[j] == s->batch->step[i] && batch_of(s, j) < batch_of(s, i) && s->plan[j].arena_bytes > most)
            most = s->plan[j].arena_bytes;
    return most;
}

static void source(const Shapes *s, Str *out) {
    const Package *k = first(s);
    Arena *a = k->arena;
    Str heading = str_new(a), includes = str_new(a), match = str_new(a), arenas = str_new(a);
    heading_add(k, &heading, arena_printf(a, "%s.c", s->name), "/* ", " * ");
    for (uint32_t i = 0; i < s->n; i++) {
        str_addf(&includes, "#include \"%s.h\"\n", s->plan[i].name);
        str_addf(&arenas, "    case %u: return %lld;\n", i, (long long)arena_of(s, i));
    }
    if (s->any) str_addf(&arenas, "    case %u: return %lld;\n", s->n, (long long)s->any->arena_bytes);
    match_add(s, &match);
    const SkelValue values[] = {{"heading", heading.at}, {"includes", includes.at}, {"name", s->name},
                                {"what", s->batch->step ? "Calls the plans that are made for the dims, the largest first."
                                                        : "Calls the plan that is made for the dims."},
                                {"match", match.at},     {"arenas", arenas.at},     {NULL, NULL}};
    skeleton_fill(out, "shapes.c.in", values);
    (s->batch->step ? run_parts : run_add)(s, false, out);
    if (package_threads(k)) (s->batch->step ? run_parts : run_add)(s, true, out);
    if (k->variant)
        str_addf(out, "\nconst char *%s_variant(void) {\n    return %s_variant();\n}\n", s->name, k->name);
}

static void makefile(const Shapes *s, Str *out) {
    const Package *k = first(s);
    Arena *a = k->arena;
    const Target *t = k->target;
    Str heading = str_new(a), objects = str_new(a), rules = str_new(a);
    bool pool = package_threads(k);
    heading_add(k, &heading, "Makefile", "# ", "# ");
    str_addf(&rules, "%s.o %s.pic.o: %s.h", s->name, s->name, s->name);
    for (uint32_t i = 0; i < s->n; i++) str_addf(&rules, " %s.h", s->plan[i].name);
    str_add(&rules, "\n");
    for (uint32_t i = 0; i < s->n; i++) {
        const char *n = s->plan[i].name;
        str_addf(&objects, " %s.o", n);
        str_addf(&rules, "%s.o %s.pic.o: %s.h%s%s\n", n, n, n, t->nvariant ? "" : arena_printf(a, " %s_weights.h", s->name),
                 pool ? " tenon_pool.h" : "");
        if (t->nvariant) variants_make_rules(&s->plan[i], &objects, &rules);
    }
    if (s->any) {
        str_addf(&objects, " %s.o", s->any->name);
        str_addf(&rules, "%s.o %s.pic.o: %s.h %s_weights.h%s\n", s->any->name, s->any->name, s->name, s->name,
                 pool ? " tenon_pool.h" : "");
    }
    str_addf(&objects, " %s_weights.o", s->name);
    str_addf(&rules, "%s_weights.o %s_weights.pic.o: %s_weights.h%s\n", s->name, s->name, s->name,
             s->weights->has_bin ? arena_printf(a, " %s_weights.bin", s->name) : "");
    if (pool) str_add(&rules, "tenon_pool.o tenon_pool.pic.o: tenon_pool.h\n"
                              "tenon_pool.o tenon_pool.pic.o: CFLAGS += -std=gnu11 -pthread\n");
    const SkelValue values[] = {{"heading", heading.at},       {"name", s->name},
                                {"target", t->name},           {"cc", t->cc},
                                {"variants", t->nvariant && !target_by_compiler(t) ? " Each variant adds the processor that it is for." : ""},
                                {"flags", package_make_flags(a, t)}, {"objects", objects.at},
                                {"rules", rules.at},           {"pool_o", pool ? " tenon_pool.o" : ""},
                                {"pool_lib", pool ? " -pthread" : ""}, {NULL, NULL}};
    skeleton_fill(out, "shapes.mk.in", values);
}

/* ---- the files ---- */

static bool write_all(const Shapes *s, OutSet *set, const char *dir) {
    const Package *k = first(s);
    Str h = str_new(k->arena), c = str_new(k->arena), make = str_new(k->arena);
    Package outer = *k;
    outer.name = s->name;
    header(s, &h);
    source(s, &c);
    makefile(s, &make);
    bool ok = package_put(&outer, set, dir, ".h", &h) && package_put(&outer, set, dir, ".c", &c) &&
              package_put_as(k, set, dir, "Makefile", &make) && (!package_threads(k) || package_write_pool(k, set, dir)) &&
              package_write_weights(s->weights, set, dir);
    for (uint32_t i = 0; ok && i < s->n; i++) {
        Str own = str_new(k->arena);
        header_text(&s->plan[i], &own);
        ok = package_put(&s->plan[i], set, dir, ".h", &own) && package_write_code(&s->plan[i], set, dir);
    }
    return ok && (!s->any || package_write_code(s->any, set, dir));
}

static bool same_shape(const ShapeDim *dim, uint32_t ndim, uint32_t i, uint32_t j) {
    bool same = true;
    for (uint32_t d = 0; d < ndim; d++) same &= dim[d].value[i] == dim[d].value[j];
    return same;
}

/* The package of plan i. */
static bool plan_package(Shapes *s, Arena *a, const Target *t, Program *const *p, const EmitOptions *o, Diag *d, uint32_t i) {
    const char *name = emit_plan_name(a, s->name, s->dim, s->ndim, s->n, i);
    for (uint32_t j = 0; j < i; j++)
        if (same_shape(s->dim, s->ndim, i, j))
            return diag_error(d, (Loc){.file = o->model, .field = "--input-shape"}, "give each shape once",
                              "the plans %u and %u are for the same shapes", j, i);
    if (t->nvariant) {
        if (!variants_package(a, t, name, p + i * (uint32_t)t->nvariant, o, d, &s->plan[i])) return false;
    } else {
        Program *own = arena_copy(a, p[i], sizeof *own);
        own->name = name;
        s->plan[i] = package_names(a, own, o, d);
    }
    s->plan[i].library = s->name;
    return package_fits(&s->plan[i]) && package_same_ports(&s->plan[0], &s->plan[i], false);
}

/* The weights of all plans, and of all variants. */
static void weights(Shapes *s, Arena *a, const Target *t) {
    uint32_t variants = t->nvariant ? (uint32_t)t->nvariant : 1;
    uint32_t n = s->n * variants;
    Package **code = arena_array_of(a, n + 1, Package *);
    for (uint32_t i = 0; i < s->n; i++)
        for (uint32_t v = 0; v < variants; v++)
            code[i * variants + v] = t->nvariant ? &s->plan[i].variant[v] : &s->plan[i];
    if (s->any) code[n++] = s->any;
    s->weights = weights_once(&s->plan[0], s->name, code, n);
}

/* The package of the code for all sizes; it has the library's header. */
static bool any_package(Shapes *s, Arena *a, const EmitOptions *o, Diag *d) {
    Program *own = arena_copy(a, s->general->program, sizeof *own);
    own->name = arena_printf(a, "%s_any", s->name);
    own->size.at = arena_copy(a, own->size.at, own->size.n * sizeof *own->size.at);
    for (uint32_t i = 0; i < own->size.n; i++) own->size.at[i].dim = s->field[s->general->dim[i]];
    s->any = arena_new_of(a, Package);
    *s->any = package_names(a, own, o, d);
    s->any->library = s->any->outer = s->name;
    s->any->outer_upper = s->upper;
    return package_fits(s->any) && package_same_ports(&s->plan[0], s->any, false);
}

bool emit_shapes(const Target *t, Program *const *p, uint32_t n, const ShapeDim *dim, uint32_t ndim, const ShapeBatch *batch,
                 const ShapeGeneral *general, const EmitOptions *o, const char *dir, Diag *d) {
    Arena *a = arena_new("package");
    OutSet *set = out_begin(a, d);
    Shapes s = {.n = n, .dim = dim, .ndim = ndim, .name = p[0]->name, .upper = name_capitals(a, p[0]->name),
                .batch = batch, .general = general};
    Map fields = {0};
    bool ok = true;
    s.plan = arena_array_of(a, n, Package);
    s.field = arena_array_of(a, ndim + 1, const char *);
    for (uint32_t i = 0; i < ndim; i++) s.field[i] = name_unique(a, &fields, name_variable(a, dim[i].name));
    for (uint32_t i = 0; ok && i < n; i++) ok = plan_package(&s, a, t, p, o, d, i);
    if (ok && general->program) ok = any_package(&s, a, o, d);
    ok = ok && out_folder(set, dir);
    if (ok) weights(&s, a, t);
    ok = ok && write_all(&s, set, dir) && out_commit(set);
    arena_free(a);
    return ok;
}
