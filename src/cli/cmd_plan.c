/* tenon plan: packs buffers with lifetimes, read from CSV files, into one arena. */
#include "base/io.h"
#include "base/size.h"
#include "cli/cmd.h"
#include "plan/pack.h"
#include <argp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *output;
    int64_t capacity;
    Vec(const char *) file;
    Arena *arena;
} PlanArgs;

static error_t parse(int key, char *arg, struct argp_state *state) {
    PlanArgs *p = state->input;
    switch (key) {
    case 'o': p->output = arg; return 0;
    case 'c':
        if (!int_parse(arg, &p->capacity) || p->capacity <= 0) argp_error(state, "--capacity %s is no number of bytes", arg);
        return 0;
    case ARGP_KEY_ARG: vec_push(p->arena, &p->file, arg); return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "which file? (columns id,lower,upper,size)"); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

typedef struct {
    Vec(PlanBuffer) buffer;
    Vec(const char *) id;
} Instance;

/* One line of numbers; the id stays text. */
static bool read_line(Arena *a, Instance *in, char *line) {
    char *field[5] = {0}, *save = NULL;
    int n = 0;
    for (char *f = strtok_r(line, ",", &save); f && n < 5; f = strtok_r(NULL, ",", &save)) field[n++] = f;
    int64_t v[3], align = 1;
    if (n < 4) return false;
    for (int i = 0; i < 3; i++)
        if (!int_parse(field[i + 1], &v[i]) || v[i] < 0) return false;
    if (n == 5 && (!int_parse(field[4], &align) || align < 1 || (align & (align - 1)))) return false;
    if (v[0] >= v[1] || v[1] > INT32_MAX || v[2] < 1) return false;
    PlanBuffer b = {(int32_t)v[0], (int32_t)v[1], v[2], align, 0};
    vec_push(a, &in->buffer, b);
    vec_push(a, &in->id, field[0]);
    return true;
}

static bool read_csv(Arena *a, Diag *d, const char *path, Instance *in) {
    Bytes b;
    if (!io_map(a, d, path, &b)) return false;
    char *text = arena_strndup(a, (const char *)b.data, b.n), *save = NULL;
    int number = 0;
    for (char *line = strtok_r(text, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
        if (++number == 1 && !strncmp(line, "id,", 3)) continue;
        if (!read_line(a, in, line))
            return diag_error(d, (Loc){.file = path}, "lines are id,lower,upper,size with lower < upper and size > 0",
                              "line %d: not a buffer", number);
    }
    return true;
}

/* NAME.CAPACITY.csv */
static int64_t capacity_of(Arena *a, const char *path) {
    const char *stem = path_stem(a, path), *dot = strrchr(stem, '.');
    int64_t c;
    return dot && int_parse(dot + 1, &c) && c > 0 ? c : 0;
}

static bool write_offsets(Arena *a, Diag *d, const Instance *in, const char *path) {
    Str s = str_new(a);
    str_add(&s, "id,lower,upper,size,offset\n");
    for (uint32_t i = 0; i < in->buffer.n; i++) {
        const PlanBuffer *b = &in->buffer.at[i];
        str_addf(&s, "%s,%d,%d,%lld,%lld\n", in->id.at[i], b->lower, b->upper, (long long)b->size, (long long)b->offset);
    }
    return io_write_file(a, d, path, s.at, s.n);
}

static bool plan_file(const PlanArgs *args, Diag *d, const char *path) {
    Arena *a = arena_new("plan");
    Instance in = {0};
    bool ok = read_csv(a, d, path, &in);
    if (ok) {
        int64_t capacity = args->capacity ? args->capacity : capacity_of(a, path);
        PlanResult r = plan_pack(a, in.buffer.at, (int)in.buffer.n, (PlanOptions){.capacity = capacity});
        bool valid = plan_check(in.buffer.at, (int)in.buffer.n, r.peak), fits = capacity == 0 || r.peak <= capacity;
        printf("%-16s %4u buffers, lower bound %lld, peak %lld (%.4f)", path_stem(a, path), in.buffer.n, (long long)r.lower_bound,
               (long long)r.peak, r.lower_bound > 0 ? (double)r.peak / (double)r.lower_bound : 1.0);
        if (capacity) printf(", capacity %lld: %s", (long long)capacity, fits ? "fits" : "does not fit");
        printf(", %s (%s, %lld nodes)\n", r.optimal ? "proven optimal" : "not proven optimal", r.method, (long long)r.nodes);
        fflush(stdout);
        if (!valid) diag_error(d, (Loc){.file = path}, NULL, "internal: the plan is not valid");
        ok = valid && fits && (!args->output || write_offsets(a, d, &in, args->output));
    }
    arena_free(a);
    return ok;
}

int plan_command(int argc, char **argv) {
    static const struct argp_option options[] = {
        {"capacity", 'c', "BYTES", 0, "what must not be exceeded (else the number in NAME.NUMBER.csv)", 0},
        {"output", 'o', "FILE.csv", 0, "write the offsets there", 0},
        {0},
    };
    static const struct argp argp = {options, parse, "FILE.csv...",
                                     "Packs buffers with lifetimes (columns id,lower,upper,size; upper exclusive) into one arena and "
                                     "says whether the peak is proven optimal.\vExample: tenon plan A.1048576.csv",
                                     NULL, NULL, NULL};
    PlanArgs args = {.arena = arena_new("command")};
    Diag *d = diag_new(args.arena);
    argp_err_exit_status = 2;
    if (argp_parse(&argp, argc, argv, 0, NULL, &args)) return 2;
    bool ok = true;
    for (uint32_t i = 0; i < args.file.n; i++) ok &= plan_file(&args, d, args.file.at[i]);
    diag_print(d, stderr);
    arena_free(args.arena);
    return ok ? 0 : 1;
}
