/* tenon COMMAND ...: finds the command; what memory or a broken pipe does to the program is decided here. */
#include "cli/cmd.h"
#include "cli/progress.h"
#include "cli/temp.h"
#include <fcntl.h>
#include <signal.h>
#include <string.h>

static const struct {
    const char *name, *arguments, *help;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"compile", "MODEL -o DIR", "write a model as C", compile_command},
    {"run", "MODEL [--input x=FILE]...", "run a model once, write or show its outputs", run_command},
    {"verify", "MODEL|CASE_DIR", "compare with reference data, name the first bad node", verify_command},
    {"bench", "MODEL", "measure how long a run takes", bench_command},
    {"profile", "MODEL", "measure each step, and how far it is from the machine's best", profile_command},
    {"size", "MODEL", "tell code, weights, RAM and stack of each step and function", size_command},
    {"info", "MODEL", "operators, shapes, MACs, bytes, and what is not supported", info_command},
    {"convert", "MODEL -o FILE", "write a model as .json, .txt or .onnx", convert_command},
    {"plan", "FILE.csv", "pack buffers with lifetimes into one arena", plan_command},
    {"targets", "", "list what can be compiled for", targets_command},
    {"passes", "", "list the graph passes in their order", passes_command},
    {"ops", "", "print the operators' manual", ops_command},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *to) {
    fputs("Usage: tenon COMMAND ...\n"
          "Compiles neural networks (ONNX) to plain C.\n\n",
          to);
    for (int i = 0; i < COMMANDS; i++) {
        char call[64];
        snprintf(call, sizeof call, "%s %s", commands[i].name, commands[i].arguments);
        fprintf(to, "  tenon %-34s %s\n", call, commands[i].help);
    }
    fputs("\n`tenon COMMAND --help' tells all options and gives an example; `tenon --version' the version.\n"
          "Exit status: 0 done, 1 the input or the data were at fault, 2 wrong usage.\n",
          to);
}

static int dispatch(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return EXIT_usage;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "-?") || !strcmp(argv[1], "help")) {
        print_help(stdout);
        return EXIT_done;
    }
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
        puts("tenon " TENON_VERSION);
        return EXIT_done;
    }
    for (int i = 0; i < COMMANDS; i++)
        if (!strcmp(commands[i].name, argv[1])) return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "tenon: '%s' is not a command\nTry `tenon --help'.\n", argv[1]);
    return EXIT_usage;
}

/* Closed ones would be the numbers of the next files that are opened, and what is printed would end up in those. */
static void hold_standard_files(void) {
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0) return;
}

int main(int argc, char **argv) {
    hold_standard_files();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a write says so too */
    temp_watch_signals();
    if (setjmp(*mem_guard())) {
        progress_end();
        fputs(
            "tenon: out of memory; close other programs, raise the limit (ulimit -v) or give a smaller --input-shape\n",
            stderr);
        mem_release_all();
        return EXIT_fault;
    }
    return dispatch(argc, argv);
}
