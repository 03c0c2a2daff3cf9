/* Numbers in the C of a kernel, told apart from the text around them, so that kernels which differ in numbers alone can be one
 * function with parameters (share.c). */
#ifndef TENON_EMIT_C_NUMBER_H
#define TENON_EMIT_C_NUMBER_H
#include "emit/c_internal.h"

typedef enum { NUMBER_index = 'x', NUMBER_f32 = 'f', NUMBER_f64 = 'd', NUMBER_i32 = 'i' } NumberKind;

typedef struct {
    NumberKind kind;
    int prec;         /* that its place asks for */
    const char *name; /* wished for what stands for it: n_oh, x_ic, x_at, k */
    const char *text; /* as it stands there */
} Number;
typedef Vec(Number) Numbers;

/* The text of a literal, which is marked where the function is rendered for that. */
void c_number(Emit *m, NumberKind kind, int prec, const char *text, Str *out);
void c_index_number(Emit *m, int64_t v, int prec, Str *out);
/* A rendered body as numbers and the text between them, a `#` for each. */
void c_numbers_split(const char *marked, Str *text, Numbers *out);
/* The body with texts in place of its numbers; NULL: the number stays. */
void c_numbers_join(const char *marked, const char *const *number, Str *out);
/* Where a product of names or a sum stands in place of a number, it may need parentheses. */
const char *c_number_in_place(Arena *a, const char *text, int prec);
/* The statements of a function with its numbers marked; its index type in *index_type. */
void c_marked_body(const Program *p, const Function *f, const char **index_type, Str *out);
#endif
