/* Declarations of all passes, from passes.def. */
#ifndef TENON_PASS_LIST_H
#define TENON_PASS_LIST_H
#include "pass/pass.h"
#define PASS(name, help) PassFn pass_##name;
#define AGAIN(name)
#define LOOP(n)
#define END_LOOP
#include "pass/passes.def"
#undef PASS
#undef AGAIN
#undef LOOP
#undef END_LOOP
#endif
