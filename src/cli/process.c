#include "cli/process.h"
#include "base/io.h"
#include "base/str.h"
#include "cli/temp.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

Command command_new(Arena *a) {
    return (Command){.arena = a};
}

void command_add(Command *c, const char *word) {
    vec_push(c->arena, &c->word, arena_strdup(c->arena, word));
}

void command_add_words(Command *c, const char *text) {
    while (*text) {
        Str word = str_new(c->arena);
        text += strspn(text, " \t\n");
        if (!*text) break;
        for (char quote = 0; *text && (quote || !strchr(" \t\n", *text)); text++) {
            if (quote ? *text == quote : *text == '\'' || *text == '"')
                quote = quote ? 0 : *text;
            else
                str_addn(&word, text, 1);
        }
        vec_push(c->arena, &c->word, word.at);
    }
}

const char *command_text(const Command *c, Arena *a) {
    Str s = str_new(a);
    for (uint32_t i = 0; i < c->word.n; i++)
        if (c->word.at[i]) str_addf(&s, "%s%s", i ? " " : "", c->word.at[i]);
    return s.at;
}

static int set_actions(posix_spawn_file_actions_t *f, const char *folder, const CommandFiles *files) {
    enum { WRITE = O_WRONLY | O_CREAT | O_TRUNC };
    int bad = posix_spawn_file_actions_addchdir_np(f, folder);
    if (!bad) bad = posix_spawn_file_actions_addopen(f, 0, files->in, O_RDONLY, 0);
    if (!bad) bad = posix_spawn_file_actions_addopen(f, 1, files->out, WRITE, 0600);
    if (!bad && !files->err) bad = posix_spawn_file_actions_adddup2(f, 1, 2);
    if (!bad && files->err) bad = posix_spawn_file_actions_addopen(f, 2, files->err, WRITE, 0600);
    return bad;
}

static int start(pid_t *pid, char *const *argv, const char *folder, const CommandFiles *streams) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t ignored;
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGPIPE);
    sigaddset(&ignored, SIGXFSZ);
    int bad = posix_spawn_file_actions_init(&files);
    if (bad) return bad;
    bad = posix_spawnattr_init(&attributes);
    if (!bad) {
        bad = set_actions(&files, folder, streams);
        if (!bad) bad = posix_spawnattr_setsigdefault(&attributes, &ignored);
        /* a group of its own: an interruption ends what it has started too */
        if (!bad) bad = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        if (!bad) bad = posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return bad;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Ends the group of pid: asked first, made to after a second. */
static void end_group(pid_t pid, int *state) {
    const struct timespec moment = {.tv_nsec = 10000000};
    kill(-pid, SIGTERM);
    kill(-pid, SIGCONT);
    for (int i = 0; i < 100; i++) {
        if (waitpid(pid, state, WNOHANG) != 0) return;
        nanosleep(&moment, NULL);
    }
    kill(-pid, SIGKILL);
    while (waitpid(pid, state, 0) < 0 && errno == EINTR) {}
}

/* Looks now and then, as long as there is a limit; false: lost. */
static bool wait_within(pid_t pid, double seconds, int *state, CommandEnd *ended) {
    const struct timespec moment = {.tv_nsec = 5000000};
    const double limit = now() + seconds;
    *ended = COMMAND_done;
    for (;;) {
        pid_t got = waitpid(pid, state, seconds > 0 ? WNOHANG | WUNTRACED : 0);
        if (got < 0 && errno != EINTR) return false;
        bool stopped = got > 0 && WIFSTOPPED(*state);
        if (got > 0 && !stopped) return true;
        if (stopped || (seconds > 0 && now() > limit)) {
            *ended = stopped ? COMMAND_asks : COMMAND_late;
            end_group(pid, state);
            return true;
        }
        if (got == 0) nanosleep(&moment, NULL);
    }
}

bool command_run_with(Command *c, Diag *d, const char *folder, const CommandFiles *files, int *status, CommandEnd *ended) {
    pid_t pid = 0;
    int state = 0;
    vec_push(c->arena, &c->word, NULL);
    union { /* posix_spawn does not write to them */
        const char **in;
        char **out;
    } argv = {.in = c->word.at};
    int bad = start(&pid, argv.out, folder, files);
    c->word.n--;
    if (bad) return diag_error(d, (Loc){.file = c->word.at[0]}, NULL, "cannot be run: %s", strerror(bad));
    temp_child((int)pid);
    bool known = wait_within(pid, files->seconds, &state, ended);
    int reason = errno;
    temp_child(0);
    if (!known) return diag_error(d, (Loc){.file = c->word.at[0]}, NULL, "was lost: %s", strerror(reason));
    *status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
    return true;
}

bool command_run(Command *c, Diag *d, const char *folder, const char *log, int *status) {
    CommandEnd ended;
    return command_run_with(c, d, folder, &(CommandFiles){.in = "/dev/null", .out = log}, status, &ended);
}

static bool runnable(const char *path) {
    struct stat s;
    return stat(path, &s) == 0 && S_ISREG(s.st_mode) && access(path, X_OK) == 0;
}

const char *program_find(Arena *a, const char *name) {
    if (!*name) return NULL;
    if (strchr(name, '/')) return runnable(name) ? arena_strdup(a, name) : NULL;
    const char *path = getenv("PATH");
    for (path = path ? path : "/usr/local/bin:/usr/bin:/bin"; *path;) {
        size_t n = strcspn(path, ":");
        char *full = n ? arena_printf(a, "%.*s/%s", (int)n, path, name) : arena_printf(a, "./%s", name);
        if (runnable(full)) return full;
        path += n + (path[n] == ':');
    }
    return NULL;
}
