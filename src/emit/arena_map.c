/* The arena as a drawing: a line a step, a bar where a tensor lies. */
#include "emit/package.h"
#include <string.h>

enum { COLUMNS = 56, ROWS = 400 };

typedef struct {
    const Package *k;
    uint32_t *root; /* tensors that are no views, by offset */
    uint32_t n;
    int64_t steps_a_row;
} Drawing;

static int column_of(const Drawing *d, int64_t offset) {
    int64_t bytes = d->k->p->arena_bytes;
    int64_t column = (int64_t)((double)offset * COLUMNS / (double)bytes);
    return (int)(column < 0 ? 0 : column > COLUMNS ? COLUMNS : column);
}

/* The tensor's name, or where that has no room the number of the step that made it. */
static void write_label(const Drawing *d, const ArenaTensor *t, char *bar, int width) {
    Arena *a = d->k->arena;
    const char *label = t->value == NO_VALUE ? "scratch" : name_identifier(a, t->name);
    if ((int)strlen(label) > width - 4) label = t->value == NO_VALUE ? "" : arena_printf(a, "%d", t->lower + 1);
    int n = (int)strlen(label);
    if (n == 0 || n > width - 2) return;
    char *at = bar + (width - n) / 2;
    memcpy(at, label, (size_t)n);
    if (n > width - 4) return;
    at[-1] = ' ';
    at[n] = ' ';
}

static void write_bar(const Drawing *d, const ArenaTensor *t, int64_t step, char *row) {
    int from = column_of(d, t->offset), to = column_of(d, t->offset + t->bytes);
    if (from >= COLUMNS) from = COLUMNS - 1;
    if (to <= from) to = from + 1;
    bool written = t->lower >= step;
    int width = to - from;
    memset(row + from, written ? '#' : '=', (size_t)width);
    if (width < 3) return;
    row[from] = '[';
    row[to - 1] = ']';
    write_label(d, t, row + from, width);
}

static void draw_row(const Drawing *d, int64_t step, Str *out) {
    const Program *p = d->k->p;
    char row[COLUMNS + 1];
    memset(row, '.', COLUMNS);
    row[COLUMNS] = 0;
    int64_t live = 0;
    for (uint32_t i = 0; i < d->n; i++) {
        const ArenaTensor *t = &p->tensor.at[d->root[i]];
        if (t->lower >= step + d->steps_a_row || t->upper <= step) continue;
        live += t->bytes;
        write_bar(d, t, step, row);
    }
    const ProgramStep *s = &p->step.at[step];
    const char *name = s->kind == CALL_call ? d->k->function[s->function] + strlen(d->k->name) + 1 : s->nodes;
    if (d->steps_a_row > 1)
        str_addf(out, " * %5lld %-32.32s |%s|\n", (long long)step + 1, name, row);
    else
        str_addf(out, " * %5lld %-21.21s %10lld |%s|\n", (long long)step + 1, name, (long long)live, row);
}

static Drawing prepare(const Package *k) {
    const Program *p = k->p;
    Drawing d = {.k = k, .root = arena_array_of(k->arena, p->tensor.n + 1, uint32_t)};
    for (uint32_t i = 0; i < p->tensor.n; i++) {
        if (p->tensor.at[i].view_of >= 0) continue;
        d.root[d.n++] = i;
    }
    d.steps_a_row = (p->step.n + ROWS - 1) / ROWS;
    return d;
}

void arena_drawing(const Package *k, Str *out) {
    const Program *p = k->p;
    if (p->arena_bytes == 0 || p->step.n == 0) {
        str_add(out, "/* ARENA: none, everything is in the inputs, outputs and weights. */\n");
        return;
    }
    Drawing d = prepare(k);
    str_addf(out, "/* ARENA: %lld bytes; the largest set of tensors alive together takes %lld%s.\n",
             (long long)p->arena_bytes, (long long)p->plan.lower_bound,
             p->plan.optimal ? ", so no plan is smaller" : "");
    const char *line = "A line a step";
    if (d.steps_a_row > 1) line = arena_printf(k->arena, "A line for %lld steps", (long long)d.steps_a_row);
    str_addf(out, " * %s, a column %s bytes: # written there, = held, . free.\n", line,
             count_text(k->arena, (p->arena_bytes + COLUMNS - 1) / COLUMNS));
    str_add(out, " * In a bar stands the tensor, or where that is too long the step that made it.\n *\n");
    if (d.steps_a_row > 1)
        str_addf(out, " *  step first function                   |0%*lld|\n", COLUMNS - 1, (long long)p->arena_bytes);
    else
        str_addf(out, " *  step function              bytes live |0%*lld|\n", COLUMNS - 1, (long long)p->arena_bytes);
    for (int64_t step = 0; step < p->step.n; step += d.steps_a_row) draw_row(&d, step, out);
    out->at[--out->n] = 0;
    str_add(out, " */\n");
}
