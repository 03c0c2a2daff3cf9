#include "base/arena.h"
#include "base/internal.h"
#include "base/vec.h"
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define WITH_ASAN 1
#endif
#ifdef WITH_ASAN
/* An arena hides overruns from the sanitizer, so each allocation gets a poisoned tail. */
#include <sanitizer/asan_interface.h>
#define RED_ZONE 16
#define poison(at, n) ASAN_POISON_MEMORY_REGION((at), (n))
#define unpoison(at, n) ASAN_UNPOISON_MEMORY_REGION((at), (n))
#else
#define RED_ZONE 0
#define poison(at, n) ((void)(at), (void)(n))
#define unpoison(at, n) ((void)(at), (void)(n))
#endif

enum { ALIGN = 16, FIRST_BLOCK = 4096, LAST_BLOCK = 1 << 20, LARGE = 64 << 10 };

typedef struct Block {
    struct Block *next;
    size_t used, cap;
    size_t dirty; /* bytes from here on are still zero */
    unsigned char *data;
} Block;

typedef struct Deferred {
    struct Deferred *next;
    void (*call)(void *);
    void *data;
} Deferred;

struct Arena {
    Arena *next, *prev;
    const char *purpose;
    Block *current; /* the list of shared blocks, newest first */
    Block *large;   /* blocks of one allocation each */
    Deferred *deferred;
    size_t next_size;
};

static Arena *live; /* newest first */
static jmp_buf guard;
static bool guarded;
static Fault fail_alloc = {.variable = "TENON_FAIL_ALLOC"};

bool fault_due(Fault *f) {
    if (!f->read) {
        f->read = true;
        const char *text = getenv(f->variable);
        char *end = NULL;
        if (text && *text >= '0' && *text <= '9') f->at = strtoull(text, &end, 10);
        if (end) f->onwards = *end == '+';
    }
    if (!f->at) return false;
    f->count++;
    return f->onwards ? f->count >= f->at : f->count == f->at;
}

jmp_buf *mem_guard(void) {
    guarded = true;
    return &guard;
}

_Noreturn void mem_out(size_t bytes) {
    if (guarded) longjmp(guard, 1);
    fprintf(stderr, "tenon: out of memory (%zu bytes)\n", bytes);
    _Exit(1);
}

void *mem_try_alloc(size_t bytes) {
    if (fault_due(&fail_alloc)) return NULL;
    return malloc(bytes ? bytes : 1);
}

void mem_try_free(void *p) {
    free(p);
}

void mem_release_all(void) {
    while (live) arena_free(live);
}

Arena *arena_new(const char *purpose) {
    Arena *a = mem_try_alloc(sizeof *a);
    if (!a) mem_out(sizeof *a);
    *a = (Arena){.next = live, .purpose = purpose, .next_size = FIRST_BLOCK};
    if (live) live->prev = a;
    return live = a;
}

static void run_deferred(Arena *a) {
    while (a->deferred) {
        Deferred *d = a->deferred;
        a->deferred = d->next;
        d->call(d->data);
    }
}

static void free_blocks(Block *b) {
    while (b) {
        Block *next = b->next;
        unpoison(b->data, b->cap);
        free(b);
        b = next;
    }
}

void arena_free(Arena *a) {
    if (!a) return;
    run_deferred(a);
    free_blocks(a->current);
    free_blocks(a->large);
    if (a->prev)
        a->prev->next = a->next;
    else
        live = a->next;
    if (a->next) a->next->prev = a->prev;
    free(a);
}

void arena_reset(Arena *a) {
    run_deferred(a);
    free_blocks(a->large);
    a->large = NULL;
    Block *keep = a->current;
    if (!keep) return;
    free_blocks(keep->next);
    keep->next = NULL;
    keep->dirty = keep->used > keep->dirty ? keep->used : keep->dirty;
    keep->used = 0;
    poison(keep->data, keep->cap);
}

/* calloc, not malloc and memset: fresh pages of a large block stay untouched until they are used. */
static Block *block_new(size_t cap) {
    size_t slack = _Alignof(max_align_t) < ALIGN ? ALIGN : 0,
           header = (sizeof(Block) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    Block *b = fault_due(&fail_alloc) ? NULL : calloc(1, header + slack + cap);
    if (!b) mem_out(cap);
    unsigned char *data = (unsigned char *)b + header;
    data += (ALIGN - (uintptr_t)data % ALIGN) % ALIGN;
    b->data = data;
    b->cap = cap;
    poison(b->data, b->cap);
    return b;
}

/* What an allocation takes from its block. The caller has checked that `bytes` is far from SIZE_MAX. */
static size_t footprint(size_t bytes) {
    return (bytes + (bytes == 0) + RED_ZONE + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static void clear_dirty(Block *b, size_t from, size_t to) {
    size_t end = to < b->dirty ? to : b->dirty;
    if (from < end) memset(b->data + from, 0, end - from);
}

static void *take(Block *b, size_t bytes) {
    size_t at = b->used;
    b->used += footprint(bytes);
    unpoison(b->data + at, bytes);
    clear_dirty(b, at, at + bytes);
    return b->data + at;
}

void *arena_alloc(Arena *a, size_t bytes) {
    if (bytes > SIZE_MAX / 4) mem_out(bytes);
    size_t need = footprint(bytes);
    Block *b = a->current;
    if (b && b->cap - b->used >= need) return take(b, bytes);
    if (need > LARGE) {
        b = block_new(need);
        b->next = a->large;
        a->large = b;
        return take(b, bytes);
    }
    size_t size = a->next_size;
    while (size < need) size *= 2;
    b = block_new(size);
    a->next_size = size < LAST_BLOCK ? size * 2 : LAST_BLOCK;
    b->next = a->current;
    a->current = b;
    return take(b, bytes);
}

bool arena_extend(Arena *a, const void *at, size_t old_bytes, size_t new_bytes) {
    Block *b = a->current;
    if (!at || !b || new_bytes > SIZE_MAX / 4) return false;
    uintptr_t start = (uintptr_t)at, data = (uintptr_t)b->data;
    if (start < data || start >= data + b->used || start + footprint(old_bytes) != data + b->used) return false;
    size_t offset = (size_t)(start - data), need = footprint(new_bytes);
    if (need > b->cap - offset) return false;
    b->used = offset + need;
    unpoison(b->data + offset, new_bytes);
    clear_dirty(b, offset + old_bytes, offset + new_bytes);
    return true;
}

void *arena_array(Arena *a, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) mem_out(SIZE_MAX);
    return arena_alloc(a, bytes);
}

void *arena_copy(Arena *a, const void *data, size_t bytes) {
    void *copy = arena_alloc(a, bytes);
    if (bytes) memcpy(copy, data, bytes);
    return copy;
}

char *arena_strdup(Arena *a, const char *s) {
    return arena_strndup(a, s, strlen(s));
}

char *arena_strndup(Arena *a, const char *s, size_t n) {
    size_t length = n ? strnlen(s, n) : 0; /* nothing may come without an address */
    char *copy = arena_alloc(a, length + 1);
    if (length) memcpy(copy, s, length);
    return copy;
}

char *arena_printf(Arena *a, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(a, format, args);
    va_end(args);
    return text;
}

char *arena_vprintf(Arena *a, const char *format, va_list args) {
    char small[256];
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    char *text;
    if (n < 0) {
        text = arena_strdup(a, "");
    } else if ((size_t)n < sizeof small) {
        text = arena_copy(a, small, (size_t)n + 1);
    } else {
        text = arena_alloc(a, (size_t)n + 1);
        vsnprintf(text, (size_t)n + 1, format, again);
    }
    va_end(again);
    return text;
}

void arena_defer(Arena *a, void (*call)(void *), void *data) {
    Deferred *d = arena_new_of(a, Deferred);
    *d = (Deferred){a->deferred, call, data};
    a->deferred = d;
}

void *vec_grow(Arena *a, void *at, uint32_t *cap, uint32_t need, size_t size) {
    /* cap stays below UINT32_MAX so that n + 1 never wraps; a need below cap is a count cut to 32 bits. */
    if (need <= *cap || need == UINT32_MAX) mem_out(SIZE_MAX);
    uint64_t to = *cap < UINT32_MAX / 2 ? (uint64_t)*cap * 2 : UINT32_MAX - 1;
    if (to < 4) to = 4;
    if (to < need) to = need;
    size_t bytes;
    if (__builtin_mul_overflow((size_t)to, size, &bytes)) mem_out(SIZE_MAX);
    size_t old = *cap * size;
    /* The old copy is never freed: a shallow copy of the Vec may still read it. */
    if (!arena_extend(a, at, old, bytes)) {
        void *fresh = arena_alloc(a, bytes);
        if (old) memcpy(fresh, at, old);
        at = fresh;
    }
    *cap = (uint32_t)to;
    return at;
}
