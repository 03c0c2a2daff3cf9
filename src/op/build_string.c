/* Strings that are made: their bytes one by one, each a function of the operands; what there is no room for is left out,
 * and the last result tells. */
#include "op/select.h"

typedef struct {
    int rank; /* of the strings */
    AxisId axis[MAX_RANK];
    ExprId at[MAX_RANK]; /* axis room is the byte */
} Bytes;

/* Axes over the bytes of output 0. */
static Bytes bytes_axes(const NestBuild *b) {
    Bytes s = {.rank = bd_buf(b, bd_out(b, 0))->rank - 1};
    bd_axes(b, bd_out(b, 0), s.axis, s.at);
    return s;
}

static bool is_empty(const NestBuild *b, BufId x) {
    for (int d = 0; d < bd_buf(b, x)->rank; d++)
        if (bd_buf(b, x)->dim[d] == 0) return true;
    return false;
}

/* Without a string, the longest is none. */
static bool no_strings(const NestBuild *b, unsigned output) {
    select_count(b, output, x_int(b->nest, DT_i64, 1));
    return true;
}

/* A stage that keeps a number for each string. */
static BufId numbers(const NestBuild *b, const char *name, const Bytes *s, ExprId value) {
    BufId buf = bd_local(b, name, DT_i32, s->rank, bd_buf(b, bd_out(b, 0))->dim);
    bd_store(b, buf, s->rank, s->axis, value);
    return buf;
}

static ExprId number_at(const NestBuild *b, BufId buf, const Bytes *s) {
    return x_to_index(b->nest, x_load(b->nest, buf, s->at));
}

/* Output 0 with a 0 behind each string, and output `output`: what the longest wants. */
static void finish(const NestBuild *b, const Bytes *s, ExprId byte, BufId length, unsigned output) {
    Nest *n = b->nest;
    BufId y = bd_out(b, 0);
    int64_t last = bd_buf(b, y)->dim[s->rank] - 1;
    ExprId room = x_fn2(n, FN_lt, s->at[s->rank], x_index(n, last));
    bd_store(b, y, s->rank + 1, s->axis, x_select(n, room, byte, x_int(n, DT_u8, 0)));
    if (bd_out(b, output) == NO_BUF) return;
    AxisId axis[MAX_RANK];
    ExprId at[MAX_RANK];
    for (int d = 0; d < s->rank; d++) {
        axis[d] = nest_axis(n, "k", bd_buf(b, y)->dim[d], AXIS_reduce);
        at[d] = x_axis(n, axis[d]);
    }
    ExprId most = x_reduce(n, COMBINE_max, x_load(n, length, at), NO_EXPR, s->rank, axis);
    select_count(b, output, x_fn2(n, FN_add, x_cast(n, DT_i64, most), x_int(n, DT_i64, 1)));
}

bool build_StringOf(NestBuild *b) {
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    bd_axes(b, y, axes, at);
    at[bd_buf(b, y)->rank] = x_index(b->nest, 0);
    bd_store(b, y, bd_buf(b, y)->rank, axes, x_fn1(b->nest, FN_text_at, x_load(b->nest, x, at)));
    return true;
}

bool build_StringConcat(NestBuild *b) {
    Nest *n = b->nest;
    if (is_empty(b, bd_out(b, 0))) return no_strings(b, 1);
    Bytes s = bytes_axes(b);
    ExprId first = bd_broadcast(b, bd_in(b, 0), s.rank, s.at), second = bd_broadcast(b, bd_in(b, 1), s.rank, s.at);
    BufId a = numbers(b, "first", &s, x_fn1(n, FN_text_length, first));
    BufId all = numbers(b, "length", &s, x_fn2(n, FN_add, x_load(n, a, s.at), x_fn1(n, FN_text_length, second)));
    s = bytes_axes(b);
    first = bd_broadcast(b, bd_in(b, 0), s.rank, s.at), second = bd_broadcast(b, bd_in(b, 1), s.rank, s.at);
    ExprId la = number_at(b, a, &s), j = s.at[s.rank], lb = x_fn2(n, FN_sub, number_at(b, all, &s), la);
    ExprId own = x_fn(n, FN_text_byte, (ExprId[]){first, j, la});
    ExprId rest = x_fn(n, FN_text_byte, (ExprId[]){second, x_fn2(n, FN_sub, j, la), lb});
    finish(b, &s, x_select(n, x_fn2(n, FN_lt, j, la), own, rest), all, 1);
    return true;
}

bool build_StringCase(NestBuild *b) {
    const Attr_StringCase *c = bd_attr(b);
    Nest *n = b->nest;
    bool upper = !strcmp(c->case_change_action, "UPPER");
    if (is_empty(b, bd_out(b, 0))) return no_strings(b, 1);
    Bytes s = bytes_axes(b);
    ExprId x = x_load(n, bd_in(b, 0), s.at);
    BufId length = numbers(b, "length", &s, x_fn1(n, upper ? FN_text_upper_length : FN_text_lower_length, x));
    s = bytes_axes(b);
    x = x_load(n, bd_in(b, 0), s.at);
    finish(b, &s, x_fn2(n, upper ? FN_text_upper : FN_text_lower, x, s.at[s.rank]), length, 1);
    return true;
}

/* ---- StringSplit ---- */

/* n[@i], and how many the most are. */
static BufId count_parts(const NestBuild *b, ExprId d, int rank, const int64_t *dim) {
    const Attr_StringSplit *a = bd_attr(b);
    Nest *n = b->nest;
    AxisId axis[MAX_RANK];
    ExprId at[MAX_RANK];
    BufId count = bd_local(b, "count", DT_i32, rank, dim);
    bd_axes(b, count, axis, at);
    ExprId parts = x_fn2(n, FN_text_parts, x_load(n, bd_in(b, 0), at), d);
    if (a->maxsplit >= 0 && a->maxsplit < INT32_MAX)
        parts = x_fn2(n, FN_min, parts, x_int(n, DT_i32, a->maxsplit + 1));
    bd_store(b, count, rank, axis, parts);
    if (bd_out(b, 1) != NO_BUF) {
        bd_axes(b, count, axis, at);
        bd_store(b, bd_out(b, 1), rank, axis, x_cast(n, DT_i64, x_load(n, count, at)));
    }
    if (bd_out(b, 2) == NO_BUF) return count;
    for (int k = 0; k < rank; k++) {
        axis[k] = nest_axis(n, "k", dim[k], AXIS_reduce);
        at[k] = x_axis(n, axis[k]);
    }
    select_count(b, 2, x_reduce(n, COMBINE_max, x_load(n, count, at), NO_EXPR, rank, axis));
    return count;
}

/* The last of as many parts as maxsplit lets there be reaches to the end of the string. */
bool build_StringSplit(NestBuild *b) {
    const Attr_StringSplit *a = bd_attr(b);
    Nest *n = b->nest;
    BufId x = bd_in(b, 0);
    ExprId d = bd_scalar(b, bd_in(b, 1));
    int64_t dim[MAX_RANK];
    memcpy(dim, bd_buf(b, x)->dim, sizeof dim);
    if (is_empty(b, x)) select_count(b, 2, x_int(n, DT_i64, 0));
    BufId count = is_empty(b, x) ? NO_BUF : count_parts(b, d, bd_buf(b, x)->rank, dim);
    if (is_empty(b, bd_out(b, 0))) return no_strings(b, 3);
    Bytes s = bytes_axes(b);
    ExprId k = s.at[s.rank - 1], string = x_load(n, x, s.at);
    BufId begin = numbers(b, "begin", &s, x_fn(n, FN_text_part, (ExprId[]){string, d, k}));
    s = bytes_axes(b);
    k = s.at[s.rank - 1], string = x_load(n, x, s.at);
    ExprId end = x_fn(n, FN_text_part_end, (ExprId[]){string, d, k});
    if (a->maxsplit >= 0 && a->maxsplit < INT32_MAX)
        end = x_select(n, x_fn2(n, FN_eq, k, x_index(n, a->maxsplit)), x_fn1(n, FN_text_length, string), end);
    ExprId there = x_fn2(n, FN_lt, k, number_at(b, count, &s));
    ExprId size = x_fn2(n, FN_sub, end, x_load(n, begin, s.at));
    BufId length = numbers(b, "length", &s, x_select(n, there, size, x_int(n, DT_i32, 0)));
    s = bytes_axes(b);
    ExprId from = number_at(b, begin, &s), j = s.at[s.rank], own = number_at(b, length, &s);
    ExprId byte = x_fn(n, FN_text_byte, (ExprId[]){x_load(n, x, s.at), x_fn2(n, FN_add, from, j), x_fn2(n, FN_add, from, own)});
    finish(b, &s, byte, length, 3);
    return true;
}
