/* RNN, GRU, LSTM with their usual activations. */
#include "import/onnx/maps.h"

/* Names are compared without case, as the standard asks. */
static bool same_word(const ProtobufCBinaryData *a, const char *b) {
    if (a->len != strlen(b)) return false;
    for (size_t i = 0; i < a->len; i++)
        if ((a->data[i] | 0x20) != ((uint8_t)b[i] | 0x20)) return false;
    return true;
}

static bool usual_activations(OnnxNode *n) {
    static const char *const rnn[] = {"Tanh"}, *const gru[] = {"Sigmoid", "Tanh"},
                             *const lstm[] = {"Sigmoid", "Tanh", "Tanh"};
    Op op = n->row->op;
    const char *const *usual = op == OP_LSTM ? lstm : op == OP_GRU ? gru : rnn;
    size_t each = op == OP_LSTM ? 3 : op == OP_GRU ? 2 : 1;
    const AttributeProto *a = ox_find(n, "activations");
    for (size_t i = 0; a && i < a->n_strings; i++)
        if (!same_word(&a->strings[i], usual[i % each]))
            return ox_error(n, "activations", NULL, "only the usual ones (%s%s%s) are supported", usual[0],
                            each > 1 ? ", " : "", each > 1 ? usual[1] : "");
    Floats more;
    if ((ox_floats(n, "activation_alpha", &more) && more.n) || (ox_floats(n, "activation_beta", &more) && more.n))
        return ox_error(n, "activation_alpha", NULL, "parameters of activations are not supported");
    return !n->bad;
}

bool map_rnn(OnnxNode *n) {
    Attr_Rnn *a = ox_new(n, n->row->op);
    if (ox_has(n, 4))
        return ox_error(n, "sequence_lens", "pad all sequences to one length and leave it out",
                        "sequences of different length are not supported");
    a->direction = ox_string(n, "direction", "forward");
    a->hidden_size = ox_int(n, "hidden_size", 0);
    a->layout = ox_int(n, "layout", 0);
    a->linear_before_reset = ox_int(n, "linear_before_reset", 0);
    a->input_forget = ox_int(n, "input_forget", 0);
    a->clip = ox_float(n, "clip", 0);
    return usual_activations(n) && ox_emit(n, n->row->op, n->nin, n->in, a);
}
