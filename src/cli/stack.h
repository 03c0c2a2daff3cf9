/* How deep a call can make the stack: a graph of functions with the bytes of their frames. */
#ifndef TENON_CLI_STACK_H
#define TENON_CLI_STACK_H
#include "base/map.h"
#include "base/vec.h"
#include "cli/object.h"

enum { STACK_UNKNOWN = -1 }; /* bytes that no bound is known for */

typedef struct {
    const char *name;   /* as the linker calls it */
    int64_t frame;      /* bytes of its own; STACK_UNKNOWN: not told, or it grows with data */
    bool compiled;      /* the compiler told the frame */
    bool linked;        /* the image has it */
    Vec(uint32_t) call; /* functions that it calls */
    bool by_pointer;    /* and some that are not known */
    int state;          /* while a search runs */
    int64_t deepest;    /* its frame and the deepest of what it calls */
} StackFunction;

typedef struct {
    Arena *arena;
    Map names;
    Vec(StackFunction) function;
} StackGraph;

/* Adds what gcc -fcallgraph-info=su tells of a file (its .ci): frames and calls. */
void stack_add_callgraph(StackGraph *g, const char *text);
/* Adds what `objdump -d` tells of an image for Arm's Thumb: all calls, and the frames of functions that nothing else has
 * told so far: the sum of what they push and subtract, an upper bound. Other names of a function are those of `image`. */
void stack_add_thumb(StackGraph *g, const char *text, const Object *image);
/* Functions of an object file that are other names of those that the compiler told; functions that nothing is known of, and
 * that the object does not have, count as 0 from then on. */
void stack_add_object(StackGraph *g, const Object *o);
/* Bytes from a call of `name` on, a bound; STACK_UNKNOWN where a function's frame is not known, calls by pointer or itself:
 * *why (may be NULL) then names it. */
int64_t stack_deepest(StackGraph *g, const char *name, const char **why);
/* NULL: there is none. */
const StackFunction *stack_function(const StackGraph *g, const char *name);
#endif
