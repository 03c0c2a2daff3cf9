/* Regular expressions in RE2's syntax -> a machine that reads bytes of UTF-8 and accepts a string as a whole
 * (runtime/snippet/text_match.h). */
#ifndef TENON_IMPORT_ONNX_REGEX_H
#define TENON_IMPORT_ONNX_REGEX_H
#include "base/arena.h"
#include "base/vec.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum {
    RE_empty, /* to next */
    RE_split, /* to next or other */
    RE_byte,  /* lo to hi, to next */
    RE_begin, /* assertions: begin and end of the text, of a line, of a word or not */
    RE_end,
    RE_line_begin,
    RE_line_end,
    RE_word,
    RE_no_word,
    RE_match,
} RegexKind;

typedef struct {
    uint8_t kind, lo, hi;
    uint32_t next, other;
} RegexNode;

typedef struct {
    Arena *a;
    Vec(RegexNode) node;
    uint32_t start;
    bool asserts;
    const char *error; /* what is wrong, and where */
} Regex;

enum { REGEX_NODES = 20000 };

/* False with ->error. */
bool regex_parse(Regex *r, const char *pattern);
/* From arena a; NULL with *error. */
const char *regex_machine(Arena *a, Arena *tmp, const char *pattern, const char **error);
#endif
