#include "cli/remote.h"
#include "base/io.h"
#include "base/str.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first line of the answer: `ANSWER STATUS BYTES BYTES ..`, of the log and of each output, which follow it. */
#define ANSWER "tenon-answer:"

/* Exit statuses of the shell's own. */
enum { NO_FOLDER = 93, NOT_SENT = 94, CANNOT_EXECUTE = 126, NOT_FOUND = 127 };

/* ---- what the shell there does ---- */

static void add_word(Str *s, const char *word) {
    str_add(s, " '");
    for (; *word; word++)
        if (*word == '\'')
            str_add(s, "'\\''");
        else
            str_addn(s, word, 1);
    str_add(s, "'");
}

/* Takes `bytes` bytes from offset `from` of the file all. head and tail read files, so it does not matter how far ahead. */
static void add_cut(Str *s, const char *name, size_t from, size_t bytes) {
    str_addf(s, "tail -c +%zu all | head -c %zu >%s && ", from + 1, bytes, name);
}

/* One line, whatever shell it is given to; what the user puts before it, as TMPDIR=/data or taskset -c 3, holds for it. */
static const char *script(Arena *a, const Remote *r, const Bytes *file) {
    Str s = str_new(a), files = str_new(a);
    size_t from = 0;
    str_add(&files, "log");
    for (uint32_t i = 0; i < r->nout; i++) str_addf(&files, " %s", r->out[i]);
    str_addf(&s, "d=; for t in \"$TMPDIR\" /tmp /data/local/tmp /var/tmp .; do d=$(mktemp -d \"$t/tenon-XXXXXX\" 2>/dev/null) && break; done; "
                 "[ -n \"$d\" ] && cd \"$d\" && d=$PWD || { echo 'no folder for temporary files' >&2; exit %d; }; "
                 "trap 'cd / && rm -rf \"$d\"' EXIT; trap 'exit 1' HUP INT TERM; { cat >all && ", NO_FOLDER);
    for (uint32_t i = 0; i <= r->nin; from += file[i].n, i++) add_cut(&s, i ? r->in[i - 1] : "program", from, file[i].n);
    str_addf(&s, "[ $(wc -c <all) -eq %zu ] && rm all && chmod 700 program; } || { echo 'the files did not arrive' >&2; exit %d; }; ./program", from, NOT_SENT);
    for (uint32_t i = 0; i < r->nword; i++) add_word(&s, r->word[i]);
    str_addf(&s, " >log 2>&1 </dev/null; s=$?; for f in %s; do [ -e $f ] || : >$f; done; printf '\\n" ANSWER " %%d' $s; "
                 "for f in %s; do printf ' %%d' $(wc -c <$f); done; echo; cat %s", files.at, files.at, files.at);
    Str line = str_new(a);
    str_add(&line, "sh -c");
    add_word(&line, s.at);
    return line.at;
}

/* ---- here ---- */

static bool fault(Diag *d, const Remote *r, const char *hint, const char *what) {
    return diag_error(d, (Loc){.field = "--runner"}, hint, "'%s' %s", r->runner, what);
}

/* The program and its inputs behind each other; file: nin + 1 of them. */
static bool write_all(Arena *a, Diag *d, const Remote *r, const char *work, Bytes *file) {
    const char *path = path_join(a, work, "all");
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL;
    for (uint32_t i = 0; ok && i <= r->nin; i++) {
        if (!io_map(a, d, i ? path_join(a, work, r->in[i - 1]) : r->program, &file[i])) {
            fclose(f);
            return false;
        }
        ok = fwrite(file[i].data, 1, file[i].n, f) == file[i].n;
    }
    if (f && fclose(f) != 0) ok = false;
    return ok || diag_error(d, (Loc){.file = path}, "set TMPDIR to a folder with room", "cannot be written: %s", strerror(errno));
}

static bool runner_words(Arena *a, Diag *d, const Remote *r, Command *c) {
    Command words = command_new(a);
    command_add_words(&words, r->runner);
    const char *place = words.word.n ? program_find(a, words.word.at[0]) : NULL;
    if (!place) return fault(d, r, "begin it with an installed program, as in 'ssh pi@board'", "is not found");
    command_add(c, place);
    for (uint32_t i = 1; i < words.word.n; i++) command_add(c, words.word.at[i]);
    return true;
}

/* The last line of a text that says something. */
static const char *last_line(Arena *a, const Bytes *text) {
    size_t n = text->n, from;
    while (n && (text->data[n - 1] == '\n' || text->data[n - 1] == '\r')) n--;
    for (from = n; from && text->data[from - 1] != '\n';) from--;
    return arena_strndup(a, (const char *)text->data + from, n - from > 300 ? 300 : n - from);
}

static bool no_answer(Arena *a, Diag *d, const Remote *r, const char *work, int status) {
    Bytes said = {0};
    const char *line = io_map(a, diag_new(a), path_join(a, work, "stderr"), &said) && said.n ? last_line(a, &said) : "";
    const char *hint = status == 255 ? "try the command by hand" : "it has to give the word behind it to a POSIX shell there, with its own input and output";
    return fault(d, r, hint, arena_printf(a, "gave no result (%d)%s%s", status, *line ? ": " : "", line));
}

static bool write_part(Arena *a, Diag *d, const char *work, const char *name, const uint8_t *data, size_t n) {
    return io_write_file(a, d, path_join(a, work, name), data, n);
}

/* ANSWER and the files behind it -> the files in `work`; *status. */
static bool take_answer(Arena *a, Diag *d, const Remote *r, const char *work, const Bytes *all, int *status) {
    const char *text = arena_strndup(a, (const char *)all->data, all->n), *at = strstr(text, ANSWER);
    const char *line = at ? strchr(at, '\n') : NULL;
    size_t *bytes = arena_array_of(a, r->nout + 1, size_t), from = line ? (size_t)(line + 1 - text) : 0, sum = from;
    char *end = NULL;
    if (!line) return false;
    *status = (int)strtol(at + strlen(ANSWER), &end, 10);
    for (uint32_t i = 0; i <= r->nout; i++) {
        const char *word = end;
        bytes[i] = strtoull(word, &end, 10);
        if (end == word || end > line || bytes[i] > all->n) return false;
        sum += bytes[i];
    }
    if (sum != all->n) return false;
    for (uint32_t i = 0; i <= r->nout; from += bytes[i], i++)
        if (!write_part(a, d, work, i ? r->out[i - 1] : "log", all->data + from, bytes[i])) return false;
    return true;
}

/* What a shell or the system says of a program for another processor. */
static bool check_executed(Arena *a, Diag *d, const Remote *r, const char *work, int status) {
    Bytes log;
    if (status != CANNOT_EXECUTE && status != NOT_FOUND && status != 128 + SIGILL) return true;
    const char *line = io_map(a, diag_new(a), path_join(a, work, "log"), &log) && log.n ? last_line(a, &log) : "";
    return fault(d, r, "is it one? `tenon targets` lists others for --target",
                 arena_printf(a, "cannot run programs for %s (%d)%s%s", r->target, status, *line ? ": " : "", line));
}

bool remote_run(Arena *a, Diag *d, const Remote *r, const char *work, int *status) {
    Command c = command_new(a);
    Bytes *file = arena_array_of(a, r->nin + 1, Bytes), answer;
    CommandFiles files = {path_join(a, work, "all"), path_join(a, work, "answer"), path_join(a, work, "stderr"), r->seconds};
    CommandEnd ended;
    int runner;
    if (!runner_words(a, d, r, &c) || !write_all(a, d, r, work, file)) return false;
    command_add(&c, script(a, r, file));
    if (!command_run_with(&c, d, ".", &files, &runner, &ended)) return false;
    if (ended == COMMAND_late) return fault(d, r, "give it longer with --timeout", arena_printf(a, "was ended after %g seconds", r->seconds));
    if (ended == COMMAND_asks) return fault(d, r, "let it go without, as by a key: 'ssh -o BatchMode=yes pi@board'", "wants something typed on the terminal");
    if (!io_map(a, d, files.out, &answer)) return false;
    if (!take_answer(a, d, r, work, &answer, status)) return no_answer(a, d, r, work, runner);
    return check_executed(a, d, r, work, *status);
}
