#include "cli/stack.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t function_of(StackGraph *g, const char *name, size_t n) {
    const char *own = arena_strndup(g->arena, name, n);
    uint32_t i = map_get(&g->names, own);
    if (i != MAP_NONE) return i;
    i = g->function.n;
    map_set(g->arena, &g->names, own, i);
    vec_push(g->arena, &g->function, ((StackFunction){.name = own, .frame = STACK_UNKNOWN}));
    return i;
}

static void add_call(StackGraph *g, uint32_t from, uint32_t to) {
    for (uint32_t i = 0; i < g->function.at[from].call.n; i++)
        if (g->function.at[from].call.at[i] == to) return;
    vec_push(g->arena, &g->function.at[from].call, to);
}

/* ---- the compiler's call graph: one node or edge a line ---- */

/* The text in quotes behind `key` in a line that ends at `end`: its place and length. The title of a static function is
 * FILE:NAME. */
static const char *quoted(const char *line, const char *end, const char *key, size_t *n) {
    const char *at = strstr(line, key);
    if (!at || at >= end) return NULL;
    at += strlen(key);
    const char *stop = memchr(at, '"', (size_t)(end - at));
    if (!stop) return NULL;
    for (const char *c = stop; c > at; c--)
        if (c[-1] == ':') {
            at = c;
            break;
        }
    *n = (size_t)(stop - at);
    return at;
}

static void callgraph_node(StackGraph *g, const char *line, const char *end) {
    size_t n, length;
    const char *name = quoted(line, end, "title: \"", &n), *label = strstr(line, "label: \"");
    if (!name) return;
    uint32_t i = function_of(g, name, n); /* moves the functions */
    StackFunction *f = &g->function.at[i];
    /* NAME\nFILE:LINE:COLUMN\nBYTES bytes (static): `dynamic` alone has no bound */
    const char *bytes = label && label < end ? strstr(label, " bytes (") : NULL;
    if (!bytes || bytes >= end) return;
    const char *digit = bytes;
    while (digit > label && digit[-1] >= '0' && digit[-1] <= '9') digit--;
    length = strcspn(bytes + 8, ")");
    f->compiled = true;
    f->frame = length == 7 && !strncmp(bytes + 8, "dynamic", length) ? STACK_UNKNOWN : strtoll(digit, NULL, 10);
}

void stack_add_callgraph(StackGraph *g, const char *text) {
    for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
        size_t n, m;
        end = line + strcspn(line, "\n");
        if (!strncmp(line, "node:", 5)) callgraph_node(g, line, end);
        if (strncmp(line, "edge:", 5)) continue;
        const char *from = quoted(line, end, "sourcename: \"", &n), *to = quoted(line, end, "targetname: \"", &m);
        if (!from || !to) continue;
        uint32_t caller = function_of(g, from, n);
        if (m == 15 && !strncmp(to, "__indirect_call", m))
            g->function.at[caller].by_pointer = true;
        else
            add_call(g, caller, function_of(g, to, m));
    }
}

/* ---- disassembled Thumb ---- */

/* Bytes of registers in braces: `{r4, r5, lr}`, `{d8-d15}`. */
static int64_t register_bytes(const char *list) {
    int64_t sum = 0;
    list = strchr(list, '{');
    while (list && *list && *list != '}') {
        list += strcspn(list + 1, ",}") + 1; /* behind one item, whose text is before */
        const char *item = list;
        while (item[-1] != '{' && item[-1] != ' ' && item[-1] != ',') item--;
        int64_t each = *item == 'd' ? 8 : *item == 'q' ? 16 : 4;
        int first = 0, last = 0;
        bool many = sscanf(item, "%*[a-z]%d-%*[a-z]%d", &first, &last) == 2 && last >= first;
        sum += each * (many ? last - first + 1 : 1);
    }
    return sum;
}

/* What an instruction adds to the frame; STACK_UNKNOWN: what a register holds. */
static int64_t frame_bytes(const char *name, const char *operands) {
    const char *number = strchr(operands, '#');
    if (!strncmp(name, "push", 4) || !strncmp(name, "vpush", 5)) return register_bytes(operands);
    bool multiple = !strncmp(name, "stmdb", 5) || !strncmp(name, "vstmdb", 6);
    if (multiple && !strncmp(operands, "sp!", 3)) return register_bytes(operands);
    if (!strncmp(name, "sub", 3) && !strncmp(operands, "sp", 2)) return number ? strtoll(number + 1, NULL, 0) : STACK_UNKNOWN;
    if (!strncmp(name, "add", 3) && !strncmp(operands, "sp", 2) && !number) return STACK_UNKNOWN;
    const char *moved = strstr(operands, "[sp, #-");
    if ((!strncmp(name, "str", 3) || !strncmp(name, "vstr", 4)) && moved && strstr(moved, "]!")) return strtoll(moved + 7, NULL, 0);
    return 0;
}

typedef struct {
    uint32_t function;
    int64_t frame;
    bool restored; /* the last instruction took registers from the stack */
    bool leaves;   /* and nothing runs on behind it */
} Reading;

static void read_instruction(StackGraph *g, Reading *r, char *name, const char *operands) {
    size_t length = strlen(name);
    if (*name == '.' || !strncmp(name, "nop", 3)) return; /* constants and filling */
    if (length > 2 && name[length - 2] == '.') name[length - 2] = 0; /* .n and .w tell the width */
    int64_t more = frame_bytes(name, operands);
    r->frame = more == STACK_UNKNOWN || r->frame == STACK_UNKNOWN ? STACK_UNKNOWN : r->frame + more;
    const char *target = strchr(operands, '<');
    bool branch = *name == 'b' && strncmp(name, "bic", 3) && strncmp(name, "bf", 2) && strncmp(name, "bk", 2);
    bool jump = !strcmp(name, "bx") && strncmp(operands, "lr", 2) && !r->restored;
    if (branch && target) { /* a call, or a jump whose target is another function's start */
        size_t n = strcspn(target + 1, "+>");
        uint32_t to = target[1 + n] == '>' ? function_of(g, target + 1, n) : r->function;
        if (to != r->function || (!strcmp(name, "bl") && target[1 + n] == '>')) add_call(g, r->function, to);
    } else if (!strncmp(name, "blx", 3) || jump) {
        g->function.at[r->function].by_pointer = true;
    }
    r->restored = !strncmp(name, "pop", 3) || !strncmp(name, "ldmia", 5);
    r->leaves = !strcmp(name, "b") || !strcmp(name, "bx") || !strncmp(name, "udf", 3) || (r->restored && strstr(operands, "pc")) ||
                (!strncmp(name, "ldr", 3) && !strncmp(operands, "pc", 2));
}

/* `name` is another name of function i, whose calls it makes. */
static void add_name(StackGraph *g, uint32_t i, const char *name) {
    uint32_t other = function_of(g, name, strlen(name));
    if (other == i || g->function.at[other].compiled) return;
    g->function.at[other].frame = 0;
    g->function.at[other].linked = true;
    add_call(g, other, i);
}

/* What is neither compiled nor linked: in an image, calls that the compiler removed late, else the linker had complained. */
static void leave_out_others(StackGraph *g) {
    for (uint32_t i = 0; i < g->function.n; i++) {
        StackFunction *f = &g->function.at[i];
        if (!f->compiled && !f->linked) f->frame = 0;
    }
}

void stack_add_object(StackGraph *g, const Object *o) {
    for (uint32_t i = 0; i < o->function.n; i++) {
        const ObjectFunction *x = &o->function.at[i];
        const StackFunction *f = stack_function(g, x->name);
        if (!f || !f->compiled) continue;
        uint32_t known = function_of(g, x->name, strlen(x->name));
        for (uint32_t k = 0; k < o->function.n; k++)
            if (o->function.at[k].section == x->section && o->function.at[k].address == x->address) add_name(g, known, o->function.at[k].name);
    }
    leave_out_others(g);
}

static void end_function(StackGraph *g, const Reading *r, uint32_t next) {
    if (r->function == MAP_NONE) return;
    StackFunction *f = &g->function.at[r->function];
    if (!f->compiled) f->frame = r->frame;
    if (!f->compiled && !r->leaves && next != MAP_NONE) add_call(g, r->function, next);
}

void stack_add_thumb(StackGraph *g, const char *text, const Object *image) {
    Reading r = {.function = MAP_NONE};
    for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
        char name[32], operands[256] = "";
        end = line + strcspn(line, "\n");
        size_t n = (size_t)(end - line);
        const char *title = memchr(line, '<', n), *tab = memchr(line, '\t', n);
        if (*line != ' ' && title && n > 2 && !strncmp(end - 2, ">:", 2)) { /* 08000b7c <expf>: */
            uint32_t next = function_of(g, title + 1, (size_t)(end - title) - 3);
            end_function(g, &r, next);
            r = (Reading){.function = next};
            g->function.at[next].linked = true;
            for (uint32_t k = 0; k < image->function.n; k++)
                if (image->function.at[k].address == strtoull(line, NULL, 16)) add_name(g, next, image->function.at[k].name);
        } else if (*line == ' ' && tab && r.function != MAP_NONE) { /*  8000b7c:\tb508      \tpush\t{r3, lr} */
            const char *word = memchr(tab + 1, '\t', (size_t)(end - tab) - 1);
            const char *copy = word ? arena_strndup(g->arena, word + 1, (size_t)(end - word) - 1) : "";
            if (sscanf(copy, "%31[^\t]\t%255[^\n]", name, operands) >= 1) read_instruction(g, &r, name, operands);
        }
    }
    end_function(g, &r, MAP_NONE);
    leave_out_others(g);
}

/* ---- the bound ---- */

enum { NEW, OPEN, DONE };

static void finish(StackGraph *g, uint32_t i, const char **why) {
    StackFunction *f = &g->function.at[i];
    int64_t below = 0;
    for (uint32_t k = 0; k < f->call.n && below >= 0; k++) {
        int64_t d = g->function.at[f->call.at[k]].deepest;
        below = d < 0 ? STACK_UNKNOWN : d > below ? d : below;
    }
    bool known = f->frame >= 0 && !f->by_pointer;
    if (!known && !*why) *why = f->name;
    f->deepest = known && below >= 0 ? f->frame + below : STACK_UNKNOWN;
    f->state = DONE;
}

int64_t stack_deepest(StackGraph *g, const char *name, const char **why) {
    const char *unused = NULL;
    if (!why) why = &unused;
    *why = NULL;
    uint32_t first = map_get(&g->names, name);
    if (first == MAP_NONE) return STACK_UNKNOWN;
    for (uint32_t i = 0; i < g->function.n; i++) g->function.at[i].state = NEW;
    Vec(uint32_t) open = {0}; /* the calls down to here, and below each those that are still to be looked at */
    vec_push(g->arena, &open, first);
    while (open.n) {
        uint32_t i = open.at[open.n - 1];
        StackFunction *f = &g->function.at[i];
        if (f->state != NEW) {
            open.n--;
            if (f->state == OPEN) finish(g, i, why);
            continue;
        }
        f->state = OPEN;
        f->deepest = STACK_UNKNOWN; /* what calls itself reads this */
        for (uint32_t k = 0; k < f->call.n; k++) {
            const StackFunction *callee = &g->function.at[f->call.at[k]];
            if (callee->state == OPEN && !*why) *why = callee->name;
            if (callee->state == NEW) vec_push(g->arena, &open, f->call.at[k]);
        }
    }
    return g->function.at[first].deepest;
}

const StackFunction *stack_function(const StackGraph *g, const char *name) {
    uint32_t i = map_get(&g->names, name);
    return i == MAP_NONE ? NULL : &g->function.at[i];
}
