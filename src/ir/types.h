/* Element types: one table. Numbers that a file format gives them stand in that format's table. */
#ifndef TENON_IR_TYPES_H
#define TENON_IR_TYPES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*  X(name, bytes, bits, C type, class, numpy descr)   class: f float, i signed, u unsigned, b bool, x neither
 *  bytes: of an element in memory, bits: what counts of it. Types of fewer than 8 bits have a byte for each element; only
 *  files pack them (dtype_pack). NumPy has no small types: their numbers or codes are its bytes. Strings are pointers to
 *  UTF-8 that ends with a 0; NULL is the empty one. Only moved and compared. */
#define DTYPE_TABLE(X) \
    X(f32, 4, 32, "float", 'f', "<f4") \
    X(f64, 8, 64, "double", 'f', "<f8") \
    X(f16, 2, 16, "uint16_t", 'f', "<f2") \
    X(bf16, 2, 16, "uint16_t", 'f', "<V2") \
    X(i8, 1, 8, "int8_t", 'i', "|i1") \
    X(i16, 2, 16, "int16_t", 'i', "<i2") \
    X(i32, 4, 32, "int32_t", 'i', "<i4") \
    X(i64, 8, 64, "int64_t", 'i', "<i8") \
    X(u8, 1, 8, "uint8_t", 'u', "|u1") \
    X(u16, 2, 16, "uint16_t", 'u', "<u2") \
    X(u32, 4, 32, "uint32_t", 'u', "<u4") \
    X(u64, 8, 64, "uint64_t", 'u', "<u8") \
    X(bool, 1, 8, "bool", 'b', "|b1") \
    X(string, 8, 64, "const char *", 'x', "|O") \
    X(f8e4m3fn, 1, 8, "uint8_t", 'f', "|V1") \
    X(f8e4m3fnuz, 1, 8, "uint8_t", 'f', "|V1") \
    X(f8e5m2, 1, 8, "uint8_t", 'f', "|V1") \
    X(f8e5m2fnuz, 1, 8, "uint8_t", 'f', "|V1") \
    X(f8e8m0, 1, 8, "uint8_t", 'f', "|V1") \
    X(f6e2m3, 1, 6, "uint8_t", 'f', "|V1") \
    X(f6e3m2, 1, 6, "uint8_t", 'f', "|V1") \
    X(f4e2m1, 1, 4, "uint8_t", 'f', "|V1") \
    X(i4, 1, 4, "int8_t", 'i', "|i1") \
    X(u4, 1, 4, "uint8_t", 'u', "|u1") \
    X(i2, 1, 2, "int8_t", 'i', "|i1") \
    X(u2, 1, 2, "uint8_t", 'u', "|u1")

typedef enum DType {
    DT_none,
#define X(name, bytes, bits, c, cls, npy) DT_##name,
    DTYPE_TABLE(X)
#undef X
        DT_count
} DType;

typedef struct {
    const char *name;   /* "f32" */
    int bytes;          /* of one element */
    int bits;           /* of it that hold the value */
    const char *c_type; /* of floats without one in C: the integer that holds their code; they are computed in float */
    char cls;
    const char *npy; /* descr in a .npy header */
} DTypeInfo;

extern const DTypeInfo dtype_info[DT_count];
DType dtype_parse(const char *name); /* DT_none when unknown */
static inline bool dtype_is_float(DType t) { return dtype_info[t].cls == 'f'; }
static inline bool dtype_is_int(DType t) { return dtype_info[t].cls == 'i' || dtype_info[t].cls == 'u'; }
/* A float that C has no type for: f16, bf16, f8.., f6.., f4... */
static inline bool dtype_is_coded(DType t) { return dtype_is_float(t) && dtype_info[t].bytes < 4; }
/* Only moved and converted, never computed with: floats of 8 bits or less, integers of less than 8. */
static inline bool dtype_is_small(DType t) { return t > DT_string && t < DT_count; }

/* The code of a coded float: to nearest even (f8e8m0: ties away from 0). Out of range: an infinity where the type has
 * them, else NaN where it has that, else the largest number. NaN of a type without: 0 of the other sign. f8e8m0 forgets the sign. */
uint32_t dtype_encode(DType t, float v);
float dtype_decode(DType t, uint32_t code);
double dtype_largest(DType t); /* the largest finite number of a float type, of an integer type of at most 32 bits */
double dtype_lowest(DType t);

/* Elements of fewer than 8 bits as files hold them: from the lowest bits of each byte up, without gaps. */
static inline int64_t dtype_packed_bytes(DType t, int64_t bytes) {
    int bits = dtype_info[t].bits;
    return bits == 0 || bits >= 8 ? bytes : bytes / 8 * bits + (bytes % 8 * bits + 7) / 8;
}
void dtype_pack(DType t, const void *elements, int64_t count, uint8_t *to); /* whole bytes, rest 0 */
void dtype_unpack(DType t, const uint8_t *from, int64_t count, void *elements);
#endif
