/* Protobuf files: checked before they are unpacked, because protobuf-c unpacks nested messages by recursion. */
#include "base/io.h"
#include "import/onnx/internal.h"

typedef struct {
    const ProtobufCMessageDescriptor *type;
    size_t end;    /* offset behind the message */
    uint64_t seen; /* optional message fields met so far, by index */
} WireFrame;

typedef struct {
    const uint8_t *data;
    size_t at, end;
} Wire;

static bool wire_varint(Wire *w, uint64_t *out) {
    uint64_t v = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (w->at >= w->end) return false;
        uint8_t b = w->data[w->at++];
        if (shift < 64) v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            *out = v;
            return true;
        }
    }
    return false;
}

static bool wire_skip(Wire *w, uint64_t n) {
    if (n > w->end - w->at) return false;
    w->at += (size_t)n;
    return true;
}

static const char too_deep[] = "messages are nested more than 64 deep";

/* One field of the innermost message; a nested message is pushed. NULL or what is wrong. */
static const char *wire_field(Wire *w, WireFrame *stack, int *depth) {
    uint64_t tag, n;
    WireFrame *f = &stack[*depth - 1];
    if (!wire_varint(w, &tag)) return "a field is cut off";
    if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff) return "a field has an invalid number";
    switch (tag & 7) {
    case 0: return wire_varint(w, &n) ? NULL : "a number is cut off";
    case 1: return wire_skip(w, 8) ? NULL : "a number is cut off";
    case 5: return wire_skip(w, 4) ? NULL : "a number is cut off";
    case 2: break;
    default: return "a field has an unknown encoding";
    }
    if (!wire_varint(w, &n) || n > w->end - w->at) return "a field reaches beyond its message";
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(f->type, (unsigned)(tag >> 3));
    if (!field || field->type != PROTOBUF_C_TYPE_MESSAGE) {
        w->at += (size_t)n;
        return NULL;
    }
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        uint64_t bit = UINT64_C(1) << ((size_t)(field - f->type->fields) & 63);
        if (f->seen & bit) return "a field that may occur once occurs twice";
        f->seen |= bit;
    }
    if (*depth == ONNX_MAX_DEPTH) return too_deep;
    stack[(*depth)++] = (WireFrame){field->descriptor, w->at + (size_t)n, 0};
    w->end = w->at + (size_t)n;
    return NULL;
}

static bool wire_check(Diag *d, const char *path, Bytes b, const ProtobufCMessageDescriptor *type) {
    WireFrame stack[ONNX_MAX_DEPTH];
    Wire w = {b.data, 0, b.n};
    int depth = 1;
    stack[0] = (WireFrame){type, b.n, 0};
    while (depth) {
        if (w.at == stack[depth - 1].end) {
            if (--depth) w.end = stack[depth - 1].end;
            continue;
        }
        size_t at = w.at;
        const char *wrong = wire_field(&w, stack, &depth);
        if (wrong)
            return diag_error(d, (Loc){.file = path},
                              wrong == too_deep ? "the model has too many sub-graphs inside each other"
                                                : "the file is damaged or of another format",
                              "not a readable ONNX file: byte %zu: %s", at, wrong);
    }
    return true;
}

typedef struct {
    ProtobufCAllocator allocator;
    ProtobufCMessage *message;
    size_t failed; /* bytes of the request that could not be met */
} Unpacked;

static void *unpack_alloc(void *data, size_t n) {
    Unpacked *u = data;
    void *p = mem_try_alloc(n ? n : 1);
    if (!p) u->failed = n ? n : 1;
    return p;
}

static void unpack_free(void *data, void *p) {
    (void)data;
    mem_try_free(p);
}

static void unpack_release(void *data) {
    Unpacked *u = data;
    if (u->message) protobuf_c_message_free_unpacked(u->message, &u->allocator);
}

ProtobufCMessage *onnx_unpack(Arena *a, Diag *d, const char *path, const ProtobufCMessageDescriptor *type) {
    Arena *tmp = arena_new("onnx file");
    Bytes b;
    Unpacked *u = arena_new_of(a, Unpacked);
    *u = (Unpacked){{unpack_alloc, unpack_free, u}, NULL, 0};
    arena_defer(a, unpack_release, u);
    bool ok = io_map(tmp, d, path, &b);
    if (ok && b.n == 0) ok = diag_error(d, (Loc){.file = path}, "copy or export it again", "the file is empty");
    if (ok && wire_check(d, path, b, type)) {
        u->message = protobuf_c_message_unpack(type, &u->allocator, b.n, b.data);
        if (!u->message && !u->failed)
            diag_error(d, (Loc){.file = path}, "the file is damaged or of another format", "not a readable ONNX file");
    }
    arena_free(tmp);
    if (u->failed && !u->message) mem_out(u->failed);
    return u->message;
}
