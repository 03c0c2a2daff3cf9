/* Schedules as text. */
#include "nest/schedule.h"
#include <ctype.h>

static const struct {
    const char *name, *operands;
} step_info[STEP_count] = {
#define STEP(name, operands, help) {#name, operands},
    STEP_TABLE(STEP)
#undef STEP
};

static const char *word(Arena *a, const char **p) {
    const char *s = *p;
    while (isalnum((unsigned char)**p) || **p == '_' || **p == '.') ++*p;
    return arena_strndup(a, s, (size_t)(*p - s));
}

static bool parse_operands(Arena *a, const char **p, Step *s, char **why) {
    const char *kinds = step_info[s->kind].operands;
    for (const char *k = kinds; *k; k++) {
        if (*k == '*') k--; /* the kind before it again */
        const char *w = word(a, p);
        if (!*w) {
            *why = arena_printf(a, "%s: an operand is missing", step_info[s->kind].name);
            return false;
        }
        if (*k == 'n') {
            if (!int_parse(w, &s->number) || s->number < 1 || s->number > 1 << 20) {
                *why = arena_printf(a, "%s: %s is no number from 1 to 1048576", step_info[s->kind].name, w);
                return false;
            }
        } else if (*k == 'b') {
            s->buffer = w;
        } else if (s->naxis == MAX_STEP_AXES) {
            *why = arena_printf(a, "%s: more than %d axes", step_info[s->kind].name, MAX_STEP_AXES);
            return false;
        } else {
            s->axis[s->naxis++] = w;
        }
        bool repeats = k[1] == '*';
        if (**p == ',' && (k[1] || repeats)) ++*p;
        else if (**p == ')' && (!k[1] || repeats)) break;
        else {
            *why = arena_printf(a, "%s: its operands are (%s)", step_info[s->kind].name, kinds);
            return false;
        }
    }
    ++*p;
    return true;
}

bool schedule_parse(Arena *a, const char *text, Schedule *out, char **why) {
    *out = (Schedule){0};
    for (const char *p = text;;) {
        while (isspace((unsigned char)*p)) p++;
        if (!*p) return true;
        const char *name = word(a, &p);
        Step s = {.kind = STEP_count};
        for (int k = 0; k < STEP_count; k++)
            if (!strcmp(name, step_info[k].name)) s.kind = (StepKind)k;
        if (s.kind == STEP_count || *p != '(') {
            *why = arena_printf(a, "'%.40s' is no schedule step", *name ? name : p);
            return false;
        }
        p++;
        if (!parse_operands(a, &p, &s, why)) return false;
        vec_push(a, &out->step, s);
    }
}

void schedule_print(const Schedule *sch, Str *out) {
    for (uint32_t i = 0; i < sch->step.n; i++) {
        const Step *s = &sch->step.at[i];
        const char *sep = "";
        str_addf(out, "%s%s(", i ? " " : "", step_info[s->kind].name);
        int axis = 0;
        for (const char *k = step_info[s->kind].operands; *k; k++) {
            if (*k == 'n') str_addf(out, "%s%lld", sep, (long long)s->number);
            if (*k == 'b') str_addf(out, "%s%s", sep, s->buffer);
            if (*k == 'a' && axis < s->naxis) str_addf(out, "%s%s", sep, s->axis[axis++]);
            if (*k == '*')
                while (axis < s->naxis) str_addf(out, ",%s", s->axis[axis++]);
            sep = ",";
        }
        str_add(out, ")");
    }
}
