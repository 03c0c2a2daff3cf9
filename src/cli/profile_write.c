/* A profile as a page for a browser, and as JSON. */
#include "cli/cmd.h"
#include "cli/profile.h"
#include "emit/package.h"
#include <string.h>

/* ---- the page: one file, nothing is fetched ---- */

enum { LABEL = 430, BAR = 640, ROW = 18, VALUES = 200 };

/* Model strings may hold anything: what HTML reserves is escaped, what is no text shows as a dot. */
static void html_add(Str *out, const char *text) {
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '<')
            str_add(out, "&lt;");
        else if (c == '>')
            str_add(out, "&gt;");
        else if (c == '&')
            str_add(out, "&amp;");
        else if (c == '"')
            str_add(out, "&quot;");
        else
            str_addn(out, c < 0x20 || c > 0x7e ? "." : text, 1);
    }
}

static double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

static void tooltip(Arena *a, const ProfileRow *r, Str *out) {
    str_add(out, "<title>");
    if (r->function) {
        html_add(out, arena_printf(a, "step %u, %s (%s)", (unsigned)r->step, r->function, r->kind));
        str_addn(out, "\n", 1);
        html_add(out, r->nodes);
        str_addn(out, "\n", 1);
        html_add(out, r->shapes);
    } else {
        html_add(out, arena_printf(a, "%s, %u step%s", r->kind, (unsigned)r->calls, plural(r->calls)));
    }
    str_addf(out, "\nbest %.2f us, median %.2f us, bound %.2f us", r->best, r->median, r->bound);
    str_addf(out, "\n%.5g GFLOP, %.4g GFLOP/s, %.1f %% of peak", 1e-9 * r->flop, 1e-3 * share(r->flop, r->best),
             100 * share(r->arithmetic, r->best));
    str_addf(out, "\n%s of weights, %s of other data</title>", bytes_words(a, r->weights), bytes_words(a, r->data));
}

/* One bar: the bound, then the distance to the time that was measured. */
static void bar(Arena *a, const ProfileRow *r, double longest, int y, Str *out) {
    double whole = BAR * share(r->best, longest), bound = BAR * share(r->bound, longest);
    if (bound > whole) bound = whole;
    str_addf(out, "<g transform=\"translate(0 %d)\">", y);
    tooltip(a, r, out);
    str_addf(out, "<rect class=\"hit\" width=\"%d\" height=\"%d\"/><text x=\"%d\" y=\"13\" class=\"label\">",
             LABEL + BAR + VALUES, ROW, LABEL - 8);
    if (r->function) html_add(out, arena_printf(a, "%u  %.34s  %.24s", (unsigned)r->step, r->function, r->kind));
    if (!r->function) html_add(out, arena_printf(a, "%.48s, %u", r->kind, (unsigned)r->calls));
    str_addf(out, "</text><rect class=\"bound\" x=\"%d\" y=\"2\" width=\"%.2f\" height=\"%d\"/>", LABEL, bound,
             ROW - 4);
    str_addf(out, "<rect class=\"over\" x=\"%.2f\" y=\"2\" width=\"%.2f\" height=\"%d\"/>", LABEL + bound,
             whole - bound, ROW - 4);
    str_addf(out, "<text x=\"%.2f\" y=\"13\">%.5g us, %.0f %%</text></g>\n", LABEL + whole + 6, r->best,
             100 * share(r->bound, r->best));
}

static void chart(Arena *a, const ProfileRow *row, uint32_t n, const char *title, Str *out) {
    double longest = 0;
    for (uint32_t i = 0; i < n; i++)
        if (row[i].best > longest) longest = row[i].best;
    str_addf(out, "<h2>%s</h2>\n<svg width=\"%d\" height=\"%u\" viewBox=\"0 0 %d %u\">\n", title, LABEL + BAR + VALUES,
             (unsigned)(n * ROW + 4), LABEL + BAR + VALUES, (unsigned)(n * ROW + 4));
    for (uint32_t i = 0; i < n; i++) bar(a, &row[i], longest, (int)i * ROW, out);
    str_add(out, "</svg>\n");
}

static void summary(Arena *a, const Profile *p, Str *out) {
    const Machine *m = &p->machine;
    str_add(out, "<table>\n");
    str_addf(out, "<tr><th>target</th><td>%s, %d thread%s</td></tr>\n", p->target, p->threads, plural(p->threads));
    str_addf(out, "<tr><th>run</th><td>best %.4g ms, median %.4g ms, %ld runs</td></tr>\n", 1e-3 * p->best,
             1e-3 * p->median, p->runs);
    str_addf(out, "<tr><th>peak</th><td>%.4g GFLOP/s</td></tr>\n", 1e-9 * m->flops);
    str_addf(out, "<tr><th>weights</th><td>%s, read at %.4g GB/s (%s)</td></tr>\n",
             bytes_words(a, (double)p->weight_bytes), 1e-9 * m->read[p->weights_in], level_name[p->weights_in]);
    str_addf(out, "<tr><th>other data</th><td>%s", bytes_words(a, (double)p->data_bytes));
    for (int i = 0; i < LEVELS; i++)
        if (m->read[i] > 0) str_addf(out, ", %.4g GB/s from %s", 1e-9 * m->read[i], level_name[i]);
    str_add(out, "</td></tr>\n");
    str_addf(out, "<tr><th>arithmetic / time</th><td>%.1f %%</td></tr>\n", 100 * share(p->all.arithmetic, p->best));
    str_addf(out, "<tr><th>bound / time</th><td>%.1f %%</td></tr>\n</table>\n", 100 * share(p->all.bound, p->best));
}

void profile_html(const Profile *p, Str *out) {
    static const char style[] =
        ":root { color-scheme: light dark; font: 14px system-ui, sans-serif } body { margin: 2em }\n"
        "svg text { font-size: 12px; fill: currentColor } .label { text-anchor: end } .hit { fill: transparent }\n"
        "g:hover .hit { fill: #8883 } .bound { fill: #3a9a5c } .over { fill: #d9795d }\n"
        "th { text-align: left; padding-right: 2em; font-weight: normal; opacity: .7 } h2 { font-size: 1.1em }\n"
        "i { display: inline-block; width: 1em; height: 1em; vertical-align: -.15em }\n";
    Arena *a = out->arena;
    str_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>");
    html_add(out, p->model);
    str_addf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
    html_add(out, p->model);
    str_add(out, "</h1>\n");
    summary(a, p, out);
    str_add(out, "<p><i style=\"background:#3a9a5c\"></i> bound: the larger of the arithmetic at peak and the bytes at "
                 "the bandwidth; <i style=\"background:#d9795d\"></i> what the step took beyond it</p>\n");
    chart(a, p->kind, p->nkind, "By kind", out);
    chart(a, p->step, p->nstep, "Steps", out);
    str_add(out, "</body>\n</html>\n");
}

/* ---- JSON ---- */

static void json_text(Str *out, const char *key, const char *text) {
    str_addf(out, "\"%s\": ", key);
    json_string_add(out, text);
    str_add(out, ", ");
}

static void json_numbers(const ProfileRow *r, Str *out) {
    str_addf(out, "\"calls\": %u, \"best_us\": %.4f, \"median_us\": %.4f, \"flop\": %.17g, ", (unsigned)r->calls,
             r->best, r->median, r->flop);
    str_addf(out, "\"weight_bytes\": %.17g, \"data_bytes\": %.17g, \"arithmetic_us\": %.6g, \"bound_us\": %.6g}",
             r->weights, r->data, r->arithmetic, r->bound);
}

static void json_rows(const char *key, const ProfileRow *row, uint32_t n, Str *out) {
    str_addf(out, ",\n  \"%s\": [", key);
    for (uint32_t i = 0; i < n; i++) {
        str_add(out, i ? ",\n    {" : "\n    {");
        if (row[i].function) {
            str_addf(out, "\"step\": %u, ", (unsigned)row[i].step);
            json_text(out, "function", row[i].function);
            json_text(out, "nodes", row[i].nodes);
            json_text(out, "shapes", row[i].shapes);
        }
        json_text(out, "kind", row[i].kind);
        json_numbers(&row[i], out);
    }
    str_add(out, n ? "\n  ]" : "]");
}

void profile_json(const Profile *p, Str *out) {
    const Machine *m = &p->machine;
    str_add(out, "{\n  ");
    json_text(out, "generator", "tenon " TENON_VERSION);
    json_text(out, "model", p->model);
    json_text(out, "target", p->target);
    str_addf(out, "\"threads\": %d,\n  \"peak_flops\": %.6g, \"bandwidth\": {", p->threads, m->flops);
    for (int i = 0; i < LEVELS; i++)
        if (m->read[i] > 0) str_addf(out, "%s\"%s\": %.6g", i ? ", " : "", level_name[i], m->read[i]);
    str_addf(out, "},\n  \"weight_bytes\": %lld, \"weights_in\": \"%s\", \"data_bytes\": %lld,\n",
             (long long)p->weight_bytes, level_name[p->weights_in], (long long)p->data_bytes);
    str_addf(out, "  \"runs\": %ld, \"best_us\": %.4f, \"median_us\": %.4f", p->runs, p->best, p->median);
    str_addf(out, ", \"bound_of_time\": %.6g", share(p->all.bound, p->best));
    json_rows("steps", p->step, p->nstep, out);
    json_rows("kinds", p->kind, p->nkind, out);
    str_add(out, ",\n  \"sum\": {");
    json_numbers(&p->all, out);
    str_add(out, "\n}\n");
}
