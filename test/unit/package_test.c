/* src/emit: names, comments, literals and the map of a package, with hostile names from the model. */
#include "emit/package.h"
#include "emit/skel.h"
#include "test/unit/check.h"
#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static Arena *arena;
static Diag *diag;
static const Target target = {.name = "c99", .dialect = DIALECT_c99, .cc = "cc", .cflags = "-O2"};
static const EmitOptions options = {.text_weights = true, .command = "tenon compile \"m?\?/ */.onnx\"",
                                    .model = "m?\?/ */.onnx", .model_hash = 0x123456789abcdefULL};

static const char hostile[] = "x */ \?\?/ \\\n\"int\" \xff\xc3\xa9 /* ";

static bool is_identifier(const char *s) {
    if (!isalpha((unsigned char)*s)) return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '_') return false;
    return true;
}

static const char *literal(DType t, const void *element) {
    Str s = str_new(arena);
    literal_add(&s, arena, t, element);
    return s.at;
}

static void test_literals(void) {
    static const float f[] = {0, -0.0f, 1, 0.1f, 0x1p-149f, 0x1.fffffep127f, -16777216.0f, INFINITY, -INFINITY};
    static const char *const want[] = {"0.0f",           "-0.0f",        "1.0f",     "0.1f",     "1e-45f",
                                       "3.4028235e+38f", "-16777216.0f", "INFINITY", "-INFINITY"};
    for (size_t i = 0; i < sizeof f / sizeof *f; i++) CHECK_TEXT(literal(DT_f32, &f[i]), want[i]);
    CHECK_TEXT(literal(DT_f32, &(float){NAN}), "NAN");
    CHECK_TEXT(literal(DT_f64, &(double){0.1}), "0.1");
    CHECK_TEXT(literal(DT_f64, &(double){-3}), "-3.0");
    CHECK_TEXT(literal(DT_f16, &(uint16_t){0x3c00}), "0x3c00");
    CHECK_TEXT(literal(DT_bf16, &(uint16_t){0xbf80}), "0xbf80");
    CHECK_TEXT(literal(DT_i8, &(int8_t){-128}), "-128");
    CHECK_TEXT(literal(DT_i16, &(int16_t){-32768}), "-32768");
    CHECK_TEXT(literal(DT_i32, &(int32_t){INT32_MIN}), "INT32_MIN");
    CHECK_TEXT(literal(DT_i64, &(int64_t){INT64_MIN}), "INT64_MIN");
    CHECK_TEXT(literal(DT_i64, &(int64_t){INT64_MIN + 1}), "-9223372036854775807");
    CHECK_TEXT(literal(DT_u8, &(uint8_t){255}), "255");
    CHECK_TEXT(literal(DT_u16, &(uint16_t){65535}), "65535");
    CHECK_TEXT(literal(DT_u32, &(uint32_t){UINT32_MAX}), "4294967295u");
    CHECK_TEXT(literal(DT_u64, &(uint64_t){UINT64_MAX}), "18446744073709551615u");
    CHECK_TEXT(literal(DT_bool, &(uint8_t){1}), "1");
    CHECK_TEXT(literal(DT_i4, &(uint8_t){0xf9}), "-7");
    CHECK_TEXT(literal(DT_u2, &(uint8_t){3}), "3");
    CHECK_TEXT(literal(DT_f8e4m3fn, &(uint8_t){0xb8}), "0xb8");
    int wrong = 0;
    uint32_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * 1664525u + 1013904223u;
        float v;
        memcpy(&v, &bits, sizeof v);
        if (isnan(v) || isinf(v)) continue;
        char *end;
        float back = strtof(literal(DT_f32, &v), &end);
        wrong += memcmp(&back, &v, sizeof v) != 0 || strcmp(end, "f") != 0;
    }
    CHECK(wrong == 0);
}

static void test_texts(void) {
    Map taken = {0};
    CHECK_TEXT(name_unique(arena, &taken, "a"), "a");
    CHECK_TEXT(name_unique(arena, &taken, "a_2"), "a_2");
    CHECK_TEXT(name_unique(arena, &taken, "a"), "a_3");
    CHECK_TEXT(name_unique(arena, &taken, "a"), "a_4");
    Str s = str_new(arena);
    comment_add(&s, "/* ", " * ", hostile);
    CHECK_TEXT(s.at, "/* x * / ? ?/ | \"int\" ... / *\n");
    s = str_new(arena);
    for (int i = 0; i < 60; i++) str_add(&s, "word ");
    Str wrapped = str_new(arena);
    comment_add(&wrapped, "/* ", " * ", s.at);
    for (char *line = strtok(wrapped.at, "\n"); line; line = strtok(NULL, "\n")) CHECK(strlen(line) <= LINE_WIDTH);
    s = str_new(arena);
    c_string_add(&s, "a\"\\\?\?/\n\xff");
    CHECK_TEXT(s.at, "\"a\\\"\\\\\\?\\?/\\012\\377\"");
    s = str_new(arena);
    json_string_add(&s, "a\"\\\n\xff\xc3\xa9\xed\xa0\x80");
    CHECK_TEXT(s.at, "\"a\\\"\\\\\\u000a\\ufffd\xc3\xa9\\ufffd\\ufffd\\ufffd\"");
    CHECK_TEXT(count_text(arena, 999999), "999999");
    CHECK_TEXT(count_text(arena, 118013952), "118.01 M");
}

static void test_skeletons(void) {
    CHECK(skeleton("header.h.in") != NULL);
    CHECK(skeleton("no such file") == NULL);
    static const char *const files[] = {"header.h.in", "example.c.in", "package.mk.in", "CMakeLists.txt.in",
                                        "weights_bin.c.in", "variants.c.in", "variants.mk.in", "x86_cpu.h"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) CHECK(skeleton(files[i]) != NULL);
}

static void test_layouts(void) {
    Buffer b = {.rank = 2, .dim = {20, 3}, .stride = {3, 1}};
    CHECK(layout_text(arena, &b) == NULL);
    b.stride[0] = 1;
    b.stride[1] = 20;
    CHECK_TEXT(layout_text(arena, &b), "strides [1,20]");
    b.nphys = 3;
    b.phys[0] = (PhysDim){0, false, 8};
    b.phys[1] = (PhysDim){1, false, 1};
    b.phys[2] = (PhysDim){0, true, 8};
    CHECK_TEXT(layout_text(arena, &b), "[d0/8][d1][d0%8] = [3][3][8]");
}

/* Two inputs and two outputs whose names end up alike, and weights that are called as functions and parameters are. */
static Program *program(void) {
    Graph *g = graph_new(arena, diag, "m.onnx", "g");
    Program *p = arena_new_of(arena, Program);
    *p = (Program){.graph = g, .target = &target, .name = "net", .arena_align = 64};
    static const char *const name[] = {hostile, "a.b", "a b", "A_B"};
    for (int i = 0; i < 4; i++) {
        ValueId v = graph_value(g, name[i], i == 1 ? DT_bool : DT_f32, shape_of(2, (int64_t[]){2, 3 * i}));
        if (i < 2)
            graph_add_input(g, v);
        else
            graph_add_output(g, v);
    }
    Nest *n = nest_new(arena, "conv");
    nest_buffer(n, "x", BUF_in, DT_f32, 0, NULL, 0);
    nest_buffer(n, "net_w", BUF_out, DT_f32, 0, NULL, 2);
    vec_push(arena, &p->function,
             ((Function){.name = "run", .nest = n, .schedule = "", .meaning = hostile, .calls = 1}));
    vec_push(arena, &p->function, ((Function){.name = "w", .nest = n, .schedule = "a\nb", .meaning = ""}));
    ProgramStep s = {.function = 0, .narg = 2, .nodes = "\"c\" (Conv)", .shapes = "x -> y"};
    s.arg = arena_array_of(arena, 2, Arg);
    s.arg[0] = (Arg){ARG_input, 0, 0, g->input.at[0]};
    s.arg[1] = (Arg){ARG_arena, 0, 0, g->output.at[0]};
    vec_push(arena, &p->step, s);
    p->arena_bytes = 64;
    p->plan = (PlanResult){64, 64, true, "greedy", 1};
    vec_push(arena, &p->tensor, ((ArenaTensor){hostile, g->output.at[0], 0, 24, 0, 1, -1}));
    int64_t at = 0;
    static const char *const weight[] = {"w", "run", "w_2", "weight"};
    for (int i = 0; i < 4; i++) {
        Tensor *t = tensor_new(arena, i == 1 ? DT_i64 : DT_f32, shape_of(1, (int64_t[]){i == 2 ? 0 : 50}));
        for (int64_t k = 0; i == 0 && k < 50; k++) tensor_set_float(t, k, sin((double)k) * pow(10, (double)k - 25));
        for (int64_t k = 0; i == 1 && k < 50; k++) tensor_set_int(t, k, k ? INT64_MAX >> k : INT64_MIN);
        vec_push(arena, &p->weight, ((Weight){weight[i], hostile, t->dtype, t->shape, t, NULL, t->shape.dim[0], at}));
        p->weight_bytes = at + (int64_t)t->bytes;
        at = (p->weight_bytes + 63) / 64 * 64;
    }
    return p;
}

static void test_names(void) {
    Package k = package_names(arena, program(), &options, diag);
    Map symbols = {0};
    map_set(arena, &symbols, "net_run", 1);
    map_set(arena, &symbols, "net_w", 1); /* a parameter */
    for (uint32_t i = 0; i < 2; i++) {
        CHECK(map_get(&symbols, k.function[i]) == MAP_NONE && is_identifier(k.function[i]));
        map_set(arena, &symbols, k.function[i], 1);
    }
    for (uint32_t i = 0; i < 4; i++) {
        CHECK(map_get(&symbols, k.weight[i]) == MAP_NONE && is_identifier(k.weight[i]));
        map_set(arena, &symbols, k.weight[i], 1);
    }
    for (uint32_t i = 0; i < 4; i++) {
        CHECK(is_identifier(k.port[i].field) && is_identifier(k.port[i].count));
        for (uint32_t j = 0; j < i; j++)
            CHECK(strcmp(k.port[i].field, k.port[j].field) != 0 && strcmp(k.port[i].count, k.port[j].count) != 0);
    }
    CHECK_TEXT(k.port[1].field, "a_b");
    CHECK_TEXT(k.port[2].field, "a_b_2");
    CHECK_TEXT(k.port[3].field, "a_b_3");
    CHECK_TEXT(k.port[3].count, "A_B_3_COUNT");
}

/* No trigraph, no byte beyond ASCII, no line that is spliced, and comments that end where they should. */
static void check_c(const char *text) {
    bool inside = false, fine = true;
    for (const char *c = text; *c; c++) {
        fine &= (*c == '\n' || (*c >= 0x20 && *c < 0x7f)) && strncmp(c, "?\?/", 3) != 0 && strncmp(c, "\\\n", 2) != 0;
        if (strncmp(c, "/*", 2) == 0) {
            fine &= !inside;
            inside = true;
        } else if (strncmp(c, "*/", 2) == 0) {
            fine &= inside;
            inside = false;
        }
    }
    CHECK(fine && !inside);
}

static void test_files(void) {
    Program *p = program();
    Package k = package_names(arena, p, &options, diag);
    void (*const text[])(const Package *, Str *) = {header_text, weights_header_text, example_text, arena_drawing};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        Str s = str_new(arena);
        text[i](&k, &s);
        check_c(s.at);
        /* A placeholder that was not filled in. */
        CHECK(strstr(s.at, "${") == NULL);
    }
    Str s = str_new(arena);
    map_text(&k, &s);
    cJSON *json = cJSON_Parse(s.at);
    CHECK(json && cJSON_GetArraySize(cJSON_GetObjectItem(json, "weights")) == 4);
    CHECK(json && cJSON_GetArraySize(cJSON_GetObjectItem(json, "steps")) == 1);
    CHECK(json && cJSON_GetObjectItem(json, "arena"));
    cJSON_Delete(json);
}

/* The header tells how elements without a C type lie in memory. */
static void test_small(void) {
    Program *p = program();
    Graph *g = (Graph *)(uintptr_t)p->graph;
    Str s = str_new(arena);
    g->value.at[g->input.at[0]].dtype = DT_i4;
    g->value.at[g->output.at[0]].dtype = DT_f8e5m2;
    Package k = package_names(arena, p, &options, diag);
    header_text(&k, &s);
    CHECK(strstr(s.at, "\n * i4: a byte for each element, a number from -8 to 7; not packed.") != NULL);
    CHECK(strstr(s.at, "\n * f8e5m2: a byte for each element, its code. */") != NULL);
}

/* With threads: another run function, a pool, and names for the functions that hold shared loops. */
static void test_threads(void) {
    Program *p = program();
    Package k = package_names(arena, p, &options, diag);
    Str plain = str_new(arena), threads = str_new(arena), example = str_new(arena), map = str_new(arena);
    header_text(&k, &plain);
    example_text(&k, &example);
    map_text(&k, &map);
    CHECK(!strstr(plain.at, "pool") && !strstr(example.at, "pool") && !strstr(map.at, "threads"));
    p->threads = 3;
    p->function.at[0].parallel = p->function.at[1].parallel = 2;
    p->function.at[1].name = "run_2_part";
    k = package_names(arena, p, &options, diag);
    Map symbols = {0};
    for (uint32_t i = 0; i < 2; i++) map_set(arena, &symbols, k.function[i], 1);
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t n = 0; n < 2; n++) {
            const char *part = arena_printf(arena, "net_%s", k.part[i][n]), *call = arena_printf(arena, "%s_call", part);
            CHECK(map_get(&symbols, part) == MAP_NONE && map_get(&symbols, call) == MAP_NONE && is_identifier(part));
            map_set(arena, &symbols, part, 1);
            map_set(arena, &symbols, call, 1);
        }
    header_text(&k, &threads);
    check_c(threads.at);
    CHECK(strstr(threads.at, "NET_THREADS = 3") && strstr(threads.at, "#include \"tenon_pool.h\"\n"));
    CHECK(strstr(threads.at, "int net_run_pool(const net_io *io, void *arena, tenon_pool *pool);\n"));
    example = str_new(arena);
    example_text(&k, &example);
    check_c(example.at);
    CHECK(strstr(example.at, "net_run_pool(&io, arena, pool)") && !strstr(example.at, "${"));
    map = str_new(arena);
    map_text(&k, &map);
    cJSON *json = cJSON_Parse(map.at);
    CHECK(json && cJSON_GetObjectItem(json, "threads") && cJSON_GetObjectItem(json, "threads")->valueint == 3);
    cJSON_Delete(json);
}

/* The table of targets: variants exist, the last one is what the target's row tells, and every word of a PC's is known to CPUID. */
static void test_targets(void) {
    int n, with = 0;
    const Target *const *list = target_list(&n);
    for (int i = 0; i < n; i++) {
        const Target *t = list[i];
        for (const char *w = strncmp(t->name, "x86", 3) ? "" : t->cpu_needs; *w; w += strspn(w, " ")) {
            CHECK(cpu_word(w, strcspn(w, " ")) != NULL);
            w += strcspn(w, " ");
        }
        with += t->nvariant > 0;
        for (int v = 0; v < t->nvariant; v++) CHECK(t->variant[v] && !t->variant[v]->nvariant);
        if (!t->nvariant) continue;
        const Target *last = t->variant[target_by_compiler(t) ? 0 : t->nvariant - 1]; /* whose row is t's */
        CHECK(last && last->vector_bytes == t->vector_bytes && !strcmp(last->cpu_needs, t->cpu_needs));
        CHECK(last && !strcmp(last->cflags, t->cflags) && target_here(t)->nvariant == 0);
    }
    CHECK(with > 0 && target_host()->nvariant == 0 && !cpu_word("avx9", 4));
}

/* A package of variants: symbols of their own, one struct and header for all, the largest arena. */
static void test_variants(void) {
    static const Target old = {.name = "box-v1", .help = "old", .cc = "cc", .cflags = "-O2 -march=a", .cpu_needs = "sse2"};
    static const Target young = {.name = "box-v2", .help = "new", .cc = "cc", .cflags = "-O2 -march=b -mc=d",
                                 .cpu_needs = "sse2 avx fma avx2"};
    static const Target *const variant[] = {&young, &old};
    static const Target box = {.name = "box", .cc = "cc", .cflags = "-O2", .variant = variant, .nvariant = 2};
    Package own[2], k = package_names(arena, program(), &options, diag);
    k.target = &box;
    k.variant = own;
    k.arena_bytes = 128;
    for (int i = 0; i < 2; i++) {
        Program *p = program();
        p->name = emit_variant_name(arena, "net", &box, i);
        own[i] = package_names(arena, p, &options, diag);
        own[i].outer = k.name;
        own[i].outer_upper = k.upper;
        own[i].arena_bytes = 128;
    }
    CHECK_TEXT(own[0].name, "net_v2");
    Str source = str_new(arena), header = str_new(arena), make = str_new(arena), map = str_new(arena);
    CHECK(variants_source_text(&k, &source));
    header_text(&k, &header);
    variants_makefile_text(&k, &make);
    variants_map_text(&k, &map);
    check_c(source.at);
    check_c(header.at);
    CHECK(!strstr(source.at, "${") && !strstr(header.at, "${") && !strstr(make.at, "${"));
    CHECK(strstr(source.at, "enum { v2, v1 };") && strstr(source.at, ".leaf1_c = bit_AVX | bit_FMA"));
    CHECK(strstr(source.at, ".leaf7_b = bit_AVX2") && strstr(source.at, "[v1] = {.leaf1_d = bit_SSE2},"));
    CHECK(strstr(header.at, "NET_ARENA_BYTES = 128") && strstr(header.at, "int net_v1_run(const net_io *io, void *arena);"));
    CHECK(strstr(make.at, "VARIANT = -march=b -mc=d\n"));
    cJSON *json = cJSON_Parse(map.at);
    CHECK(json && cJSON_GetArraySize(cJSON_GetObjectItem(json, "variants")) == 2);
    cJSON_Delete(json);
}

static char *read_file(const char *path) {
    Bytes b;
    if (!io_map(arena, diag, path, &b)) return NULL;
    return arena_strndup(arena, (const char *)b.data, b.n);
}

/* Numbers of the array that follows `symbol`, read as C would. */
static int array_numbers(const char *text, const char *symbol, double *out, int room) {
    const char *at = text ? strstr(text, symbol) : NULL;
    if (!at) return -1;
    at = strchr(at, '{') + 1;
    int n = 0;
    while (n < room) {
        at += strspn(at, " \n,");
        if (*at == '}') return n;
        char *end;
        out[n] = strncmp(at, "INT64_MIN", 9) == 0 ? (double)INT64_MIN : strtod(at, &end);
        at += strcspn(at, ",");
        n++;
    }
    return n;
}

static void test_weights(void) {
    Program *p = program();
    Package k = package_names(arena, p, &options, diag);
    OutSet *set = out_begin(arena, diag);
    OutFile *c = out_open(set, "net_weights.c");
    CHECK(c && weights_write(&k, c, NULL) && out_commit(set));
    char *text = read_file("net_weights.c");
    check_c(text ? text : "*/");
    for (uint32_t i = 0; i < 4; i++) {
        const Weight *w = &p->weight.at[i];
        double got[64];
        int n = array_numbers(text, arena_printf(arena, " %s[", k.weight[i]), got, 64);
        CHECK(n == (w->elements ? w->elements : 1));
        for (int j = 0; j < n && w->elements; j++)
            CHECK(w->dtype == DT_f32 ? (float)got[j] == (float)tensor_float(w->tensor, j)
                                     : got[j] == (double)tensor_int(w->tensor, j));
    }
    p->weight.n = 0;
    p->weight_bytes = 0;
    k = package_names(arena, p, &options, diag);
    set = out_begin(arena, diag);
    c = out_open(set, "net_weights.c");
    CHECK(c && weights_write(&k, c, NULL) && out_commit(set));
    text = read_file("net_weights.c");
    CHECK(text && strstr(text, "typedef int net_no_weights;"));
    CHECK(diag_errors(diag) == 0);
}

int main(void) {
    arena = arena_new("test");
    diag = diag_new(arena);
    char folder[] = "/tmp/package_test_XXXXXX";
    if (!mkdtemp(folder) || chdir(folder)) return 2;
    test_literals();
    test_texts();
    test_skeletons();
    test_layouts();
    test_names();
    test_files();
    test_small();
    test_threads();
    test_targets();
    test_variants();
    test_weights();
    diag_print(diag, stderr);
    mem_release_all();
    if (unlink("net_weights.c") || chdir("/") || rmdir(folder)) failed++;
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
