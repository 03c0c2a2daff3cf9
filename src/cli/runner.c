#include "cli/runner.h"
#include "base/io.h"
#include "cli/build.h"
#include "cli/cache.h"
#include "cli/progress.h"
#include "cli/remote.h"
#include "cli/temp.h"
#include "emit/package.h"
#include "op/op.h"
#include "pass/exact_products.h"
#include "target/board.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

CompileOptions *compile_options(const Options *o) {
    CompileOptions *c = arena_new_of(o->arena, CompileOptions);
    Words skip = {0};
    Bytes file;
    for (uint32_t i = 0; i < o->skip.n; i++) vec_push(o->arena, &skip, o->skip.at[i]);
    vec_push(o->arena, &skip, NULL);
    c->program = (ProgramOptions){.name = o->name, .target = o->target, .small = o->optimize != OPTIMIZE_speed, .precise = o->precise, .threads = o->threads, .grain = o->grain, .ports = o->io_arena || (o->ram && !o->io_caller)};
    c->least = o->command->bit == CMD_size;
    c->ram = o->ram ? o->ram : o->target->board ? o->target->board->ram.bytes : 0;
    c->pass = (PassOptions){.skip = skip.at, .stop_after = o->stop_after, .dump = o->dump, .precise = o->precise || o->optimize == OPTIMIZE_size, .small = o->optimize == OPTIMIZE_size, .half_weights = o->half_weights || (o->target->halves && !o->precise), .verify = o->verify_passes};
    c->pass.report = o->report ? stdout : NULL;
    c->pass.dump_to = stdout;
    if (c->program.ports && o->target->nvariant) {
        diag_error(o->diag, (Loc){.field = o->ram ? "--ram" : "--io arena"}, arena_printf(o->arena, "choose one, --target %s", o->target->variant[0]->name),
                   "%s has variants, whose arenas differ", o->target->name);
        return NULL;
    }
    if (!o->schedule) return c;
    if (o->target->nvariant) {
        diag_error(o->diag, (Loc){.field = "--schedule"},
                   arena_printf(o->arena, "choose one, --target %s", o->target->variant[0]->name),
                   "a schedule is for one width of vectors, and %s has variants of several", o->target->name);
        return NULL;
    }
    if (!io_map(o->arena, o->diag, o->schedule, &file)) return NULL;
    c->program.schedules = arena_strndup(o->arena, (const char *)file.data, file.n);
    return c;
}

/* ---- the key: everything that decides what is built ---- */

typedef struct {
    uint64_t a, b;
} Key;

static void key_add(Key *k, const void *data, size_t n) {
    k->a = hash_bytes(data, n, k->a + n);
    k->b = hash_bytes(&k->a, sizeof k->a, k->b ^ 0x5851f42d4c957f2du);
}

static void key_text(Key *k, const char *s) {
    key_add(k, s ? s : "", s ? strlen(s) + 1 : 0);
}

static bool key_file(Key *k, Arena *a, Diag *d, const char *path) {
    Bytes b;
    if (!io_map(a, d, path, &b)) return false;
    key_add(k, b.data, b.n);
    io_unmap(&b);
    return true;
}

/* Contents too: weights may lie in other files than the model. */
static void key_graph(Key *k, const Graph *g) {
    for (uint32_t i = 0; i < g->value.n; i++) {
        const Value *v = &g->value.at[i];
        if (v->is_input || v->is_output || v->data) {
            key_text(k, v->name);
            key_add(k, &v->dtype, sizeof v->dtype);
            key_add(k, v->shape.dim, sizeof v->shape.dim[0] * (size_t)(v->shape.rank > 0 ? v->shape.rank : 0));
        }
        if (v->data && v->data->data && v->data->dtype != DT_string) key_add(k, v->data->data, v->data->bytes);
        for (int64_t e = 0; v->data && v->data->dtype == DT_string && e < shape_count(&v->data->shape); e++)
            key_text(k, tensor_string(v->data, e));
    }
    for (uint32_t i = 0; i < g->node.n; i++) key_add(k, &g->node.at[i].op, sizeof g->node.at[i].op);
}

static const char *make_key(Arena *a, Diag *d, const CompileOptions *o, const Model *m, const Graph *g,
                            const Target *built, const Command *compiler) {
    Key k = {1, 2};
    struct stat s;
    if (!key_file(&k, a, d, m->path) || !key_file(&k, a, d, "/proc/self/exe")) return NULL;
    key_text(&k, TENON_VERSION);
    key_graph(&k, g);
    key_text(&k, o->program.target->name);
    key_text(&k, o->program.target->cflags);
    key_text(&k, built->name);
    key_text(&k, o->pass.stop_after);
    key_text(&k, o->program.schedules);
    key_add(&k, &o->pass.precise, sizeof o->pass.precise);
    key_add(&k, &o->pass.small, sizeof o->pass.small);
    key_add(&k, &o->pass.half_weights, sizeof o->pass.half_weights);
    key_add(&k, &o->program.small, sizeof o->program.small);
    key_add(&k, &o->program.precise, sizeof o->program.precise);
    key_add(&k, &o->ram, sizeof o->ram);
    key_add(&k, &o->program.ports, sizeof o->program.ports);
    key_add(&k, &o->program.threads, sizeof o->program.threads);
    key_add(&k, &o->program.grain, sizeof o->program.grain);
    for (const char *const *skip = o->pass.skip; *skip; skip++) key_text(&k, *skip);
    key_text(&k, command_text(compiler, a));
    if (stat(compiler->word.at[0], &s) == 0) {
        key_add(&k, &s.st_size, sizeof s.st_size);
        key_add(&k, &s.st_mtime, sizeof s.st_mtime);
    }
    return arena_printf(a, "%016llx%016llx", (unsigned long long)k.a, (unsigned long long)k.b);
}

/* ---- what the program takes and gives, in a file beside it ---- */

static void port_add(Str *s, const char *kind, const Value *v) {
    str_addf(s, "%s %s %d", kind, dtype_info[v->dtype].name, v->shape.rank);
    for (int i = 0; i < v->shape.rank; i++) str_addf(s, " %lld", (long long)v->shape.dim[i]);
    str_addf(s, " %zu %s\n", strlen(v->name), v->name);
}

static bool ports_write(Arena *a, Diag *d, const Program *p, const char *path) {
    Str s = str_new(a);
    const Graph *g = p->graph;
    str_addf(&s, "%u %u %lld\n", (unsigned)g->input.n, (unsigned)g->output.n, (long long)p->macs);
    for (uint32_t i = 0; i < g->input.n; i++) port_add(&s, "in", &g->value.at[g->input.at[i]]);
    for (uint32_t i = 0; i < g->output.n; i++) port_add(&s, "out", &g->value.at[g->output.at[i]]);
    return io_write_file(a, d, path, s.at, s.n);
}

static bool port_read(Arena *a, const char **at, const char *end, RunnerPort *out) {
    char kind[8], type[16];
    int rank, used;
    size_t length;
    *out = (RunnerPort){0};
    if (sscanf(*at, "%7s %15s %d%n", kind, type, &rank, &used) != 3 || rank < 0 || rank > MAX_RANK) return false;
    *at += used;
    out->shape.rank = (int8_t)rank;
    out->dtype = dtype_parse(type);
    for (int i = 0; i < rank; i++) {
        long long dim;
        if (sscanf(*at, "%lld%n", &dim, &used) != 1) return false;
        out->shape.dim[i] = dim;
        *at += used;
    }
    if (sscanf(*at, "%zu%n", &length, &used) != 1 || (size_t)(end - *at) < (size_t)used + 2 + length) return false;
    out->name = arena_strndup(a, *at + used + 1, length);
    *at += (size_t)used + 2 + length;
    return out->dtype != DT_none;
}

static bool ports_read(Runner *r, const char *path) {
    Bytes file;
    long long macs;
    int used;
    Diag *quiet = diag_new(r->arena);
    if (!io_map(r->arena, quiet, path, &file)) return false;
    const char *at = arena_strndup(r->arena, (const char *)file.data, file.n), *end = at + file.n;
    if (sscanf(at, "%u %u %lld%n", &r->nin, &r->nout, &macs, &used) != 3 || r->nin + (size_t)r->nout > file.n)
        return false;
    r->macs = macs;
    r->in = arena_array_of(r->arena, r->nin + 1, RunnerPort);
    r->out = arena_array_of(r->arena, r->nout + 1, RunnerPort);
    at += used + 1;
    for (uint32_t i = 0; i < r->nin + r->nout; i++)
        if (!port_read(r->arena, &at, end, i < r->nin ? &r->in[i] : &r->out[i - r->nin])) return false;
    return true;
}

/* ---- building ---- */

/* What is called between the steps, beside the model. */
static bool profile_write(Runner *r, const char *folder) {
    Str text = str_new(r->arena);
    const SkelValue values[] = {{"steps", arena_printf(r->arena, "%u", (unsigned)r->built->step.n)}, {NULL, NULL}};
    skeleton_fill(&text, r->marks, values);
    return io_write_file(r->arena, r->diag, path_join(r->arena, folder, "model_profile.c"), text.at, text.n);
}

/* Of what was built the program alone is needed. */
static void clean(Runner *r, const char *folder) {
    static const char *const rest[] = {"tenon_pool.h", "tenon_pool.c", "Makefile", "CMakeLists.txt", "log"};
    static const char *const ends[] = {".h",         ".c",         "_weights.h", "_weights.c", "_weights.bin",
                                       "_example.c", "_profile.c", ".map.json",  ".o",         "_weights.o",
                                       "_start.c",   ".ld"};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) unlink(path_join(r->arena, folder, rest[i]));
    for (int v = -1; v < r->package->nvariant; v++) {
        const char *name = v < 0 ? "model" : emit_variant_name(r->arena, "model", r->package, v);
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
            unlink(path_join(r->arena, folder, arena_printf(r->arena, "%s%s", name, ends[i])));
    }
}

static bool write_and_build(Runner *r, const Programs *p, const char *folder) {
    const EmitOptions emit = {.command = "tenon run", .model = "model", .profile = r->marks != NULL};
    bool threads = r->built->threads > 1;
    if (r->package->nvariant)
        return emit_variants(r->package, p->at, &emit, folder, r->diag) &&
               build_variants(r->arena, r->diag, r->package, r->target, folder, "model", threads);
    return emit_package(r->built, &emit, folder, r->diag) && (!r->marks || profile_write(r, folder)) &&
           build_program(r->arena, r->diag, r->target, folder, "model", r->marks != NULL, threads);
}

static bool build_in(Runner *r, CompileOptions *o, const char *folder) {
    o->program.name = "model";
    Programs p = {0};
    progress_say("compiling the model");
    bool compiled = compile_variants(r->arena, graph_copy(r->arena, r->graph), o, r->diag, &p);
    progress_end();
    if (!compiled) return false;
    const Target *package = compile_distinct(r->arena, r->package, &p);
    if (r->target == r->package) r->target = package;
    r->package = package;
    r->built = p.at[0];
    if (!write_and_build(r, &p, folder)) return false;
    clean(r, folder);
    return ports_write(r->arena, r->diag, r->built, path_join(r->arena, folder, "io"));
}

static bool use_folder(Runner *r, const char *folder) {
    r->program = path_join(r->arena, folder, "program");
    return path_exists(r->program) && ports_read(r, path_join(r->arena, folder, "io"));
}

static bool open_compiled(Runner *r, CompileOptions *o, const Model *m) {
    Command compiler = command_new(r->arena);
    if (!r->target->run && !r->command)
        return diag_error(r->diag, (Loc){.file = m->path, .field = "--target"},
                          "choose another (`tenon targets` lists them)", "this machine cannot run programs for %s",
                          r->target->name);
    if (!compiler_words(&compiler, r->diag, r->target)) return false;
    const char *cache = o->program.keep_all || r->marks ? NULL : cache_folder(r->arena), *key = NULL, *entry;
    if (cache) key = make_key(r->arena, r->diag, o, m, r->graph, r->target, &compiler);
    if (cache && !key) return false;
    entry = cache ? cache_find(r->arena, cache, key) : NULL;
    if (entry && use_folder(r, entry)) return true;
    const char *folder = temp_folder(r->arena, r->diag, cache);
    if (!folder || !build_in(r, o, folder)) return false;
    entry = cache ? cache_store(r->arena, cache, key, folder) : NULL;
    return use_folder(r, entry ? entry : folder) ||
           diag_error(r->diag, (Loc){.file = folder}, "remove it", "the built program is damaged");
}

Runner *runner_interpreter(Arena *a, Diag *d, const Graph *g) {
    Runner *r = arena_new_of(a, Runner);
    *r = (Runner){.arena = a, .diag = d, .graph = exact_products(a, g, d), .interpreter = true, .nout = g->output.n};
    if (!r->graph) return NULL;
    r->out = arena_array_of(a, g->output.n + 1, RunnerPort);
    for (uint32_t i = 0; i < g->output.n; i++) {
        const Value *v = &g->value.at[g->output.at[i]];
        r->out[i] = (RunnerPort){v->name, v->dtype, v->shape};
    }
    return r;
}

static Runner *open_as(Arena *a, Diag *d, const Options *o, const Model *m, const Graph *g, bool keep_all,
                       const char *marks) {
    CompileOptions *c = compile_options(o);
    if (!c) return NULL;
    c->program.keep_all = keep_all;
    /* What is looked at closely is one program. */
    if (keep_all || marks) c->program.target = o->built ? o->built : target_here(o->target);
    const Target *package = c->program.target, *built = package;
    if (target_by_compiler(package)) built = o->built ? o->built : target_here(package);
    Runner *r = arena_new_of(a, Runner);
    *r = (Runner){.arena = a, .diag = d, .graph = g, .target = built, .package = package, .marks = marks, .command = o->runner, .timeout = o->timeout};
    return open_compiled(r, c, m) ? r : NULL;
}

Runner *runner_open(Arena *a, Diag *d, const Options *o, const Model *m, const Graph *g, bool keep_all) {
    return o->interpreter && !keep_all ? runner_interpreter(a, d, g) : open_as(a, d, o, m, g, keep_all, NULL);
}

Runner *runner_open_profile(Arena *a, Diag *d, const Options *o, const Model *m, const Graph *g) {
    return open_as(a, d, o, m, g, false, "profile.c.in");
}

Runner *runner_open_marked(Arena *a, Diag *d, const Options *o, const Model *m, const Graph *g) {
    return open_as(a, d, o, m, g, false, "mark.c.in");
}

/* ---- running ---- */

const Tensor **graph_values(Arena *a, Diag *d, const Graph *g, const Tensor *const *in) {
    const Tensor **values = arena_array_of(a, g->value.n + 1, const Tensor *);
    for (uint32_t i = 0; i < g->input.n; i++) values[g->input.at[i]] = in[i];
    progress_say("interpreting");
    bool ok = graph_eval(g, values, a, d, progress_count);
    progress_end();
    return ok ? values : NULL;
}

static const Tensor **interpret(Runner *r, const Tensor *const *in) {
    const Graph *g = r->graph;
    const Tensor **values = graph_values(r->arena, r->diag, g, in);
    if (!values) return NULL;
    const Tensor **out = arena_array_of(r->arena, g->output.n + 1, const Tensor *);
    for (uint32_t i = 0; i < g->output.n; i++) {
        out[i] = values[g->output.at[i]];
        if (!out[i]) out[i] = value_data(g, g->output.at[i]);
    }
    return out;
}

/* Strings follow each other, each with its 0. */
static bool write_contents(FILE *f, const Tensor *t) {
    if (t->dtype != DT_string) return fwrite(t->data, 1, t->bytes, f) == t->bytes;
    for (int64_t i = 0; i < shape_count(&t->shape); i++)
        if (fwrite(tensor_string(t, i), 1, strlen(tensor_string(t, i)) + 1, f) != strlen(tensor_string(t, i)) + 1) return false;
    return true;
}

/* Into a temporary folder, so neither synced nor renamed. */
static bool write_plain(Diag *d, const char *path, const Tensor *t) {
    FILE *f = fopen(path, "wb");
    bool ok = f && write_contents(f, t);
    if (f && fclose(f) != 0) ok = false;
    return ok || diag_error(d, (Loc){.file = path}, "set TMPDIR to a folder with room", "cannot be written: %s",
                            strerror(errno));
}

static void add_word(void *to, const char *word) {
    command_add(to, word);
}

bool runner_prepare(Runner *r, const Tensor *const *in, const char *work, double seconds, Command *c) {
    Arena *a = r->arena;
    Command words = command_new(a);
    command_add(&words, "--out");
    command_add(&words, "out");
    for (uint32_t i = 0; i < r->nin; i++) {
        ValueId v = graph_find(r->graph, r->in[i].name);
        const Tensor *t = NULL;
        for (uint32_t k = 0; k < r->graph->input.n; k++)
            if (r->graph->input.at[k] == v) t = in[k];
        if (!t)
            return diag_error(r->diag, (Loc){.file = r->graph->file}, NULL, "the compiled model wants an input '%s'",
                              r->in[i].name);
        const char *name = arena_printf(a, "in%u.bin", (unsigned)i);
        if (!write_plain(r->diag, path_join(a, work, name), t)) return false;
        command_add(&words, name);
    }
    if (seconds > 0) {
        command_add(&words, "--time");
        command_add(&words, arena_printf(a, "%.6f", seconds));
    }
    if (r->command) {
        for (uint32_t i = 0; i < words.word.n; i++) command_add(c, words.word.at[i]);
        return true;
    }
    char *place = realpath(r->program, NULL);
    target_command(a, r->target, place ? place : r->program, words.word.at, words.word.n, add_word, c);
    free(place);
    return true;
}

static bool execute_there(Runner *r, const Command *c, const char *work, int *status) {
    Arena *a = r->arena;
    Words in = {0}, out = {0};
    for (uint32_t i = 0; i < r->nin; i++) vec_push(a, &in, arena_printf(a, "in%u.bin", (unsigned)i));
    for (uint32_t i = 0; i < r->nout; i++) vec_push(a, &out, arena_printf(a, "out%u.bin", (unsigned)i));
    const Remote remote = {r->command, r->timeout, r->target->name, r->program, c->word.at, c->word.n, in.at, out.at, in.n, out.n};
    return remote_run(a, r->diag, &remote, work, status);
}

bool runner_execute(Runner *r, Command *c, const char *work) {
    int status;
    progress_say(r->command ? "running on the other machine" : "running");
    bool started = r->command ? execute_there(r, c, work, &status) : command_run(c, r->diag, work, "log", &status);
    progress_end();
    if (!started || status == 0) return started;
    Bytes log = {0};
    Diag *quiet = diag_new(r->arena);
    if (!io_map(r->arena, quiet, path_join(r->arena, work, "log"), &log)) log.n = 0;
    while (log.n && log.data[log.n - 1] == '\n') log.n--;
    size_t from = log.n;
    while (from && log.data[from - 1] != '\n') from--;
    const char *trips = arena_printf(r->arena, "returned %d", RUN_ERROR_TRIPS);
    const char *line = (const char *)log.data + from;
    if (log.n - from >= strlen(trips) && !memcmp(log.data + log.n - strlen(trips), trips, strlen(trips)))
        return diag_error(r->diag, (Loc){.file = r->graph->file}, "give more with --trips N",
                          "a loop goes on for longer than its results have room");
    return diag_error(r->diag, (Loc){.file = r->graph->file}, "try --engine interpreter, and tell the authors",
                      status > 128 ? "the compiled model died of signal %d: %.*s"
                                   : "the compiled model failed (%d): %.*s",
                      status > 128 ? status - 128 : status, (int)(log.n - from > 300 ? 300 : log.n - from),
                      log.data ? line : "");
}

/* The other way; false for another number of strings. */
static bool strings_read(Arena *a, const Bytes *file, Tensor *t) {
    const char *text = arena_strndup(a, "", 0), **to = (const char **)(uintptr_t)t->data;
    int64_t count = shape_count(&t->shape), found = 0;
    if (file->n) text = arena_copy(a, file->data, file->n);
    for (size_t start = 0, i = 0; i < file->n; i++) {
        if (text[i]) continue;
        if (found < count) to[found] = text + start;
        start = i + 1;
        found++;
    }
    return found == count && (!file->n || !text[file->n - 1]);
}

static const Tensor *read_output(Runner *r, const char *work, uint32_t i) {
    Bytes file;
    const RunnerPort *p = &r->out[i];
    if (!io_map(r->arena, r->diag, path_join(r->arena, work, arena_printf(r->arena, "out%u.bin", (unsigned)i)), &file))
        return NULL;
    Tensor *t = tensor_new(r->arena, p->dtype, p->shape);
    if (t->data && t->dtype == DT_string && strings_read(r->arena, &file, t)) return t;
    if (!t->data || t->dtype == DT_string || t->bytes != file.n) {
        diag_error(r->diag, (Loc){.file = r->graph->file}, NULL,
                   "output '%s' of the compiled model has %zu bytes, not %zu", p->name, file.n, t->bytes);
        return NULL;
    }
    if (file.n) t->data = file.data; /* mapped as long as the arena lives, though the file goes */
    return t;
}

static const Tensor **execute_all(Runner *r, const Tensor *const *in) {
    const char *work = temp_folder(r->arena, r->diag, NULL);
    Command c = command_new(r->arena);
    if (!work || !runner_prepare(r, in, work, 0, &c) || !runner_execute(r, &c, work)) return NULL;
    const Tensor **out = arena_array_of(r->arena, r->nout + 1, const Tensor *);
    for (uint32_t i = 0; i < r->nout; i++)
        if (!(out[i] = read_output(r, work, i))) return NULL;
    temp_remove(work);
    temp_keep(work);
    return out;
}

static uint32_t port_named(const Runner *r, const char *name) {
    uint32_t i = 0;
    while (i < r->nout && strcmp(r->out[i].name, name)) i++;
    return i;
}

/* Outputs whose sizes depend on data, cut to what is there; where the model says how many there are, that is checked. */
static const Tensor **cut_outputs(Runner *r, const Tensor **out) {
    const Graph *g = r->graph;
    for (uint32_t i = 0; out && i < g->sized.n; i++) {
        const Sized *s = &g->sized.at[i];
        uint32_t count = port_named(r, s->count), value = port_named(r, s->value);
        if (count == r->nout) continue;
        int64_t number = tensor_int(out[count], 0), most = value < r->nout ? out[value]->shape.dim[s->axis] : -1;
        ValueId v = graph_find(g, s->value);
        bool bytes = v != NO_VALUE && value == r->nout && g->value.at[v].dtype == DT_u8; /* of strings that are made */
        if ((s->fixed || bytes) && v != NO_VALUE) most = value_shape(g, v)->dim[s->axis];
        if (bytes && number > most) {
            diag_error(r->diag, (Loc){.file = g->file, .field = s->value}, arena_printf(r->arena, "--string-bytes %lld gives more", (long long)number),
                       "the data give strings of %lld bytes, there is room for %lld", (long long)number, (long long)most);
            return NULL;
        }
        if (number < 0 || (most >= 0 && (s->fixed ? number != most : number > most))) {
            diag_error(r->diag, (Loc){.file = g->file, .field = s->value}, s->fixed ? "remove the declared shape" : NULL,
                       "the data give %lld elements along axis %d, the model declares %lld", (long long)number, s->axis, (long long)most);
            return NULL;
        }
        if (value < r->nout && number < most) out[value] = tensor_first(r->arena, out[value], s->axis, number);
    }
    return out;
}

const Tensor **runner_run(Runner *r, const Tensor *const *in) {
    return cut_outputs(r, r->interpreter ? interpret(r, in) : execute_all(r, in));
}

const char *runner_log(Runner *r, const Tensor *const *in, double seconds, const char *start) {
    const char *work = temp_folder(r->arena, r->diag, NULL);
    Command c = command_new(r->arena);
    Bytes log;
    if (!work || !runner_prepare(r, in, work, seconds, &c)) return NULL;
    if (!runner_execute(r, &c, work) || !io_map(r->arena, r->diag, path_join(r->arena, work, "log"), &log)) return NULL;
    const char *line = strstr(arena_strndup(r->arena, (const char *)log.data, log.n), start);
    for (const char *next; line && (next = strstr(line + 1, start));) line = next;
    if (!line) diag_error(r->diag, (Loc){.file = r->graph->file}, NULL, "the compiled model told no time");
    return line;
}

bool runner_time(Runner *r, const Tensor *const *in, double seconds, double *median, double *best) {
    const char *line = runner_log(r, in, seconds, "time: median ");
    if (!line) return false;
    return sscanf(line, "time: median %lf ms, best %lf ms", median, best) == 2 ||
           diag_error(r->diag, (Loc){.file = r->graph->file}, NULL, "the compiled model told no time");
}
