#include "cli/compare.h"
#include "cli/model.h"
#include <math.h>
#include <string.h>

static double largest_magnitude(const Tensor *t, int64_t n) {
    double m = 0;
    for (int64_t i = 0; i < n; i++) {
        double v = fabs(tensor_float(t, i));
        if (isfinite(v) && v > m) m = v;
    }
    return m;
}

static double difference(const Tensor *got, const Tensor *want, int64_t i) {
    if (dtype_is_float(want->dtype)) return fabs(tensor_float(got, i) - tensor_float(want, i));
    uint64_t g = (uint64_t)tensor_int(got, i), w = (uint64_t)tensor_int(want, i);
    bool less = want->dtype == DT_u64 ? g < w : (int64_t)g < (int64_t)w;
    return (double)(less ? w - g : g - w);
}

static void compare_strings(Comparison *c, const Tensor *got, const Tensor *want) {
    const char *const *g = got->data, *const *w = want->data;
    for (int64_t i = 0; i < c->of; i++) {
        if (!strcmp(g[i] ? g[i] : "", w[i] ? w[i] : "")) continue;
        if (!c->bad++) c->worst = i;
    }
}

static void compare_numbers(Comparison *c, const Tensor *got, const Tensor *want, Tolerance t) {
    bool is_float = dtype_is_float(want->dtype), exact = t.exact_integers && !is_float;
    double atol = exact ? 0 : t.atol_of_largest ? t.atol * largest_magnitude(want, c->of) : t.atol;
    double rtol = exact ? 0 : t.rtol, worst = -1;
    for (int64_t i = 0; i < c->of; i++) {
        double g = tensor_float(got, i), w = tensor_float(want, i), e = difference(got, want, i), beyond = INFINITY;
        if (!is_float || (isfinite(g) && isfinite(w))) {
            if (e > c->largest) c->largest = e;
            if (e <= atol + rtol * fabs(w)) continue;
            beyond = e - rtol * fabs(w);
        } else if (g == w || (isnan(g) && isnan(w))) {
            continue;
        }
        c->bad++;
        if (beyond <= worst) continue;
        worst = beyond;
        c->worst = i;
    }
}

Comparison compare_tensors(Arena *a, const Tensor *got, const Tensor *want, Tolerance t) {
    Comparison c = {.worst = -1, .of = shape_count(&want->shape)};
    if (got->dtype != want->dtype || !shape_equal(&got->shape, &want->shape)) {
        c.reason = arena_printf(a, "got %s, want %s", type_name(a, NULL, got->dtype, &got->shape),
                                type_name(a, NULL, want->dtype, &want->shape));
        return c;
    }
    if (want->dtype == DT_string)
        compare_strings(&c, got, want);
    else
        compare_numbers(&c, got, want, t);
    c.same = c.bad == 0;
    return c;
}

static void add_element(Str *s, const Tensor *t, int64_t i) {
    if (t->dtype == DT_string)
        str_add_quoted(s, tensor_string(t, i));
    else if (dtype_is_float(t->dtype))
        str_addf(s, "%.9g", tensor_float(t, i));
    else if (t->dtype == DT_u64)
        str_addf(s, "%llu", (unsigned long long)tensor_int(t, i));
    else
        str_addf(s, "%lld", (long long)tensor_int(t, i));
}

const char *compare_text(Arena *a, const Comparison *c, const Tensor *got, const Tensor *want) {
    if (c->reason) return c->reason;
    Str s = str_new(a);
    if (want->dtype != DT_string && (c->same || c->largest > 0)) str_addf(&s, "max error %.3g", c->largest);
    if (c->same) return s.n ? s.at : "equal";
    int64_t at[MAX_RANK], rest = c->worst;
    for (int i = want->shape.rank - 1; i >= 0; i--) {
        at[i] = rest % want->shape.dim[i];
        rest /= want->shape.dim[i];
    }
    str_addf(&s, "%s%lld of %lld elements differ, worst at [", s.n ? ", " : "", (long long)c->bad, (long long)c->of);
    for (int i = 0; i < want->shape.rank; i++) str_addf(&s, "%s%lld", i ? "," : "", (long long)at[i]);
    str_add(&s, "]: got ");
    add_element(&s, got, c->worst);
    str_add(&s, ", want ");
    add_element(&s, want, c->worst);
    return s.at;
}
