/* The zip format after PKWARE's APPNOTE 6.3: sections 4.3.7 (local header), 4.3.12 (central header), 4.3.14 to 4.3.16
 * (ends of the directory, with their 64-bit forms), 4.5.3 (extra field of 64-bit sizes). */
#include "cli/npz.h"
#include "cli/stb.h"
#include <limits.h>
#include <string.h>

typedef struct {
    const char *name;
    uint64_t packed, unpacked, header; /* bytes, bytes, offset of the local header */
    uint32_t crc;
    uint16_t method, flags;
    const Tensor *tensor;
} Entry;

struct Npz {
    Arena *arena;
    Diag *diag;
    const char *file;
    const uint8_t *data;
    size_t n;
    Vec(Entry) entry;
    Map by_name;
};

enum { END_BYTES = 22, LOCATOR_BYTES = 20, END64_BYTES = 56, CENTRAL_BYTES = 46, LOCAL_BYTES = 30 };
enum { METHOD_STORED = 0, METHOD_DEFLATE = 8, FLAG_ENCRYPTED = 1 };
#define DEFLATE_RATIO 1032 /* deflate cannot do better than 258 bytes for two bits */

static uint32_t read16(const uint8_t *p) {
    return (uint32_t)(p[0] | p[1] << 8);
}
static uint32_t read32(const uint8_t *p) {
    return read16(p) | read16(p + 2) << 16;
}
static uint64_t read64(const uint8_t *p) {
    return read32(p) | (uint64_t)read32(p + 4) << 32;
}

static bool damaged(Npz *z, const char *what) {
    return diag_error(z->diag, (Loc){.file = z->file}, "write it again with numpy.savez", "%s", what);
}

static uint32_t crc32_of(const uint8_t *p, size_t n) {
    static uint32_t table[256];
    if (!table[1])
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
            table[i] = c;
        }
    uint32_t c = 0xffffffffu;
    for (size_t i = 0; i < n; i++) c = table[(c ^ p[i]) & 255] ^ c >> 8;
    return c ^ 0xffffffffu;
}

/* `bytes` bytes at `offset` lie within the file. */
static bool inside(const Npz *z, uint64_t offset, uint64_t bytes) {
    return offset <= z->n && bytes <= z->n - offset;
}

/* The end record stands last, before a comment of at most 65535 bytes. */
static const uint8_t *find_end(const Npz *z) {
    if (z->n < END_BYTES) return NULL;
    for (size_t at = z->n - END_BYTES + 1, left = 65536; at-- > 0 && left-- > 0;)
        if (read32(z->data + at) == 0x06054b50 && read16(z->data + at + 20) == z->n - END_BYTES - at)
            return z->data + at;
    return NULL;
}

static bool find_directory(Npz *z, uint64_t *offset, uint64_t *bytes, uint64_t *entries) {
    const uint8_t *end = find_end(z);
    if (!end) return damaged(z, "is not a .npz file, or its end is missing");
    *entries = read16(end + 10);
    *bytes = read32(end + 12);
    *offset = read32(end + 16);
    if (*entries == 0xffff || *bytes == 0xffffffff || *offset == 0xffffffff) {
        const uint8_t *locator = end - LOCATOR_BYTES;
        if (end - z->data < LOCATOR_BYTES || read32(locator) != 0x07064b50)
            return damaged(z, "the archive's 64-bit directory is missing");
        uint64_t at = read64(locator + 8);
        if (!inside(z, at, END64_BYTES) || read32(z->data + at) != 0x06064b50)
            return damaged(z, "the archive's 64-bit directory is damaged");
        *entries = read64(z->data + at + 32);
        *bytes = read64(z->data + at + 40);
        *offset = read64(z->data + at + 48);
    }
    if (!inside(z, *offset, *bytes) || *entries > *bytes / CENTRAL_BYTES)
        return damaged(z, "the archive's directory is cut short");
    return true;
}

/* Sizes that do not fit 32 bits stand in the extra field 1, only those, in this order. */
static bool wide_sizes(Entry *e, const uint8_t *extra, size_t n) {
    uint64_t *want[] = {&e->unpacked, &e->packed, &e->header};
    while (n >= 4) {
        size_t id = read16(extra), length = read16(extra + 2);
        if (length > n - 4) return false;
        const uint8_t *at = extra + 4, *end = at + length;
        for (int i = 0; id == 1 && i < 3; i++) {
            if (*want[i] != 0xffffffff) continue;
            if (end - at < 8) return false;
            *want[i] = read64(at);
            at += 8;
        }
        if (id == 1) return true;
        extra += 4 + length;
        n -= 4 + length;
    }
    return e->unpacked != 0xffffffff && e->packed != 0xffffffff && e->header != 0xffffffff;
}

static char *entry_name(Arena *a, const uint8_t *text, size_t n) {
    char *name = arena_strndup(a, (const char *)text, n);
    n = strlen(name);
    if (n > 4 && !strcmp(name + n - 4, ".npy")) name[n - 4] = 0;
    return name;
}

static bool read_directory(Npz *z, uint64_t offset, uint64_t bytes, uint64_t entries) {
    const uint8_t *p = z->data + offset, *end = p + bytes;
    for (uint64_t i = 0; i < entries; i++) {
        if (end - p < CENTRAL_BYTES || read32(p) != 0x02014b50) return damaged(z, "the archive's directory is damaged");
        size_t name = read16(p + 28), extra = read16(p + 30), comment = read16(p + 32);
        if ((size_t)(end - p) - CENTRAL_BYTES < name + extra + comment)
            return damaged(z, "the archive's directory is cut short");
        Entry e = {.flags = (uint16_t)read16(p + 8), .method = (uint16_t)read16(p + 10), .crc = read32(p + 16)};
        e.packed = read32(p + 20);
        e.unpacked = read32(p + 24);
        e.header = read32(p + 42);
        e.name = entry_name(z->arena, p + CENTRAL_BYTES, name);
        if (!wide_sizes(&e, p + CENTRAL_BYTES + name, extra)) return damaged(z, "an extra field is damaged");
        if (map_get(&z->by_name, e.name) == MAP_NONE) {
            map_set(z->arena, &z->by_name, e.name, z->entry.n);
            vec_push(z->arena, &z->entry, e);
        }
        p += CENTRAL_BYTES + name + extra + comment;
    }
    return true;
}

Npz *npz_parse(Arena *a, Diag *d, const char *name, const uint8_t *data, size_t n) {
    Npz *z = arena_new_of(a, Npz);
    *z = (Npz){.arena = a, .diag = d, .file = arena_strdup(a, name), .data = data, .n = n};
    uint64_t offset = 0, bytes = 0, entries = 0;
    return find_directory(z, &offset, &bytes, &entries) && read_directory(z, offset, bytes, entries) ? z : NULL;
}

Npz *npz_open(Arena *a, Diag *d, const char *path) {
    Bytes b;
    return io_map(a, d, path, &b) ? npz_parse(a, d, path, b.data, b.n) : NULL;
}

uint32_t npz_count(const Npz *z) {
    return z->entry.n;
}
const char *npz_name(const Npz *z, uint32_t i) {
    return z->entry.at[i].name;
}
uint32_t npz_find(const Npz *z, const char *name) {
    return map_get(&z->by_name, name);
}

static bool refuse(Npz *z, const Entry *e, const char *what) {
    return diag_error(z->diag, (Loc){.file = z->file, .field = e->name}, "write it again with numpy.savez", "%s", what);
}

static bool inflate_entry(Npz *z, const Entry *e, const uint8_t *packed, const uint8_t **out) {
    if (e->packed > INT_MAX || e->unpacked > INT_MAX)
        return refuse(z, e, "compressed arrays of more than 2 GiB are not supported, use numpy.savez instead");
    if (e->unpacked / DEFLATE_RATIO > e->packed) return refuse(z, e, "the compressed data are damaged");
    uint8_t *to = arena_alloc(z->arena, (size_t)e->unpacked + 1);
    if (!stb_inflate(packed, (size_t)e->packed, to, (size_t)e->unpacked))
        return refuse(z, e, "the compressed data are damaged");
    *out = to;
    return true;
}

static bool unpack(Npz *z, const Entry *e, const uint8_t **out) {
    if (!inside(z, e->header, LOCAL_BYTES) || read32(z->data + e->header) != 0x04034b50)
        return refuse(z, e, "the entry's header is damaged");
    if (e->flags & FLAG_ENCRYPTED) return refuse(z, e, "the entry is encrypted");
    const uint8_t *local = z->data + e->header;
    uint64_t start = e->header + LOCAL_BYTES + read16(local + 26) + read16(local + 28);
    if (!inside(z, start, e->packed)) return refuse(z, e, "the entry is cut short");
    const uint8_t *packed = z->data + start;
    if (e->method == METHOD_STORED) {
        if (e->packed != e->unpacked) return refuse(z, e, "the entry's sizes contradict each other");
        *out = packed;
    } else if (e->method != METHOD_DEFLATE) {
        return refuse(z, e, "only stored and deflated entries are supported");
    } else if (!inflate_entry(z, e, packed, out)) {
        return false;
    }
    return crc32_of(*out, (size_t)e->unpacked) == e->crc || refuse(z, e, "the checksum is wrong");
}

const Tensor *npz_get(Npz *z, uint32_t i) {
    Entry *e = &z->entry.at[i];
    const uint8_t *bytes = NULL;
    if (!e->tensor && unpack(z, e, &bytes))
        e->tensor = npy_parse(z->arena, z->diag, arena_printf(z->arena, "%s: %s", z->file, e->name), bytes,
                              (size_t)e->unpacked);
    return e->tensor;
}
