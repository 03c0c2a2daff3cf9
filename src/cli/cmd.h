/* The commands. Each returns the exit status; argv[0] is its name. */
#ifndef TENON_CLI_CMD_H
#define TENON_CLI_CMD_H
#include "cli/options.h"

/* What each command has: memory, messages, options. */
typedef struct {
    Arena *arena;
    Diag *diag;
    Options options;
} Cli;

/* False when the options are at fault (reported). */
bool cli_begin(Cli *c, const CommandInfo *command, int argc, char **argv);
/* Prints the messages, frees everything; EXIT_done if ok and nothing was reported as an error. */
int cli_end(Cli *c, bool ok);

int compile_command(int argc, char **argv);
int run_command(int argc, char **argv);
int verify_command(int argc, char **argv);
int bench_command(int argc, char **argv);
int profile_command(int argc, char **argv);
int size_command(int argc, char **argv);
int info_command(int argc, char **argv);
int convert_command(int argc, char **argv);
int plan_command(int argc, char **argv);
int targets_command(int argc, char **argv);
int passes_command(int argc, char **argv);
int ops_command(int argc, char **argv);

/* 1234567 -> "1.23 M"; bytes -> "1.2 MB" */
const char *count_words(Arena *a, double n);
const char *bytes_words(Arena *a, double n);
/* Multiply-accumulates of one node; 0 where it has no nest of its own. */
int64_t node_macs(const Graph *g, NodeId n);
#endif
