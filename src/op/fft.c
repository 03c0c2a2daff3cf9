/* The fast Fourier transform of Cooley and Tukey (1965) as passes that sort on the way (Stockham 1966). A pass of radix
 * r takes what the passes before it have made of each of the l sequences, i being the elements left of one:
 *     y[(j*l + k)*n + i] = exp(-+2 pi i j*l*i / length) * sum(m) x[(k*r + m)*n + i] * exp(-+2 pi i j*m / r)
 * for all j < r, k < l, i < n, where l*r*n = length. Radices 8, 4, 2, then odd primes; a 2 goes first. Real and imaginary
 * parts are apart. Small radices have formulas; a large one is a sum, in f64. In the buffers between passes each j has a
 * row, which ends in some padding: rows of a power of two would all lie in the same sets of the cache. A pass finds its
 * sequence k = j*l + k of the pass before there. */
#include "op/fft.h"
#include <math.h>

#define PI 3.14159265358979323846
#define TABLE ((int64_t)1 << 17) /* most entries of a table that is written out; larger ones are computed */

#define PAD 8 /* elements behind a row */

typedef struct {
    int64_t radix, l, n;
    int64_t before; /* l of the pass before this one */
    bool first, last;
    int from; /* which buffers it reads */
} Pass;

static void factorise(Fft *f) {
    int64_t left = f->length;
    for (int64_t p = 8; p >= 2; p /= 2)
        while (left % p == 0) {
            left /= p;
            f->factor[f->nfactor++] = p;
        }
    if (f->nfactor > 1 && f->factor[f->nfactor - 1] == 2) {
        f->factor[f->nfactor - 1] = f->factor[0];
        f->factor[0] = 2;
    }
    for (int64_t p = 3; left > 1; p += 2) {
        if (p * p > left) p = left;
        while (left % p == 0) {
            left /= p;
            f->factor[f->nfactor++] = p;
        }
    }
    if (f->nfactor == 0) f->factor[f->nfactor++] = 1;
}

int64_t fft_terms(int64_t length) {
    Fft f = {.length = length > 0 ? length : 1};
    int64_t sum = 0;
    factorise(&f);
    for (int i = 0; i < f.nfactor; i++) sum += f.factor[i];
    return sum;
}

static int64_t largest(const Fft *f) {
    int64_t most = 1;
    for (int i = 0; i < f->nfactor; i++) most = f->factor[i] > most ? f->factor[i] : most;
    return most;
}

/* Cosine or sine of m / length of the circle, from its first eighth. */
static double circle(int64_t m, int64_t length, bool sine) {
    static const int sign[2][8] = {{1, 1, -1, -1, -1, -1, 1, 1}, {1, 1, 1, 1, -1, -1, -1, -1}};
    int64_t eighth = 8 * m / length, rest = 8 * m - eighth * length;
    double a = 2 * PI * (double)(eighth % 2 ? length - rest : rest) / (8 * (double)length);
    bool swapped = (eighth + 1) / 2 % 2 == 1;
    return sign[sine][eighth] * (swapped != sine ? sin(a) : cos(a));
}

/* Table [rows, columns] of cosines or sines: entry r, c at (r + above) * c * step / of of the circle. */
typedef struct {
    const char *name;
    DType t;
    int64_t dim[2], above, step, of;
    bool sine;
} Table;

static BufId written_table(const Fft *f, const Table *t) {
    int64_t count = t->dim[0] * t->dim[1];
    BufId id = nest_buffer(f->n, t->name, BUF_table, t->t, 2, t->dim, UINT32_MAX);
    void *data = arena_array(f->n->arena, (size_t)count, (size_t)dtype_info[t->t].bytes);
    for (int64_t i = 0; i < count; i++) {
        int64_t m = (i / t->dim[1] + t->above) * (i % t->dim[1]) * t->step % t->of;
        double v = circle(m, t->of, t->sine);
        if (t->t == DT_f64) ((double *)data)[i] = v;
        else ((float *)data)[i] = (float)v;
    }
    f->n->buf.at[id].table = data;
    return id;
}

static BufId computed_table(const Fft *f, const Table *t) {
    Nest *n = f->n;
    AxisId axes[2] = {nest_axis(n, "r", t->dim[0], AXIS_spatial), nest_axis(n, "c", t->dim[1], AXIS_spatial)};
    ExprId m = x_fn2(n, FN_mul, bd_plus(f->b, x_axis(n, axes[0]), t->above), x_axis(n, axes[1]));
    ExprId angle = x_fn2(n, FN_mul, x_cast(n, DT_f64, m), x_real(n, DT_f64, 2 * PI * (double)t->step / (double)t->of));
    BufId id = bd_local(f->b, t->name, t->t, 2, t->dim);
    bd_store(f->b, id, 2, axes, x_fn1(n, t->sine ? FN_sin : FN_cos, angle));
    return id;
}

static BufId table(const Fft *f, Table t, const char *name, bool sine) {
    t.name = name;
    t.sine = sine;
    return t.dim[0] * t.dim[1] <= TABLE ? written_table(f, &t) : computed_table(f, &t);
}

/* ---- where a pass stands in the tensor ---- */

/* Axes of the tensor except the one that is transformed, and behind them those of the pass. */
typedef struct {
    AxisId axis[2 * MAX_RANK];
    int naxis;
    ExprId at[MAX_RANK + 1]; /* position; [f->axis] is filled in by the caller */
} Place;

static Place place(const Fft *f) {
    Place p = {.naxis = 0};
    const Buffer y = *bd_buf(f->b, bd_out(f->b, 0));
    for (int i = 0; i < f->rank; i++) {
        if (i == f->axis) continue;
        p.axis[p.naxis] = nest_axis(f->n, arena_printf(f->n->arena, "i%d", i), y.dim[i], AXIS_spatial);
        p.at[i] = x_axis(f->n, p.axis[p.naxis++]);
    }
    return p;
}

static ExprId place_axis(const Fft *f, Place *p, const char *name, int64_t extent) {
    p->axis[p->naxis] = nest_axis(f->n, name, extent, AXIS_spatial);
    return x_axis(f->n, p->axis[p->naxis++]);
}

static int64_t padded(int64_t row) {
    return row + (row % 64 ? 0 : PAD);
}

static ExprId at(const Fft *f, ExprId row, int64_t size, ExprId column) {
    return x_fn2(f->n, FN_add, bd_times(f->b, row, size), column);
}

/* Number k of a sequence: its row and its place in the row, loops of their own unless they end early. */
typedef struct {
    ExprId row, in;
} Sequence;

static Sequence sequence(const Fft *f, const Pass *s, Place *p, int64_t count) {
    if (count == s->l && !s->first)
        return (Sequence){place_axis(f, p, "row", s->l / s->before), place_axis(f, p, "k", s->before)};
    ExprId k = place_axis(f, p, "k", count);
    return (Sequence){bd_div(f->b, k, s->before), bd_mod(f->b, k, s->before)};
}

static ExprId sequence_number(const Fft *f, const Pass *s, Sequence k) {
    return at(f, k.row, s->before, k.in);
}

/* Element m*n + i of sequence k, as pass s finds it. */
static Complex read(const Fft *f, const Pass *s, Place *p, Sequence k, ExprId m, ExprId i) {
    if (s->first) return f->element(f, p->at, at(f, m, s->n, i));
    p->at[f->axis] = at(f, k.row, padded(s->before * s->radix * s->n), at(f, at(f, k.in, s->radix, m), s->n, i));
    return (Complex){x_load(f->n, f->re[s->from], p->at), x_load(f->n, f->im[s->from], p->at)};
}

static void store(const Fft *f, const Place *p, BufId to, ExprId v, bool joined) {
    if (v == NO_EXPR) v = x_real(f->n, f->t, 0);
    bd_store_at(f->b, to, p->naxis, p->axis, p->at, v)->joined = joined;
}

/* Where the pass leaves result j of element i of sequence k. */
static ExprId target(const Fft *f, const Pass *s, ExprId j, ExprId k, ExprId i) {
    return at(f, j, s->last ? s->l : padded(s->l * s->n), at(f, k, s->n, i));
}

static void hand_over(const Fft *f, const Pass *s, Place *p, Complex v, bool joined) {
    if (!s->last) {
        store(f, p, f->re[!s->from], v.re, joined);
        store(f, p, f->im[!s->from], v.im, true);
        return;
    }
    BufId y = bd_out(f->b, 0);
    ExprId scale = x_real(f->n, f->t, f->scale);
    for (int part = 0; part < (f->real ? 1 : 2); part++) {
        ExprId e_part = part ? v.im : v.re;
        if (f->scale != 1) e_part = fft_mul(f, e_part, scale);
        p->at[f->rank] = x_index(f->n, part);
        store(f, p, y, e_part, joined || part);
    }
}

/* ---- passes ---- */

/* Row j - above turns result j. */
static void twiddles(const Fft *f, const Pass *s, int64_t above, BufId *re, BufId *im) {
    if (s->n == 1) return;
    Table t = {.t = f->t, .dim = {s->radix - above, s->n}, .above = above, .step = s->l, .of = f->length};
    *re = table(f, t, "wr", false);
    *im = table(f, t, "wi", true);
}

/* Sequences k below `count`; results j from `from` to `to`. */
static void formula_part(const Fft *f, const Pass *s, BufId wr, BufId wi, int64_t count, int64_t from, int64_t to) {
    Place p = place(f);
    Complex x[16];
    Sequence k = sequence(f, s, &p, count);
    ExprId i = place_axis(f, &p, "i", s->n);
    for (int64_t m = 0; m < s->radix; m++) x[m] = read(f, s, &p, k, x_index(f->n, m), i);
    if (s->radix > 1) fft_radix(f, s->radix, x);
    for (int64_t j = from; j < to; j++) {
        ExprId w[2] = {x_index(f->n, j - 1), i};
        if (j > 0 && s->n > 1) x[j] = fft_turn(f, x[j], x_load(f->n, wr, w), x_load(f->n, wi, w), !f->inverse);
        p.at[f->axis] = target(f, s, x_index(f->n, j), sequence_number(f, s, k), i);
        hand_over(f, s, &p, x[j], j > from);
    }
}

/* Of the last pass only what the result has: elements below its size. */
static void formula_pass(const Fft *f, const Pass *s) {
    BufId wr = NO_BUF, wi = NO_BUF;
    int64_t whole = s->radix, rest = 0;
    twiddles(f, s, 1, &wr, &wi);
    if (s->last) {
        int64_t size = bd_buf(f->b, bd_out(f->b, 0))->dim[f->axis];
        whole = size / s->l;
        rest = size % s->l;
    }
    if (whole > 0) formula_part(f, s, wr, wi, s->l, 0, whole);
    if (rest > 0) formula_part(f, s, wr, wi, rest, whole, whole + 1);
}

/* Part `part` of sum(m) x[(k*r + m)*n + i] * exp(-+2 pi i j*m / r); w: cosines and sines. */
static ExprId sum_part(const Fft *f, const Pass *s, Place *p, const BufId *w, ExprId j, Sequence k, ExprId i, int part) {
    Nest *n = f->n;
    AxisId m = nest_axis(n, "m", s->radix, AXIS_reduce);
    ExprId turn[2] = {x_index(n, 0), bd_mod(f->b, x_fn2(n, FN_mul, j, x_axis(n, m)), s->radix)};
    Complex x = read(f, s, p, k, x_axis(n, m), i);
    if (x.re != NO_EXPR) x.re = x_cast(n, DT_f64, x.re);
    if (x.im != NO_EXPR) x.im = x_cast(n, DT_f64, x.im);
    x = fft_turn(f, x, x_load(n, w[0], turn), x_load(n, w[1], turn), !f->inverse);
    return x_cast(n, f->t, x_reduce(n, COMBINE_sum, part ? x.im : x.re, NO_EXPR, 1, &m));
}

static void sums(const Fft *f, const Pass *s, const BufId *w, int part) {
    Place p = place(f);
    Nest *n = f->n;
    int64_t size = s->last ? bd_buf(f->b, bd_out(f->b, 0))->dim[f->axis] : s->radix * s->l;
    ExprId jk = place_axis(f, &p, "jk", size), i = place_axis(f, &p, "i", s->n);
    ExprId j = bd_div(f->b, jk, s->l), k = bd_mod(f->b, jk, s->l);
    Sequence q = {bd_div(f->b, k, s->before), bd_mod(f->b, k, s->before)};
    ExprId v = sum_part(f, s, &p, w, j, q, i, part);
    if (s->last && f->scale != 1) v = fft_mul(f, v, x_real(n, f->t, f->scale));
    p.at[f->axis] = target(f, s, j, k, i);
    p.at[f->rank] = x_index(n, part);
    store(f, &p, s->last ? bd_out(f->b, 0) : part ? f->im[!s->from] : f->re[!s->from], v, false);
}

/* The sums, then what turns them, in the buffers that were read. */
static void sum_pass(const Fft *f, Pass *s) {
    Nest *n = f->n;
    Table t = {.t = DT_f64, .dim = {1, s->radix}, .above = 1, .step = 1, .of = s->radix};
    BufId w[2] = {table(f, t, "cosine", false), table(f, t, "sine", true)}, wr = NO_BUF, wi = NO_BUF;
    for (int part = 0; part < (s->last && f->real ? 1 : 2); part++) sums(f, s, w, part);
    if (s->n == 1) return;
    twiddles(f, s, 0, &wr, &wi); /* by 1 as well: that row, too, has to move */
    Place p = place(f);
    ExprId j = place_axis(f, &p, "j", s->radix), k = place_axis(f, &p, "k", s->l), i = place_axis(f, &p, "i", s->n);
    ExprId turn[2] = {j, i};
    p.at[f->axis] = target(f, s, j, k, i);
    Complex x = {x_load(n, f->re[!s->from], p.at), x_load(n, f->im[!s->from], p.at)};
    s->from = !s->from;
    hand_over(f, s, &p, fft_turn(f, x, x_load(n, wr, turn), x_load(n, wi, turn), !f->inverse), false);
}

static void locals(Fft *f) {
    Buffer y = *bd_buf(f->b, bd_out(f->b, 0));
    y.dim[f->axis] = f->length + PAD * largest(f); /* rows */
    for (int i = 0; i < 2; i++) {
        f->re[i] = bd_local(f->b, "re", f->t, f->rank, y.dim);
        f->im[i] = bd_local(f->b, "im", f->t, f->rank, y.dim);
    }
}

bool fft_build(Fft *f) {
    factorise(f);
    if (largest(f) > 46340) /* products of two indices stay below 2^31 */
        return bd_error(f->b, "dft_length", "%lld has a prime factor that is too large", (long long)f->length);
    if (f->nfactor > 1) locals(f);
    Pass s = {.l = 1, .n = f->length, .before = 1, .first = true};
    for (int i = 0; i < f->nfactor; i++) {
        s.radix = f->factor[i];
        s.n /= s.radix;
        s.last = i + 1 == f->nfactor;
        if (s.radix == 1 || fft_has_radix(s.radix)) formula_pass(f, &s);
        else sum_pass(f, &s);
        s.from = !s.from;
        s.first = false;
        s.before = s.l;
        s.l *= s.radix;
    }
    return true;
}
