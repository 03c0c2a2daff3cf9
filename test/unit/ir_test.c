/* src/ir: dimensions, attributes, tensors, the graph and its surgery, the verifier, both forms of text. */
#include "base/size.h"
#include "ir/graph.h"
#include "ir/internal.h"
#include "test/unit/check.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

static Arena *arena;
static Diag *diag;

static uint64_t random_state = 88172645463325252u;
static uint64_t random64(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}
static int64_t below(int64_t n) {
    return (int64_t)(random64() % (uint64_t)n);
}

/* ---- dimensions ---- */

static const char *show(const SymTable *s, Dim d) {
    Str out = str_new(arena);
    dim_print(s, d, &out);
    return out.at;
}

static Dim read_dim(SymTable *s, const char *text) {
    Dim d;
    return dim_parse(s, &text, &d) && !*text ? d : DIM_BAD;
}

static const char *const dim_form[][2] = {
    {"7", "7"},
    {"0", "0"},
    {"2*H+1", "2*H+1"},
    {"1+H*2", "2*H+1"},
    {"(2*H)/2", "H"},
    {"(4*H+3)/2", "2*H+1"},
    {"(4*H)%4", "0"},
    {"(H+1)/2", "(H+1)/2"},
    {"((H+1)/2+1)/2", "(H+3)/4"},
    {"(H-1)/2+1", "(H+1)/2"},
    {"H*W/W", "H"},
    {"(H*W+H)/(W+1)", "H"},
    {"3*H/2", "H+H/2"},
    {"H%2", "H%2"},
    {"(3*H)%6", "3*(H%2)"},
    {"(2*H+1)%4", "2*(H%2)+1"},
    {"(H*W+3)%W", "3%W"},
    {"(H%8)%4", "H%4"},
    {"(H%4)%8", "H%4"},
    {"(H%4)/4", "0"},
    {"max(H,W,3)", "max(H,W,3)"},
    {"max(3,max(W,H))", "max(H,W,3)"},
    {"max(H+1,H)", "H+1"},
    {"min(H+1,H)", "H"},
    {"max(H,0)", "H"},
    {"max(H-1,0)", "max(H-1,0)"},
    {"min(max(a,b),max(b,a))", "max(a,b)"},
    {"max(2,3)", "3"},
    {"-(-H)", "H"},
    {"H-H", "0"},
    {"H - H + 2", "2"},
    {"-H/2", "-H+H/2"},
    {"-(H/2)", "-(H/2)"},
    {"1-H", "-H+1"},
    {"2*(H/3)", "2*(H/3)"},
    {"(H/3)*W", "W*(H/3)"},
    {"H/W", "H/W"},
    {"H/(W+1)", "H/(W+1)"},
    {"H/(2*W)", "H/(2*W)"},
    {"(6*H)/(4*W)", "(3*H)/(2*W)"},
    {"H/(-2)", "-H+H/2"},
    {"7/(0-2)+4", "0"},
    {"5%(-3)+1", "0"},
    {"W*H", "H*W"},
    {"\"batch size\"*2", "2*\"batch size\""},
    {"\"N\"", "N"},
    {"\"max\"+1", "\"max\"+1"},
    {"\"\\\"\\n\\x01\"", "\"\\\"\\n\\x01\""},
    {"(A+B)*(A-B)", "A*A-B*B"},
    {"(A*A-B*B)/(A+B)", "A-B"},
    {"N.1+_x", "N.1+_x"},
};

static void test_dim_forms(void) {
    SymTable *s = sym_new(arena);
    for (size_t i = 0; i < sizeof dim_form / sizeof dim_form[0]; i++) {
        Dim d = read_dim(s, dim_form[i][0]);
        CHECK_TEXT(show(s, d), dim_form[i][1]);
        CHECK(read_dim(s, show(s, d)) == d);
    }
    static const char *const wrong[] = {"",
                                        "+",
                                        "H+",
                                        "(H",
                                        "H)",
                                        "H//2",
                                        "-1",
                                        "H/0",
                                        "H%0",
                                        "99999999999999999999",
                                        "9223372036854775807+1",
                                        "9223372036854775807*H*2",
                                        "max(",
                                        "max(H",
                                        "\"a",
                                        "\"\\q\"",
                                        "\"\\x00\"",
                                        "2H",
                                        "H W"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (!CHECK(read_dim(s, wrong[i]) == DIM_BAD)) fprintf(stderr, "  %s\n", wrong[i]);
}

/* An expression and its value, both made step by step. */
typedef struct {
    DimX x;
    int64_t v;
} Pair;

static int64_t symbol_value[3];
static int64_t value_of(void *ctx, const char *name) {
    (void)ctx;
    return name[0] >= 'A' && name[0] <= 'C' ? symbol_value[name[0] - 'A'] : -1;
}

static Pair random_pair(SymTable *s, int depth) {
    static const char *const name[] = {"A", "B", "C"};
    int64_t what = depth ? below(9) : below(2);
    if (what == 0) {
        int64_t v = below(9) - 2;
        return (Pair){dimx_number(v), v};
    }
    if (what == 1) {
        int64_t i = below(3);
        return (Pair){dimx(dim_symbol(s, name[i])), symbol_value[i]};
    }
    Pair a = random_pair(s, depth - 1), b = random_pair(s, depth - 1);
    switch (what) {
    case 2: return (Pair){dimx_sub(s, a.x, b.x), a.v - b.v};
    case 3: return (Pair){dimx_mul(s, a.x, b.x), a.v * b.v};
    case 4: return (Pair){dimx_min(s, a.x, b.x), a.v < b.v ? a.v : b.v};
    case 5: return (Pair){dimx_max(s, a.x, b.x), a.v > b.v ? a.v : b.v};
    case 6:
    case 7:
        if (b.v == 0 || (b.x.is_number && b.x.number == 0)) return a;
        if (what == 6) return (Pair){dimx_floordiv(s, a.x, b.x), floor_div(a.v, b.v)};
        return (Pair){dimx_mod(s, a.x, b.x), floor_mod(a.v, b.v)};
    default: return (Pair){dimx_add(s, a.x, b.x), a.v + b.v};
    }
}

/* What an expression is worth when its symbols are; through + 1000000, as dims cannot be below 0. */
static bool worth(SymTable *s, DimX x, int64_t v) {
    enum { SHIFT = 1000000000 };
    DimX shifted = dimx_add(s, x, dimx_number(SHIFT));
    if (dimx_bad(shifted)) return dimx_bad(x) || x.is_number;
    return dim_bind(s, dim_of(shifted), value_of, NULL) == v + SHIFT;
}

static void test_dim_random(void) {
    int wrong = 0, unlike = 0, checked = 0, copied = 0;
    for (int round = 0; round < 4000; round++) {
        Arena *a = arena_new("random dims"), *keep = arena;
        arena = a;
        SymTable *s = sym_new(a);
        for (int i = 0; i < 3; i++) symbol_value[i] = 1 + below(12);
        Pair p = random_pair(s, 1 + (int)below(4));
        if (!dimx_bad(p.x) && llabs(p.v) < 1000000) {
            checked++;
            wrong += !worth(s, p.x, p.v);
            Dim d = dim_of(p.x);
            if (d != DIM_BAD) {
                unlike += read_dim(s, show(s, d)) != d;
                SymTable *other = sym_copy(a, s), *fresh = sym_new(a);
                copied += strcmp(show(other, d), show(s, d)) != 0 || read_dim(other, show(s, d)) != d;
                copied += strcmp(show(fresh, read_dim(fresh, show(s, d))), show(s, d)) != 0;
            }
        }
        arena_free(a);
        arena = keep;
    }
    CHECK(checked > 3000);
    CHECK(wrong == 0);
    CHECK(unlike == 0);
    CHECK(copied == 0);
}

/* Ring laws on random expressions: equal ids, whatever the order. */
static void test_dim_laws(void) {
    SymTable *s = sym_new(arena);
    int wrong = 0;
    for (int round = 0; round < 2000; round++) {
        DimX a = random_pair(s, 2).x, b = random_pair(s, 2).x, c = random_pair(s, 2).x;
        if (dimx_bad(a) || dimx_bad(b) || dimx_bad(c)) continue;
        DimX l = dimx_mul(s, a, dimx_add(s, b, c)), r = dimx_add(s, dimx_mul(s, c, a), dimx_mul(s, a, b));
        wrong += !dimx_bad(l) && !dimx_bad(r) && (l.is_number != r.is_number || l.number != r.number || l.sym != r.sym);
        DimX n = dimx_number(1 + below(6)), q = dimx_floordiv(s, dimx_mul(s, a, n), n);
        wrong += !dimx_bad(q) && (q.is_number != a.is_number || q.number != a.number || q.sym != a.sym);
        DimX z = dimx_mod(s, dimx_mul(s, a, n), n);
        wrong += !dimx_bad(z) && (!z.is_number || z.number != 0);
    }
    CHECK(wrong == 0);
}

static void test_dim_limits(void) {
    SymTable *s = sym_new(arena);
    DimX x = dimx(dim_symbol(s, "a"));
    for (int i = 0; i < 100 && !dimx_bad(x); i++) x = dimx_floordiv(s, x, dimx_add(s, x, dimx_number(1)));
    CHECK(dimx_bad(x));
    x = dimx_number(0);
    for (int i = 0; i < 300; i++) x = dimx_add(s, x, dimx(dim_symbol(s, arena_printf(arena, "s%d", i))));
    CHECK(dimx_bad(x));
    x = dimx(dim_symbol(s, "a"));
    for (int i = 0; i < 40; i++) x = dimx_mul(s, x, dimx(dim_symbol(s, "b")));
    CHECK(dimx_bad(x));
    DimX big = dimx_mul(s, dimx_number(INT64_MAX), dimx(dim_symbol(s, "a")));
    CHECK(!dimx_bad(big));
    CHECK(dimx_bad(dimx_add(s, big, big)));
    CHECK(dimx_bad(dimx_mul(s, dimx_number(INT64_MIN), dimx(dim_symbol(s, "a")))));
    CHECK(dimx_bad(dimx_floordiv(s, dimx_number(INT64_MIN), dimx_number(-1))));
    CHECK(dimx_bad(dimx_floordiv(s, dimx_number(1), dimx_number(0))));
    CHECK(dimx_bad(dimx_add(s, dimx(DIM_BAD), dimx_number(1))));
    CHECK(dim_of(dimx_number(-1)) == DIM_BAD && dim_of(dimx_number(5)) == 5);
    const char *deep = arena_printf(arena, "%0*d", 500, 1);
    Str text = str_new(arena);
    for (const char *c = deep; *c; c++) str_add(&text, "(");
    CHECK(read_dim(s, text.at) == DIM_BAD);
    symbol_value[0] = 3;
    CHECK(dim_bind(s, read_dim(s, "2*A+Z"), value_of, NULL) == read_dim(s, "6+Z"));
    CHECK(dim_bind(s, read_dim(s, "4/A"), value_of, NULL) == 1);
    CHECK(dim_bind(s, read_dim(s, "1-A"), value_of, NULL) == DIM_BAD);
    symbol_value[0] = 0;
    CHECK(dim_bind(s, read_dim(s, "4/A"), value_of, NULL) == DIM_BAD);
}

static void test_shapes(void) {
    SymTable *s = sym_new(arena);
    int64_t d[] = {2, 3, 4}, huge[] = {INT64_MAX, 2};
    Shape a = shape_of(3, d), b = a, none = shape_of(-1, NULL), scalar = shape_of(0, NULL), big = shape_of(2, huge);
    CHECK(shape_known(&a) && shape_count(&a) == 24 && shape_equal(&a, &b));
    b.dim[1] = dim_symbol(s, "N");
    CHECK(!shape_known(&b) && shape_count(&b) == -1 && !shape_equal(&a, &b));
    CHECK(shape_count(&none) == -1 && shape_count(&scalar) == 1 && shape_count(&big) == -1);
    CHECK(shape_of(9, (int64_t[9]){0}).rank == -1);
    Str t = str_new(arena);
    shape_print(s, &b, &t);
    shape_print(s, &none, &t);
    shape_print(s, &scalar, &t);
    CHECK_TEXT(t.at, "[2,N,4][?][]");
}

/* ---- types, operators, attributes, tensors ---- */

static void test_tables(void) {
    for (int t = DT_none + 1; t < DT_count; t++) CHECK(dtype_parse(dtype_info[t].name) == (DType)t);
    CHECK(dtype_parse("float") == DT_none && dtype_parse("none") == DT_none);
    bool found = true, named = true;
    for (int op = OP_none + 1; op < OP_count; op++) {
        found = found && op_find(op_info[op].name) == (Op)op;
        named = named && op_info[op].attrs && op_info[op].in_max >= op_info[op].in_min && *op_info[op].text;
    }
    CHECK(found);
    CHECK(named);
    CHECK(op_find("Nonsense") == OP_none && op_find("") == OP_none && op_find("none") == OP_none);
    CHECK(op_info[OP_Concat].in_max == UINT16_MAX && op_info[OP_Conv].attrs == &attr_spec_Conv);
    CHECK(strcmp(op_info[OP_Conv].attrs->name, "Conv") == 0 && attr_spec_Conv.n == 4 && attr_spec_None.n == 0);
}

static void test_attributes(void) {
    Attr_Resize *r = attr_new(arena, &attr_spec_Resize), *c;
    CHECK(strcmp(r->mode, "nearest") == 0 && r->cubic_coeff_a == -0.75 && r->sizes.n == 0 && r->antialias == 0);
    CHECK(((Attr_Norm *)attr_new(arena, &attr_spec_Norm))->axis == -1);
    CHECK(((Attr_Norm *)attr_new(arena, &attr_spec_Norm))->epsilon == 1e-05);
    double scales[] = {1, 2.5};
    Dim sizes[] = {3, 4};
    r->scales = (Floats){2, scales};
    r->sizes = (Dims){2, sizes};
    c = attr_copy(arena, &attr_spec_Resize, r);
    CHECK(attr_equal(&attr_spec_Resize, r, c) && attr_hash(&attr_spec_Resize, r) == attr_hash(&attr_spec_Resize, c));
    CHECK(c->scales.at != scales && c->scales.at[1] == 2.5 && c->mode != r->mode);
    scales[1] = -0.0;
    CHECK(!attr_equal(&attr_spec_Resize, r, c) && attr_hash(&attr_spec_Resize, r) != attr_hash(&attr_spec_Resize, c));
    Attr_Resize *z = attr_copy(arena, &attr_spec_Resize, r);
    scales[1] = 0;
    CHECK(!attr_equal(&attr_spec_Resize, r, z));
    c = attr_copy(arena, &attr_spec_Resize, r);
    c->mode = "cubic";
    CHECK(!attr_equal(&attr_spec_Resize, r, c));
    CHECK(attr_equal(&attr_spec_None, NULL, NULL) && !attr_equal(&attr_spec_Resize, r, NULL));
    CHECK(attr_field(&attr_spec_Conv, "group")->kind == ATTR_int && !attr_field(&attr_spec_Conv, "groups"));
    Ints l;
    attr_set_ints(arena, &l, 2, (int64_t[]){4, 5});
    CHECK(l.n == 2 && l.at[1] == 5);
}

static void test_tensors(void) {
    for (int t = DT_none + 1; t < DT_string; t++) {
        Tensor *x = tensor_new(arena, (DType)t, shape_of(1, (int64_t[]){4}));
        tensor_set_float(x, 1, 1);
        tensor_set_int(x, 2, 1);
        tensor_set_float(x, 3, 2.5);
        CHECK(tensor_float(x, 0) == 0 && tensor_float(x, 1) == 1 && tensor_int(x, 2) == 1);
        CHECK(tensor_float(x, 3) == (t == DT_bool ? 1 : dtype_is_float((DType)t) ? 2.5 : 2));
    }
    Tensor *x = tensor_new(arena, DT_i8, shape_of(0, NULL));
    tensor_set_float(x, 0, 1000);
    CHECK(tensor_int(x, 0) == 127);
    tensor_set_float(x, 0, -1000);
    CHECK(tensor_int(x, 0) == -128);
    tensor_set_float(x, 0, NAN);
    CHECK(tensor_int(x, 0) == 0);
    x = tensor_new(arena, DT_u64, shape_of(0, NULL));
    tensor_set_float(x, 0, 1.5e19);
    CHECK(tensor_float(x, 0) == 1.5e19);
    tensor_set_float(x, 0, 1e30);
    CHECK((uint64_t)tensor_int(x, 0) == UINT64_MAX);
    x = tensor_new(arena, DT_i64, shape_of(0, NULL));
    tensor_set_float(x, 0, 1e30);
    CHECK(tensor_int(x, 0) == INT64_MAX);
    x = tensor_new(arena, DT_f16, shape_of(0, NULL));
    tensor_set_float(x, 0, 1 + 0x1p-11 + 0x1p-40); /* rounds up, though the float before it is a tie */
    CHECK(tensor_float(x, 0) == 1 + 0x1p-10);
    CHECK(!tensor_new(arena, DT_f32, shape_of(2, (int64_t[]){INT64_MAX / 2, 2}))->data);
    CHECK(tensor_new(arena, DT_f32, shape_of(1, (int64_t[]){0}))->data);
    Tensor *y = tensor_new(arena, DT_f16, shape_of(0, NULL));
    CHECK(!tensor_equal(x, y));
    tensor_set_float(y, 0, 1 + 0x1p-10);
    CHECK(tensor_equal(x, y));
}

/* ---- the graph ---- */

static Graph *parse(const char *text) {
    Graph *g = graph_parse(arena, diag, "t.txt", text, strlen(text));
    if (!g) diag_print(diag, stderr);
    return g;
}

static const char *text_of(const Graph *g) {
    Str s = str_new(arena);
    graph_print(g, &s);
    return s.at;
}

static const char *json_of(const Graph *g) {
    Str s = str_new(arena);
    graph_write_json(g, &s);
    return s.at;
}

static const Shape two = {.rank = 1, .dim = {2}};

static void set_types(Graph *g) {
    for (ValueId v = 0; v < g->value.n; v++) {
        g->value.at[v].dtype = DT_f32;
        if (!g->value.at[v].data) g->value.at[v].shape = two;
    }
}

static void test_names(void) {
    Graph *g = graph_new(arena, diag, "m.onnx", "g");
    ValueId a = graph_value(g, "x", DT_f32, two), b = graph_value(g, "x", DT_f32, two);
    graph_value(g, "x.2", DT_f32, two);
    ValueId c = graph_value(g, "x", DT_f32, two), d = graph_value(g, "", DT_f32, two),
            e = graph_value(g, NULL, DT_f32, two);
    CHECK_TEXT(g->value.at[b].name, "x.1");
    CHECK_TEXT(g->value.at[c].name, "x.3");
    CHECK(graph_find(g, "x") == a && graph_find(g, "x.3") == c && graph_find(g, "y") == NO_VALUE);
    CHECK(*g->value.at[d].name && strcmp(g->value.at[d].name, g->value.at[e].name) != 0);
    NodeId n = graph_node(g, OP_TopK, "top", 1, &a, 2, (const char *[]){NULL, ""}, NULL);
    CHECK(g->node.at[n].out[1] == NO_VALUE && g->value.at[g->node.at[n].out[0]].producer == n);
    CHECK_TEXT(g->value.at[g->node.at[n].out[0]].name, "top");
    n = graph_node(g, OP_Relu, NULL, 1, &a, 1, NULL, NULL);
    CHECK_TEXT(node_label(g, n, arena), "Relu -> Relu");
    CHECK_TEXT(node_loc(g, n, "alpha").op, "Relu");
    ValueId k = graph_const_float(g, "half", DT_f16, 0.5), l = graph_const_ints(g, "list", 2, (int64_t[]){7, -8});
    CHECK(value_data(g, k)->bytes == 2 && tensor_float(value_data(g, k), 0) == 0.5);
    CHECK(value_data(g, l)->bytes == 16 && tensor_int(value_data(g, l), 1) == -8);
    CHECK(node_in(&g->node.at[n], 0) == a && node_in(&g->node.at[n], 3) == NO_VALUE);
}

static void test_surgery(void) {
    Graph *g = parse("graph \"g\" in %x : f32[2] %a : f32[2] = Relu(%x) %b : f32[2] = Exp(%a) %c : f32[2] = Add(%b, %b)"
                     "%d : f32[2] = Add(%c, %a) out %d out %b");
    ValueId a = graph_find(g, "a"), b = graph_find(g, "b"), d = graph_find(g, "d"), c = graph_find(g, "c");
    Uses u = graph_uses(g, arena);
    CHECK(uses_count(&u, b) == 2 && uses_count(&u, a) == 2 && uses_count(&u, d) == 0);
    CHECK(u.user[u.first[a]] == 1 && u.user[u.first[a] + 1] == 3 && u.user[u.first[b] + 1] == 2);
    Graph *copy = graph_copy(arena, g);
    const char *before = text_of(g);
    graph_replace_uses(g, b, a); /* b is an output: the names change places */
    CHECK(graph_find(g, "b") == a && graph_find(g, "a") == b && graph_is_output(g, a) && !graph_is_output(g, b));
    CHECK(g->node.at[2].in[0] == a && g->node.at[2].in[1] == a && g->output.at[1] == a);
    graph_remove_node(g, 1);
    CHECK(g->node.at[1].op == OP_none && g->value.at[b].producer == NO_NODE);
    CHECK(graph_verify(g));
    CHECK(graph_sort(g) && g->node.n == 3 && g->value.at[d].producer == 2 && g->value.at[c].producer == 1);
    CHECK(graph_verify(g));
    CHECK_TEXT(text_of(copy), before);
    ValueId x = graph_find(g, "x");
    graph_replace_uses(g, d, x); /* an input keeps its name */
    CHECK(graph_find(g, "x") == x && g->output.at[0] == x && graph_is_output(g, x));
    graph_replace_uses(g, x, x);
    CHECK(graph_is_output(g, x));
}

static void test_sort(void) {
    Graph *g = graph_new(arena, diag, "m.onnx", "g");
    enum { N = 20000 };
    /* a chain made back to front, and one node before it that is in order */
    ValueId x = graph_value(g, "x", DT_f32, two), last = graph_value(g, "end", DT_f32, two);
    graph_add_input(g, x);
    graph_add_output(g, last);
    ValueId next = last;
    for (int i = 0; i < N; i++) {
        ValueId in = i + 1 < N ? graph_value(g, "v", DT_f32, two) : x;
        NodeId n = graph_node(g, OP_Relu, "r", 1, &in, 1, (const char *[]){""}, NULL);
        g->node.at[n].out[0] = next;
        g->value.at[next].producer = n;
        next = in;
    }
    CHECK(!graph_verify(g));
    CHECK(graph_sort(g) && g->node.n == N && g->value.at[last].producer == N - 1 && g->node.at[0].in[0] == x);
    diag = diag_new(arena);
    g->diag = diag;
    CHECK(graph_verify(g));
    const char *before = text_of(g);
    CHECK(graph_sort(g));
    CHECK(strcmp(text_of(g), before) == 0);
    /* what is sorted stays as it is, whatever the shape of the graph */
    g = parse("graph \"g\" in %x : f32[2] %a : f32[2] = Relu(%x) %b : f32[2] = Exp(%x) %c : f32[2] = Neg(%a)"
              "%d : f32[2] = Abs(%x) %e : f32[2] = Add(%c, %b) out %e out %d");
    before = text_of(g);
    CHECK(graph_sort(g));
    CHECK_TEXT(text_of(g), before);
    g->node.at[0].in[0] = graph_find(g, "e");
    diag = g->diag = diag_new(arena);
    CHECK(!graph_sort(g));
    CHECK_TEXT(diag_text(diag, 0), "tenon: t.txt: node 'Relu -> a' (Relu): the node needs its own output: it lies on a "
                                   "cycle; the model is damaged; export it again");
}

/* ---- the verifier ---- */

static const char *const sound = "graph \"g\" in %x : f32[2] const %k : f32[2] = [1, 2] %a : f32[2] = Relu(%x)"
                                 "%b : f32[2] = Add(%a, %k) %c : f32[2], %d : i64[2] = TopK(%b) {k=2} out %c";

/* The verifier says `want` about the graph. */
static void says(Graph *g, const char *want) {
    diag = g->diag = diag_new(arena);
    bool ok = graph_verify(g), found = false;
    for (int i = 0; diag_text(diag, i); i++) found = found || strstr(diag_text(diag, i), want);
    if (CHECK(!ok && found)) return;
    fprintf(stderr, "  wanted: %s\n", want);
    diag_print(diag, stderr);
}

static void test_verify_values(void) {
    Graph *g;
    CHECK(graph_verify(parse(sound)));
#define BROKEN(change, want) g = parse(sound), (change), says(g, want)
#define V(name) g->value.at[graph_find(g, name)]
    BROKEN(V("a").name = "", "value 2 has no name");
    BROKEN(V("a").name = NULL, "value 2 has no name");
    BROKEN(V("a").name = "x", "value 'x': its name is not unique");
    BROKEN(V("a").dtype = DT_none, "value 'a': its element type is not set");
    BROKEN(V("a").shape.rank = -1, "value 'a': its shape is not known");
    BROKEN(V("a").shape.rank = 9, "value 'a': rank 9 is above 8");
    BROKEN(V("a").shape.dim[0] = DIM_BAD, "value 'a': dimension 0 is no number or expression");
    BROKEN(V("a").shape.dim[0] = -77, "value 'a': dimension 0 is no number or expression");
    BROKEN(V("a").producer = 77, "value 'a': its producer 77 does not exist");
    BROKEN(V("a").producer = 1, "value 'a': its producer 'Add -> b' does not have it as output 0");
    BROKEN(V("a").out_index = 1, "value 'a': its producer 'Relu -> a' does not have it as output 1");
    BROKEN(V("a").is_input = true, "value 'a': it is an input and a node's output");
    BROKEN(V("a").is_input = true, "value 'a': it is marked as an input and not listed");
    BROKEN(V("a").is_output = true, "value 'a': it is marked as an output and not listed");
    BROKEN(V("x").is_input = false, "value 'x': it is listed as an input and not marked as one");
    BROKEN(V("c").is_output = false, "value 'c': it is listed as an output and not marked as one");
    BROKEN(vec_push(arena, &g->input, 0u), "value 'x': it is listed twice as an input");
    BROKEN(vec_push(arena, &g->input, 50u), "graph 'g': input 1 does not exist");
    BROKEN(vec_push(arena, &g->output, 50u), "graph 'g': output 1 does not exist");
    BROKEN(V("k").dtype = DT_i32, "value 'k': its type differs from that of its contents");
    BROKEN(V("k").shape.dim[0] = 3, "value 'k': its type differs from that of its contents");
    BROKEN(((Tensor *)(uintptr_t)V("k").data)->bytes = 7, "value 'k': its contents have 7 bytes, not 2 elements of 4");
    BROKEN(((Tensor *)(uintptr_t)V("k").data)->data = NULL, "value 'k': its contents are missing");
    BROKEN(((Tensor *)(uintptr_t)V("k").data)->dtype = DT_none, "value 'k': its contents have no definite type");
    BROKEN(((Tensor *)(uintptr_t)V("k").data)->shape.rank = 9, "value 'k': rank 9 of its contents is above 8");
    BROKEN(V("a").data = V("k").data, "value 'a': it is a constant and a node's output");
    BROKEN(V("x").captured = 0, "value 'x': it stands for a value that no outer graph has");
    BROKEN(g->node.at[0] = (Node){0}, "value 'a': its producer was removed");
    BROKEN(graph_remove_node(g, 2), "value 'c': it is an output and nothing produces it");
}

static void test_verify_nodes(void) {
    Graph *g;
    BROKEN(g->node.at[0].nin = 0, "(Relu): 0 operands, the operator takes 1 to 1");
    BROKEN(g->node.at[2].nout = 1, "(TopK): 1 outputs, the operator has 2 to 2");
    BROKEN(g->node.at[0].in[0] = NO_VALUE, "(Relu): operand 0 is required and absent");
    BROKEN(g->node.at[0].in[0] = 99, "(Relu): operand 0 does not exist (value 99)");
    BROKEN(g->node.at[0].in[0] = graph_find(g, "b"), "(Relu): operand 0 'b' is made by the later node 'Add -> b'");
    BROKEN(g->node.at[0].in[0] = graph_find(g, "b"), "the node needs its own output: it lies on a cycle");
    BROKEN(g->node.at[0].in[0] = graph_find(g, "a"), "(Relu): operand 0 'a' is made by the node itself");
    BROKEN(graph_remove_node(g, 0), "(Add): nothing produces operand 0 'a'");
    BROKEN(g->node.at[0].out[0] = 99, "(Relu): output 0 does not exist (value 99)");
    BROKEN(V("a").producer = NO_NODE, "(Relu): output 0 'a' does not name it as its producer");
    BROKEN(g->node.at[1].out[0] = graph_find(g, "a"), "(Add): output 0 'a' is also output 0 of node 'Relu -> a'");
    BROKEN(g->node.at[2].attr = NULL, "(TopK): its attributes are missing");
    BROKEN(g->node.at[0].op = (Op)9999, "operator number 9999 does not exist");
    BROKEN((g->node.at[0].sub = (Graph *[]){graph_new_sub(g, "s")}, g->node.at[0].nsub = 1),
           "it has sub-graphs and is no control operator");
    BROKEN((g->node.at[0].sub = (Graph *[]){g}, g->node.at[0].nsub = 1),
           "sub-graph 0 is missing or belongs to another");
    /* all of them at once */
    g = parse(sound);
    V("a").dtype = DT_none;
    V("b").shape.rank = -1;
    g->node.at[2].attr = NULL;
    diag = g->diag = diag_new(arena);
    CHECK(!graph_verify(g) && diag_errors(diag) == 3);
}

/* ---- text and JSON ---- */

static void same_both_ways(const Graph *g) {
    const char *text = text_of(g), *json = json_of(g);
    Graph *again = graph_parse(arena, diag, "other", text, strlen(text));
    if (!CHECK(again != NULL)) {
        diag_print(diag, stderr);
        return;
    }
    CHECK_TEXT(text_of(again), text);
    CHECK_TEXT(json_of(again), json);
    again = graph_parse_json(arena, diag, "other", json, strlen(json));
    if (!CHECK(again != NULL)) {
        diag_print(diag, stderr);
        return;
    }
    CHECK_TEXT(text_of(again), text);
    CHECK_TEXT(json_of(again), json);
    CHECK_TEXT(text_of(graph_copy(arena, again)), text);
}

static const char *random_name(Str *s) {
    int n = 1 + (int)below(12);
    for (int i = 0; i < n; i++) {
        static const char *const piece[] = {
            "a",        "Conv", "/",     ":",    " ",        "\"",           "\\",           "\n",
            "\t",       "\x01", "\x7f",  "\xff", "\xc3\xa9", "\xe2\x80\xae", "\xed\xa0\x80", "\xf0\x9f\x98\x80",
            "\xc0\x80", "%",    "\\x41", "0"};
        str_add(s, piece[below(sizeof piece / sizeof piece[0])]);
    }
    return s->at;
}

static double random_double(void) {
    uint64_t bits = random64();
    double v;
    if (below(2)) return (double)(below(2000) - 1000) / 8;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static Tensor *random_tensor(Arena *a) {
    DType t = (DType)(1 + below(DT_count - 1));
    int64_t d[3] = {1 + below(6), below(9), 1 + below(4)};
    Tensor *x = tensor_new(a, t, shape_of((int)below(4), d));
    if (t == DT_string) {
        for (int64_t i = 0; i < shape_count(&x->shape); i++) {
            Str s = str_new(a);
            ((const char **)(uintptr_t)x->data)[i] = random_name(&s);
        }
        return x;
    }
    bool raw = below(4) == 0; /* any bits at all: NaN payloads, bools that are neither */
    for (int64_t i = 0; i < shape_count(&x->shape); i++) {
        if (raw || dtype_is_int(t)) {
            uint64_t bits = random64() >> below(60);
            memcpy((char *)(uintptr_t)x->data + (size_t)i * element_bytes(t), &bits, element_bytes(t));
        } else {
            tensor_set_float(x, i, random_double());
        }
    }
    return x;
}

static Dim random_dim(SymTable *s) {
    if (below(2)) return below(3) ? below(50) : (int64_t)(random64() >> 1);
    Dim d = dim_of(random_pair(s, 2).x);
    return d == DIM_BAD ? 1 : d;
}

static void random_attributes(Graph *g, const AttrSpec *spec, char *attr) {
    Arena *a = g->arena;
    for (const AttrField *f = spec->field; f < spec->field + spec->n; f++) {
        uint32_t n = (uint32_t)below(4);
        int64_t *ints = arena_array_of(a, n, int64_t), *dims = arena_array_of(a, n, Dim);
        double *floats = arena_array_of(a, n, double);
        for (uint32_t i = 0; i < n; i++) {
            ints[i] = (int64_t)random64() >> below(64);
            floats[i] = random_double();
            dims[i] = random_dim(g->sym);
        }
        Str s = str_new(a);
        void *at = attr + f->offset;
        switch (f->kind) {
        case ATTR_int: *(int64_t *)at = (int64_t)random64() >> below(64); break;
        case ATTR_float: *(double *)at = random_double(); break;
        case ATTR_string: *(const char **)at = below(4) ? random_name(&s) : ""; break;
        case ATTR_dtype: *(DType *)at = (DType)below(DT_count); break;
        case ATTR_ints: *(Ints *)at = (Ints){n, ints}; break;
        case ATTR_floats: *(Floats *)at = (Floats){n, floats}; break;
        case ATTR_dims: *(Dims *)at = (Dims){n, dims}; break;
        }
    }
}

static Shape random_shape(SymTable *s) {
    Shape r = {.rank = (int8_t)(below(MAX_RANK + 2) - 1)};
    for (int i = 0; i < r.rank; i++) r.dim[i] = random_dim(s);
    return r;
}

static void random_body(Graph *g, int level) {
    Arena *a = g->arena;
    for (int i = 0; i < 3; i++) {
        Str s = str_new(a);
        Shape shape = random_shape(g->sym);
        if (shape.rank < 0) shape.rank = 0;
        graph_add_input(g, graph_value(g, random_name(&s), (DType)(1 + below(DT_count - 1)), shape));
    }
    for (int i = 0; i < 4; i++) {
        Str s = str_new(a);
        graph_constant(g, random_name(&s), random_tensor(a));
    }
    if (g->outer)
        for (int i = 0; i < 2; i++) {
            ValueId from = (ValueId)below(g->outer->value.n);
            if (g->outer->value.at[from].dtype != DT_none && g->outer->value.at[from].shape.rank >= 0)
                graph_capture(g, from);
        }
    for (int i = 0; i < 12; i++) {
        Op op = (Op)(1 + below(OP_count - 1));
        const OpInfo *o = &op_info[op];
        int nin = o->in_min + (int)below((o->in_max == UINT16_MAX ? 5 : o->in_max) - o->in_min + 1);
        int nout = o->out_min + (int)below((o->out_max == UINT16_MAX ? 4 : o->out_max) - o->out_min + 1);
        ValueId in[16];
        const char *out[16];
        for (int k = 0; k < nin; k++) in[k] = below(8) ? (ValueId)below(g->value.n) : NO_VALUE;
        for (int k = 0; k < nout; k++) {
            Str s = str_new(a);
            out[k] = below(5) ? random_name(&s) : "";
        }
        void *attr = attr_new(a, o->attrs);
        if (below(3)) random_attributes(g, o->attrs, attr);
        Str s = str_new(a), t = str_new(a);
        NodeId id = graph_node(g, op, below(2) ? random_name(&s) : "", nin, in, nout, out, attr);
        if (below(3) == 0) g->node.at[id].source = below(2) ? random_name(&t) : "";
        if (below(2)) g->node.at[id].group = (uint32_t)(random64() >> below(33));
        for (int k = 0; k < nout; k++) {
            ValueId v = g->node.at[id].out[k];
            if (v == NO_VALUE) continue;
            g->value.at[v].dtype = (DType)below(DT_count);
            g->value.at[v].shape = random_shape(g->sym);
        }
        if (level < 3 && below(6) == 0) {
            int n = 1 + (int)below(3);
            Graph **sub = arena_array_of(a, n, Graph *);
            for (int k = 0; k < n; k++) {
                Str name = str_new(a);
                sub[k] = graph_new_sub(g, random_name(&name));
                random_body(sub[k], level + 1);
            }
            g->node.at[id].sub = sub;
            g->node.at[id].nsub = (uint16_t)n;
        }
    }
    for (int i = 0; i < 3; i++) graph_add_output(g, (ValueId)below(g->value.n));
    if (g->outer) return;
    for (int i = 0; i < 2; i++) {
        Sized z = {g->value.at[below(g->value.n)].name, g->value.at[below(g->value.n)].name, (int)below(MAX_RANK), below(2)};
        vec_push(a, &g->sized, z);
    }
}

static void test_round_trips(void) {
    for (int round = 0; round < 60; round++) {
        Arena *keep = arena, *a = arena = arena_new("round trip");
        diag = diag_new(a);
        Str file = str_new(a), name = str_new(a);
        Graph *g = graph_new(a, diag, below(4) ? random_name(&file) : NULL, random_name(&name));
        random_body(g, 0);
        same_both_ways(g);
        arena = keep;
        arena_free(a);
    }
    diag = diag_new(arena);
}

/* Every f16 and bf16 bit pattern and every base64 length. */
static void test_bits(void) {
    Graph *g = graph_new(arena, diag, "m", "g");
    for (int t = 0; t < 2; t++)
        for (int part = 0; part < 65536; part += 64) {
            Tensor *x = tensor_new(arena, t ? DT_bf16 : DT_f16, shape_of(1, (int64_t[]){64}));
            for (int i = 0; i < 64; i++) {
                uint16_t h = (uint16_t)(part + i);
                memcpy((char *)(uintptr_t)x->data + 2 * i, &h, 2);
            }
            graph_constant(g, "k", x);
        }
    for (int n = 0; n < 200; n++) {
        Tensor *x = tensor_new(arena, DT_u8, shape_of(1, (int64_t[]){n}));
        for (int i = 0; i < n; i++) tensor_set_int(x, i, below(256));
        graph_constant(g, "b", x);
    }
    const char *text = text_of(g), *json = json_of(g);
    Graph *a = graph_parse(arena, diag, "m", text, strlen(text)),
          *b = graph_parse_json(arena, diag, "m", json, strlen(json));
    int wrong = 0;
    CHECK(a && b && a->value.n == g->value.n && b->value.n == g->value.n);
    for (ValueId v = 0; a && b && v < g->value.n; v++) {
        wrong += !tensor_equal(g->value.at[v].data, a->value.at[v].data);
        wrong += !tensor_equal(g->value.at[v].data, b->value.at[v].data);
    }
    CHECK(wrong == 0);
}

static void test_text_by_hand(void) {
    Graph *g = parse("# a comment\ngraph \"net\" file \"m.onnx\"\n"
                     "in %x : f32[1,3,H,W] in %\"a b\" : i64[] = [9223372036854775807]\n"
                     "const %w:f32[8,3,1,1] = base64 "
                     "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"\n"
                     "const %k : bf16[3] = [1.5, -inf, nan] # another\n"
                     "%y : f32[1,8,(H+1)/2,\"my dim\"] = Conv(%x, %w, _) { strides=[2,2] , group = 1 } \"node\" from "
                     "\"Gemm\" group 3\n"
                     "%t : f32[2], _ = TopK(%y)\n"
                     "%z = Relu(%t) out %y out %z");
    CHECK_TEXT(text_of(g),
               "graph \"net\" file \"m.onnx\"\n"
               "in %x : f32[1,3,H,W]\n"
               "in %\"a b\" : i64[] = [9223372036854775807]\n"
               "const %w : f32[8,3,1,1] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"
               "const %k : bf16[3] = [1.5, -inf, nan]\n"
               "%y : f32[1,8,(H+1)/2,\"my dim\"] = Conv(%x, %w, _) {strides=[2,2]} \"node\" from \"Gemm\" group 3\n"
               "%t : f32[2], _ = TopK(%y)\n"
               "%z = Relu(%t)\n"
               "out %y\n"
               "out %z\n");
    CHECK_TEXT(
        json_of(g),
        "{\"format\": \"tenon graph\", \"version\": 1, \"name\": \"net\", \"file\": \"m.onnx\",\n"
        "  \"inputs\": [\n"
        "    {\"name\": \"x\", \"type\": \"f32\", \"shape\": [1, 3, \"H\", \"W\"]},\n"
        "    {\"name\": \"a b\", \"type\": \"i64\", \"shape\": [], \"data\": [\"9223372036854775807\"]}\n"
        "  ],\n"
        "  \"constants\": [\n"
        "    {\"name\": \"w\", \"type\": \"f32\", \"shape\": [8, 3, 1, 1], \"data\": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "
        "0, 0, "
        "0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]},\n"
        "    {\"name\": \"k\", \"type\": \"bf16\", \"shape\": [3], \"data\": [1.5, \"-inf\", \"nan\"]}\n"
        "  ],\n"
        "  \"nodes\": [\n"
        "    {\"op\": \"Conv\", \"name\": \"node\", \"from\": \"Gemm\", \"group\": 3, \"in\": [\"x\", \"w\", null], "
        "\"out\": "
        "[{\"name\": \"y\", \"type\": \"f32\", \"shape\": [1, 8, \"(H+1)/2\", \"\\\"my dim\\\"\"]}], \"attributes\": "
        "{\"strides\": [2, 2]}},\n"
        "    {\"op\": \"TopK\", \"in\": [\"y\"], \"out\": [{\"name\": \"t\", \"type\": \"f32\", \"shape\": [2]}, "
        "null]},\n"
        "    {\"op\": \"Relu\", \"in\": [\"t\"], \"out\": [{\"name\": \"z\"}]}\n"
        "  ],\n"
        "  \"outputs\": [\n"
        "    \"y\",\n"
        "    \"z\"\n"
        "  ]}\n");
    same_both_ways(g);
}

static void test_sub_graphs(void) {
    Graph *g = parse("graph \"\"");
    same_both_ways(g);
    CHECK(graph_verify(g));
    g = parse(
        "graph \"o\" in %x : f32[1] %y : f32[1] = Relu(%x)\n  graph \"s\" {\n capture %x of %x %z : f32[1] = Exp(%x)\n"
        "graph \"t\" { capture %q : f32[1] of %z out %q } out %z } graph \"u\" { } out %y");
    CHECK_TEXT(text_of(g),
               "graph \"o\" file \"t.txt\"\nin %x : f32[1]\n%y : f32[1] = Relu(%x)\n  graph \"s\" {\n"
               "    capture %x : f32[1] of %x\n    %z : f32[1] = Exp(%x)\n      graph \"t\" {\n"
               "        capture %q : f32[1] of %z\n        out %q\n      }\n    out %z\n  }\n  graph \"u\" {\n  }\n"
               "out %y\n");
    same_both_ways(g);
    Uses u = graph_uses(g, arena);
    CHECK(uses_count(&u, graph_find(g, "x")) == 2);
}

static void refuses(const char *text, size_t n, const char *want) {
    diag = diag_new(arena);
    Graph *g = *text == '{' || *text == '[' ? graph_parse_json(arena, diag, "F", text, n)
                                            : graph_parse(arena, diag, "F", text, n);
    CHECK(!g && diag_errors(diag) == 1);
    const char *got = diag_text(diag, 0);
    CHECK_TEXT(got, arena_printf(arena, "tenon: F: %s", want));
}

#define X "graph \"g\"\nin %x : f32[2]\n"

static const char *const bad_text[][2] = {
    {"", "line 1: the text of a graph starts with graph \"name\", not with the end of the text"},
    {"\n\nfoo", "line 3: the text of a graph starts with graph \"name\", not with 'foo'"},
    {"graph g", "line 1: a string in quotes is expected, not 'g'"},
    {"graph \"g", "line 1: the string does not end on its line"},
    {"graph \"a\nb\"", "line 1: the string does not end on its line"},
    {"graph \"\\q\"", "line 1: unknown escape in a string; known are \\\" \\\\ \\n \\t and \\xNN"},
    {"graph \"\\x00\"", "line 1: a string cannot hold \\x00"},
    {"graph \"g\"\n!", "line 2: a statement (in, const, out, %x = ...) is expected, not '!'"},
    {X "in %x : f32[1]", "line 3: '%x' is defined twice"},
    {X "in % : f32[1]", "line 3: a value without a name"},
    {X "in %\"\" : f32[1]", "line 3: a value without a name"},
    {X "in %y : f33[1]", "line 3: 'f33' is no element type"},
    {X "in %y f32[1]", "line 3: ':' is expected behind the value, not 'f32[1]'"},
    {X "in %y : f32 1", "line 3: '[' is expected behind the element type, not '1'"},
    {X "in %y : f32[1", "line 3: '[' is not closed on its line"},
    {X "in %y : f32[-1]", "line 3: '-1' is no dimension; a number >= 0 or an expression over names is needed"},
    {X "in %y : f32[1,,2]", "line 3: '' is no dimension; a number >= 0 or an expression over names is needed"},
    {X "in %y : f32[1 2]", "line 3: '1 2' is no dimension; a number >= 0 or an expression over names is needed"},
    {X "in %y : f32[1,2,3,4,5,6,7,8,9]", "line 3: rank 9 is above 8"},
    {X "in %y : f32[99999999999999999999]",
     "line 3: '99999999999999999999' is no dimension; a number >= 0 or an expression over names is needed"},
    {X "const %k : f32[2]", "line 3: the constant '%k' has no contents"},
    {X "const %k : f32[2] = [1]", "line 3: 1 elements instead of 2"},
    {X "const %k : f32[2] = [1,2,3]", "line 3: more elements than the 2 of its type"},
    {X "const %k : f32[0] = [1]", "line 3: more elements than the 0 of its type"},
    {X "const %k : f32[4000000000000] = [1]", "line 3: fewer elements than the 4000000000000 of its type"},
    {X "const %k : f32[N] = [1]", "line 3: contents need a type and numbers as dimensions"},
    {X "const %k : f32[2,?] = [1]", "line 3: '?' is no dimension; a number >= 0 or an expression over names is needed"},
    {X "const %k : u8[1] = [256]", "line 3: '256' is no number of type u8"},
    {X "const %k : i8[1] = [-129]", "line 3: '-129' is no number of type i8"},
    {X "const %k : u64[1] = [18446744073709551616]", "line 3: '18446744073709551616' is no number of type u64"},
    {X "const %k : f32[1] = [1e39]", "line 3: '1e39' is no number of type f32"},
    {X "const %k : f32[1] = [1.x]", "line 3: '1.x' is no number of type f32"},
    {X "const %k : bool[1] = [maybe]", "line 3: 'maybe' is no number of type bool"},
    {X "const %k : f32[1] = [,]", "line 3: a number is expected, not ',]'"},
    {X "const %k : f32[1] = raw", "line 3: '[' or base64 is expected, not 'raw'"},
    {X "const %k : f32[1] = base64 \"AAAA\"", "line 3: 4 base64 characters do not hold 1 elements of 4 bytes"},
    {X "const %k : f32[1] = base64 \"AAAAA===\"", "line 3: damaged base64 contents"},
    {X "const %k : u8[1] = base64 \"AB==\"", "line 3: damaged base64 contents"},
    {X "const %k : u8[1] = base64 \"AA==", "line 3: base64 contents do not end"},
    {X "%y = Foo(%x)", "line 3: unknown operator 'Foo'"},
    {X "%y Relu(%x)", "line 3: '=' is expected behind the outputs, not 'Relu(%x)'"},
    {X "%y = Relu(%z)", "line 3: '%z' is not defined; values are defined above their use"},
    {X "%y = Relu(%y)", "line 3: '%y' is not defined; values are defined above their use"},
    {X "%y = Relu(%x, %x)", "line 3: Relu takes 1 to 1 operands, not 2"},
    {X "%y = Relu(%x %x)", "line 3: ',' is expected between operands, not '%x)'"},
    {X "%y = TopK(%x)", "line 3: TopK has 2 to 2 outputs, not 1"},
    {X "%y, %y = TopK(%x)", "line 3: '%y' is defined twice"},
    {X "%x = Relu(%x)", "line 3: '%x' is defined twice"},
    {X "%y = LeakyRelu(%x) {beta=1}", "line 3: LeakyRelu has no attribute 'beta'"},
    {X "%y = LeakyRelu(%x) {alpha=1, alpha=1}", "line 3: attribute alpha is given twice"},
    {X "%y = LeakyRelu(%x) {alpha=[1]}", "line 3: attribute alpha: '' is no number"},
    {X "%y = LeakyRelu(%x) {alpha=1 beta=1}", "line 3: ',' is expected between attributes, not 'beta=1}'"},
    {X "%y = LeakyRelu(%x) {", "line 3: an attribute is expected, not the end of the text"},
    {X "%y = Softmax(%x) {axis=1.5}", "line 3: attribute axis: '1.5' is no integer"},
    {X "%y = Cast(%x) {to=f31}", "line 3: attribute to: 'f31' is no element type"},
    {X "%y = Transpose(%x) {perm=[0,z]}", "line 3: attribute perm: 'z' is no integer"},
    {X "%y = Reshape(%x) {shape=[2,-1]}",
     "line 3: '-1' is no dimension; a number >= 0 or an expression over names is needed"},
    {X "%y = Relu(%x) group 0", "line 3: group needs a number above 0"},
    {X "capture %y of %x", "line 3: only a sub-graph can capture"},
    {X "graph \"s\" {}", "line 3: a sub-graph needs a node before it"},
    {X "%y = Relu(%x) graph \"s\" {\n\n", "line 5: the sub-graph of line 3 is not closed"},
    {X "%y = Relu(%x) graph \"s\" { capture %z }", "line 3: 'of' is expected behind the value, not '}'"},
    {X "%y = Relu(%x) graph \"s\" { out %x }", "line 3: '%x' is not defined; values are defined above their use"},
    {X "out %z", "line 3: '%z' is not defined; values are defined above their use"},
    {X "}", "line 3: '}' closes nothing"},
    {X "out %x\nnonsense", "line 4: a statement (in, const, out, %x = ...) is expected, not 'nonsense'"},
};

static void test_bad_text(void) {
    for (size_t i = 0; i < sizeof bad_text / sizeof bad_text[0]; i++)
        refuses(bad_text[i][0], strlen(bad_text[i][0]), bad_text[i][1]);
    refuses("graph \"g\"\n\0", 11, "line 2: a statement (in, const, out, %x = ...) is expected, not '\\x00'");
    Str deep = str_new(arena);
    str_add(&deep, "graph \"g\" in %x : f32[1] %y = Relu(%x)\n");
    for (int i = 0; i < 100000; i++) str_add(&deep, "graph \"s\" { capture %x of %x %y = Relu(%x)\n");
    refuses(deep.at, deep.n, "line 18: sub-graphs are nested more than 16 deep");
}

#define J(rest) "{\"format\":\"tenon graph\",\"inputs\":[{\"name\":\"x\",\"type\":\"f32\",\"shape\":[2]}]," rest "}"
#define NODE(rest) J("\"nodes\":[{\"op\":\"LeakyRelu\",\"in\":[\"x\"],\"out\":[{\"name\":\"y\"}]," rest "}]")
#define CONSTANT(rest) J("\"constants\":[{\"name\":\"k\"," rest "}]")

static const char *const bad_json[][2] = {
    {"{", "line 1: this is no JSON"},
    {"{\n\"a\": 1,\n}", "line 3: this is no JSON"},
    {"{}\nx", "line 2: text follows the end of the JSON"},
    {"[]", "an object is expected"},
    {"{}", "this JSON has no \"format\": \"tenon graph\""},
    {"{\"format\":\"tenon graph\",\"version\":2}", "version: version 2 is not known"},
    {"{\"format\":\"tenon graph\",\"frog\":2}", "frog: unknown member"},
    {"{\"format\":\"tenon graph\",\"name\":\"a\",\"name\":\"b\"}", "name: the member is there twice"},
    {"{\"format\":\"tenon graph\",\"name\":\"a\\\\q\"}", "name: unknown escape behind '\\' (known: \\\\ and \\xNN)"},
    {"{\"format\":\"tenon graph\",\"name\":3}", "name: a string is expected"},
    {"{\"format\":\"tenon graph\",\"nodes\":3}", "nodes: an array is expected"},
    {J("\"nodes\":[3]"), "nodes[0]: an object is expected"},
    {J("\"nodes\":[{}]"), "nodes[0]: the operator is missing"},
    {J("\"nodes\":[{\"op\":\"Foo\"}]"), "nodes[0].op: unknown operator 'Foo'"},
    {J("\"nodes\":[{\"op\":\"Relu\"}]"), "nodes[0].in: Relu takes 1 to 1 operands, not 0"},
    {J("\"nodes\":[{\"op\":\"Relu\",\"in\":[\"z\"]}]"), "nodes[0].in[0]: 'z' is not defined before this"},
    {J("\"nodes\":[{\"op\":\"Relu\",\"in\":[null]}]"), "nodes[0].out: Relu has 1 to 1 outputs, not 0"},
    {J("\"nodes\":[{\"op\":\"Relu\",\"in\":[null],\"out\":[{\"name\":\"x\"}]}]"),
     "nodes[0].out[0].name: 'x' is defined twice"},
    {J("\"nodes\":[{\"op\":\"Relu\",\"in\":[null],\"out\":[{\"name\":\"\"}]}]"),
     "nodes[0].out[0].name: the name is empty"},
    {J("\"nodes\":[{\"op\":\"TopK\",\"in\":[null],\"out\":[{\"name\":\"a\"},{\"name\":\"a\"}]}]"),
     "nodes[0]: 'a' is defined twice"},
    {NODE("\"attributes\":{\"beta\":1}"), "nodes[0].attributes.beta: LeakyRelu has no such attribute"},
    {NODE("\"attributes\":{\"alpha\":1,\"alpha\":1}"), "nodes[0].attributes.alpha: the attribute is there twice"},
    {NODE("\"attributes\":{\"alpha\":\"x\"}"), "nodes[0].attributes.alpha: a number is expected"},
    {NODE("\"attributes\":{\"alpha\":1e999}"), "nodes[0].attributes.alpha: the number is too large"},
    {NODE("\"group\":0"), "nodes[0].group: a number above 0 is expected"},
    {NODE("\"group\":1.5"), "nodes[0].group: an integer is expected, not 1.5"},
    {NODE("\"group\":9007199254740994"), "nodes[0].group: an integer beyond 2^53 is written as a string"},
    {NODE("\"graphs\":[{\"file\":\"\"}]"), "nodes[0].graphs[0]: only the outermost graph has a 'file'"},
    {NODE("\"graphs\":[{\"outputs\":[\"x\"]}]"), "nodes[0].graphs[0].outputs[0]: 'x' is not defined before this"},
    {NODE("\"graphs\":[{\"captures\":[{\"name\":\"x\",\"type\":\"f32\",\"shape\":[],\"of\":\"q\"}]}]"),
     "nodes[0].graphs[0].captures[0]: the captured value is not defined in the outer graph"},
    {J("\"captures\":[{\"name\":\"c\",\"type\":\"f32\",\"shape\":[],\"of\":\"x\"}]"),
     "captures[0]: the captured value is not defined in the outer graph"},
    {J("\"outputs\":[\"z\"]"), "outputs[0]: 'z' is not defined before this"},
    {CONSTANT("\"type\":\"f32\",\"shape\":[2]"), "constants[0]: the constant has no data"},
    {CONSTANT("\"shape\":[2]"), "constants[0]: type and shape are needed"},
    {CONSTANT("\"type\":\"f33\""), "constants[0].type: 'f33' is no element type"},
    {CONSTANT("\"type\":\"f32\",\"shape\":[-1]"), "constants[0].shape[0]: a dimension below 0"},
    {CONSTANT("\"type\":\"f32\",\"shape\":[\"H+\"]"), "constants[0].shape[0]: 'H+' is no dimension"},
    {CONSTANT("\"type\":\"f32\",\"shape\":[1,1,1,1,1,1,1,1,1]"), "constants[0].shape: the rank is above 8"},
    {CONSTANT("\"type\":\"f32\",\"shape\":[2],\"data\":[1]"), "constants[0].data: 1 elements instead of 2"},
    {CONSTANT("\"type\":\"u8\",\"shape\":[1],\"data\":[-1]"), "constants[0].data[0]: -1 does not fit u8"},
    {CONSTANT("\"type\":\"u64\",\"shape\":[1],\"data\":[-1]"), "constants[0].data[0]: -1 does not fit u64"},
    {CONSTANT("\"type\":\"f16\",\"shape\":[1],\"data\":[1e5]"), "constants[0].data[0]: 100000 does not fit f16"},
    {CONSTANT("\"type\":\"bool\",\"shape\":[1],\"data\":[1]"), "constants[0].data[0]: true or false is expected"},
    {CONSTANT("\"type\":\"f32\",\"shape\":[400000000000000],\"data\":{\"base64\":\"AAAA\"}"),
     "constants[0].data.base64: 4 characters do not hold 400000000000000 elements of 4 bytes"},
    {CONSTANT("\"type\":\"u8\",\"shape\":[3],\"data\":{\"base64\":\"A*AA\"}"),
     "constants[0].data.base64: damaged base64 contents"},
};

static void test_bad_json(void) {
    for (size_t i = 0; i < sizeof bad_json / sizeof bad_json[0]; i++)
        refuses(bad_json[i][0], strlen(bad_json[i][0]), bad_json[i][1]);
    Str deep = str_new(arena);
    for (int i = 0; i < 100000; i++) str_add(&deep, "[");
    refuses(deep.at, deep.n, "line 1: this is no JSON");
}

/* Cut and changed texts: an answer, never a fault of memory. */
static void test_damaged(void) {
    Arena *keep = arena;
    Graph *g = parse(sound);
    graph_constant(g, "big", tensor_new(arena, DT_f64, shape_of(1, (int64_t[]){70})));
    const char *form[2] = {text_of(g), json_of(g)};
    int read = 0;
    for (int round = 0; round < 6000; round++) {
        Arena *a = arena_new("damaged");
        size_t n = strlen(form[round & 1]);
        char *text = arena_copy(a, form[round & 1], n);
        for (int64_t k = below(4); k >= 0; k--)
            text[below((int64_t)n)] = below(3) ? "%[]{}\",:=0-x"[below(12)] : (char)random64();
        if (below(3) == 0) n = (size_t)below((int64_t)n);
        text = arena_copy(a, text, n); /* nothing readable behind it */
        Diag *d = diag_new(a);
        Graph *r = round & 1 ? graph_parse_json(a, d, "F", text, n) : graph_parse(a, d, "F", text, n);
        CHECK((r != NULL) == (diag_errors(d) == 0));
        if (r) read++, graph_verify(r), graph_sort(r);
        arena_free(a);
    }
    CHECK(read > 10);
    arena = keep;
}

/* ---- size ---- */

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void test_large(bool show_times) {
    enum { NODES = 200000, WEIGHTS = 5000000 };
    double start = seconds();
    Graph *g = graph_new(arena, diag, "m.onnx", "large");
    ValueId x = graph_value(g, "x", DT_f32, two);
    graph_add_input(g, x);
    Tensor *w = tensor_new(arena, DT_f32, shape_of(1, (int64_t[]){WEIGHTS}));
    for (int i = 0; i < WEIGHTS; i++) tensor_set_float(w, i, i * 0.37);
    graph_constant(g, "w", w);
    for (int i = 0; i < NODES; i++) {
        NodeId n = graph_node(g, OP_Add, "", 2, (ValueId[]){x, x}, 1, NULL, NULL); /* every name is the same */
        x = g->node.at[n].out[0];
    }
    graph_add_output(g, x);
    set_types(g);
    double built = seconds();
    CHECK(graph_verify(g) && graph_sort(g));
    double checked = seconds();
    const char *text = text_of(g), *json = json_of(g);
    double printed = seconds();
    Graph *a = graph_parse(arena, diag, "m", text, strlen(text)),
          *b = graph_parse_json(arena, diag, "m", json, strlen(json));
    double read = seconds();
    CHECK(a && b && a->node.n == NODES && b->node.n == NODES);
    CHECK(a && b && tensor_equal(a->value.at[1].data, w) && tensor_equal(b->value.at[1].data, w));
    if (show_times)
        printf(
            "%d nodes, %d MB of weights: build %.2f s, verify and sort %.2f s, write twice %.2f s, read twice %.2f s\n",
            NODES, WEIGHTS * 4 / 1000000, built - start, checked - built, printed - checked, read - printed);
}

int main(int argc, char **argv) {
    static void (*const test[])(void) = {
        test_dim_forms,    test_dim_random,    test_dim_laws,     test_dim_limits,  test_shapes,
        test_tables,       test_attributes,    test_tensors,      test_names,       test_surgery,
        test_sort,         test_verify_values, test_verify_nodes, test_round_trips, test_bits,
        test_text_by_hand, test_sub_graphs,    test_bad_text,     test_bad_json,    test_damaged,
    };
    arena = arena_new("test");
    for (size_t i = 0; i < sizeof test / sizeof test[0]; i++) {
        diag = diag_new(arena);
        test[i]();
        arena_reset(arena);
    }
    diag = diag_new(arena);
    test_large(argc > 1 && strcmp(argv[1], "--times") == 0);
    mem_release_all();
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
