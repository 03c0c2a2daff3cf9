/* The command line: one table of options, from which each command takes those that it knows. argp (glibc) gives help,
 * abbreviations and messages. */
#ifndef TENON_CLI_OPTIONS_H
#define TENON_CLI_OPTIONS_H
#include "base/diag.h"
#include "base/vec.h"
#include "cli/picture.h"
#include "target/board.h"

typedef enum {
    CMD_compile = 1,
    CMD_run = 2,
    CMD_verify = 4,
    CMD_bench = 8,
    CMD_info = 16,
    CMD_convert = 32,
    CMD_profile = 64,
    CMD_list = 128, /* targets, passes, ops */
    CMD_size = 256,
} CommandBit;

/* Exit statuses. */
enum { EXIT_done = 0, EXIT_fault = 1, EXIT_usage = 2 };

typedef struct {
    const char *name, *arguments, *help, *example;
    CommandBit bit;
} CommandInfo;

typedef Vec(const char *) Words;

/* What was given; strings are NULL and lists empty where nothing was. */
typedef struct {
    Arena *arena;
    Diag *diag;
    const CommandInfo *command;
    const char *line; /* the command as typed, folders left out of file names */
    const char *model;
    Words shape, bind, length, input, skip;
    Optimize optimize;
    bool precise, freestanding, half_weights, io_arena, io_caller;
    int64_t ram; /* 0: not given */
    Words vs; /* other engines to compare with */
    const char *output, *name, *stop_after, *dump, *data, *schedule, *config, *html, *json, *python;
    const Target *target; /* the host's when --target is not given */
    const Target *asked;  /* that, where `target` is the board that stands for it because an emulator runs that */
    const char *core, *runner;
    double timeout; /* seconds */
    const Target *built;  /* where the compiler takes one of its variants: that one; NULL: the first that can be run here */
    bool list_passes, report, verify_passes, build, bind_parameters, ms, interpreter, by_time, measure;
    bool text_weights, bin_weights; /* neither: as the target's dialect suggests */
    double rtol, atol;              /* negative: not given */
    double seconds;
    int threads;   /* 1: plain code */
    int64_t grain; /* 0: not given */
    int64_t rounds;
    int64_t unroll, trips, string_bytes, string_parts; /* 0: not given */
    PictureOptions picture;
} Options;

/* Parses argv (argv[0] is the command's name). Wrong usage ends the program with status 2, --help and --version with 0.
 * False with a diagnostic when the --config file is at fault. */
bool options_parse(Options *o, Arena *a, Diag *d, const CommandInfo *command, int argc, char **argv);
#endif
