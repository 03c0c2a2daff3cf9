/* The features that the keyword spotting model of MLCommons Tiny was trained on: frames of 30 ms every 20 ms under a Hann
 * window, magnitudes of a Fourier transform of 512 points, 40 triangular bands on the mel scale from 20 to 4000 Hz, their
 * logarithms, the first 10 terms of a cosine transform (DCT-II, orthonormal). The sound is scaled by its largest sample. */
#include "kws.h"
#include <math.h>

enum { POINTS = 512, BINS = POINTS / 2 + 1, WINDOW = 480, STEP = 320, BANDS = 40 };
static const float pi = 3.14159265f;

/* In place, decimation in time, radix 2. */
static void fourier(float *re, float *im) {
    for (int i = 1, j = 0; i < POINTS; i++) { /* bits of the places in reverse */
        int bit = POINTS >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i < j) {
            const float r = re[i];
            re[i] = re[j];
            re[j] = r;
        }
    }
    for (int half = 1; half < POINTS; half *= 2)
        for (int k = 0; k < half; k++) {
            const float angle = -pi * (float)k / (float)half, c = cosf(angle), s = sinf(angle);
            for (int i = k; i < POINTS; i += 2 * half) {
                const int j = i + half;
                const float r = c * re[j] - s * im[j], m = c * im[j] + s * re[j];
                re[j] = re[i] - r;
                im[j] = im[i] - m;
                re[i] += r;
                im[i] += m;
            }
        }
}

static float mel(float hertz) {
    return 1127.0f * logf(1.0f + hertz / 700.0f);
}

/* Each bin goes to the two bands whose triangles it lies in. */
static void bands(const float *re, const float *im, float *sum) {
    const float low = mel(20), width = (mel(4000) - low) / (BANDS + 1);
    for (int b = 0; b < BANDS; b++) sum[b] = 0;
    for (int i = 1; i < BINS; i++) {
        const float at = (mel((float)i * 16000.0f / POINTS) - low) / width; /* band b rises from b to b + 1, then falls */
        const int b = (int)floorf(at);
        const float magnitude = sqrtf(re[i] * re[i] + im[i] * im[i]), part = at - floorf(at);
        if (at > 0 && b < BANDS) sum[b] += part * magnitude;
        if (b >= 1 && b <= BANDS) sum[b - 1] += (1 - part) * magnitude;
    }
}

static int8_t to_byte(float v, float scale, int zero) {
    const float q = rintf(v / scale) + (float)zero;
    return (int8_t)(q < -128 ? -128 : q > 127 ? 127 : q);
}

void features(const int16_t *sound, int n, float scale, int zero, int8_t *out) {
    static float re[POINTS], im[POINTS];
    float sum[BANDS], largest = 1;
    for (int i = 0; i < n; i++)
        if (sound[i] > largest) largest = sound[i];
    for (int f = 0; f < FRAMES; f++) {
        for (int i = 0; i < POINTS; i++) {
            const int at = f * STEP + i;
            const float window = 0.5f - 0.5f * cosf(2 * pi * (float)i / WINDOW);
            re[i] = i < WINDOW && at < n ? window * (float)sound[at] / largest : 0;
            im[i] = 0;
        }
        fourier(re, im);
        bands(re, im, sum);
        for (int b = 0; b < BANDS; b++) sum[b] = logf(sum[b] + 1e-6f);
        for (int k = 0; k < COEFFICIENTS; k++) {
            float v = 0;
            for (int b = 0; b < BANDS; b++) v += sum[b] * cosf(pi * (float)k * ((float)b + 0.5f) / BANDS);
            out[f * COEFFICIENTS + k] = to_byte(v * sqrtf(2.0f / BANDS), scale, zero);
        }
    }
}
