/* Shared by the writers of the package's files: names, comments, templates. */
#ifndef TENON_EMIT_PACKAGE_H
#define TENON_EMIT_PACKAGE_H
#include "emit/emit.h"

enum { LINE_WIDTH = 116 }; /* where comments and calls wrap */

/* An input or output of the program. */
typedef struct {
    const char *field; /* of NAME_io */
    const char *count; /* enumerator with its number of elements */
    const char *at, *place; /* where inputs and outputs lie in the arena: enumerator with its byte, function that gives it */
    const char *type;  /* `f32[1,3,8,8]` */
    const Value *value;
    int64_t elements, bytes;
    bool is_input;
} Port;

typedef struct Package {
    Arena *arena; /* freed when the package is written */
    const Program *p;
    const EmitOptions *o;
    Diag *diag;
    const char *name, *upper; /* prefix, and in capitals */
    const char *outer, *outer_upper; /* of NAME.h: NAME_io, NAME_OK ...; the same but in a variant */
    const Target *target;
    int64_t arena_bytes, weight_bytes; /* the largest of the variants */
    struct Package *variant; /* with variants: those of target->variant, made of their own programs */
    uint32_t ninput, noutput;
    Port *port;            /* inputs, then outputs */
    const char **function; /* with prefix, one a function */
    const char *const **part; /* one a function: its Function.part */
    const char **weight;   /* with prefix, one a weight */
    bool has_bin;          /* weights in a .bin */
    Map symbols;           /* what its files and the insides of its kernels name */
    const char *macro;     /* code for compilers that define this alone; NULL: for all */
    /* Of a library of several programs, whose weights lie together: */
    const char *library;         /* LIBRARY_weights.h; else the same as name */
    const struct Package *once;  /* the package of these weights, else NULL */
    uint32_t *stored;            /* one a weight: which of them it is */
    const char **users;          /* in the package of these weights, one a weight: the programs that read it, or NULL: all */
    const char **macros;         /* likewise, the Package.macro of all of these, or NULL: they have none in common */
} Package;

/* Do threads share its loops? Then there are NAME_run_pool and the pool's files. */
static inline bool package_threads(const Package *k) {
    return k->p->threads > 1;
}

/* All names decided: no two symbols are the same, and none is a name inside a kernel. */
Package package_names(Arena *a, const Program *p, const EmitOptions *o, Diag *d);

bool package_fits(const Package *k); /* false with a diagnostic: another name is needed */
bool package_write_code(const Package *k, OutSet *set, const char *dir);    /* NAME.c, NAME.map.json */
bool package_write_weights(const Package *k, OutSet *set, const char *dir); /* NAME_weights.h, .c and .bin */
/* What the user sees: NAME.h, the example, the build files, the pool. */
bool package_write_outside(const Package *k, OutSet *set, const char *dir);
bool package_put(const Package *k, OutSet *set, const char *dir, const char *suffix, const Str *text);

bool package_put_as(const Package *k, OutSet *set, const char *dir, const char *file, const Str *text);
bool package_write_pool(const Package *k, OutSet *set, const char *dir); /* tenon_pool.h and .c */
/* Inputs and outputs are the model's: a diagnostic where passes named or counted them otherwise for another target or
 * shape. `shapes`: these are the same too. */
bool package_same_ports(const Package *a, const Package *b, bool shapes);

/* Each file as text. */
void header_text(const Package *k, Str *out);
int64_t turn_limit(const Program *p); /* the turns that a loop has room for by --trips; 0: there is no such loop */
const char *trips_text(const Package *k, int64_t limit, const char *upper); /* the line of its error code, "" without it */
bool source_text(const Package *k, Str *out);
/* For a target_freestanding: what stands for the C library's headers before `code` (freestanding.c), and the lines of
 * NAME.h's comment that tell what it asks for. */
void freestanding_add(const Package *k, const char *code, Str *out);
const char *freestanding_text(Arena *a);
void weights_header_text(const Package *k, Str *out);
void example_text(const Package *k, Str *out);
void map_text(const Package *k, Str *out);
/* Of a target with variants: NAME.c, which picks one, the Makefile and NAME.map.json. */
bool variants_package(Arena *a, const Target *t, const char *name, Program *const *p, const EmitOptions *o, Diag *d,
                      Package *out);
bool variants_write_code(const Package *k, OutSet *set, const char *dir); /* what picks one, and the code of each */
bool variants_source_text(const Package *k, Str *out);
void variants_makefile_text(const Package *k, Str *out);
void variants_make_rules(const Package *k, Str *objects, Str *rules); /* of the code of each variant */
const char *package_make_flags(Arena *a, const Target *t); /* the lines that settle CFLAGS in a Makefile */
void variants_map_text(const Package *k, Str *out);
/* `#include` lines for the types of its inputs and outputs; `dims`: with int64_t in any case. */
void package_includes(const Package *k, Str *out, bool dims);
/* The fields of NAME_io; `shapes`: with their shapes, which are the same in all plans. */
char *package_fields(const Package *k, bool shapes);
char *variants_header_text(const Package *k);    /* the lines of NAME.h that declare them */
char *variants_cmake_sources(const Package *k);  /* ` NAME_v4.c NAME_v4_weights.c ...` */
char *variants_cmake_settings(const Package *k); /* the flags of each */
char *package_cmake_flags(const Package *k);     /* the lines that settle NAME_CFLAGS */
/* The comment that shows which tensor lies where in which step. */
void arena_drawing(const Package *k, Str *out);
/* NAME_weights.c, and NAME_weights.bin where there is one (else bin is NULL). */
bool weights_write(const Package *k, OutFile *c, OutFile *bin);
/* The weights of n programs of library `name`, each distinct one once: a package whose program has nothing else. The
 * programs' own packages, which are like k, call them by its symbols from then on. */
Package *weights_once(const Package *k, const char *name, Package *const *program, uint32_t n);

/* One element as a C literal of its type, exact but for a NaN's payload: 1.5f, -0.0f, INFINITY, INT64_MIN, 255u. The
 * bytes are little endian. */
void literal_add(Str *out, Arena *tmp, DType t, const void *element);

char *name_capitals(Arena *a, const char *s);
/* A C identifier that is no macro of a header either: a name in capitals (two or more) is written small. */
const char *name_variable(Arena *a, const char *name);
/* `base` where `taken` lacks it, else base_2, base_3, ...; the name is taken then. */
const char *name_unique(Arena *a, Map *taken, const char *base);
/* Every word of some C, which may be a type, a function or a macro, is taken. */
void names_take(Arena *a, Map *taken, const char *text);
/* `[d0/8][d1][d0%8] = [4][3][8]` for the order in which a buffer is stored; NULL when it is row-major. */
const char *layout_text(Arena *a, const Buffer *b);
/* `f32[1,3,8,8]` */
const char *type_text(Arena *a, const SymTable *sym, DType t, const Shape *s);
/* 6912, or 118.01 M from a million on. */
const char *count_text(Arena *a, int64_t n);
static inline const char *plural(int64_t n) { return n == 1 ? "" : "s"; }

/* First lines of every file: `start` opens or continues the comment (for C: " * "). */
void heading_add(const Package *k, Str *out, const char *file, const char *first, const char *rest);
/* Text inside a comment, wrapped, made harmless (no end of comment, trigraph or line splice). Each line starts with
 * `first` or `rest` and ends with a newline. */
void comment_add(Str *out, const char *first, const char *rest, const char *text);
/* In double quotes, with the escapes of C or JSON. */
void c_string_add(Str *out, const char *text);
void json_string_add(Str *out, const char *text);
/* One more item of a comma list that wraps at LINE_WIDTH. */
void list_item(Str *out, const char *indent, bool first, const char *item);

/* Placeholders ${key} of a template get their values; other text, `${other}` of CMake too, stays. */
typedef struct {
    const char *key, *value;
} SkelValue;
void skeleton_fill(Str *out, const char *name, const SkelValue *values); /* ends with a NULL key */
#endif
