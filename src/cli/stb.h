/* What is used of stb_image: inflate, and decoding of PNG, JPEG and BMP. The library is compiled in stb.c alone. */
#ifndef TENON_CLI_STB_H
#define TENON_CLI_STB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Raw deflate data -> exactly n_out bytes (n_in and n_out at most INT_MAX); false if they give more, fewer or none. */
bool stb_inflate(const uint8_t *in, size_t n_in, uint8_t *out, size_t n_out);
/* Rows of `channels` (1 or 3: grey, RGB) bytes from the top left; given back by stb_free. NULL with *reason. */
uint8_t *stb_decode(const uint8_t *in, size_t n_in, int channels, int *width, int *height, const char **reason);
void stb_free(uint8_t *pixels);
#endif
