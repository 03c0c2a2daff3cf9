/* How much memory a program needs while it runs. */
#include "plan/ram.h"
#include "plan/storage.h"

/* What calls, registers that are kept and the variables of a kernel take of a stack: measured on Cortex-M, where gcc makes
 * frames of 60 to 400 bytes for N_run, more where it has more steps, of 50 to 180 for a kernel and its tile. */
static int64_t call_bytes(const Program *p) {
    int64_t bytes = 200 + 16 * (int64_t)p->step.n;
    return bytes < 640 ? bytes : 640;
}

int64_t ram_bytes(const Program *p) {
    const Graph *g = p->graph;
    int64_t stack = 0, sum = p->arena_bytes + call_bytes(p);
    for (uint32_t i = 0; i < p->function.n; i++) {
        const LoopTree *t = p->function.at[i].tree;
        if (t->stack_bytes + t->row_bytes > stack) stack = t->stack_bytes + t->row_bytes;
    }
    sum += stack;
    for (uint32_t i = 0; !p->port_at && i < g->input.n + g->output.n; i++)
        sum += value_bytes(g, i < g->input.n ? g->input.at[i] : g->output.at[i - g->input.n]);
    return sum;
}

static bool lives(const ArenaTensor *t, uint32_t step) {
    return t->view_of < 0 && t->lower <= (int32_t)step && (int32_t)step < t->upper;
}

const char *program_largest_step(Arena *a, const Program *p) {
    uint32_t step = 0;
    int64_t most = -1;
    for (uint32_t s = 0; s < p->step.n; s++) {
        int64_t top = 0;
        for (uint32_t i = 0; i < p->tensor.n; i++)
            if (lives(&p->tensor.at[i], s) && p->tensor.at[i].offset + p->tensor.at[i].bytes > top) top = p->tensor.at[i].offset + p->tensor.at[i].bytes;
        if (top > most) most = top, step = s;
    }
    if (p->step.n == 0) return "there are no steps";
    Str s = str_new(a);
    const char *nodes = p->step.at[step].nodes;
    str_addf(&s, "step %u", step + 1);
    if (nodes) str_addf(&s, ", %.*s", (int)strcspn(nodes, ")") + (strchr(nodes, ')') != NULL), nodes);
    int64_t last = INT64_MAX;
    for (int k = 0; k < 4; k++) { /* the largest tensors there */
        const ArenaTensor *best = NULL;
        for (uint32_t i = 0; i < p->tensor.n; i++) {
            const ArenaTensor *t = &p->tensor.at[i];
            if (lives(t, step) && t->bytes < last && (!best || t->bytes > best->bytes)) best = t;
        }
        if (!best) break;
        for (uint32_t i = 0; i < p->tensor.n; i++)
            if (lives(&p->tensor.at[i], step) && p->tensor.at[i].bytes == best->bytes)
                str_addf(&s, "%s%.40s %lld", last == INT64_MAX ? ": " : ", ", p->tensor.at[i].name, (long long)best->bytes), last = best->bytes;
    }
    return s.at;
}
