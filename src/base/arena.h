/* Memory by lifetime: everything the compiler allocates lives in an arena and is freed with it. */
#ifndef TENON_BASE_ARENA_H
#define TENON_BASE_ARENA_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Arena Arena;

/* Every arena is registered; mem_release_all() frees those still open (used after an out-of-memory jump). */
Arena *arena_new(const char *purpose);
void arena_free(Arena *a);
/* Forgets everything allocated and runs the deferred calls, keeps one block for reuse. */
void arena_reset(Arena *a);
/* `bytes` of zeroed memory aligned to 16. Never returns NULL: when memory ends it jumps to the mem_guard handler. */
void *arena_alloc(Arena *a, size_t bytes);
/* count * size with overflow check. Memory is zeroed. */
void *arena_array(Arena *a, size_t count, size_t size);
void *arena_copy(Arena *a, const void *data, size_t bytes);
char *arena_strdup(Arena *a, const char *s);
char *arena_strndup(Arena *a, const char *s, size_t n);
char *arena_printf(Arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *a, const char *format, va_list args);
/* Run call(data) when the arena is freed or reset, last first (close a file, unmap, remove a temporary). */
void arena_defer(Arena *a, void (*call)(void *), void *data);

/* Out of memory and the budget. The top level does
 *     if (setjmp(*mem_guard())) { report; mem_release_all(); return 1; }
 * TENON_FAIL_ALLOC=n makes the n-th block request fail (every request after it too with n written as n+): tests. */
jmp_buf *mem_guard(void);
void mem_release_all(void);
_Noreturn void mem_out(size_t bytes);
/* malloc family through the same fault injection, for libraries that take an allocator (protobuf-c). NULL on failure. */
void *mem_try_alloc(size_t bytes);
void mem_try_free(void *p);

#define arena_new_of(arena, T) ((T *)arena_alloc((arena), sizeof(T)))
#define arena_array_of(arena, n, T) ((T *)arena_array((arena), (size_t)(n), sizeof(T)))
#endif
