/* src/cli: .npy, .npz and pictures, honest and hostile, and the comparison of tensors. */
#include "base/str.h"
#include "cli/compare.h"
#include "cli/npy.h"
#include "cli/npz.h"
#include "cli/picture.h"
#include "cli/stb.h"
#include "test/unit/check.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static Arena *arena;

static void put16(Str *s, unsigned v) {
    char b[2] = {(char)(v & 255), (char)(v >> 8 & 255)};
    str_addn(s, b, 2);
}

static void put32(Str *s, uint32_t v) {
    put16(s, v & 0xffff);
    put16(s, v >> 16);
}

static void put64(Str *s, uint64_t v) {
    put32(s, (uint32_t)v);
    put32(s, (uint32_t)(v >> 32));
}

static void put_big32(Str *s, uint32_t v) {
    put16(s, (v >> 24 & 255) | (v >> 8 & 0xff00));
    put16(s, (v >> 8 & 255) | (v << 8 & 0xff00));
}

/* ---- npy ---- */

static Str npy(int version, const char *header, const void *data, size_t n) {
    Str s = str_new(arena);
    char lead[] = "\x93NUMPY\x01";
    lead[6] = (char)version;
    str_addn(&s, lead, 7);
    str_addn(&s, "", 1);
    put16(&s, (unsigned)strlen(header) & 0xffff);
    if (version > 1) put16(&s, 0);
    str_add(&s, header);
    str_addn(&s, data, n);
    return s;
}

static const Tensor *parse(Str s) {
    /* an exact copy, so that the sanitizer sees a read past its end */
    uint8_t *copy = malloc(s.n ? s.n : 1);
    if (!copy) abort();
    memcpy(copy, s.at, s.n);
    const Tensor *t = npy_parse(arena, diag_new(arena), "a.npy", copy, s.n);
    if (t && t->bytes) {
        Tensor *own = arena_copy(arena, t, sizeof *t);
        own->data = arena_copy(arena, t->data, t->bytes);
        t = own;
    }
    free(copy);
    return t;
}

static const char *refusal(Str s) {
    Diag *d = diag_new(arena);
    const Tensor *t = npy_parse(arena, d, "a.npy", (const uint8_t *)s.at, s.n);
    return t ? "read" : diag_text(d, 0) ? diag_text(d, 0) : "silent";
}

static bool refused(const char *header, const char *why) {
    static const char data[64];
    return strstr(refusal(npy(1, header, data, sizeof data)), why) != NULL;
}

static void test_npy_read(void) {
    const float f[6] = {1, 2, 3, 4, 5, 6};
    const Tensor *t = parse(npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", f, sizeof f));
    CHECK(t && t->dtype == DT_f32 && t->shape.rank == 2 && t->shape.dim[1] == 3 && tensor_float(t, 4) == 5);
    t = parse(npy(2, "{\"shape\":(3,2),\"fortran_order\":True,\"descr\":\"<f4\"}", f, sizeof f));
    CHECK(t && tensor_float(t, 0) == 1 && tensor_float(t, 1) == 4 && tensor_float(t, 2) == 2 &&
          tensor_float(t, 5) == 6);
    t = parse(npy(3, "{'descr': '|u1', 'fortran_order': False, 'shape': (), }", "\x07", 1));
    CHECK(t && t->dtype == DT_u8 && t->shape.rank == 0 && tensor_int(t, 0) == 7);
    t = parse(npy(1, "{'descr': '>i4', 'fortran_order': False, 'shape': (1L,), }", "\x00\x00\x01\x02", 4));
    CHECK(t && t->dtype == DT_i32 && tensor_int(t, 0) == 258);
    t = parse(npy(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", "\x00\x02\xff", 3));
    CHECK(t && t->dtype == DT_bool && ((const uint8_t *)t->data)[1] == 1 && ((const uint8_t *)t->data)[2] == 1);
    t = parse(npy(1, "{'descr': '|V2', 'fortran_order': False, 'shape': (1,), }", "\x80\x3f", 2));
    CHECK(t && t->dtype == DT_bf16 && tensor_float(t, 0) == 1);
    t = parse(npy(1, "{'descr': '<i8', 'fortran_order': False, 'shape': (0, 4), }", "", 0));
    CHECK(t && t->bytes == 0 && shape_count(&t->shape) == 0);
    t = parse(npy(1, "{'descr': '<V1', 'fortran_order': False, 'shape': (2,), }", "\x38\x0f", 2));
    CHECK(t && t->dtype == DT_u8 && npy_as(arena, t, DT_f32) == t);
    const Tensor *f8 = npy_as(arena, t, DT_f8e4m3fn), *i4 = npy_as(arena, t, DT_i4);
    CHECK(f8->dtype == DT_f8e4m3fn && tensor_float(f8, 0) == 1);
    CHECK(i4->dtype == DT_i4 && tensor_int(i4, 0) == -8 && tensor_int(i4, 1) == -1);
}

static void test_npy_refused(void) {
    CHECK(refused("{'descr': '<f4', 'fortran_order': False, 'shape': (17,), }", "do not fit f32[17]"));
    CHECK(refused("{'descr': '<f4', 'fortran_order': False, 'shape': (15,), }", "do not fit"));
    CHECK(refused("{'descr': '<c8', 'fortran_order': False, 'shape': (8,), }", "'<c8' is not supported"));
    CHECK(refused("{'descr': '|O', 'fortran_order': False, 'shape': (8,), }", "not supported"));
    CHECK(refused("{'descr': '<c8', 'fortran_order': False, 'shape': (4,), }", "not supported"));
    CHECK(refused("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (16,), }", "structured"));
    CHECK(refused("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,16), }", "8 dimensions"));
    CHECK(refused("{'descr': '<f4', 'fortran_order': False, 'shape': (16), }", "header"));
    CHECK(refused("{'descr': '<f4', 'fortran_order': False, 'shape': (-16,), }", "header"));
    CHECK(refused("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "header"));
    CHECK(refused("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "do not fit"));
    CHECK(refused("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,), }", "do not fit"));
    CHECK(refused("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (16,), }", "header"));
    CHECK(refused("{'descr': '<f4', 'shape': (16,), }", "header"));
    CHECK(refused("{'descr': '<f4", "header"));
    CHECK(refused("{'descr': '<f4', 'fortran_order': False, 'shape': (16,), } x", "header"));
    CHECK(refused("", "header"));
    Str s = str_new(arena);
    CHECK(strstr(refusal(s), "not a .npy"));
    str_addn(&s, "\x93NUMPY\x01\x00\xff\xff{", 11);
    CHECK(strstr(refusal(s), "cut short"));
    s = str_new(arena);
    str_addn(&s, "\x93NUMPY\x02\x00\xff\xff", 10);
    CHECK(strstr(refusal(s), "cut short"));
    s = str_new(arena);
    str_addn(&s, "\x93NUMPY\x09\x00\x00\x00", 10);
    CHECK(strstr(refusal(s), "version 9"));
}

static void test_npy_write(const char *folder) {
    static const int64_t dims[] = {2, 3};
    Diag *d = diag_new(arena);
    for (int rank = 0; rank <= 2; rank++)
        for (int type = DT_none + 1; type < DT_count; type++) {
            static const char *const strings[] = {"a", "\xc3\xa9\xe2\x98\x83\xf0\x9f\x8e\x84", "", "x\xff\xe2\x98", "\xed\xa0\x80", "\xf4\x90\x80\x80"};
            Tensor *t = tensor_new(arena, (DType)type, shape_of(rank, dims));
            for (int64_t i = 0; i < shape_count(&t->shape); i++)
                if (type == DT_string)
                    ((const char **)(uintptr_t)t->data)[i] = strings[i];
                else
                    tensor_set_int(t, i, i % 2);
            const char *path = path_join(arena, folder, "a.npy");
            OutSet *set = out_begin(arena, d);
            CHECK(npy_write(set, path, t) && out_commit(set));
            const Tensor *back = npy_as(arena, npy_read(arena, d, path), (DType)type);
            CHECK(back && tensor_equal(t, back));
            CHECK(back && ((uintptr_t)back->data % 64 == 0 || type == DT_bool || type == DT_string || dtype_is_small((DType)type)));
        }
    CHECK(diag_errors(d) == 0);
    CHECK(!npy_read(arena, d, path_join(arena, folder, "none.npy")) && diag_errors(d) == 1);
    unlink(path_join(arena, folder, "a.npy"));
}

/* ---- npz ---- */

typedef struct {
    uint32_t crc;
    uint64_t packed, unpacked, offset;
    unsigned method, flags;
    const char *name;
    bool wide; /* 64-bit sizes in the extra field */
} ZipEntry;

static void local_header(Str *z, const ZipEntry *e, const Str *contents) {
    put32(z, 0x04034b50);
    put16(z, 20), put16(z, e->flags), put16(z, e->method), put32(z, 0), put32(z, e->crc);
    put32(z, (uint32_t)e->packed), put32(z, (uint32_t)e->unpacked), put16(z, (unsigned)strlen(e->name)), put16(z, 0);
    str_add(z, e->name);
    str_addn(z, contents->at, contents->n);
}

static void central_header(Str *z, const ZipEntry *e) {
    put32(z, 0x02014b50);
    put16(z, 20), put16(z, 20), put16(z, e->flags), put16(z, e->method), put32(z, 0), put32(z, e->crc);
    put32(z, e->wide ? 0xffffffffu : (uint32_t)e->packed), put32(z, e->wide ? 0xffffffffu : (uint32_t)e->unpacked);
    put16(z, (unsigned)strlen(e->name)), put16(z, e->wide ? 28 : 0), put16(z, 0), put16(z, 0), put16(z, 0), put32(z, 0);
    put32(z, e->wide ? 0xffffffffu : (uint32_t)e->offset);
    str_add(z, e->name);
    if (e->wide) put16(z, 1), put16(z, 24), put64(z, e->unpacked), put64(z, e->packed), put64(z, e->offset);
}

static Str zip(ZipEntry *e, const Str *contents, bool end64) {
    Str z = str_new(arena);
    local_header(&z, e, contents);
    size_t directory = z.n;
    central_header(&z, e);
    size_t end = z.n;
    if (end64) {
        put32(&z, 0x06064b50), put64(&z, 44), put16(&z, 45), put16(&z, 45), put32(&z, 0), put32(&z, 0);
        put64(&z, 1), put64(&z, 1), put64(&z, end - directory), put64(&z, directory);
        put32(&z, 0x07064b50), put32(&z, 0), put64(&z, end), put32(&z, 1);
    }
    put32(&z, 0x06054b50), put16(&z, 0), put16(&z, 0), put16(&z, end64 ? 0xffff : 1), put16(&z, end64 ? 0xffff : 1);
    put32(&z, end64 ? 0xffffffffu : (uint32_t)(end - directory)), put32(&z, end64 ? 0xffffffffu : (uint32_t)directory);
    put16(&z, 0);
    return z;
}

/* A deflate stream of one stored block. */
static Str deflate_stored(const Str *s) {
    Str out = str_new(arena);
    str_addn(&out, "\x01", 1);
    put16(&out, (unsigned)s->n), put16(&out, ~(unsigned)s->n & 0xffff);
    str_addn(&out, s->at, s->n);
    return out;
}

static const Tensor *first_array(const Str *z, Diag *d) {
    Npz *n = npz_parse(arena, d, "a.npz", (const uint8_t *)z->at, z->n);
    return n && npz_count(n) ? npz_get(n, 0) : NULL;
}

static uint32_t crc_of(const Str *s) { /* bit by bit, apart from the reader's own table */
    uint32_t c = 0xffffffffu;
    for (size_t i = 0; i < s->n; i++)
        for (int bit = 0; bit < 8; bit++) {
            bool low = ((c ^ (uint32_t)((unsigned char)s->at[i] >> bit)) & 1) != 0;
            c = low ? 0xedb88320u ^ c >> 1 : c >> 1;
        }
    return c ^ 0xffffffffu;
}

static void test_npz(void) {
    const int32_t v[3] = {7, 8, 9};
    Str a = npy(1, "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }", v, sizeof v), p = deflate_stored(&a), z;
    ZipEntry e = {.crc = crc_of(&a), .packed = a.n, .unpacked = a.n, .name = "x=y.npy"};
    Diag *d = diag_new(arena);
    for (int i = 0; i < 4; i++) {
        e.wide = i & 1;
        z = zip(&e, &a, i & 2);
        const Tensor *t = first_array(&z, d);
        CHECK(t && t->dtype == DT_i32 && tensor_int(t, 2) == 9);
    }
    Npz *n = npz_parse(arena, d, "a.npz", (const uint8_t *)z.at, z.n);
    CHECK(n && npz_find(n, "x=y") == 0 && npz_find(n, "x") == MAP_NONE);
    e.method = 8;
    e.packed = p.n;
    z = zip(&e, &p, false);
    CHECK(first_array(&z, d) != NULL);
    CHECK(diag_errors(d) == 0);
}

static void test_npz_refused(void) {
    const int32_t v[3] = {7, 8, 9};
    Str a = npy(1, "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }", v, sizeof v), p = deflate_stored(&a), z;
    static const struct {
        unsigned method, flags;
        int64_t unpacked, packed, offset;
        uint32_t crc;
        const char *why;
    } bad[] = {{0, 0, 0, 0, 0, 1, "checksum"},
               {0, 1, 0, 0, 0, 0, "encrypted"},
               {14, 0, 0, 0, 0, 0, "only stored and deflated"},
               {0, 0, 5, 0, 0, 0, "contradict"},
               {8, 0, 1, 0, 0, 0, "damaged"},
               {8, 0, 1 << 30, 0, 0, 0, "damaged"},
               {8, 0, INT64_C(1) << 40, INT64_C(1) << 31, 0, 0, "cut short"},
               {0, 0, 1 << 20, 1 << 20, 0, 0, "cut short"},
               {0, 0, 0, 0, 1 << 20, 0, "damaged"},
               {0, 0, 0, 0, -1, 0, "damaged"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const Str *contents = bad[i].method == 8 ? &p : &a;
        ZipEntry e = {.crc = crc_of(&a) + bad[i].crc, .name = "x.npy", .method = bad[i].method, .flags = bad[i].flags};
        e.packed = contents->n + (uint64_t)bad[i].packed;
        e.unpacked = a.n + (uint64_t)bad[i].unpacked;
        e.offset = (uint64_t)bad[i].offset;
        e.wide = true;
        Diag *d = diag_new(arena);
        z = zip(&e, contents, false);
        CHECK(!first_array(&z, d));
        if (!CHECK(diag_text(d, 0) && strstr(diag_text(d, 0), bad[i].why)))
            fprintf(stderr, "  %s\n", diag_text(d, 0) ? diag_text(d, 0) : "silent");
    }
    ZipEntry e = {.crc = crc_of(&a), .packed = a.n, .unpacked = a.n, .name = "x.npy"};
    z = zip(&e, &a, true);
    for (size_t n = 0; n < z.n; n++) { /* cut anywhere: refused, never read beyond */
        uint8_t *copy = malloc(n + 1);
        if (!copy) abort();
        memcpy(copy, z.at, n);
        CHECK(!npz_parse(arena, diag_new(arena), "a.npz", copy, n));
        free(copy);
    }
}

/* Every byte changed in turn: whatever happens, nothing is read or written outside (the sanitizers watch). */
static void test_mutations(void) {
    const int32_t v[3] = {7, 8, 9};
    Str a = npy(1, "{'descr': '<i4', 'fortran_order': True, 'shape': (3,1), }", v, sizeof v), p = deflate_stored(&a);
    ZipEntry e = {.crc = crc_of(&a), .packed = p.n, .unpacked = a.n, .name = "x.npy", .method = 8, .wide = true};
    Str z = zip(&e, &p, true);
    uint8_t *copy = malloc(z.n);
    if (!copy) abort();
    for (size_t i = 0; i < z.n; i++)
        for (int change = 0; change < 4; change++) {
            static const uint8_t with[] = {0x00, 0xff, 0x80, 0x01};
            Arena *keep = arena;
            arena = arena_new("mutation");
            Diag *d = diag_new(arena);
            memcpy(copy, z.at, z.n);
            copy[i] = change < 2 ? with[change] : copy[i] ^ with[change];
            Npz *n = npz_parse(arena, d, "a.npz", copy, z.n);
            for (uint32_t k = 0; n && k < npz_count(n); k++) npz_get(n, k);
            if (i < a.n) {
                memcpy(copy, a.at, a.n);
                copy[i] = change < 2 ? with[change] : copy[i] ^ with[change];
                npy_parse(arena, d, "a.npy", copy, a.n);
            }
            arena_free(arena);
            arena = keep;
        }
    free(copy);
    CHECK(true);
}

/* ---- pictures ---- */

static void chunk(Str *s, const char *type, const Str *data) {
    put_big32(s, (uint32_t)data->n);
    str_addn(s, type, 4);
    str_addn(s, data->at, data->n);
    put_big32(s, 0); /* the decoder does not look at checksums */
}

/* 2 x 2 RGB: red, green / blue, white. */
static Str png(void) {
    static const char rows[] = "\0\xff\0\0\0\xff\0"
                               "\0\0\0\xff\xff\xff\xff";
    Str s = str_new(arena), header = str_new(arena), raw = str_new(arena), data = str_new(arena), none = str_new(arena);
    str_addn(&s, "\x89PNG\r\n\x1a\n", 8);
    put_big32(&header, 2), put_big32(&header, 2);
    str_addn(&header, "\x08\x02\0\0\0", 5);
    str_addn(&raw, rows, 14);
    str_addn(&data, "\x78\x01", 2);
    Str packed = deflate_stored(&raw);
    str_addn(&data, packed.at, packed.n);
    put_big32(&data, 0);
    chunk(&s, "IHDR", &header);
    chunk(&s, "IDAT", &data);
    chunk(&s, "IEND", &none);
    return s;
}

static const Tensor *picture(DType t, Shape *shape, const PictureOptions *o, Diag *d) {
    Str s = png();
    return picture_tensor(arena, d, "a.png", (Bytes){(const uint8_t *)s.at, s.n}, "x", t, shape, o);
}

static void test_pictures(void) {
    PictureOptions plain = {.scale = 1}, scaled = {.scale = 2, .nmean = 1, .mean = {10}, .nstd = 3, .std = {1, 2, 5}};
    Diag *d = diag_new(arena);
    Shape s = shape_of(4, (int64_t[]){1, 3, 2, 2});
    const Tensor *t = picture(DT_f32, &s, &plain, d);
    CHECK(t && tensor_float(t, 0) == 255 && tensor_float(t, 1) == 0 && tensor_float(t, 3) == 255);
    CHECK(t && tensor_float(t, 5) == 255 && tensor_float(t, 10) == 255 && tensor_float(t, 8) == 0);
    t = picture(DT_f32, &s, &scaled, d);
    CHECK(t && tensor_float(t, 0) == 500 && tensor_float(t, 5) == 250 && tensor_float(t, 8) == -2);
    plain.bgr = true;
    t = picture(DT_u8, &s, &plain, d);
    CHECK(t && tensor_int(t, 0) == 0 && tensor_int(t, 2) == 255 && tensor_int(t, 8) == 255);
    plain.bgr = false;
    s = shape_of(4, (int64_t[]){1, 4, 4, 3});
    t = picture(DT_i8, &s, &plain, d);
    CHECK(t && tensor_int(t, 0) == -1 && tensor_int(t, 1) == 0 && tensor_int(t, 47) == -1);
    s = shape_of(4, (int64_t[]){1, 4, 4, 3});
    t = picture(DT_f32, &s, &plain, d); /* centres lie at -0.25, 0.25, 0.75, 1.25 of the source */
    CHECK(t && tensor_float(t, 0) == 255 && tensor_float(t, 3) == 191.25 && tensor_float(t, 6) == 63.75);
    s = shape_of(3, (int64_t[]){1, 2, 2});
    t = picture(DT_f32, &s, &plain, d);
    CHECK(t && shape_count(&t->shape) == 4 && tensor_float(t, 3) == 255 && tensor_float(t, 0) < 255);
    SymTable *sym = sym_new(arena);
    Dim h = dim_symbol(sym, "H"), w = dim_symbol(sym, "W");
    s = (Shape){.rank = 4, .dim = {dim_symbol(sym, "N"), 3, h, w}};
    t = picture(DT_f32, &s, &plain, d);
    CHECK(t && t->shape.dim[0] == 1 && t->shape.dim[2] == 2 && t->shape.dim[3] == 2);
    CHECK(diag_errors(d) == 0);
}

static void test_pictures_refused(void) {
    PictureOptions plain = {.scale = 1};
    static const int64_t wrong[][4] = {{2, 3, 2, 2}, {1, 2, 2, 2}, {1, 3, 0, 2}, {1, 3, 1 << 20, 2}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Shape s = shape_of(4, wrong[i]);
        Diag *d = diag_new(arena);
        CHECK(!picture(DT_f32, &s, &plain, d) && diag_errors(d) == 1);
    }
    Shape s = shape_of(2, wrong[0]), image = shape_of(4, (int64_t[]){1, 3, 2, 2});
    Diag *d = diag_new(arena);
    CHECK(!picture(DT_f32, &s, &plain, d) && !picture(DT_bool, &image, &plain, d));
    Str p = png();
    uint8_t *copy = malloc(p.n);
    if (!copy) abort();
    for (size_t n = 0; n < p.n; n++) {
        const char *why;
        int width, height;
        uint8_t *exact = malloc(n + 1), *pixels;
        if (!exact) abort();
        memcpy(exact, p.at, n);
        pixels = stb_decode(exact, n, 3, &width, &height, &why);
        stb_free(pixels);
        for (int change = 0; change < 3; change++) {
            memcpy(copy, p.at, p.n);
            copy[n] ^= (uint8_t)(0x81 >> change * 3);
            pixels = stb_decode(copy, p.n, 3, &width, &height, &why);
            stb_free(pixels);
        }
        free(exact);
    }
    free(copy);
    CHECK(!picture_probe((const uint8_t *)"PK\3\4....", 8) && picture_probe((const uint8_t *)p.at, p.n));
}

/* ---- comparison ---- */

static Tensor *floats(const float *v, int64_t n) {
    Tensor *t = tensor_new(arena, DT_f32, shape_of(1, &n));
    for (int64_t i = 0; i < n; i++) tensor_set_float(t, i, (double)v[i]);
    return t;
}

static void test_compare(void) {
    const float a[4] = {1, 100, NAN, INFINITY}, b[4] = {1.00005f, 100.005f, NAN, INFINITY},
                c[4] = {1, 100, 0, -INFINITY};
    Tolerance tight = {.rtol = 1e-4}, largest = {.atol = 1e-3, .atol_of_largest = true, .exact_integers = true};
    Comparison r = compare_tensors(arena, floats(b, 4), floats(a, 4), tight);
    CHECK(r.same && r.of == 4 && r.largest > 0.004 && r.largest < 0.006);
    r = compare_tensors(arena, floats(c, 4), floats(a, 4), tight);
    CHECK(!r.same && r.bad == 2 && r.worst == 2);
    CHECK(!compare_tensors(arena, floats(a, 3), floats(a, 4), tight).same);
    const float d[2] = {0, 1000}, e[2] = {0.9f, 1000}, f[2] = {1.1f, 1000};
    CHECK(compare_tensors(arena, floats(e, 2), floats(d, 2), largest).same);
    CHECK(!compare_tensors(arena, floats(f, 2), floats(d, 2), largest).same);
    Shape one = shape_of(0, NULL);
    Tensor *x = tensor_new(arena, DT_u64, one), *y = tensor_new(arena, DT_u64, one);
    tensor_set_int(x, 0, -1);
    CHECK(!compare_tensors(arena, x, y, largest).same && compare_tensors(arena, x, x, largest).same);
}

int main(void) {
    const char *base = getenv("TMPDIR");
    arena = arena_new("test");
    char *folder = arena_printf(arena, "%s/npy_test-XXXXXX", base && *base ? base : P_tmpdir);
    if (!mkdtemp(folder)) return 1;
    test_npy_read();
    test_npy_refused();
    test_npy_write(folder);
    test_npz();
    test_npz_refused();
    test_mutations();
    test_pictures();
    test_pictures_refused();
    test_compare();
    rmdir(folder);
    arena_free(arena);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
