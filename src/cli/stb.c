#include "cli/stb.h"
#include "base/arena.h"
#include <limits.h>
#include <string.h>

static void *grow(void *old, size_t old_bytes, size_t bytes) {
    void *p = mem_try_alloc(bytes);
    if (p && old) memcpy(p, old, old_bytes < bytes ? old_bytes : bytes);
    if (p) mem_try_free(old);
    return p;
}

#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_FAILURE_USERMSG
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_MAX_DIMENSIONS 16384
#define STBI_MALLOC(bytes) mem_try_alloc(bytes)
#define STBI_REALLOC_SIZED(p, old_bytes, bytes) grow(p, old_bytes, bytes)
#define STBI_FREE(p) mem_try_free(p)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

/* The library looks some bytes ahead (a zlib stream has its checksum there), so the input is copied and padded. */
bool stb_inflate(const uint8_t *in, size_t n_in, uint8_t *out, size_t n_out) {
    enum { PADDING = 16 };
    if (n_in > INT_MAX - PADDING || n_out > INT_MAX) return false;
    uint8_t *padded = mem_try_alloc(n_in + PADDING);
    if (!padded) mem_out(n_in + PADDING);
    memcpy(padded, in, n_in);
    memset(padded + n_in, 0, PADDING);
    int got = stbi_zlib_decode_noheader_buffer((char *)out, (int)n_out, (const char *)padded, (int)n_in + PADDING);
    mem_try_free(padded);
    return got == (int)n_out;
}

uint8_t *stb_decode(const uint8_t *in, size_t n_in, int channels, int *width, int *height, const char **reason) {
    int held;
    *reason = "the file is larger than 2 GiB";
    if (n_in > INT_MAX) return NULL;
    uint8_t *pixels = stbi_load_from_memory(in, (int)n_in, width, height, &held, channels);
    if (!pixels) *reason = stbi_failure_reason();
    return pixels;
}

void stb_free(uint8_t *pixels) {
    mem_try_free(pixels);
}
