/* What the program is made of: the sound, its features, the words. */
#ifndef KWS_EXAMPLE_H
#define KWS_EXAMPLE_H
#include <stdint.h>

enum { SAMPLES = 16000, FRAMES = 49, COEFFICIENTS = 10 };

/* Mel-frequency cepstral coefficients of a second of sound at 16 kHz, [FRAMES][COEFFICIENTS], as bytes:
 * q = coefficient / scale + zero, rounded and clipped. `n` samples, which may be fewer than SAMPLES: silence follows. */
void features(const int16_t *sound, int n, float scale, int zero, int8_t *out);
#endif
