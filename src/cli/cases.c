#include "cli/cases.h"
#include "import/onnx/onnx.h"
#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static Case new_case(const Model *m, const char *name) {
    return (Case){.name = name, .in = arena_array_of(m->arena, m->n + 1, const Tensor *), .of = 1};
}

/* ---- folders ---- */

/* The K of `prefix`K`suffix`, -1 for another name. */
static int64_t number_in(const char *name, const char *prefix, const char *suffix) {
    size_t n = strlen(prefix), k = strlen(name), e = strlen(suffix);
    int64_t v = 0;
    if (k <= n + e || k > n + e + 8 || strncmp(name, prefix, n) || strcmp(name + k - e, suffix)) return -1;
    for (size_t i = n; i < k - e; i++) {
        if (name[i] < '0' || name[i] > '9') return -1;
        v = v * 10 + (name[i] - '0');
    }
    return v;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

typedef Vec(int64_t) Numbers;

static void numbers_in(Arena *a, const char *folder, const char *prefix, const char *suffix, Numbers *out) {
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        int64_t v = number_in(e->d_name, prefix, suffix);
        if (v >= 0) vec_push(a, out, v);
    }
    if (d) closedir(d);
    if (out->n) qsort(out->at, out->n, sizeof *out->at, ascending);
}

static const char *data_file(Arena *a, const char *folder, const char *kind, int64_t number) {
    return path_join(a, folder, arena_printf(a, "%s_%lld.pb", kind, (long long)number));
}

bool cases_lengths(Arena *a, Diag *d, const char *model, const char *folder, Words *length) {
    OnnxPorts ports;
    Numbers sets = {0};
    numbers_in(a, folder, "test_data_set_", "", &sets);
    if (!sets.n) return true; /* told when they are read */
    const char *set = path_join(a, folder, arena_printf(a, "test_data_set_%lld", (long long)sets.at[0]));
    if (!onnx_ports(a, d, model, &ports)) return false;
    for (uint32_t i = 0; i < ports.nin; i++) {
        const char *path = data_file(a, set, "input", i);
        int64_t n;
        if (ports.in[i].kind == ONNX_tensor || !path_exists(path)) continue;
        if (!onnx_read_list(a, d, path, ports.in[i].kind, &n)) return false;
        const char *name = ports.in[i].name;
        vec_push(a, length, n < 0 ? arena_printf(a, "%s=none", name) : arena_printf(a, "%s=%lld", name, (long long)n));
    }
    return true;
}

/* The tensors of a file, one or several by the kind of port `number`. */
static const Tensor **read_data(Model *m, const char *path, const OnnxPort *port, uint32_t nport, int64_t number,
                                int64_t *n, const char **name) {
    bool list = number < nport && port[number].kind != ONNX_tensor;
    *name = list ? port[number].name : "";
    if (list) return onnx_read_list(m->arena, m->diag, path, port[number].kind, n);
    const Tensor **one = arena_array_of(m->arena, 1, const Tensor *);
    *n = 1;
    one[0] = onnx_read_tensor(m->arena, m->diag, path, name);
    return one[0] ? one : NULL;
}

static bool read_list(Case *c, Model *m, const char *path, const OnnxPort *port, const Tensor **t, int64_t n) {
    int64_t have = 0;
    for (uint32_t i = 0; i < m->length.n; i++)
        if (!strcmp(m->length.at[i].input, port->name)) have = m->length.at[i].n;
    if (n != have)
        return diag_error(m->diag, (Loc){.file = path}, NULL, "holds %lld tensors, the model is compiled for %lld",
                          (long long)n, (long long)have);
    for (int64_t i = 0; i < n; i++) {
        bool alone = port->kind == ONNX_optional;
        const ModelInput *in =
            model_input(m, alone ? port->name : arena_printf(m->arena, "%s_%lld", port->name, (long long)i));
        if (!in) return diag_error(m->diag, (Loc){.file = path}, NULL, "the model has no such inputs");
        c->in[in - m->input] = t[i];
    }
    return true;
}

/* By the tensor's own name where an input has it, else by position. */
static bool read_inputs(Case *c, Model *m, const char *folder, const OnnxPorts *ports) {
    Numbers n = {0};
    numbers_in(m->arena, folder, "input_", ".pb", &n);
    for (uint32_t i = 0; i < n.n; i++) {
        const char *name, *path = data_file(m->arena, folder, "input", n.at[i]);
        int64_t count;
        const Tensor **t = read_data(m, path, ports->in, ports->nin, n.at[i], &count, &name);
        if (!t) return false;
        if (n.at[i] < ports->nin && ports->in[n.at[i]].kind != ONNX_tensor) {
            if (!read_list(c, m, path, &ports->in[n.at[i]], t, count)) return false;
            continue;
        }
        const ModelInput *in = name && *name ? model_input(m, name) : NULL;
        if (!in && n.at[i] < ports->nin) in = model_input(m, ports->in[n.at[i]].name);
        if (!in) return diag_error(m->diag, (Loc){.file = path}, NULL, "the model has %u inputs only", (unsigned)m->n);
        c->in[in - m->input] = t[0];
    }
    return true;
}

/* Positions count every tensor of a sequence. */
static bool read_outputs(Case *c, Model *m, const char *folder, const OnnxPorts *ports) {
    Numbers n = {0};
    int64_t more = 0;
    numbers_in(m->arena, folder, "output_", ".pb", &n);
    for (uint32_t i = 0; i < n.n; i++) {
        const char *name, *path = data_file(m->arena, folder, "output", n.at[i]);
        int64_t count;
        const Tensor **t = read_data(m, path, ports->out, ports->nout, n.at[i], &count, &name);
        if (!t) return false;
        for (int64_t k = 0; k < count; k++) {
            Want w = {.position = (uint32_t)(n.at[i] + more + k), .tensor = t[k]};
            vec_push(m->arena, &c->want, w);
        }
        more += (count < 0 ? 0 : count) - 1;
    }
    if (ports->nout && n.n == ports->nout) c->total = c->want.n;
    return n.n > 0 || diag_error(m->diag, (Loc){.file = folder}, NULL, "has no output_0.pb");
}

static double json_number(const cJSON *root, const char *key, double otherwise) {
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(root, key);
    return cJSON_IsNumber(v) && v->valuedouble >= 0 ? v->valuedouble : otherwise;
}

static bool read_tolerance(Cases *c, Model *m, const char *path) {
    Bytes file;
    c->has_tolerance = true;
    c->tolerance = (Tolerance){.rtol = 1e-3, .atol = 1e-7}; /* the standard's own */
    if (!path_exists(path)) return true;
    if (!io_map(m->arena, m->diag, path, &file)) return false;
    cJSON *root = cJSON_ParseWithLength((const char *)file.data, file.n);
    if (!root) return diag_error(m->diag, (Loc){.file = path}, NULL, "is not JSON");
    c->tolerance.rtol = json_number(root, "rtol", 1e-3);
    c->tolerance.atol = json_number(root, "atol", 1e-7);
    cJSON_Delete(root);
    return true;
}

bool cases_folder(Cases *c, Model *m, const char *folder) {
    Numbers sets = {0};
    OnnxPorts ports;
    numbers_in(m->arena, folder, "test_data_set_", "", &sets);
    if (!onnx_ports(m->arena, m->diag, m->path, &ports)) return false;
    if (!sets.n)
        return diag_error(m->diag, (Loc){.file = folder}, "a case folder has test_data_set_0/input_0.pb and so on",
                          "there are no data sets");
    if (!read_tolerance(c, m, path_join(m->arena, folder, "data.json"))) return false;
    for (uint32_t i = 0; i < sets.n; i++) {
        const char *name = arena_printf(m->arena, "test_data_set_%lld", (long long)sets.at[i]);
        const char *path = path_join(m->arena, folder, name);
        Case one = new_case(m, name);
        if (!read_inputs(&one, m, path, &ports) || !read_outputs(&one, m, path, &ports)) return false;
        vec_push(m->arena, &c->at, one);
    }
    return true;
}

/* ---- archives ---- */

/* The name behind `caseK.`, *number K; the name itself and -1 otherwise. */
static const char *behind_prefix(const char *key, int64_t *number) {
    const char *dot = strchr(key, '.');
    char prefix[24];
    *number = -1;
    if (!dot || (size_t)(dot - key) >= sizeof prefix) return key;
    memcpy(prefix, key, (size_t)(dot - key));
    prefix[dot - key] = 0;
    *number = number_in(prefix, "case", "");
    return *number < 0 ? key : dot + 1;
}

/* How many runs are stacked in t for this input: 1 when it fits as it is, 0 when it fits in no way. */
static int64_t stacked(const ModelInput *in, const Tensor *t) {
    const Shape *s = &in->declared, *have = &t->shape;
    int extra = have->rank - s->rank;
    if (s->rank < 0) return 1;
    if (extra != 0 && extra != 1) return 0;
    for (int i = 0; i < s->rank; i++) {
        bool first = i == 0 && extra == 0;
        if (first || !dim_known(s->dim[i]) || s->dim[i] == have->dim[i + extra]) continue;
        return 0;
    }
    if (extra) return have->dim[0];
    if (!s->rank || !dim_known(s->dim[0]) || s->dim[0] == have->dim[0]) return 1;
    return s->dim[0] > 0 && have->dim[0] % s->dim[0] == 0 ? have->dim[0] / s->dim[0] : 0;
}

/* Part `index` of `of` equal ones along the first axis, which goes away if `drop`. */
static const Tensor *part(Arena *a, const Tensor *t, int64_t index, int64_t of, bool drop) {
    if (of == 1 && !drop) return t;
    if (t->shape.rank < 1 || of < 1 || t->shape.dim[0] % of) return NULL;
    Tensor *out = arena_copy(a, t, sizeof *t);
    out->bytes = t->bytes / (size_t)of;
    out->data = (const char *)t->data + (size_t)index * out->bytes;
    out->shape.dim[0] /= of;
    if (drop) {
        if (out->shape.dim[0] != 1) return NULL;
        out->shape.rank--;
        memmove(out->shape.dim, out->shape.dim + 1, sizeof out->shape.dim - sizeof out->shape.dim[0]);
    }
    return out;
}

const Tensor *case_want(Case *c, Model *m, uint32_t position, const char *name, int rank) {
    for (uint32_t i = 0; i < c->want.n; i++) {
        Want *w = &c->want.at[i];
        if (w->name ? strcmp(w->name, name) != 0 : w->position != position) continue;
        if (!w->tensor) w->tensor = npz_get(w->archive, w->entry);
        if (!w->tensor) return NULL;
        const Tensor *t = part(m->arena, w->tensor, c->index, c->of, c->of > 1 && w->tensor->shape.rank == rank + 1);
        if (!t)
            diag_error(m->diag, (Loc){.file = m->path, .field = name}, NULL, "the data hold %s, which is not %lld runs",
                       type_name(m->arena, NULL, w->tensor->dtype, &w->tensor->shape), (long long)c->of);
        return t;
    }
    return NULL;
}

/* One case whose arrays hold several runs becomes as many. */
static bool take_apart(Cases *c, Model *m, const Case *whole) {
    int64_t runs = 1;
    for (uint32_t i = 0; i < m->n; i++) {
        int64_t k = whole->in[i] ? stacked(&m->input[i], whole->in[i]) : 1;
        if (k > 1 && runs > 1 && k != runs) k = 0;
        if (k > 1) runs = k;
        if (k == 0 || runs > 1 << 20)
            return diag_error(m->diag, (Loc){.file = m->path, .field = m->input[i].name}, NULL,
                              "the data hold %s, the model takes %s",
                              type_name(m->arena, NULL, whole->in[i]->dtype, &whole->in[i]->shape),
                              type_name(m->arena, m->declared->sym, m->input[i].dtype, &m->input[i].declared));
    }
    for (int64_t run = 0; run < runs; run++) {
        Case one = new_case(m, runs > 1 ? arena_printf(m->arena, "run %lld", (long long)run) : whole->name);
        one.want.at = whole->want.at;
        one.want.n = one.want.cap = whole->want.n;
        one.index = run;
        one.of = runs;
        for (uint32_t i = 0; i < m->n; i++) {
            const Tensor *t = whole->in[i];
            if (!t) continue;
            bool drop = t->shape.rank == m->input[i].declared.rank + 1;
            one.in[i] = stacked(&m->input[i], t) > 1 || drop ? part(m->arena, t, run, runs, drop) : t;
        }
        vec_push(m->arena, &c->at, one);
    }
    return true;
}

typedef struct {
    int64_t number;
    Case c;
} Numbered;
typedef Vec(Numbered) NumberedCases;

static Case *numbered(NumberedCases *list, const Model *m, int64_t number) {
    for (uint32_t i = 0; i < list->n; i++)
        if (list->at[i].number == number) return &list->at[i].c;
    Numbered fresh = {number, new_case(m, number < 0 ? "data" : arena_printf(m->arena, "case%lld", (long long)number))};
    vec_push(m->arena, list, fresh);
    return &vec_last(list).c;
}

bool cases_archive(Cases *c, Model *m, const char *path) {
    NumberedCases list = {0};
    Npz *z = npz_open(m->arena, m->diag, path);
    if (!z) return false;
    for (uint32_t i = 0; i < npz_count(z); i++) {
        int64_t number;
        const char *name = behind_prefix(npz_name(z, i), &number);
        const ModelInput *in = model_input(m, name);
        Case *one = numbered(&list, m, number);
        Want w = {.name = name, .archive = z, .entry = i};
        if (!in)
            vec_push(m->arena, &one->want, w);
        else if (!(one->in[in - m->input] = npz_get(z, i)))
            return false;
    }
    const Case *common = list.n > 1 && list.at[0].number < 0 ? &list.at[0].c : NULL;
    for (uint32_t i = 0; i < list.n; i++) {
        Case *one = &list.at[i].c;
        if (one == common) continue; /* what all cases share */
        for (uint32_t k = 0; common && k < m->n; k++)
            if (!one->in[k]) one->in[k] = common->in[k];
        if (!take_apart(c, m, one)) return false;
    }
    return true;
}
