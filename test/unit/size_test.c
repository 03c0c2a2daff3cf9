/* src/cli/stack.c: bounds of the stack from a call graph of gcc's and from disassembled Thumb. */
#include "cli/stack.h"
#include "test/unit/check.h"

static Arena *arena;

static StackGraph graph_of(const char *calls, const char *listing, const Object *image) {
    StackGraph g = {.arena = arena};
    stack_add_callgraph(&g, calls);
    if (listing) stack_add_thumb(&g, listing, image);
    return g;
}

#define NODE(name, bytes, kind) "node: { title: \"m.c:" name "\" label: \"" name "\\nm.c:1:2\\n" bytes " bytes (" kind ")\" }\n"
#define EDGE(from, to) "edge: { sourcename: \"m.c:" from "\" targetname: \"" to "\" label: \"m.c:3:4\" }\n"

static const char calls[] = "graph: { title: \"m.c\"\n"
    NODE("run", "40", "static") NODE("conv.constprop.0", "100", "static") NODE("pool", "8", "dynamic,bounded")
    NODE("grows", "8", "dynamic") NODE("again", "16", "static") NODE("odd", "4", "static")
    EDGE("run", "m.c:conv.constprop.0") EDGE("run", "m.c:pool") EDGE("conv.constprop.0", "expf") EDGE("pool", "m.c:conv.constprop.0")
    EDGE("again", "m.c:odd") EDGE("odd", "m.c:again") EDGE("conv.constprop.0", "__aeabi_gone") "}\n";

static const char listing[] =
    "08000b7c <expf>:\n"
    " 8000b7c:\tb508      \tpush\t{r3, lr}\n"
    " 8000b7e:\ted2d 8b02 \tvpush\t{d8-d9}\n"
    " 8000b80:\tb082      \tsub\tsp, #8\n"
    " 8000b86:\tf000 f837 \tbl\t8000bf8 <inner>\n"
    " 8000b88:\td012      \tbeq.n\t8000bbe <expf+0x42>\n"
    " 8000bc6:\tbd08      \tpop\t{r3, pc}\n"
    " 8000be4:\t20000000 \t.word\t0x20000000\n"
    "\n"
    "08000bf8 <inner>:\n"
    " 8000bf8:\te92d 41f0 \tstmdb\tsp!, {r4, r5, r6, r7, r8, lr}\n"
    " 8000bfa:\tf84d 8d04 \tstr.w\tr8, [sp, #-4]!\n"
    " 8000bfc:\tbf00      \tnop\n"
    "\n"
    "08000c00 <below>:\n" /* which inner runs on into */
    " 8000c00:\tb510      \tpush\t{r4, lr}\n"
    " 8000c02:\tf000 b802 \tb.w\t8000c10 <tail>\n"
    "\n"
    "08000c10 <tail>:\n"
    " 8000c10:\tb510      \tpush\t{r4}\n"
    " 8000c12:\tbd10      \tpop\t{r4}\n"
    " 8000c14:\t4770      \tbx\tlr\n"
    "\n"
    "08000c20 <jumps>:\n"
    " 8000c20:\t4798      \tblx\tr3\n"
    " 8000c22:\t4770      \tbx\tlr\n";

int main(void) {
    const char *why;
    arena = arena_new("size_test");
    ObjectFunction names[] = {{.name = "tail", .address = 0x8000c10}, {.name = "alias", .address = 0x8000c10}};
    Object image = {.function = {.at = names, .n = 2}};

    StackGraph g = graph_of(calls, NULL, NULL);
    CHECK(stack_deepest(&g, "pool", &why) == STACK_UNKNOWN);
    CHECK(why && (!strcmp(why, "expf") || !strcmp(why, "__aeabi_gone")));
    CHECK(stack_deepest(&g, "again", &why) == STACK_UNKNOWN && why);
    CHECK(stack_deepest(&g, "grows", &why) == STACK_UNKNOWN);
    CHECK_TEXT(why, "grows");
    CHECK(stack_deepest(&g, "nowhere", &why) == STACK_UNKNOWN);

    g = graph_of(calls, listing, &image);
    CHECK(stack_function(&g, "expf")->frame == 32);
    CHECK(stack_function(&g, "inner")->frame == 28);
    CHECK(stack_deepest(&g, "tail", &why) == 4);
    CHECK(stack_deepest(&g, "alias", &why) == 4);
    CHECK(stack_deepest(&g, "below", &why) == 8 + 4);
    CHECK(stack_deepest(&g, "expf", &why) == 32 + 28 + 12);
    CHECK(stack_deepest(&g, "run", &why) == 40 + 8 + 100 + 72 && !why); /* by way of pool */
    CHECK(stack_deepest(&g, "jumps", &why) == STACK_UNKNOWN);
    CHECK_TEXT(why, "jumps");
    arena_free(arena);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
