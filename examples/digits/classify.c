/* Classifies the test images with the C that tenon wrote from digits.onnx.
 *     classify IMAGES.npy LABELS.npy PICTURE.png
 * images: u8[n,8,8], pixels 0..16; labels: u8[n]. The network wants pixel/16 as float. */
#include "digits.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>

enum { SIDE = 8, PIXELS = SIDE * SIDE, CLASSES = 10, MAX_IMAGES = 4096 };
enum { ZOOM = 4, CELL_W = SIDE * ZOOM + 8, CELL_H = SIDE * ZOOM + 28, COLUMNS = 20, ROWS = 8 };

static uint8_t image[MAX_IMAGES][PIXELS], label[MAX_IMAGES], guess[MAX_IMAGES];
static _Alignas(DIGITS_ARENA_ALIGN) unsigned char arena[DIGITS_ARENA_BYTES + 1];
static uint8_t canvas[ROWS * CELL_H][COLUMNS * CELL_W][3];

/* The bytes behind the header of a version 1 .npy file; how many there were. */
static size_t read_npy(const char *path, uint8_t *to, size_t most) {
    FILE *f = fopen(path, "rb");
    uint8_t head[10];
    if (!f || fread(head, 1, 10, f) != 10 || memcmp(head, "\x93NUMPY", 6) || fseek(f, head[8] + 256 * head[9], SEEK_CUR)) {
        fprintf(stderr, "classify: cannot read %s\n", path);
        exit(1);
    }
    size_t n = fread(to, 1, most, f);
    fclose(f);
    return n;
}

static int classify(const uint8_t *pixels) {
    float x[PIXELS], logits[CLASSES];
    for (int i = 0; i < PIXELS; i++) x[i] = (float)pixels[i] / 16.0f;
    const digits_io io = {.image = x, .logits = logits};
    if (digits_run(&io, arena) != 0) exit(1);
    int best = 0;
    for (int c = 1; c < CLASSES; c++)
        if (logits[c] > logits[best]) best = c;
    return best;
}

static double seconds(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Best of several rounds over all images, in microseconds an image. */
static double latency(size_t n) {
    double best = 1e9;
    for (int round = 0; round < 50; round++) {
        double t = seconds();
        for (size_t i = 0; i < n; i++) guess[i] = (uint8_t)classify(image[i]);
        t = (seconds() - t) / (double)n;
        if (t < best) best = t;
    }
    return best * 1e6;
}

/* Digits of the labels under the images: the segments of a seven-segment display, a b c d e f g from bit 0. */
static const uint8_t segment[10] = {0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f};

static void box(int x, int y, int w, int h, const uint8_t *rgb) {
    for (int j = y; j < y + h; j++)
        for (int i = x; i < x + w; i++) memcpy(canvas[j][i], rgb, 3);
}

static void digit(int x, int y, int d, const uint8_t *rgb) {
    static const int8_t place[7][4] = {{2, 0, 6, 2}, {8, 2, 2, 6}, {8, 10, 2, 6}, {2, 16, 6, 2}, {0, 10, 2, 6}, {0, 2, 2, 6}, {2, 8, 6, 2}};
    for (int s = 0; s < 7; s++)
        if (segment[d] >> s & 1) box(x + place[s][0], y + place[s][1], place[s][2], place[s][3], rgb);
}

/* The first images with what the network says: green where it is right, red with the label beside it where not. */
static void draw(size_t n) {
    static const uint8_t white[3] = {255, 255, 255}, green[3] = {0, 130, 60}, red[3] = {210, 0, 0}, grey[3] = {150, 150, 150};
    box(0, 0, COLUMNS * CELL_W, ROWS * CELL_H, white);
    for (int k = 0; k < COLUMNS * ROWS && (size_t)k < n; k++) {
        int x = k % COLUMNS * CELL_W + 4, y = k / COLUMNS * CELL_H + 4;
        for (int i = 0; i < PIXELS; i++) {
            uint8_t v = (uint8_t)(255 - image[k][i] * 15), rgb[3] = {v, v, v};
            box(x + i % SIDE * ZOOM, y + i / SIDE * ZOOM, ZOOM, ZOOM, rgb);
        }
        bool right = guess[k] == label[k];
        digit(x + (right ? 11 : 4), y + SIDE * ZOOM + 3, guess[k], right ? green : red);
        if (!right) digit(x + 18, y + SIDE * ZOOM + 3, label[k], grey);
    }
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: classify IMAGES.npy LABELS.npy PICTURE.png\n");
        return 2;
    }
    size_t n = read_npy(argv[1], image[0], sizeof image) / PIXELS, labels = read_npy(argv[2], label, sizeof label), right = 0;
    if (n == 0 || labels != n) {
        fprintf(stderr, "classify: %zu images and %zu labels\n", n, labels);
        return 1;
    }
    double us = latency(n);
    for (size_t i = 0; i < n; i++) right += guess[i] == label[i];
    printf("accuracy        %.4f (%zu of %zu test images)\n", (double)right / (double)n, right, n);
    printf("latency         %.2f us an image\n", us);
    draw(n);
    if (!stbi_write_png(argv[3], COLUMNS * CELL_W, ROWS * CELL_H, 3, canvas, COLUMNS * CELL_W * 3)) {
        fprintf(stderr, "classify: cannot write %s\n", argv[3]);
        return 1;
    }
    return 0;
}
