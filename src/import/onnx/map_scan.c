/* Scan: the number of iterations is a dimension. A short one is unrolled, a long one becomes a loop. */
#include "import/onnx/maps.h"

typedef struct {
    OnnxNode *n;
    OnnxBody body;
    uint32_t nstate, nscan, nresult; /* carried values, operands taken apart, results put together */
    int64_t trips;                   /* of the longest sequence */
    Ints in_axis, in_back, out_axis, out_back;
    ValueId *in, *out, **part; /* part[result][iteration] */
} Scan;

/* A list attribute with one entry for each of `count`, zeros without it. */
static bool entries(OnnxNode *n, const char *attr, uint32_t count, Ints *out) {
    if (!ox_ints(n, attr, out)) *out = ox_list_of(n, count, NULL);
    return !n->bad && (out->n == count || ox_error(n, attr, NULL, "has %u entries for %u values", out->n, count));
}

static bool directions(OnnxNode *n, const char *attr, const Ints *list) {
    for (uint32_t i = 0; i < list->n; i++)
        if (list->at[i] != 0 && list->at[i] != 1)
            return ox_error(n, attr, NULL, "%lld is no direction", (long long)list->at[i]);
    return true;
}

static bool scan_open(Scan *s, OnnxNode *n, uint32_t before) {
    int64_t nscan = ox_int(n, "num_scan_inputs", 0);
    bool old = n->version < 9;
    *s = (Scan){.n = n};
    if (n->bad || n->nin < before || nscan < 1 || nscan > n->nin - before)
        return ox_error(n, "num_scan_inputs", NULL, "%lld does not fit %u operands", (long long)nscan, n->nin);
    s->nscan = (uint32_t)nscan;
    s->nstate = n->nin - before - s->nscan;
    for (uint32_t i = before; i < n->nin; i++)
        if (!ox_has(n, i)) return ox_error(n, NULL, NULL, "operand %u is missing", i);
    if (!onnx_body_open(&s->body, n, "body")) return false;
    if (s->body.p->n_output < s->nstate || s->body.p->n_output < n->nout)
        return ox_error(n, "body", NULL, "has %zu outputs for %u carried values and %u outputs of the node",
                        s->body.p->n_output, s->nstate, n->nout);
    s->nresult = (uint32_t)s->body.p->n_output - s->nstate;
    const char *in_back = old ? "directions" : "scan_input_directions", *out_back = "scan_output_directions";
    if (old) s->in_axis = ox_list_of(n, s->nscan, NULL);
    if (old) s->out_axis = ox_list_of(n, s->nresult, NULL), s->out_back = s->out_axis;
    if (!entries(n, in_back, s->nscan, &s->in_back) || !directions(n, in_back, &s->in_back)) return false;
    if (!old && (!entries(n, out_back, s->nresult, &s->out_back) || !directions(n, out_back, &s->out_back)))
        return false;
    if (!old && (!entries(n, "scan_input_axes", s->nscan, &s->in_axis) ||
                 !entries(n, "scan_output_axes", s->nresult, &s->out_axis)))
        return false;
    Arena *tmp = n->r->tmp;
    s->in = arena_array_of(tmp, s->nstate + s->nscan + 1, ValueId);
    s->out = arena_array_of(tmp, s->body.p->n_output + 1, ValueId);
    s->part = arena_array_of(tmp, s->nresult + 1, ValueId *);
    return true;
}

/* Axes into range, and the number of iterations that all operands agree in. */
static bool scan_length(Scan *s, const ValueId *scan) {
    OnnxNode *n = s->n;
    int64_t *axes = arena_array_of(n->r->arena, s->nscan, int64_t);
    for (uint32_t i = 0; i < s->nscan; i++) {
        Shape x = ox_shape(n, scan[i]);
        axes[i] = s->in_axis.at[i];
        if (x.rank < 1) return ox_error(n, NULL, NULL, "operand '%s' has no dimension to scan",
                                        n->g->value.at[scan[i]].name);
        if (!ox_axis(n, "scan_input_axes", &axes[i], x.rank)) return false;
        Dim d = x.dim[axes[i]];
        if (!dim_known(d))
            return ox_error(n, NULL, "give the shape with --input-shape", "dimension %lld of '%s', the number of "
                            "iterations, is not known", (long long)axes[i], n->g->value.at[scan[i]].name);
        if (i && d != s->trips)
            return ox_error(n, NULL, NULL, "operands are scanned %lld and %lld times", (long long)s->trips, (long long)d);
        s->trips = d;
    }
    s->in_axis = (Ints){s->nscan, axes};
    return true;
}

/* One iteration; state[] is replaced. */
static bool scan_step(Scan *s, const char *prefix, int64_t turn, int64_t trips, ValueId *state, const ValueId *scan) {
    OnnxNode *n = s->n;
    for (uint32_t i = 0; i < s->nstate; i++) s->in[i] = state[i];
    for (uint32_t i = 0; i < s->nscan; i++)
        s->in[s->nstate + i] = ox_take(n, scan[i], s->in_axis.at[i], s->in_back.at[i] ? trips - 1 - turn : turn);
    const char *part = arena_printf(n->r->tmp, "%s%lld", prefix, (long long)turn);
    if (!onnx_body_walk(&s->body, part, s->nstate + s->nscan, s->in, s->out)) return false;
    for (uint32_t i = 0; i < s->nstate + s->nresult; i++)
        if (s->out[i] >= n->g->value.n) return ox_error(n, "body", NULL, "output %u of the body must be a tensor", i);
    for (uint32_t i = 0; i < s->nstate; i++) state[i] = s->out[i];
    return true;
}

static ValueId scan_result(Scan *s, uint32_t i, int64_t trips) {
    OnnxNode *n = s->n;
    int64_t axis = s->out_axis.at[i];
    Shape one = ox_shape(n, s->part[i][0]);
    if (one.rank < 0 || one.rank >= MAX_RANK) return ox_error(n, "body", NULL, "has too many dimensions"), NO_VALUE;
    if (!ox_axis(n, "scan_output_axes", &axis, one.rank + 1)) return NO_VALUE;
    if (trips) return ox_stack(n, (uint32_t)trips, s->part[i], axis);
    Shape none = {.rank = (int8_t)(one.rank + 1)};
    for (int d = 0; d <= one.rank; d++) none.dim[d] = d == axis ? 0 : one.dim[d - (d > axis)];
    return ox_zeros(n, ox_dtype(n, s->part[i][0]), &none);
}

/* No iterations: the body is walked with zeros to learn the types of results. */
static bool scan_nothing(Scan *s, const ValueId *state, const ValueId *scan) {
    OnnxNode *n = s->n;
    for (uint32_t i = 0; i < s->nstate; i++) s->in[i] = state[i];
    for (uint32_t i = 0; i < s->nscan; i++) {
        Shape x = ox_shape(n, scan[i]), one = {.rank = 0};
        for (int d = 0; d < x.rank; d++)
            if (d != s->in_axis.at[i]) one.dim[one.rank++] = x.dim[d];
        s->in[s->nstate + i] = ox_zeros(n, ox_dtype(n, scan[i]), &one);
    }
    if (!onnx_body_walk(&s->body, "0", s->nstate + s->nscan, s->in, s->out)) return false;
    for (uint32_t i = 0; i < s->nresult; i++) {
        s->part[i][0] = s->out[s->nstate + i];
        if (s->part[i][0] >= n->g->value.n) return ox_error(n, "body", NULL, "gives no tensor");
    }
    return true;
}

/* ---- as a loop ---- */

/* The part of a scanned operand for this turn: an element of a Gather. */
static ValueId part_of_turn(Scan *s, const OnnxTurns *t, uint32_t i, ValueId x, int64_t trips) {
    OnnxNode *n = s->n;
    Attr_Axis *a = ox_new(n, OP_Gather);
    ValueId at = t->turn;
    a->axis = s->in_axis.at[i];
    if (s->in_back.at[i]) at = ox_make2(n, OP_Sub, ox_scalar(n, DT_i64, (double)(trips - 1)), at);
    x = onnx_bring(n->r, n->r->sub, t->sub.outer, x);
    return ox_make(n, OP_Gather, 2, (ValueId[]){x, at}, a);
}

/* What a loop stacked along a new first axis, in the direction and along the axis that the node asks for. */
static ValueId placed(Scan *s, uint32_t i, ValueId v, int64_t trips) {
    OnnxNode *n = s->n;
    int64_t axis = s->out_axis.at[i], perm[MAX_RANK];
    Shape shape = ox_shape(n, v);
    if (n->bad || !ox_axis(n, "scan_output_axes", &axis, shape.rank)) return NO_VALUE;
    if (s->out_back.at[i]) v = ox_reversed(n, v, trips);
    for (int d = 0; d < shape.rank; d++) perm[d] = d == axis ? 0 : d < axis ? d + 1 : d;
    return axis && !n->bad ? ox_transpose(n, v, shape.rank, perm) : v;
}

static bool scan_turns(Scan *s, int64_t trips, ValueId *state, const ValueId *scan, ValueId *result) {
    OnnxNode *n = s->n;
    OnnxTurns t;
    uint32_t nout = s->nstate + s->nresult;
    const char **names = arena_array_of(n->r->tmp, nout + 1, const char *);
    ValueId *made = arena_array_of(n->r->tmp, nout + 1, ValueId), yes = ox_scalar(n, DT_bool, 1);
    for (uint32_t i = 0; i < nout; i++) names[i] = arena_printf(n->r->tmp, "Scan.%u", i);
    if (n->bad || !onnx_turns_open(&t, n, s->nstate, state)) return false;
    for (uint32_t i = 0; i < s->nstate; i++) s->in[i] = t.state[i];
    for (uint32_t i = 0; i < s->nscan; i++) s->in[s->nstate + i] = part_of_turn(s, &t, i, scan[i], trips);
    if (!n->bad) onnx_body_walk(&s->body, "turn", s->nstate + s->nscan, s->in, s->out);
    OnnxTurnsEnd end = {NO_VALUE, trips, true, false, yes, ox_scalar(n, DT_bool, 1), s->out, s->out + s->nstate, s->nresult};
    if (!onnx_turns_close(&t, &end, names, made)) return false;
    for (uint32_t i = 0; i < s->nstate; i++) state[i] = made[i];
    for (uint32_t i = 0; i < s->nresult; i++) {
        ValueId v = made[s->nstate + i];
        Shape rest = ox_shape(n, v);
        rest.dim[0] = s->trips - trips;
        if (rest.dim[0]) v = ox_join(n, 2, (ValueId[]){v, ox_zeros(n, ox_dtype(n, v), &rest)}, 0);
        result[i] = placed(s, i, v, trips);
    }
    return !n->bad;
}

/* The first `trips` iterations (of s->trips; zeros stand for the rest): state[] is replaced, result[] is set. */
static bool scan_run(Scan *s, const char *prefix, int64_t trips, ValueId *state, const ValueId *scan, ValueId *result) {
    OnnxNode *n = s->n;
    if (trips > onnx_unroll(n->r, true)) return scan_turns(s, trips, state, scan, result);
    for (uint32_t i = 0; i < s->nresult; i++)
        s->part[i] = arena_array_of(n->r->tmp, s->trips + 1, ValueId);
    for (int64_t turn = 0; turn < trips; turn++) {
        if (!scan_step(s, prefix, turn, trips, state, scan)) return false;
        for (uint32_t i = 0; i < s->nresult; i++)
            s->part[i][s->out_back.at[i] ? trips - 1 - turn : turn] = s->out[s->nstate + i];
    }
    if (!trips && !scan_nothing(s, state, scan)) return false;
    for (uint32_t i = 0; i < s->nresult; i++) {
        Shape one = ox_shape(n, s->part[i][0]);
        for (int64_t k = trips; k < s->trips; k++) s->part[i][k] = ox_zeros(n, ox_dtype(n, s->part[i][0]), &one);
        result[i] = scan_result(s, i, s->trips);
    }
    return !n->bad;
}

static bool scan_emit(Scan *s, const ValueId *state, const ValueId *result) {
    OnnxNode *n = s->n;
    for (uint32_t i = 0; i < n->nout; i++)
        if (!ox_emit_value(n, i, i < s->nstate ? state[i] : result[i - s->nstate])) return false;
    return true;
}

/* Version 8: operand 0 may say how long each sequence of the batch is, which is axis 0 of everything else. */
static bool scan_batch(OnnxNode *n) {
    Scan s;
    Ints length = {0};
    if (!scan_open(&s, n, 1)) return false;
    if (ox_has(n, 0) && !ox_numbers(n, 0, "sequence_lens", &length)) return false;
    uint32_t nin = s.nstate + s.nscan, nout = s.nstate + s.nresult;
    Dim batch = ox_shape(n, n->in[1]).dim[0];
    ValueId *one = arena_array_of(n->r->tmp, nin + 1, ValueId);
    for (uint32_t i = 0; i < nin; i++) {
        Shape x = ox_shape(n, n->in[1 + i]);
        if (x.rank < 1 || !dim_known(x.dim[0]) || x.dim[0] != batch || batch < 1 || batch > onnx_unroll(n->r, false))
            return ox_error(n, NULL, "give the shape with --input-shape",
                            "the first dimension of every operand must be the same known number, at most %lld",
                            (long long)onnx_unroll(n->r, false));
    }
    if (ox_has(n, 0) && length.n != (uint64_t)batch)
        return ox_error(n, "sequence_lens", NULL, "has %u entries for %lld sequences", length.n, (long long)batch);
    ValueId *all = arena_array_of(n->r->tmp, (size_t)nout * (size_t)batch + 1, ValueId);
    ValueId *result = arena_array_of(n->r->tmp, nout + 1, ValueId);
    for (int64_t b = 0; b < batch; b++) {
        for (uint32_t i = 0; i < nin; i++) one[i] = ox_take(n, n->in[1 + i], 0, b);
        if (n->bad || !scan_length(&s, one + s.nstate)) return false;
        int64_t trips = length.n ? length.at[b] : s.trips;
        if (trips < 0 || trips > s.trips)
            return ox_error(n, "sequence_lens", NULL, "%lld is out of range", (long long)trips);
        if (!scan_run(&s, arena_printf(n->r->tmp, "%lld/", (long long)b), trips, one, one + s.nstate, result))
            return false;
        for (uint32_t i = 0; i < nout; i++)
            all[i * (size_t)batch + (size_t)b] = i < s.nstate ? one[i] : result[i - s.nstate];
    }
    for (uint32_t i = 0; i < nout; i++) result[i] = ox_stack(n, (uint32_t)batch, all + i * (size_t)batch, 0);
    return !n->bad && scan_emit(&s, result, result + s.nstate);
}

bool map_scan(OnnxNode *n) {
    Scan s;
    if (n->version < 9) return scan_batch(n);
    if (!scan_open(&s, n, 0) || !scan_length(&s, n->in + s.nstate)) return false;
    ValueId *state = arena_array_of(n->r->tmp, s.nstate + 1, ValueId);
    ValueId *result = arena_array_of(n->r->tmp, s.nresult + 1, ValueId);
    for (uint32_t i = 0; i < s.nstate; i++) state[i] = n->in[i];
    return scan_run(&s, "", s.trips, state, n->in + s.nstate, result) && scan_emit(&s, state, result);
}
