#include "cli/versus.h"
#include "base/io.h"
#include "cli/progress.h"
#include "cli/temp.h"
#include "emit/package.h"
#include "emit/skel.h"
#include <stdlib.h>
#include <string.h>

/* One engine; what the script does not tell is "". */
typedef struct {
    const char *engine, *version, *ms, *error, *note;
} Result;

typedef struct {
    Arena *arena;
    Diag *diag;
    const Options *o;
    Runner *r;
    const char *python, *work;
    Vec(Result) result;
} Versus;

/* ---- what the script is told ---- */

static void ports(Str *s, const char *key, const RunnerPort *port, uint32_t n, const char *file) {
    str_addf(s, ", \"%s\": [", key);
    for (uint32_t i = 0; i < n; i++) {
        str_addf(s, "%s{\"name\": ", i ? ", " : "");
        json_string_add(s, port[i].name);
        str_addf(s, ", \"type\": \"%s\", \"file\": \"%s%u.bin\", \"shape\": [", dtype_info[port[i].dtype].npy, file,
                 (unsigned)i);
        for (int k = 0; k < port[i].shape.rank; k++)
            str_addf(s, "%s%lld", k ? ", " : "", (long long)port[i].shape.dim[k]);
        str_add(s, "]}");
    }
    str_add(s, "]");
}

static void words(Str *s, const char *key, const char *const *word, uint32_t n) {
    str_addf(s, ", \"%s\": [", key);
    for (uint32_t i = 0; i < n; i++) {
        str_add(s, i ? ", " : "");
        json_string_add(s, word[i]);
    }
    str_add(s, "]");
}

static bool write_job(Versus *v, const Tensor *const *in) {
    Str s = str_new(v->arena);
    Command program = command_new(v->arena);
    const Options *o = v->o;
    char *model = realpath(o->model, NULL);
    if (!runner_prepare(v->r, in, v->work, 0, &program)) {
        free(model);
        return false;
    }
    str_addf(&s, "{\"version\": \"%s\", \"threads\": %d, \"rounds\": %d, \"seconds\": %.6f, \"model\": ", TENON_VERSION,
             (int)o->threads, (int)o->rounds, o->seconds);
    json_string_add(&s, model ? model : o->model);
    free(model);
    words(&s, "engines", o->vs.at, o->vs.n);
    words(&s, "program", program.word.at, program.word.n);
    ports(&s, "inputs", v->r->in, v->r->nin, "in");
    ports(&s, "outputs", v->r->out, v->r->nout, "out");
    str_add(&s, "}\n");
    return io_write_file(v->arena, v->diag, path_join(v->arena, v->work, "job.json"), s.at, s.n);
}

/* ---- the script ---- */

/* Its output as text, NULL with a diagnostic when it failed. */
static char *call(Versus *v, const char *verb, const char *const *word, uint32_t n) {
    static const char *const start[] = {"-B", "compare.py"};
    Command c = command_new(v->arena);
    Bytes log;
    int status;
    command_add(&c, v->python);
    for (int i = 0; i < 2; i++) command_add(&c, start[i]);
    command_add(&c, verb);
    for (uint32_t i = 0; i < n; i++) command_add(&c, word[i]);
    bool started = command_run(&c, v->diag, v->work, "log", &status);
    progress_end();
    if (!started || !io_map(v->arena, v->diag, path_join(v->arena, v->work, "log"), &log)) return NULL;
    char *text = arena_strndup(v->arena, (const char *)log.data, log.n);
    if (status == 0) return text;
    for (size_t k = strlen(text); k && text[k - 1] == '\n'; k--) text[k - 1] = 0;
    const char *last = strrchr(text, '\n');
    diag_error(v->diag, (Loc){.file = v->o->model, .field = "--vs"}, NULL, "the comparison failed (%d): %.300s", status,
               last ? last + 1 : text);
    return NULL;
}

static bool find_python(Versus *v) {
    const char *set = getenv("TENON_PYTHON");
    const char *name = v->o->python ? v->o->python : set && *set ? set : "python3";
    const char *place = program_find(v->arena, name);
    if (!place)
        return diag_error(v->diag,
                          (Loc){.field = v->o->python  ? "--python"
                                         : set && *set ? "TENON_PYTHON"
                                                       : "--vs"},
                          "install it, or name another with --python or TENON_PYTHON", "'%s' is not found", name);
    if (*place == '/') {
        v->python = place;
        return true;
    }
    /* The links of a virtual environment must stay, so only the folder is made absolute. */
    char *folder = realpath(path_folder(v->arena, place), NULL);
    const char *file = strrchr(place, '/');
    v->python = folder ? path_join(v->arena, folder, file ? file + 1 : place) : place;
    free(folder);
    return true;
}

static bool find_packages(Versus *v) {
    char *text = call(v, "check", v->o->vs.at, v->o->vs.n), *state = NULL;
    Str missing = str_new(v->arena);
    if (!text) return false;
    for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state))
        if (!strncmp(line, "missing ", 8)) str_addf(&missing, " %s", line + 8);
    return !missing.n || diag_error(v->diag, (Loc){.field = "--vs"},
                                    arena_printf(v->arena,
                                                 "install them: %s -m pip install%s; or name another python with "
                                                 "--python or TENON_PYTHON",
                                                 v->python, missing.at),
                                    "%s lacks the packages%s", v->python, missing.at);
}

static const char *field(char **at) {
    const char *text = strsep(at, "\t");
    return text ? text : "";
}

static bool compare(Versus *v) {
    const char *job = "job.json";
    double all = v->o->seconds * (double)v->o->rounds * (v->o->vs.n + 1);
    progress_say(arena_printf(v->arena, "preparing %u engines, then measuring for %.0f s", (unsigned)v->o->vs.n, all));
    char *text = call(v, "run", &job, 1), *state = NULL;
    if (!text) return false;
    for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
        if (strncmp(line, "result\t", 7)) continue;
        line += 7;
        Result r = {.engine = field(&line), .version = field(&line), .ms = field(&line), .error = field(&line)};
        r.note = field(&line);
        vec_push(v->arena, &v->result, r);
    }
    return (v->result.n && strtod(v->result.at[0].ms, NULL) > 0) ||
           diag_error(v->diag, (Loc){.file = v->o->model, .field = "--vs"}, NULL, "the comparison told no results");
}

/* ---- results ---- */

static void print_results(const Versus *v) {
    double own = strtod(v->result.at[0].ms, NULL);
    const Result *best = NULL;
    printf("target  %s, %d thread%s\n\n%-12s %-14s %10s %8s %10s\n", v->r->target->name, (int)v->o->threads,
           v->o->threads == 1 ? "" : "s", "engine", "version", "best ms", "ratio", "max error");
    for (uint32_t i = 0; i < v->result.n; i++) {
        const Result *r = &v->result.at[i];
        double ms = strtod(r->ms, NULL);
        if (!*r->ms) {
            printf("%-12s %-14s %10s %s\n", r->engine, *r->version ? r->version : "-", "-", r->note);
            continue;
        }
        const char *error = *r->error ? arena_printf(v->arena, "%.2g", strtod(r->error, NULL)) : "-";
        printf("%-12s %-14s %10.4g %8.3f %10s\n", r->engine, r->version, ms, ms / own, error);
        if (i && (!best || ms < strtod(best->ms, NULL))) best = r;
    }
    printf("\nbest: the lowest of %d rounds' medians; ratio: to tenon's; error: against onnxruntime\n",
           (int)v->o->rounds);
    if (best)
        printf("best peer / tenon  %.3f (%s)\n", strtod(best->ms, NULL) / own, best->engine);
    else
        printf("best peer / tenon  - (no engine could run the model)\n");
}

static void number_or_null(Str *s, const char *key, const char *text) {
    double v = strtod(text, NULL);
    if (*text && v - v == 0)
        str_addf(s, ", \"%s\": %.9g", key, v);
    else
        str_addf(s, ", \"%s\": null", key);
}

static bool write_json(const Versus *v) {
    Str s = str_new(v->arena);
    str_add(&s, "{\"model\": ");
    json_string_add(&s, v->o->model);
    str_addf(&s, ", \"target\": \"%s\", \"threads\": %d, \"rounds\": %d, \"seconds\": %.6f,\n \"engines\": [",
             v->r->target->name, (int)v->o->threads, (int)v->o->rounds, v->o->seconds);
    for (uint32_t i = 0; i < v->result.n; i++) {
        const Result *r = &v->result.at[i];
        str_add(&s, i ? ",\n  {\"engine\": " : "\n  {\"engine\": ");
        json_string_add(&s, r->engine);
        str_add(&s, ", \"version\": ");
        json_string_add(&s, r->version);
        number_or_null(&s, "ms", r->ms);
        number_or_null(&s, "max_error", r->error);
        str_add(&s, ", \"note\": ");
        json_string_add(&s, r->note);
        str_add(&s, "}");
    }
    str_add(&s, "\n]}\n");
    return io_write_file(v->arena, v->diag, v->o->json, s.at, s.n);
}

static bool open_work(Versus *v) {
    const char *script = skeleton("compare.py.in");
    v->work = temp_folder(v->arena, v->diag, NULL);
    return v->work &&
           io_write_file(v->arena, v->diag, path_join(v->arena, v->work, "compare.py"), script, strlen(script));
}

const char *versus_python(Arena *a, Diag *d, const Options *o) {
    Versus v = {.arena = a, .diag = d, .o = o};
    const char *end = strrchr(o->model, '.');
    Loc loc = {.file = o->model, .field = "--vs"};
    if (end && (!strcmp(end, ".json") || !strcmp(end, ".txt"))) {
        diag_error(d, loc, "write one with `tenon convert'", "other engines read ONNX files only");
        return NULL;
    }
    if (o->bind.n) {
        diag_error(d, loc, "leave it out", "other engines do not know --bind");
        return NULL;
    }
    return find_python(&v) && open_work(&v) && find_packages(&v) ? v.python : NULL;
}

bool versus(Runner *r, const Tensor *const *in, const Options *o, const char *python) {
    Versus v = {.arena = r->arena, .diag = r->diag, .o = o, .r = r, .python = python};
    if (!open_work(&v) || !write_job(&v, in) || !compare(&v) || (o->json && !write_json(&v))) return false;
    print_results(&v);
    return true;
}
