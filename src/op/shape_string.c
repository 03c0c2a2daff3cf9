/* Shapes of strings that are made: bytes along a last dimension of their own. */
#include "op/shape.h"

enum { MOST_ROOM = 1 << 24 };

static bool bytes_output(Graph *g, NodeId n, Shape s, int64_t room) {
    if (!shape_within(g, n, "room", room, 1, MOST_ROOM)) return false;
    if (s.rank == MAX_RANK) return SHAPE_ERROR(NULL, "the bytes of strings of rank %d are one dimension too many", s.rank);
    s.dim[s.rank++] = room;
    return shape_set(g, n, 0, DT_u8, &s);
}

static bool number_output(Graph *g, NodeId n, unsigned output) {
    return shape_set(g, n, output, DT_i64, &(Shape){.rank = 0});
}

SHAPE_FN(string_of) {
    Operand x;
    if (!shape_operand(g, n, 0, &x)) return false;
    if (x.type != DT_u8 || x.shape.rank < 1 || x.shape.dim[x.shape.rank - 1] < 1)
        return SHAPE_ERROR(NULL, "%s: want bytes along a last dimension", operand_text(g, n, 0));
    x.shape.rank--;
    return shape_set(g, n, 0, DT_string, &x.shape);
}

SHAPE_FN(string_concat) {
    Operand a, b;
    Shape y;
    return shape_operand(g, n, 0, &a) && shape_operand(g, n, 1, &b) && shape_same_types(g, n, 0, 1) &&
           shape_broadcast(g, n, &a.shape, &b.shape, &y) && bytes_output(g, n, y, SHAPE_ATTR(StringRoom)->room) &&
           number_output(g, n, 1);
}

SHAPE_FN(string_case) {
    Operand x;
    const Attr_StringCase *a = SHAPE_ATTR(StringCase);
    return shape_operand(g, n, 0, &x) && shape_choice(g, n, "case_change_action", a->case_change_action, "LOWER|UPPER") &&
           bytes_output(g, n, x.shape, a->room) && number_output(g, n, 1);
}

SHAPE_FN(string_split) {
    Operand x, d;
    const Attr_StringSplit *a = SHAPE_ATTR(StringSplit);
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &d) || !shape_same_types(g, n, 0, 1)) return false;
    if (d.shape.rank != 0) return SHAPE_ERROR(NULL, "%s: want rank 0", operand_text(g, n, 1));
    if (!shape_within(g, n, "parts", a->parts, 0, MOST_ROOM) ||
        !shape_within(g, n, "maxsplit", a->maxsplit, -1, INT64_MAX))
        return false;
    if (x.shape.rank + 2 > MAX_RANK)
        return SHAPE_ERROR(NULL, "the parts of strings of rank %d are two dimensions too many", x.shape.rank);
    Shape y = x.shape;
    y.dim[y.rank++] = a->parts;
    return bytes_output(g, n, y, a->room) && shape_set(g, n, 1, DT_i64, &x.shape) && number_output(g, n, 2) &&
           number_output(g, n, 3);
}

SHAPE_FN(string_match) {
    Operand x, machine;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &machine) || !shape_same_types(g, n, 0, 1)) return false;
    if (machine.shape.rank != 0 || !value_data(g, node_in(&g->node.at[n], 1)))
        return SHAPE_ERROR(NULL, "%s: want a constant, the machine", operand_text(g, n, 1));
    return shape_set(g, n, 0, DT_bool, &x.shape);
}
