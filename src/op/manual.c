/* The manual page of an operator, from the table alone. */
#include "op/op.h"

static void count(Str *out, unsigned lo, unsigned hi) {
    str_addf(out, "%u", lo);
    if (hi == UINT16_MAX)
        str_add(out, " or more");
    else if (hi != lo)
        str_addf(out, " to %u", hi);
}

static void attributes(const AttrSpec *spec, Str *out) {
    static const char *const kind[] = {
        [ATTR_int] = "integer", [ATTR_float] = "number",       [ATTR_ints] = "integers",  [ATTR_floats] = "numbers",
        [ATTR_string] = "text", [ATTR_dtype] = "element type", [ATTR_dims] = "dimensions"};
    if (!spec || spec->n == 0) return;
    str_add(out, "| attribute | type | default |\n| --- | --- | --- |\n");
    for (int i = 0; i < spec->n; i++) {
        const AttrField *f = &spec->field[i];
        str_addf(out, "| %s | %s | %s |\n", f->name, kind[f->kind], f->def ? f->def : "");
    }
    str_add(out, "\n");
}

/* Notation: the stages one below the other. */
static void notation(const char *text, Str *out) {
    str_add(out, "    ");
    for (const char *c = text; *c; c++) {
        bool stage = *c == ';' || (*c == ':' && strchr(text, ':') == c);
        str_addn(out, c, 1);
        if (!stage || c[1] != ' ') continue;
        str_add(out, "\n        ");
        c++;
    }
    str_add(out, "\n\n");
}

void op_manual(Op op, Str *out) {
    static const char *const classes[] = {
        [CLASS_elementwise] = "elementwise", [CLASS_contract] = "contraction", [CLASS_normalise] = "normalisation",
        [CLASS_move] = "data movement",      [CLASS_general] = "general",      [CLASS_expand] = "rewritten",
        [CLASS_control] = "control flow"};
    const OpInfo *info = &op_info[op];
    str_addf(out, "## %s\n\n%c%s, ", info->name, classes[info->cls][0] - 'a' + 'A', classes[info->cls] + 1);
    count(out, info->in_min, info->in_max);
    str_addf(out, " input%s, ", info->in_max == 1 ? "" : "s");
    count(out, info->out_min, info->out_max);
    str_addf(out, " output%s.\n\n", info->out_max == 1 ? "" : "s");
    attributes(info->attrs, out);
    const char *head = info->text ? strstr(info->text, "->") : NULL;
    switch (info->meaning) {
    case MEANING_expr: str_addf(out, "    y = %s\n\n", info->text); break;
    case MEANING_notation: notation(info->text, out); break;
    case MEANING_build:
        if (head && head < strchr(head, ':'))
            notation(info->text, out);
        else
            str_addf(out, "    %s\n\n", info->text);
        break;
    case MEANING_expand: str_addf(out, "Rewritten: %s.\n\n", info->text); break;
    default: break;
    }
}
