/* Element types: one table. Numbers that a file format gives them stand in that format's table. */
#ifndef TENON_IR_TYPES_H
#define TENON_IR_TYPES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*  X(name, bytes, C type, class, numpy descr)   class: f float, i signed, u unsigned, b bool, x neither */
#define DTYPE_TABLE(X) \
    X(f32, 4, "float", 'f', "<f4") \
    X(f64, 8, "double", 'f', "<f8") \
    X(f16, 2, "uint16_t", 'f', "<f2") \
    X(bf16, 2, "uint16_t", 'f', "<V2") \
    X(i8, 1, "int8_t", 'i', "|i1") \
    X(i16, 2, "int16_t", 'i', "<i2") \
    X(i32, 4, "int32_t", 'i', "<i4") \
    X(i64, 8, "int64_t", 'i', "<i8") \
    X(u8, 1, "uint8_t", 'u', "|u1") \
    X(u16, 2, "uint16_t", 'u', "<u2") \
    X(u32, 4, "uint32_t", 'u', "<u4") \
    X(u64, 8, "uint64_t", 'u', "<u8") \
    X(bool, 1, "bool", 'b', "|b1") \
    X(string, 0, "const char *", 'x', "|O")

typedef enum DType {
    DT_none,
#define X(name, bytes, c, cls, npy) DT_##name,
    DTYPE_TABLE(X)
#undef X
        DT_count
} DType;

typedef struct {
    const char *name;   /* "f32" */
    int bytes;          /* of one element; 0: no fixed size */
    const char *c_type; /* f16 and bf16 are stored as uint16_t and computed in float */
    char cls;
    const char *npy; /* descr in a .npy header */
} DTypeInfo;

extern const DTypeInfo dtype_info[DT_count];
DType dtype_parse(const char *name); /* DT_none when unknown */
static inline bool dtype_is_float(DType t) { return dtype_info[t].cls == 'f'; }
static inline bool dtype_is_int(DType t) { return dtype_info[t].cls == 'i' || dtype_info[t].cls == 'u'; }
#endif
