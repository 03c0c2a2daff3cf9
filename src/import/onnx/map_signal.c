/* Fourier transforms and filter banks. */
#include "import/onnx/maps.h"
#include <math.h>

/* The axis is an attribute before version 20, then an operand. */
bool map_dft(OnnxNode *n) {
    Attr_DFT *a = ox_new(n, OP_DFT);
    a->axis = n->version < 20 ? ox_int(n, "axis", 1) : -2;
    a->inverse = ox_int(n, "inverse", 0);
    a->onesided = ox_int(n, "onesided", 0);
    if (n->version >= 20 && ox_has(n, 2) && !ox_number(n, 2, "axis", &a->axis)) return false;
    if (ox_has(n, 1)) {
        if (!ox_number(n, 1, "dft_length", &a->dft_length)) return false;
        if (a->dft_length < 1) return ox_error(n, "dft_length", NULL, "%lld is out of range", (long long)a->dft_length);
    }
    return ox_emit1(n, OP_DFT, ox_in(n, 0), a);
}

bool map_stft(OnnxNode *n) {
    Attr_STFT *a = ox_new(n, OP_STFT);
    ValueId in[2] = {ox_in(n, 0), ox_in(n, 2)};
    a->onesided = ox_int(n, "onesided", 1);
    if (!ox_number(n, 1, "frame_step", &a->frame_step)) return false;
    if (ox_has(n, 3)) {
        if (!ox_number(n, 3, "frame_length", &a->frame_length)) return false;
        if (a->frame_length < 1)
            return ox_error(n, "frame_length", NULL, "%lld is out of range", (long long)a->frame_length);
    }
    return ox_emit(n, OP_STFT, 2, in, a);
}

static bool hertz(OnnxNode *n, unsigned in, const char *what, double *mel) {
    Floats f;
    if (!ox_reals(n, in, what, &f)) return false;
    if (f.n != 1 || !(f.at[0] >= 0 && f.at[0] < 1e12))
        return ox_error(n, what, NULL, "must be a single number, not negative");
    *mel = 2595 * log10(1 + f.at[0] / 700);
    return true;
}

/* Weights lie in [0, 1]; integers are cut off. */
static void set(Tensor *t, int64_t i, double v) {
    tensor_set_float(t, i, dtype_is_float(t->dtype) ? v : floor(v));
}

/* Triangles between neighbours of bins + 2 points that are evenly spaced in mel, in whole bins of the spectrum. */
bool map_mel_weight_matrix(OnnxNode *n) {
    int64_t bins, length, rate, type = ox_int(n, "output_datatype", 1);
    double low, high;
    if (!ox_number(n, 0, "num_mel_bins", &bins) || !ox_number(n, 1, "dft_length", &length) ||
        !ox_number(n, 2, "sample_rate", &rate) || !hertz(n, 3, "lower_edge_hertz", &low) ||
        !hertz(n, 4, "upper_edge_hertz", &high))
        return false;
    DType t = onnx_dtype(type);
    if (t == DT_none || !dtype_info[t].bytes)
        return ox_error(n, "output_datatype", NULL, "element type %lld is not supported", (long long)type);
    if (bins < 1 || bins > 1 << 16) return ox_error(n, "num_mel_bins", NULL, "%lld is out of range", (long long)bins);
    if (length < 1 || length > 1 << 24)
        return ox_error(n, "dft_length", NULL, "%lld is out of range", (long long)length);
    if (rate < 1) return ox_error(n, "sample_rate", NULL, "%lld is out of range", (long long)rate);
    int64_t rows = length / 2 + 1, dims[2] = {rows, bins}, *point = arena_array_of(n->r->tmp, bins + 2, int64_t);
    if (rows * bins > 1 << 24) return ox_error(n, "dft_length", NULL, "the matrix is too large");
    for (int64_t i = 0; i < bins + 2; i++) {
        double mel = low + (double)i * (high - low) / (double)(bins + 2);
        double place = floor((double)(length + 1) * (700 * (pow(10, mel / 2595) - 1)) / (double)rate);
        if (!(place >= 0 && place < (double)rows))
            return ox_error(n, "upper_edge_hertz", NULL, "a filter's edge lies outside the spectrum");
        point[i] = (int64_t)place;
    }
    Tensor *out = ox_tensor(n, t, 2, dims);
    for (int64_t i = 0; i < bins; i++) {
        int64_t from = point[i], centre = point[i + 1], to = point[i + 2];
        if (from == centre) set(out, centre * bins + i, 1);
        for (int64_t j = from; from != centre && j <= centre; j++)
            set(out, j * bins + i, (double)(j - from) / (double)(centre - from));
        for (int64_t j = centre; j < to; j++) set(out, j * bins + i, (double)(to - j) / (double)(to - centre));
    }
    return ox_emit_constant(n, 0, out);
}
