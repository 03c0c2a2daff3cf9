/* What object files and images (ELF, 32 and 64 bits, little endian) tell of sizes. */
#ifndef TENON_CLI_OBJECT_H
#define TENON_CLI_OBJECT_H
#include "base/arena.h"
#include "base/vec.h"

typedef struct {
    const char *name;
    uint64_t address;  /* in its section, or the image */
    uint32_t section;
    int64_t bytes;
    int64_t constants; /* of an object file: what the function alone points to in constant sections */
} ObjectFunction;

typedef struct {
    int64_t code, constants; /* bytes of sections that are executed; that are read only */
    int64_t data, zero;      /* that are written, with and without a beginning in the file */
    Vec(ObjectFunction) function;
} Object;

/* The n bytes of a file at p, into a. False when it is no such file or a damaged one. */
bool object_read(Arena *a, const uint8_t *p, size_t n, Object *out);
#endif
