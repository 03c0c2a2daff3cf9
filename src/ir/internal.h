/* Shared inside ir/ only. */
#ifndef TENON_IR_INTERNAL_H
#define TENON_IR_INTERNAL_H
#include "ir/graph.h"

/* Sub-graphs within sub-graphs; elements up to which a tensor is written as a list. */
enum { MAX_SUBGRAPHS = 16, SMALL_TENSOR = 64 };

/* Bytes of one element in memory: strings are pointers. */
static inline size_t element_bytes(DType t) { return t == DT_string ? sizeof(char *) : (size_t)dtype_info[t].bytes; }

/* Whether d is a number >= 0 or an expression of the table. */
bool dim_valid(const SymTable *s, Dim d);

/* Live nodes in the order of their positions, each behind what it reads. The number of them, or UINT32_MAX with *bad a
 * node of a cycle. */
uint32_t graph_order(const Graph *g, Arena *tmp, NodeId *order, NodeId *bad);

/* ---- tensor contents as text (tensor_text.c) ---- */
/* Written as a list of elements: few of them, each exact in decimal; strings always. */
bool tensor_is_list(const Tensor *t);
/* Element i, no string, as a word: 1.5, -3, true, nan. From scratch. */
const char *element_text(Arena *scratch, const Tensor *t, int64_t i);
/* The other way; false where the word is none or does not fit the type. */
bool element_parse(Tensor *t, int64_t i, const char *word);
void base64_add(Str *out, const void *data, size_t n);
/* Decodes n characters to exactly `bytes` bytes; false for anything else, padding that is not zero included. */
bool base64_read(const char *text, size_t n, void *to, size_t bytes);
static inline size_t base64_size(size_t bytes) { return (bytes + 2) / 3 * 4; }
/* Whether a value's name is written without quotes behind the %. */
static inline bool label_char(char c) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return letter || (c >= '-' && c <= '9') || c == '$' || c == '@'; /* - . / digits */
}
static inline bool label_is_plain(const char *name) {
    bool plain = *name != 0;
    for (; *name && plain; name++) plain = label_char(*name);
    return plain;
}
/* Room for all of g's text at once, so that a large model's is not copied again and again. */
void text_reserve(const Graph *g, Str *out);
/* Adds a value without a producer that stands for `outer` of g->outer, under its own name. */
ValueId capture_named(Graph *g, const char *name, ValueId outer);
/* Whether two attribute structs agree in one field. */
bool field_equal(const AttrField *f, const void *a, const void *b);
#endif
