/* Text building, and names that are safe in C, in file names and in comments. */
#ifndef TENON_BASE_STR_H
#define TENON_BASE_STR_H
#include "base/arena.h"

typedef struct {
    Arena *arena;
    char *at; /* always terminated, never NULL after str_new */
    size_t n, cap;
} Str;

Str str_new(Arena *a);
void str_add(Str *s, const char *text);
void str_addn(Str *s, const char *text, size_t n);
void str_addf(Str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Quoted with \" \\ \n \t \xNN escapes, exact both ways with the text form's reader. */
void str_add_quoted(Str *s, const char *text);

/* Letters, digits and '_' only, not starting with a digit, at most 40 characters, never a C keyword. */
char *name_identifier(Arena *a, const char *name);
/* As the command line writes output files: every character outside [A-Za-z0-9._-] becomes '_'. */
char *name_file(Arena *a, const char *name);
/* For comments in generated C: printable ASCII only, "*" "/" pairs and trigraphs broken, at most 120 characters. */
char *name_comment(Arena *a, const char *name);
/* The shortest decimal that reads back to the same float or double, "inf" "-inf" "nan" (NaN payload: nan(0x...)). */
char *float_text(Arena *a, double v, bool is_double);
bool float_parse(const char *text, char **end, double *v);
bool int_parse(const char *text, int64_t *v); /* the whole of text, strict decimal */

uint16_t f16_from_f32(float f); /* round to nearest even */
float f16_to_f32(uint16_t h);
uint16_t bf16_from_f32(float f);
float bf16_to_f32(uint16_t h);
/* To odd, so that rounding the result to fewer bits is as good as rounding v: no bit is forgotten. */
float f32_odd(double v);
#endif
