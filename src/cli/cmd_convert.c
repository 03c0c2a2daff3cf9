#include "cli/cmd.h"
#include "cli/model.h"
#include "import/onnx/onnx.h"
#include <string.h>
#include <strings.h>

static const CommandInfo info = {"convert", "MODEL",
                                 "Writes a model in another form: .json and .txt hold the graph exactly, .onnx goes to "
                                 "other tools. All of them can be read again.",
                                 "tenon convert digits.onnx -o digits.txt", CMD_convert};

static bool write_graph(Cli *c, const Graph *g) {
    const char *path = c->options.output, *extension = strrchr(path, '.');
    Str text = str_new(c->arena);
    if (extension && !strcasecmp(extension, ".onnx")) return onnx_write(g, c->diag, path);
    if (extension && !strcasecmp(extension, ".txt"))
        graph_print(g, &text);
    else if (!extension || strcasecmp(extension, ".json"))
        return diag_error(c->diag, (Loc){.file = path}, "end the name in .json, .txt or .onnx",
                          "the form is not known");
    else if (!graph_write_json(g, &text))
        return false;
    return io_write_file(c->arena, c->diag, path, text.at, text.n);
}

static bool convert(Cli *c) {
    const Options *o = &c->options;
    Model m;
    if (!model_open(&m, c->arena, c->diag, o->model, o) || !model_apply(&m, o)) return false;
    if (o->shape.n && !model_settle(&m, &o->picture, true)) return false;
    Graph *g = model_import(&m, c->arena, c->diag, false, NULL);
    return g && write_graph(c, g);
}

int convert_command(int argc, char **argv) {
    Cli c;
    bool ok = cli_begin(&c, &info, argc, argv) && convert(&c);
    return cli_end(&c, ok);
}
