/* From a program to an executable, by way of the C compiler. */
#ifndef TENON_CLI_BUILD_H
#define TENON_CLI_BUILD_H
#include "cli/process.h"
#include "plan/program.h"

/* $CC or the target's compiler, its place made absolute, with its first words; false with a diagnostic when it is not
 * installed. */
bool compiler_words(Command *c, Diag *d, const Target *t);
/* NAME.c, NAME_weights.c, NAME_example.c, to `profile` NAME_profile.c and with threads the pool, in `folder` ->
 * `folder`/program, and program.mjs where a script starts it. */
bool build_program(Arena *a, Diag *d, const Target *t, const char *folder, const char *name, bool profile, bool threads);
/* The same of a package for a target with variants, each with its own flags; where the compiler takes one of them,
 * with those of `built`, else that is t. */
bool build_variants(Arena *a, Diag *d, const Target *t, const Target *built, const char *folder, const char *name, bool threads);
/* One file of C in `folder` -> `folder`/program; `flags` go behind the target's. */
bool build_file(Arena *a, Diag *d, const Target *t, const char *folder, const char *file, const char *flags);
/* NAME.c alone -> bytes of code and constants in it. */
bool build_code_size(Arena *a, Diag *d, const Target *t, const char *folder, const char *name, int64_t *bytes);
/* For `tenon size`, in `folder`: */
/* FILE.c -> AS.o, and where the compiler is gcc AS.ci, its calls and stack frames; `flags` go behind the target's. */
bool build_object(Arena *a, Diag *d, const Target *t, const char *folder, const char *file, const char *as, const char *flags);
/* The objects -> `as`, an image for target_image(t) of `entry` and all that it needs, without a main. */
bool build_image(Arena *a, Diag *d, const Target *t, const char *folder, const char *name, const char *object, const char *weights,
                 const char *as, const char *entry);
/* The instructions of `image` as objdump writes them -> `listing`. */
bool build_listing(Arena *a, Diag *d, const Target *t, const char *folder, const char *image, const char *listing);
/* NAME.c, NAME_weights.c and NAME_stack.c with start-up code -> program */
bool build_measuring(Arena *a, Diag *d, const Target *t, const char *folder, const char *name);
#endif

