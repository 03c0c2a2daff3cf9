/* tenon plan: packs buffers with lifetimes, read from CSV files, into one arena. */
#include "base/io.h"
#include "base/size.h"
#include "base/str.h"
#include "base/vec.h"
#include "cli/cmd.h"
#include "plan/pack.h"
#include <argp.h>
#include <stdlib.h>
#include <string.h>

static const char *const columns = "id,lower,upper,size";
static const char *const columns_hint = "lines are id,lower,upper,size[,alignment], the first names the columns";

typedef struct {
    const char *output;
    int64_t capacity;
    bool minimize;
    Vec(const char *) file;
    Arena *arena;
} PlanArgs;

static error_t parse(int key, char *arg, struct argp_state *state) {
    PlanArgs *p = state->input;
    switch (key) {
    case 'o': p->output = arg; return 0;
    case 'm': p->minimize = true; return 0;
    case 'c':
        if (!int_parse(arg, &p->capacity) || p->capacity <= 0)
            argp_error(state, "--capacity %s is no number of bytes", arg);
        return 0;
    case ARGP_KEY_ARG: vec_push(p->arena, &p->file, arg); return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "which file? (columns %s)", columns); return 0;
    case ARGP_KEY_END:
        if (p->output && p->file.n > 1) argp_error(state, "--output takes the offsets of one file");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* ---- reading ---- */

typedef struct {
    Vec(PlanBuffer) buffer;
    Vec(const char *) id;
} Instance;

/* Where the reader is, for messages. */
typedef struct {
    Arena *arena;
    Diag *diag;
    const char *path;
    int line;
} Reader;

static bool bad_line(const Reader *r, const char *what, const char *text) {
    Loc at = {.file = r->path, .field = arena_printf(r->arena, "line %d", r->line)};
    return diag_error(r->diag, at, columns_hint, "%s%s%.40s%s", what, text ? ": '" : "", text ? text : "",
                      text ? "'" : "");
}

static char *trim(char *s) {
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r')) n--;
    s[n] = 0;
    return s;
}

/* Cuts s at the commas; the number of fields, most + 1 when there are more. */
static int split(char *s, char **field, int most) {
    for (int n = 0;; s++) {
        if (n == most) return most + 1;
        char *end = strchr(s, ',');
        if (end) *end = 0;
        field[n++] = trim(s);
        if (!end) return n;
        s = end;
    }
}

static bool read_number(const Reader *r, const char *text, int64_t least, int64_t most, const char *what, int64_t *v) {
    return (int_parse(text, v) && *v >= least && *v <= most) || bad_line(r, what, text);
}

static bool read_buffer(const Reader *r, Instance *in, char *line) {
    char *field[5];
    int n = split(line, field, 5);
    int64_t lower, upper, size, align = 1;
    if (n < 4 || n > 5) return bad_line(r, "there are not 4 or 5 fields", NULL);
    if (!read_number(r, field[1], 0, INT32_MAX - 1, "lower is not a number from 0 to 2147483646", &lower) ||
        !read_number(r, field[2], lower + 1, INT32_MAX, "upper is not a number above lower, at most 2147483647",
                     &upper) ||
        !read_number(r, field[3], 1, INT64_MAX, "size is not a positive number", &size) ||
        (n == 5 && !read_number(r, field[4], 1, INT64_MAX, "alignment is not a positive number", &align)))
        return false;
    if (align & (align - 1)) return bad_line(r, "alignment is not a power of two", field[4]);
    vec_push(r->arena, &in->buffer, ((PlanBuffer){(int32_t)lower, (int32_t)upper, size, align, 0}));
    vec_push(r->arena, &in->id, field[0]);
    return true;
}

static bool read_names(const Reader *r, char *line) {
    static const char *const name[] = {"id", "lower", "upper", "size", "alignment"};
    char *field[5];
    int n = split(line, field, 5);
    if (n < 4 || n > 5) return bad_line(r, "the names of the columns are not these", NULL);
    for (int i = 0; i < n; i++)
        if (strcmp(field[i], name[i])) return bad_line(r, "no such column", field[i]);
    return true;
}

/* Empty lines do not count as buffers, but they count. */
static bool read_csv(Arena *a, Diag *d, const char *path, Instance *in) {
    Bytes b;
    if (!io_map(a, d, path, &b)) return false;
    if (memchr(b.data, 0, b.n)) return diag_error(d, (Loc){.file = path}, columns_hint, "is not a text file");
    char *next = arena_strndup(a, (const char *)b.data, b.n);
    Reader r = {a, d, path, 0};
    bool named = false;
    while (next && *next && r.line < INT32_MAX) {
        char *line = next, *end = strchr(line, '\n');
        next = end ? end + 1 : NULL;
        if (end) *end = 0;
        r.line++;
        line = trim(line);
        if (!*line) continue;
        if (!(named ? read_buffer(&r, in, line) : read_names(&r, line))) return false;
        named = true;
    }
    return named || diag_error(d, (Loc){.file = path}, columns_hint, "is empty");
}

/* NAME.CAPACITY.csv */
static int64_t capacity_of(Arena *a, const char *path) {
    const char *stem = path_stem(a, path), *dot = strrchr(stem, '.');
    int64_t c;
    return dot && int_parse(dot + 1, &c) && c > 0 ? c : 0;
}

/* ---- writing ---- */

static bool write_offsets(Arena *a, Diag *d, const Instance *in, const char *path) {
    Str s = str_new(a);
    str_addf(&s, "%s,offset\n", columns);
    for (uint32_t i = 0; i < in->buffer.n; i++) {
        const PlanBuffer *b = &in->buffer.at[i];
        str_addf(&s, "%s,%d,%d,%lld,%lld\n", in->id.at[i], b->lower, b->upper, (long long)b->size,
                 (long long)b->offset);
    }
    return io_write_file(a, d, path, s.at, s.n);
}

static void print_result(Arena *a, const char *path, uint32_t n, int64_t capacity, const PlanResult *r) {
    printf("%-16s %4u buffers, lower bound %lld, peak %lld (%.4f)", path_stem(a, path), n, (long long)r->lower_bound,
           (long long)r->peak, r->lower_bound > 0 ? (double)r->peak / (double)r->lower_bound : 1.0);
    if (capacity) printf(", capacity %lld: %s", (long long)capacity, r->peak <= capacity ? "fits" : "does not fit");
    printf(", %s (%s, %lld nodes)\n", r->optimal ? "proven optimal" : "not proven optimal", r->method,
           (long long)r->nodes);
    fflush(stdout);
}

static bool pack_file(Arena *a, const PlanArgs *args, Diag *d, const char *path) {
    Instance in = {0};
    if (!read_csv(a, d, path, &in)) return false;
    int64_t capacity = args->capacity ? args->capacity : capacity_of(a, path);
    PlanOptions options = {.capacity = args->minimize ? 0 : capacity};
    PlanResult r = plan_pack(a, in.buffer.at, (int)in.buffer.n, options);
    Loc at = {.file = path};
    if (r.peak == INT64_MAX) return diag_error(d, at, NULL, "the sizes add up to more than 64 bits can count");
    print_result(a, path, in.buffer.n, capacity, &r);
    if (!plan_check(in.buffer.at, (int)in.buffer.n, r.peak))
        return diag_error(d, at, NULL, "internal: the plan is not valid");
    if (args->output && !write_offsets(a, d, &in, args->output)) return false;
    return capacity == 0 || r.peak <= capacity;
}

static bool plan_file(const PlanArgs *args, Diag *d, const char *path) {
    Arena *a = arena_new("plan");
    bool ok = pack_file(a, args, d, path);
    arena_free(a);
    return ok;
}

int plan_command(int argc, char **argv) {
    static const struct argp_option options[] = {
        {"capacity", 'c', "BYTES", 0, "what must not be exceeded (else the number in NAME.NUMBER.csv)", 0},
        {"minimize", 'm', NULL, 0, "go on below the capacity towards the lower bound", 0},
        {"output", 'o', "FILE.csv", 0, "write the offsets there", 0},
        {0},
    };
    static const struct argp argp = {options,
                                     parse,
                                     "FILE.csv...",
                                     "Packs buffers with lifetimes (columns id,lower,upper,size; upper exclusive) into "
                                     "one arena and says whether the peak is proven optimal.\vExample: tenon plan "
                                     "A.1048576.csv",
                                     NULL,
                                     NULL,
                                     NULL};
    PlanArgs args = {.arena = arena_new("command")};
    Diag *d = diag_new(args.arena);
    argv[0] = "tenon plan";
    argp_err_exit_status = EXIT_usage;
    if (argp_parse(&argp, argc, argv, 0, NULL, &args)) return EXIT_usage;
    bool ok = true;
    for (uint32_t i = 0; i < args.file.n; i++) ok &= plan_file(&args, d, args.file.at[i]);
    diag_print(d, stderr);
    arena_free(args.arena);
    return ok ? EXIT_done : EXIT_fault;
}
