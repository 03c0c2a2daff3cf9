/* Loop trees as text. */
#include "nest/lower.h"

static const char *const combine_sign[] = {"+=", "*=", "max=", "min=", "="};

static void indent(Str *out, int depth) {
    for (int i = 0; i < depth; i++) str_add(out, "  ");
}

static void print_index(const LoopTree *t, const LoopNode *x, Str *out) {
    for (int i = 0; i < x->nindex; i++) {
        str_add(out, i ? "," : "[");
        x_print(t->nest, x->index[i], out);
    }
    if (x->nindex) str_add(out, "]");
}

/* The axis whose points go by twos, and when the first and the second count. */
static void print_rows(const LoopTree *t, const LoopNode *x, Str *out) {
    str_addf(out, "rows %s", t->nest->axis.at[x->mmla].name);
    for (int i = 0; i < 2; i++) {
        ExprId counts = i ? x->lo : x->hi;
        if (counts == NO_EXPR) continue;
        str_add(out, i ? ", second if " : ", first if ");
        x_print(t->nest, counts, out);
    }
    str_add(out, ", ");
}

static void print_node(const LoopTree *t, const LoopNode *x, int depth, Str *out) {
    Nest *n = t->nest;
    indent(out, depth);
    switch (x->kind) {
    case LOOP_block: break;
    case LOOP_for:
    case LOOP_vector:
        str_addf(out, "%s%s%s%s %s ", x->parallel ? "parallel " : "", x->unroll ? "unroll " : "", x->down ? "down " : "",
                 x->kind == LOOP_for ? "for" : "vector", n->axis.at[x->axis].name);
        x_print(n, x->lo, out);
        str_add(out, "..");
        x_print(n, x->hi, out);
        break;
    case LOOP_if:
        str_add(out, "if ");
        x_print(n, x->lo, out);
        break;
    case LOOP_var: {
        const LoopVar *v = &t->var.at[x->var];
        str_addf(out, "var %s $%u", v->name, x->var);
        for (int i = 0; i < v->ndim; i++) str_addf(out, "%s%lld", i ? "," : "[", (long long)v->dim[i]);
        str_addf(out, "%s:%s", v->ndim ? "]" : "", dtype_info[v->dtype].name);
        if (v->lanes > 1) str_addf(out, "x%d", v->lanes);
        if (x->value != NO_EXPR) {
            str_add(out, " = ");
            x_print(n, x->value, out);
        }
        break;
    }
    case LOOP_set:
        str_addf(out, "$%u", x->var);
        print_index(t, x, out);
        str_addf(out, " %s ", combine_sign[x->combine]);
        if (x->mmla != NO_AXIS) print_rows(t, x, out);
        if (x->dot != NO_AXIS) str_addf(out, "dot %s: ", n->axis.at[x->dot].name);
        x_print(n, x->value, out);
        break;
    case LOOP_fold:
        str_addf(out, "$%u", x->var);
        print_index(t, x, out);
        str_addf(out, " %s lanes of ", combine_sign[x->combine]);
        x_print(n, x->value, out);
        break;
    case LOOP_store:
        str_addf(out, "%s[", n->buf.at[x->buf].name);
        x_print(n, x->offset, out);
        str_addf(out, "] %s ", combine_sign[x->combine]);
        x_print(n, x->value, out);
        break;
    case LOOP_clear: str_addf(out, "clear %s", n->buf.at[x->buf].name); break;
    case LOOP_call: str_addf(out, "%s($%u)", x->note, x->var); break;
    case LOOP_tile:
        str_addf(out, "$%u = ", x->var);
        if (x->offset != NO_EXPR) x_print(n, x->offset, out);
        else str_add(out, "0");
        if (x->axis == NO_AXIS) {
            str_add(out, " + row");
            break;
        }
        str_addf(out, " + tile %s ", n->axis.at[x->axis].name);
        x_print(n, x->lo, out);
        str_add(out, "..");
        x_print(n, x->hi, out);
        str_add(out, ": ");
        x_print(n, x->value, out);
        break;
    case LOOP_note: str_addf(out, "# %s", x->note); break;
    }
    if (x->kind != LOOP_block) str_add(out, "\n");
    for (uint32_t i = 0; i < x->body.n; i++) print_node(t, x->body.at[i], depth + (x->kind != LOOP_block), out);
}

void loop_print(const LoopTree *t, Str *out) { print_node(t, t->root, 0, out); }
