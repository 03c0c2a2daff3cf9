/* What the shape function and the builder of RNN, GRU and LSTM share. */
#ifndef TENON_OP_RNN_H
#define TENON_OP_RNN_H
#include "ir/attr.h"
#include "ir/optable.h"

typedef enum {
    ACT_relu,
    ACT_tanh,
    ACT_sigmoid,
    ACT_affine,
    ACT_leaky_relu,
    ACT_thresholded_relu,
    ACT_scaled_tanh,
    ACT_hard_sigmoid,
    ACT_elu,
    ACT_softsign,
    ACT_softplus,
} ActivationKind;

typedef struct {
    ActivationKind kind;
    double alpha, beta;
} Activation;

enum { RNN_ACTIVATIONS = 3 }; /* of one direction, at most: f, g, h */

/* How many one direction has. */
int rnn_activation_count(Op op);
/* Those of both directions, from the words of the attribute or the usual ones, with what activation_alpha and
 * activation_beta say in the order of those that have such a parameter. NULL, or what is wrong with which attribute. */
const char *rnn_activations(const Attr_Rnn *a, Op op, int directions, Activation to[2][RNN_ACTIVATIONS],
                            const char **field);
#endif
