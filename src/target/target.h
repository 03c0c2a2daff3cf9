/* A target is data: what vectors, registers, features and caches there are, which dialect of C is written, how that is
 * compiled and run. It starts from a parent. A board (target/board.h) is a target too. */
#ifndef TENON_TARGET_TARGET_H
#define TENON_TARGET_TARGET_H
#include "base/diag.h"
#include "ir/types.h"

typedef enum { DIALECT_c99, DIALECT_gnu /* GNU vector extensions */ } Dialect;

typedef struct Board Board;

/* How products of bytes are summed: by one instruction; as 16-bit numbers, two by two; also as bytes, where no two products
 * with the weights leave 16 bits. */
typedef enum { TWOS_not, TWOS_WIDE, TWOS_NARROW } Twos;

typedef struct Target {
    const char *name;
    const char *help;
    const struct Target *parent;
    Dialect dialect;
    int vector_bytes;       /* 0: scalar */
    int vector_registers;
    int dot;                /* products of bytes that one instruction adds to a lane of 32 bits */
    int small_dot;          /* the same where size counts: they may take longer than floats, but less memory; 0: dot */
    bool mmla;              /* bytes of two pixels times those of two lanes are one instruction, eight products to each of
                               four sums, as Arm's usmmla does */
    Twos twos;
    bool by_element;        /* products of vectors take an element of one of them at no cost, as Arm's fmla by element does:
                               scalars of a register tile are loaded as vectors */
    bool halves;            /* floats that kernels leave to each other, and weights, lie in memory as f16 (plan/half.h) */
    int l1_bytes, l2_bytes; /* per core */
    const char *cc, *cflags;
    const char *run;        /* command prefix that runs a program on this machine ("" natively, "qemu-x86_64 -cpu max"),
                               with {program} where its file is part of a word; NULL: the CPU lacks something and no
                               emulator is installed */
    const char *cpu_needs;  /* words of /proc/cpuinfo flags that the CPU must have to run it; "" : any */
    DType dot_by;           /* the type whose products with i8 `dot` means: u8 or i8 */
    const char *emulated;   /* the board whose emulator runs its programs where `run` cannot; NULL: none */
    const char *loader;     /* skeleton of the script that starts its programs, NAME_example.mjs beside them; NULL: none */
    const char *ldflags;    /* with a loader: for linking them */
    const char *core, *triple; /* of LLVM's names: the processor that cycles are estimated for, its code; NULL: there is none */
    const Board *board;     /* NULL: any machine of the kind */
    const struct Target *const *variant; /* what a package for it holds, best first; NULL: its own code alone */
    int nvariant;
    const char *macro;      /* what its compilers define, and those for the others that share a package do not; or NULL */
} Target;

const Target *target_find(const char *name); /* "native" and NULL: target_host(); NULL when unknown */
const Target *target_host(void);             /* best of the table that this machine runs, by CPUID */
const Target *const *target_list(int *n);
bool program_installed(const char *command); /* PATH leads to the command's first word */
/* Quantised models stay bytes throughout: there are no vectors of floats. */
bool target_sums_bytes(const Target *t);
/* Prefixes of skeletons and snippets that take the places of others, k = 0, 1, ..: the first that has a file counts. NULL:
 * there are no more. */
const char *target_prefix(const Target *t, int k);
/* They do, and one instruction sums the products of a vector of bytes: rows are summed at once. */
bool target_sums_rows(const Target *t);
int target_lanes(const Target *t, DType d);  /* vector_bytes / bytes; 1 for scalar targets */
const Target *target_here(const Target *t);  /* of its variants the best that this machine runs; t when it has none */
bool target_by_compiler(const Target *t);    /* of its variants the compiler takes one, by Target.macro */

/* A word of cpu_needs, and how runtime/cpu/x86_cpu.h tells it. */
typedef struct {
    const char *word;
    const char *reg;   /* member of x86_cpu */
    const char *bit;   /* its name in <cpuid.h> */
    const char *state; /* enumerator: what the operating system has to keep */
} CpuWord;
const CpuWord *cpu_word(const char *word, size_t n); /* NULL when src/target/cpu.def lacks it */
#endif
