/* The activations of recurrent cells: names and parameters. */
#include "op/rnn.h"
#include <string.h>

static const struct {
    const char *name;
    bool has_alpha, has_beta;
    double alpha, beta; /* where the model gives none: those of the operators of these names */
} known[] = {
    [ACT_relu] = {"Relu", false, false, 0, 0},
    [ACT_tanh] = {"Tanh", false, false, 0, 0},
    [ACT_sigmoid] = {"Sigmoid", false, false, 0, 0},
    [ACT_affine] = {"Affine", true, true, 1, 0},
    [ACT_leaky_relu] = {"LeakyRelu", true, false, 0.01, 0},
    [ACT_thresholded_relu] = {"ThresholdedRelu", true, false, 1, 0},
    [ACT_scaled_tanh] = {"ScaledTanh", true, true, 1, 1},
    [ACT_hard_sigmoid] = {"HardSigmoid", true, true, 0.2, 0.5},
    [ACT_elu] = {"Elu", true, false, 1, 0},
    [ACT_softsign] = {"Softsign", false, false, 0, 0},
    [ACT_softplus] = {"Softplus", false, false, 0, 0},
};

int rnn_activation_count(Op op) {
    return op == OP_LSTM ? 3 : op == OP_GRU ? 2 : 1;
}

/* Names are compared without case, as the standard asks. */
static int kind_of(const char *word, size_t n) {
    for (int i = 0; i < (int)(sizeof known / sizeof *known); i++) {
        bool same = strlen(known[i].name) == n;
        for (size_t k = 0; same && k < n; k++) same = (word[k] | 0x20) == (known[i].name[k] | 0x20);
        if (same) return i;
    }
    return -1;
}

const char *rnn_activations(const Attr_Rnn *a, Op op, int directions, Activation to[2][RNN_ACTIVATIONS],
                            const char **field) {
    int each = rnn_activation_count(op), count = 0, kind[2 * RNN_ACTIVATIONS];
    *field = "activations";
    const char *text = a->activations && *a->activations ? a->activations
                       : op == OP_RNN                    ? "Tanh"
                                                         : "Sigmoid,Tanh,Tanh";
    for (const char *p = text; *p && (*a->activations || count < each); p += *p == ',') {
        size_t n = strcspn(p, ",");
        if (count == 2 * RNN_ACTIVATIONS) return "there are too many";
        kind[count] = kind_of(p, n);
        if (kind[count++] < 0)
            return "want words of Relu, Tanh, Sigmoid, Affine, LeakyRelu, ThresholdedRelu, ScaledTanh, HardSigmoid, "
                   "Elu, Softsign, Softplus";
        p += n;
    }
    if (count != each && count != directions * each) return "want as many as each direction has";
    uint32_t alphas = 0, betas = 0;
    for (int i = 0; i < directions * each; i++) {
        int k = kind[i % count];
        Activation *f = &to[i / each][i % each];
        *f = (Activation){(ActivationKind)k, known[k].alpha, known[k].beta};
        if (known[k].has_alpha && alphas < a->activation_alpha.n) f->alpha = a->activation_alpha.at[alphas++];
        if (known[k].has_beta && betas < a->activation_beta.n) f->beta = a->activation_beta.at[betas++];
    }
    *field = alphas < a->activation_alpha.n ? "activation_alpha" : "activation_beta";
    bool more = alphas < a->activation_alpha.n || betas < a->activation_beta.n;
    return more ? "there are more than activations that have one" : NULL;
}
