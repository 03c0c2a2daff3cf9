/* RNN, GRU, LSTM. */
#include "import/onnx/maps.h"

/* The list of names as words with commas between them. */
static const char *activations(OnnxNode *n) {
    const AttributeProto *a = ox_find(n, "activations");
    Str words = str_new(n->r->arena);
    for (size_t i = 0; a && i < a->n_strings; i++)
        str_addf(&words, "%s%.*s", i ? "," : "", (int)(a->strings[i].len > 64 ? 64 : a->strings[i].len),
                 (const char *)a->strings[i].data);
    return words.n ? words.at : "";
}

bool map_rnn(OnnxNode *n) {
    Attr_Rnn *a = ox_new(n, n->row->op);
    a->activations = activations(n);
    ox_floats(n, "activation_alpha", &a->activation_alpha);
    ox_floats(n, "activation_beta", &a->activation_beta);
    a->direction = ox_string(n, "direction", "forward");
    a->hidden_size = ox_int(n, "hidden_size", 0);
    a->layout = ox_int(n, "layout", 0);
    a->linear_before_reset = ox_int(n, "linear_before_reset", 0);
    a->input_forget = ox_int(n, "input_forget", 0);
    a->clip = ox_float(n, "clip", 0);
    return ox_emit(n, n->row->op, n->nin, n->in, a);
}
