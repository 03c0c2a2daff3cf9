#include "cli/options.h"
#include "cli/boards.h"
#include "base/io.h"
#include "base/str.h"
#include "target/board.h"
#include <argp.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef enum {
    O_output = 'o',
    O_target = 't',
    O_name = 'n',
    O_input = 'i',
    O_shape = 's',
    O_first = 256,
    O_bind = O_first,
    O_length,
    O_unroll,
    O_trips,
    O_string_bytes,
    O_string_parts,
    O_weights,
    O_skip,
    O_precise,
    O_half_weights,
    O_optimize,
    O_io,
    O_ram,
    O_freestanding,
    O_stop,
    O_dump,
    O_passes,
    O_report,
    O_verify_passes,
    O_schedule,
    O_build,
    O_config,
    O_engine,
    O_data,
    O_rtol,
    O_atol,
    O_bind_parameters,
    O_threads,
    O_grain,
    O_seconds,
    O_core,
    O_runner,
    O_timeout,
    O_ms,
    O_vs,
    O_python,
    O_rounds,
    O_html,
    O_json,
    O_sort,
    O_measure,
    O_scale,
    O_mean,
    O_std,
    O_bgr,
    O_end
} OptionKey;

typedef struct {
    OptionKey key;
    const char *name, *argument; /* argument NULL: a switch */
    unsigned commands;           /* which know it */
    const char *help;
} Option;

#define MODEL_COMMANDS (CMD_compile | CMD_run | CMD_verify | CMD_bench | CMD_profile | CMD_size | CMD_info | CMD_convert)
#define CODE_COMMANDS (CMD_compile | CMD_run | CMD_verify | CMD_bench | CMD_profile | CMD_size)

static const Option table[] = {
    {O_output, "output", "DIR", CMD_compile, "folder for the package, made if missing"},
    {O_output, "output", "DIR", CMD_run,
     "write every output to DIR/NAME.npy (characters unsafe in a file name become _)"},
    {O_output, "output", "FILE", CMD_convert, "the file to write: .json, .txt or .onnx"},
    {O_input, "input", "NAME=WHAT", CMD_run,
     "FILE.npy, FILE.npz, FILE.pb, FILE.png, FILE.jpg, FILE.bmp, random:SEED or zeros; once an input. NAME= may be "
     "left "
     "out when there is one input, and for a .npz whose keys are the inputs' names"},
    {O_shape, "input-shape", "NAME=1x3x224x224", MODEL_COMMANDS,
     "numbers for the dynamic dimensions of an input; without it they come from the input's file, or count as 1. compile: "
     "several times for an input, one package has a plan for each; *x3x224x224: for a batch of any size; 1x3x[32..640/32]x[32..640/32]: for all sizes from 32 to 640 in steps of 32"},
    {O_bind, "bind", "NAME=FILE.npy", MODEL_COMMANDS, "make an input a constant"},
    {O_length, "length", "NAME=N|none", MODEL_COMMANDS,
     "how many tensors an input that is a sequence stands for; they become NAME_0, NAME_1 and so on. none: an optional "
     "without element"},
    {O_string_bytes, "string-bytes", "N", MODEL_COMMANDS, "room for each string that an operator makes, its 0 included; 256 without it"},
    {O_string_parts, "string-parts", "N", MODEL_COMMANDS, "the most parts that StringSplit gives where the model does not say; 16 without it"},
    {O_unroll, "unroll", "N", MODEL_COMMANDS, "the most iterations of a loop, each of which becomes code; 256 without it"},
    {O_trips, "trips", "N", MODEL_COMMANDS, "room for the results of N iterations of a loop where only a run tells how many there are; more are an error of the run"},
    {O_target, "target", "T", CODE_COMMANDS, "what `tenon targets` lists; this machine's best without it"},
    {O_name, "name", "N", CMD_compile, "prefix of files and C names; from the model's file name without it"},
    {O_weights, "weights", "text|bin", CMD_compile,
     "weights as C arrays (what small models get without it), or as a .bin file that the assembler takes in"},
    {O_build, "build", NULL, CMD_compile, "run the C compiler too, to report the size of the code"},
    {O_report, "report", NULL, CMD_compile, "one line for each pass"},
    {O_passes, "passes", NULL, CMD_compile, "list the passes and end"},
    {O_skip, "skip-pass", "P", CMD_compile | CMD_verify, "leave out a pass"},
    {O_precise, "precise", NULL, CODE_COMMANDS,
     "nothing that rounds more than the model's own arithmetic: convolutions are never Winograd's, floats never halves because "
     "the target has them"},
    {O_half_weights, "half-weights", NULL, CODE_COMMANDS,
     "weights of floats are stored as f16 and widened where they are read: half the package, 11 bits of each number"},
    {O_optimize, "optimize", "speed|balanced|size", CODE_COMMANDS,
     "size: smaller register tiles, borders in loops, no Winograd convolutions, one function for kernels that differ in "
     "numbers alone, -Os; balanced: such kernels, compiled with -O2, and Winograd convolutions; speed without it"},
    {O_io, "io", "caller|arena", CODE_COMMANDS,
     "where inputs and outputs are: in memory of the caller's (without it), or in the arena, where results overwrite inputs that are not needed any more"},
    {O_ram, "ram", "BYTES|48K", CODE_COMMANDS,
     "memory for the arena, inputs, outputs and stack: the fastest code that needs no more; inputs and outputs are in the arena if not --io caller. A board's own RAM without it"},
    {O_freestanding, "freestanding", NULL, CODE_COMMANDS,
     "C for -ffreestanding -nostdlib: what it asks for stands in its header"},
    {O_stop, "stop-after", "P", CMD_compile | CMD_verify, "run no pass behind this one"},
    {O_dump, "dump", "P|all", CMD_compile, "print the graph after a pass, or after each"},
    {O_verify_passes, "verify-passes", NULL, CMD_compile, "check the graph after each pass"},
    {O_schedule, "schedule", "FILE", CODE_COMMANDS, "lines `kernel: schedule` that replace the compiler's own choice"},
    {O_config, "config", "F.json", CODE_COMMANDS,
     "options from a JSON object, keys named as here; those on the command line go before"},
    {O_engine, "engine", "c|interpreter", CMD_run | CMD_verify,
     "the compiled C (the default), or the reference interpreter, which is slow"},
    {O_data, "data", "REF.npz", CMD_verify,
     "arrays named as the inputs, and as the outputs to expect; several cases have keys like case0.NAME, or are "
     "stacked "
     "along the first axis"},
    {O_rtol, "rtol", "R", CMD_verify, "relative tolerance: |got - want| <= A + R * |want|"},
    {O_atol, "atol", "A", CMD_verify, "absolute tolerance; 1e-5 of the output's largest magnitude without it"},
    {O_bind_parameters, "bind-parameters", NULL, CMD_run | CMD_verify,
     "inputs whose contents are needed at compile time become constants from the data"},
    {O_threads, "threads", "N", CODE_COMMANDS,
     "threads that may share the loops of a kernel; without it, and with 0 or 1, the C is free of threads"},
    {O_grain, "grain", "OPS", CODE_COMMANDS,
     "with threads: a loop of fewer operations (of a scalar or a vector) stays on one; 16384 without it"},
    {O_seconds, "seconds", "S", CMD_bench | CMD_profile, "how long to measure, 1 without it"},
    {O_core, "core", "CORE", CMD_bench,
     "on targets that an emulator runs: the processor whose cycles are estimated, as llvm-mca names it (cortex-a76); one that "
     "fits the target without it"},
    {O_runner, "runner", "COMMAND", CMD_run | CMD_verify | CMD_bench,
     "run the program on another machine, the one that --target means: what gives its last word to a shell there, as 'ssh pi@board'; "
     "the program is sent to that, run and removed"},
    {O_timeout, "timeout", "S", CMD_run | CMD_verify | CMD_bench, "with --runner: seconds after which it is given up, 600 without it"},
    {O_ms, "ms", NULL, CMD_bench, "the last line is the median in milliseconds alone"},
    {O_vs, "vs", "ENGINES", CMD_bench,
     "compare with onnxruntime, openvino, mnn and ncnn (some of them, with commas between), each in a process of its "
     "own, in turns"},
    {O_rounds, "rounds", "N", CMD_bench, "with --vs: how many turns of --seconds each engine has, 5 without it"},
    {O_python, "python", "PATH", CMD_bench,
     "with --vs: the python that has the engines' packages; $TENON_PYTHON or python3 without it"},
    {O_sort, "sort", "step|time", CMD_profile, "the steps in their order (the default), or the longest first"},
    {O_html, "html", "FILE", CMD_profile, "write the profile as a page for a browser too"},
    {O_json, "json", "FILE", CMD_profile, "and as JSON for other programs"},
    {O_json, "json", "FILE", CMD_size, "write the report as JSON too"},
    {O_measure, "measure", NULL, CMD_size,
     "run the model once in the emulator of the target too, to compare the stack that it takes with the bound"},
    {O_json, "json", "FILE", CMD_bench, "with --vs: write the results as JSON too"},
    {O_scale, "scale", "S", CMD_run, "pictures: value = (byte * S - mean) / std; 1 without it"},
    {O_mean, "mean", "A[,B,C]", CMD_run, "pictures: per channel of the input, or one for all"},
    {O_std, "std", "A[,B,C]", CMD_run, "pictures: per channel of the input, or one for all"},
    {O_bgr, "bgr", NULL, CMD_run, "pictures: the input wants blue, green, red"},
};
enum { TABLE = sizeof table / sizeof *table };

/* ---- values ---- */

enum { MAX_MODEL_THREADS = 256 };

static const char *parse_real(Arena *a, const char *text, double least, double *out) {
    char *end;
    double v = strtod(text, &end);
    if (end == text || *end || v != v || v > 1e300) return "is not a number";
    if (v < least) return arena_printf(a, "is too small, the least is %g", least);
    *out = v;
    return NULL;
}

/* `[32..640/32]`: from, to, in steps; *end is behind it. */
static bool check_range(const char *text, const char **end) {
    int64_t n[3] = {0, 0, 1};
    const char *before[3] = {"[", "..", "/"};
    for (int i = 0; i < 3; i++) {
        size_t k = strlen(before[i]);
        if (strncmp(text, before[i], k)) {
            if (i < 2) return false;
            break;
        }
        text += k;
        for (k = 0, n[i] = 0; text[k] >= '0' && text[k] <= '9' && k < 10; k++) n[i] = 10 * n[i] + (text[k] - '0');
        if (!k) return false;
        text += k;
    }
    *end = text + 1;
    return *text == ']' && n[0] >= 1 && n[0] < n[1] && n[2] >= 1 && n[0] % n[2] == 0 && n[1] % n[2] == 0 && n[1] < INT32_MAX;
}

/* NAME=1x3x8, where NAME may hold '=' itself; commas do as well, and no dimensions at all. `any`: `*` and ranges are
 * dimensions too. */
static const char *check_shape(Arena *a, const char *text, bool any) {
    const char *equals = strrchr(text, '='), *at = equals ? equals + 1 : text;
    int64_t number;
    int rank = 0;
    for (bool more = *at; more; rank++) {
        const char *end = at;
        bool star = any && *at == '*';
        if (any && *at == '[') {
            if (!check_range(at, &end)) return "has a range that is none; write it like x=1x3x[32..640/32]x[1..9], both ends multiples of the step";
            star = true;
        }
        size_t n = end > at ? (size_t)(end - at) : star ? 1 : strspn(at, "0123456789");
        if (!n || (!star && !int_parse(arena_strndup(a, at, n), &number))) return "is no shape; write it like x=1x3x224x224";
        at += n;
        more = *at == 'x' || *at == ',';
        at += more;
    }
    if (*at) return "is no shape; write it like x=1x3x224x224";
    return rank > MAX_RANK ? "has more than 8 dimensions" : NULL;
}

/* "a" or "a,b,c" */
static const char *parse_channels(const char *text, double *out, int *n) {
    char *end;
    *n = 0;
    for (;; text = end + 1) {
        double v = strtod(text, &end);
        if (end == text || !(v > -1e30 && v < 1e30)) break;
        out[(*n)++] = v;
        if (*end != ',' || *n == 3) break;
    }
    return (*n == 1 || *n == 3) && end != text && !*end ? NULL : "is not one number, or three with commas between";
}

static const char *parse_target(Options *o, const char *text) {
    o->target = target_named(o->arena, o->diag, text);
    if (o->target || diag_errors(o->diag)) return NULL; /* what is wrong with the board's file is said later */
    Str s = str_new(o->arena);
    str_add(&s, "is not a target; there are ");
    target_names(o->arena, o->diag, &s);
    return s.at;
}

static const char *one_of(Arena *a, const char *text, const char *no, const char *yes, bool *out) {
    *out = !strcmp(text, yes);
    return *out || !strcmp(text, no) ? NULL : arena_printf(a, "is neither %s nor %s", no, yes);
}

static const char *parse_optimize(Options *o, const char *text) {
    static const char *const name[] = {[OPTIMIZE_speed] = "speed", [OPTIMIZE_balanced] = "balanced", [OPTIMIZE_size] = "size"};
    for (Optimize k = OPTIMIZE_speed; k <= OPTIMIZE_size; k++) {
        o->optimize = k;
        if (!strcmp(text, name[k])) return NULL;
    }
    return "is neither speed, balanced nor size";
}

static const char *parse_threads(Options *o, const char *text) {
    int64_t n;
    if (!int_parse(text, &n) || n < 0 || n > MAX_MODEL_THREADS)
        return arena_printf(o->arena, "is not a number of threads from 0 to %d", MAX_MODEL_THREADS);
    o->threads = n > 1 ? (int)n : 1;
    return NULL;
}

static const char *parse_grain(Options *o, const char *text) {
    return int_parse(text, &o->grain) && o->grain > 0 ? NULL : "is not a number of operations from 1 on";
}

/* 49152, 48K, 1M */
static const char *parse_ram(Options *o, const char *text) {
    size_t n = strlen(text);
    int shift = n == 0 ? 0 : text[n - 1] == 'K' ? 10 : text[n - 1] == 'M' ? 20 : 0;
    bool good = int_parse(arena_strndup(o->arena, text, n - (shift > 0)), &o->ram) && o->ram >= 1 && o->ram <= INT64_MAX >> 20;
    o->ram = (int64_t)((uint64_t)o->ram << shift);
    return good ? NULL : "is not a number of bytes; write it like 49152 or 48K";
}

static const char *parse_trips(Options *o, const char *text) {
    bool good = int_parse(text, &o->trips) && o->trips >= 1 && o->trips <= 1 << 30;
    return good ? NULL : "is not a number of iterations from 1 to 1073741824";
}

static const char *parse_size(int64_t *out, const char *text) {
    bool good = int_parse(text, out) && *out >= 1 && *out <= 1 << 20;
    return good ? NULL : "is not a number from 1 to 1048576";
}

static const char *parse_unroll(Options *o, const char *text) {
    bool good = int_parse(text, &o->unroll) && o->unroll >= 1 && o->unroll <= 1 << 20;
    return good ? NULL : "is not a number of iterations from 1 to 1048576";
}

/* NAME=N, where NAME may hold '=' itself. */
static const char *check_length(const char *text) {
    const char *equals = strrchr(text, '=');
    int64_t n;
    bool good = equals && equals != text;
    good = good && (!strcmp(equals + 1, "none") || (int_parse(equals + 1, &n) && n >= 0 && n <= 1 << 16));
    return good ? NULL : "is not NAME=N with N from 0 to 65536, nor NAME=none";
}

static const char *parse_rounds(Options *o, const char *text) {
    bool good = int_parse(text, &o->rounds) && o->rounds >= 1 && o->rounds <= 1000;
    return good ? NULL : "is not a number of rounds from 1 to 1000";
}

/* A list with commas between. */
static const char *parse_engines(Options *o, const char *text) {
    static const char *const known[] = {"onnxruntime", "openvino", "mnn", "ncnn"};
    const char *bad = NULL;
    do {
        size_t n = strcspn(text, ",");
        const char *name = arena_strndup(o->arena, text, n);
        bool good = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) good |= !strcmp(known[i], name);
        for (uint32_t i = 0; i < o->vs.n; i++)
            if (!strcmp(o->vs.at[i], name)) bad = "names an engine twice";
        if (!good) bad = "is not a list of onnxruntime, openvino, mnn, ncnn with commas between";
        vec_push(o->arena, &o->vs, name);
        text += n;
    } while (*text++);
    return bad;
}

static const char *parse_std(Options *o, const char *text) {
    const char *bad = parse_channels(text, o->picture.std, &o->picture.nstd);
    for (int i = 0; i < o->picture.nstd; i++)
        if (o->picture.std[i] == 0) return "must not be 0";
    return bad;
}

/* NULL, or what is wrong with `arg`. */
static const char *set_number(Options *o, int key, const char *arg) {
    switch (key) {
    case O_rtol: return parse_real(o->arena, arg, 0, &o->rtol);
    case O_atol: return parse_real(o->arena, arg, 0, &o->atol);
    case O_seconds: return parse_real(o->arena, arg, 1e-3, &o->seconds);
    case O_timeout: return parse_real(o->arena, arg, 1e-3, &o->timeout);
    case O_threads: return parse_threads(o, arg);
    case O_grain: return parse_grain(o, arg);
    case O_string_bytes: return parse_size(&o->string_bytes, arg);
    case O_string_parts: return parse_size(&o->string_parts, arg);
    case O_unroll: return parse_unroll(o, arg);
    case O_trips: return parse_trips(o, arg);
    case O_scale: return parse_real(o->arena, arg, -1e30, &o->picture.scale);
    case O_mean: return parse_channels(arg, o->picture.mean, &o->picture.nmean);
    case O_std: return parse_std(o, arg);
    case O_engine: return one_of(o->arena, arg, "c", "interpreter", &o->interpreter);
    case O_weights: o->bin_weights = !strcmp(arg, "bin"); return one_of(o->arena, arg, "bin", "text", &o->text_weights);
    case O_ram: return parse_ram(o, arg);
    case O_io: o->io_caller = !strcmp(arg, "caller"); return one_of(o->arena, arg, "caller", "arena", &o->io_arena);
    case O_vs: return parse_engines(o, arg);
    case O_rounds: return parse_rounds(o, arg);
    case O_sort: return one_of(o->arena, arg, "step", "time", &o->by_time);
    case O_target: return parse_target(o, arg);
    default: return "is not known";
    }
}

static const char *set(Options *o, int key, const char *arg) {
    switch (key) {
    case O_output: o->output = arg; return NULL;
    case O_name: o->name = arg; return NULL;
    case O_input: vec_push(o->arena, &o->input, arg); return NULL;
    case O_shape: vec_push(o->arena, &o->shape, arg); return check_shape(o->arena, arg, o->command->bit == CMD_compile);
    case O_bind: vec_push(o->arena, &o->bind, arg); return NULL;
    case O_length: vec_push(o->arena, &o->length, arg); return check_length(arg);
    case O_precise: o->precise = true; return NULL;
    case O_freestanding: o->freestanding = true; return NULL;
    case O_half_weights: o->half_weights = true; return NULL;
    case O_optimize: return parse_optimize(o, arg);
    case O_skip: vec_push(o->arena, &o->skip, arg); return NULL;
    case O_stop: o->stop_after = arg; return NULL;
    case O_dump: o->dump = arg; return NULL;
    case O_passes: o->list_passes = true; return NULL;
    case O_report: o->report = true; return NULL;
    case O_verify_passes: o->verify_passes = true; return NULL;
    case O_schedule: o->schedule = arg; return NULL;
    case O_build: o->build = true; return NULL;
    case O_config: o->config = arg; return NULL;
    case O_data: o->data = arg; return NULL;
    case O_bind_parameters: o->bind_parameters = true; return NULL;
    case O_python: o->python = arg; return NULL;
    case O_html: o->html = arg; return NULL;
    case O_json: o->json = arg; return NULL;
    case O_core: o->core = arg; return NULL;
    case O_runner: o->runner = arg; return NULL;
    case O_ms: o->ms = true; return NULL;
    case O_measure: o->measure = true; return NULL;
    case O_bgr: o->picture.bgr = true; return NULL;
    default: return set_number(o, key, arg);
    }
}

static const Option *find_key(const Options *o, int key) {
    for (int i = 0; i < TABLE; i++)
        if ((int)table[i].key == key && table[i].commands & o->command->bit) return &table[i];
    return NULL;
}

static const Option *find_name(const Options *o, const char *name) {
    for (int i = 0; i < TABLE; i++)
        if (!strcmp(table[i].name, name) && table[i].commands & o->command->bit) return &table[i];
    return NULL;
}

/* ---- the configuration file ---- */

static bool config_value(Options *o, const Option *p, const cJSON *v) {
    Loc loc = {.file = o->config, .field = p->name};
    const char *bad = "is not a string, number or list of them";
    if (cJSON_IsString(v) && p->argument)
        bad = set(o, (int)p->key, arena_strdup(o->arena, v->valuestring));
    else if (cJSON_IsNumber(v) && p->argument)
        bad = set(o, (int)p->key, arena_printf(o->arena, "%.17g", v->valuedouble));
    else if (cJSON_IsBool(v) && !p->argument)
        bad = cJSON_IsTrue(v) ? set(o, (int)p->key, NULL) : NULL;
    else if (!p->argument)
        bad = "is a switch: give true or false";
    return !bad || diag_error(o->diag, loc, NULL, "%s%s%s", cJSON_IsString(v) ? v->valuestring : "the value",
                              *bad == ' ' ? "" : " ", bad);
}

static bool config_entry(Options *o, const bool *given, const cJSON *v) {
    if (!strcmp(v->string, "model") && cJSON_IsString(v)) {
        if (!o->model) o->model = arena_strdup(o->arena, v->valuestring);
        return true;
    }
    const Option *p = find_name(o, v->string);
    if (!p || p->key == O_config)
        return diag_error(o->diag, (Loc){.file = o->config, .field = v->string}, "keys are named as the options are",
                          "is not an option of `tenon %s`", o->command->name);
    if (given[p->key]) return true;
    if (!cJSON_IsArray(v)) return config_value(o, p, v);
    bool ok = true;
    const cJSON *item;
    cJSON_ArrayForEach(item, v) ok = config_value(o, p, item) && ok;
    return ok;
}

static void *json_alloc(size_t n) {
    return mem_try_alloc(n);
}
static void json_free(void *p) {
    mem_try_free(p);
}
static void json_delete(void *root) {
    cJSON_Delete(root);
}

static bool read_config(Options *o, const bool *given) {
    Bytes file;
    cJSON_Hooks hooks = {json_alloc, json_free};
    if (!io_map(o->arena, o->diag, o->config, &file)) return false;
    cJSON_InitHooks(&hooks);
    cJSON *root = cJSON_ParseWithLength((const char *)file.data, file.n);
    if (!cJSON_IsObject(root)) {
        cJSON_Delete(root);
        return diag_error(o->diag, (Loc){.file = o->config}, "the file holds one { \"option\": value, ... }",
                          "is not a JSON object");
    }
    arena_defer(o->arena, json_delete, root);
    bool ok = true;
    const cJSON *item;
    cJSON_ArrayForEach(item, root) ok = config_entry(o, given, item) && ok;
    return ok;
}

/* ---- argp ---- */

typedef struct {
    Options *options;
    bool *given;
} ParseState;

static error_t parse(int key, char *arg, struct argp_state *state) {
    ParseState *s = state->input;
    Options *o = s->options;
    const Option *p = find_key(o, key);
    if (p) {
        const char *bad = set(o, key, arg);
        s->given[key] = true;
        if (bad) argp_error(state, "--%s: '%s' %s", p->name, arg ? arg : "", bad);
        return 0;
    }
    if (key == ARGP_KEY_ARG && *o->command->arguments) {
        if (o->model) argp_error(state, "'%s' is one argument too many", arg);
        o->model = arg;
        return 0;
    }
    if (key == ARGP_KEY_ARG) argp_error(state, "'%s' is one argument too many", arg);
    return ARGP_ERR_UNKNOWN;
}

static const char *typed_line(Arena *a, int argc, char **argv) {
    Str s = str_new(a);
    str_add(&s, "tenon");
    for (int i = 0; i < argc; i++) {
        const char *file = strrchr(argv[i], '='), *folder;
        file = file ? file + 1 : argv[i];
        folder = strrchr(file, '/');
        str_addf(&s, " %.*s%s", (int)(file - argv[i]), argv[i], folder ? folder + 1 : file);
    }
    return s.at;
}

static void parse_words(Options *o, bool *given, int argc, char **argv) {
    struct argp_option *list = arena_array_of(o->arena, TABLE + 1, struct argp_option);
    int n = 0;
    for (int i = 0; i < TABLE; i++)
        if (table[i].commands & o->command->bit)
            list[n++] = (struct argp_option){table[i].name, (int)table[i].key, table[i].argument, 0, table[i].help, 0};
    struct argp argp = {.options = list, .parser = parse, .args_doc = o->command->arguments};
    argp.doc = arena_printf(o->arena, "%s\vExample:\n  %s", o->command->help, o->command->example);
    ParseState state = {o, given};
    char **words = arena_array_of(o->arena, argc + 1, char *);
    memcpy(words, argv, (size_t)argc * sizeof *argv);
    words[0] = arena_printf(o->arena, "tenon %s", o->command->name);
    argp_err_exit_status = EXIT_usage;
    argp_program_version = "tenon " TENON_VERSION;
    argp_parse(&argp, argc, words, 0, NULL, &state);
}

static void usage_error(const Options *o, const char *what) {
    fprintf(stderr, "tenon %s: %s\nTry `tenon %s --help'.\n", o->command->name, what, o->command->name);
    mem_release_all();
    exit(EXIT_usage);
}

/* Another machine's libraries are not known, so programs for it bring theirs. */
static void settle_runner(Options *o) {
    if (o->interpreter) usage_error(o, "--runner runs compiled code; leave out --engine interpreter");
    if (o->vs.n) usage_error(o, "--vs compares with engines on this machine; leave out --runner");
    if (o->core) usage_error(o, "--runner measures time; leave out --core");
    if (target_image(o->target) || o->target->emulated || o->target->loader)
        usage_error(o, arena_printf(o->arena, "--runner needs a target with an operating system, and %s has none", o->target->name));
    if (target_by_compiler(o->target))
        usage_error(o, arena_printf(o->arena, "--runner is for one kind of code; choose --target %s", o->target->variant[0]->name));
    o->target = target_static(o->arena, o->target);
}

bool options_parse(Options *o, Arena *a, Diag *d, const CommandInfo *command, int argc, char **argv) {
    *o = (Options){.arena = a, .diag = d, .command = command, .rtol = -1, .atol = -1, .seconds = 1, .threads = 1, .rounds = 5, .timeout = 600};
    o->picture.scale = 1;
    bool *given = arena_array_of(a, O_end, bool);
    o->line = typed_line(a, argc, argv);
    parse_words(o, given, argc, argv);
    if (o->config && !read_config(o, given)) return false;
    if (diag_errors(d)) return false;
    if (!o->target) o->target = target_host();
    o->asked = o->target;
    if (o->runner)
        settle_runner(o);
    else if (command->bit & (CMD_run | CMD_verify | CMD_bench | CMD_profile))
        o->target = target_to_run(a, d, o->target);
    o->target = target_for(a, o->target, o->optimize);
    if (o->freestanding && o->target->nvariant)
        usage_error(o, arena_printf(a, "--freestanding is for one kind of code; choose --target %s", o->target->variant[0]->name));
    if (o->freestanding) o->target = target_for_freestanding(a, o->target);
    if (target_freestanding(o->target) && o->threads > 1) usage_error(o, "threads need a C library");
    if ((o->target->loader || o->target->emulated || target_image(o->target)) && o->threads > 1)
        usage_error(o, arena_printf(a, "programs for %s have no threads", o->target->name));
    if (*command->arguments && !o->model && !o->list_passes)
        usage_error(o, command->bit == CMD_verify ? "which model, or which case folder?" : "which model?");
    if (command->bit & (CMD_compile | CMD_convert) && !o->output && !o->list_passes)
        usage_error(o, "where to? Give --output");
    if (o->vs.n && o->ms) usage_error(o, "--ms does not go with --vs; take --json");
    if (!o->vs.n && command->bit == CMD_bench && (o->json || o->python || given[O_rounds]))
        usage_error(o, "--json, --python and --rounds go with --vs");
    return true;
}
