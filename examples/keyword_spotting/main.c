/* Says which word a second of sound holds. The sound, a WAV file of 16 kHz, 16 bits, one channel, lies in the flash (sound.S);
 * on a board that listens to a microphone it would be the buffer of the last second. */
#include "kws.h"
#include "kws_model.h"
#include <stdio.h>

/* How the model's bytes stand for numbers: of the first QuantizeLinear and of the last. */
static const float input_scale = 0.5847029f, output_scale = 1.0f / 256;
enum { INPUT_ZERO = 83, OUTPUT_ZERO = -128 };

enum { WAV_HEADER = 44, WORDS = 12 };
static const char *const word[WORDS] = {"down", "go",   "left", "no",  "off",     "on",
                                        "right", "stop", "up",   "yes", "silence", "unknown"};
extern const unsigned char sound_begin[], sound_end[];

_Static_assert((int)KWS_MODEL_INPUT_1_COUNT == (int) FRAMES * COEFFICIENTS, "the model wants 49 x 10 features");
_Static_assert((int)KWS_MODEL_IDENTITY_COUNT == (int)WORDS, "the model knows 12 words");

int main(void) {
    static _Alignas(KWS_MODEL_ARENA_ALIGN) unsigned char arena[KWS_MODEL_ARENA_BYTES];
    static int8_t feature[FRAMES * COEFFICIENTS], score[WORDS];
    const long bytes = (long)(sound_end - sound_begin) - WAV_HEADER;
    if (bytes < 2) return printf("there is no sound\n"), 1;
    const int samples = bytes / 2 < SAMPLES ? (int)(bytes / 2) : SAMPLES;
    features((const int16_t *)(const void *)(sound_begin + WAV_HEADER), samples, input_scale, INPUT_ZERO, feature);

    const kws_model_io io = {.input_1 = feature, .Identity = score};
    const int status = kws_model_run(&io, arena);
    if (status != KWS_MODEL_OK) return printf("kws_model_run returned %d\n", status), 1;
    int best = 0;
    for (int i = 1; i < WORDS; i++)
        if (score[i] > score[best]) best = i;
    printf("heard: %s (%.2f)\n", word[best], (double)((float)(score[best] - OUTPUT_ZERO) * output_scale));
    return 0;
}
