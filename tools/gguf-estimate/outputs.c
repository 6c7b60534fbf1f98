#include "outputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/model_path.h"
#include "cli/output.h"

/* The directory of @p path; and whatever stands there, for a link what it leads to. */
static bool place_of(const char *path, struct stat *directory, struct stat *file, bool *is_there)
{
    const char *slash = strrchr(path, '/');
    char *name = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    const bool found = name && stat(name, directory) == 0;
    free(name);
    *is_there = stat(path, file) == 0;
    return found;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether both names are of one file, which need not be there yet. */
static bool is_same_output(const char *a, const char *b)
{
    struct stat directories[2];
    struct stat files[2];
    bool there[2];
    if (strcmp(a, b) == 0) {
        return true;
    }
    if (!place_of(a, &directories[0], &files[0], &there[0]) ||
        !place_of(b, &directories[1], &files[1], &there[1])) {
        return false;
    }
    if (there[0] && there[1]) {
        return is_same_file(&files[0], &files[1]);
    }
    return is_same_file(&directories[0], &directories[1]) &&
           strcmp(cli_file_name(a), cli_file_name(b)) == 0;
}

enum cli_exit output_add(struct output_list *list, struct cli_args *args, const char *text)
{
    const struct report_format *format = report_format_find(text);
    const char *equals = strchr(text, '=');
    const char *path = equals && strcmp(equals + 1, "-") != 0 ? equals + 1 : NULL;
    if (!format || (path && !*path)) {
        return cli_usage_error(args,
                               "--format takes text, json, markdown, github, junit, sarif, svg or "
                               "size-limit, not '%s'",
                               text);
    }
    for (size_t i = 0; i < list->count; i++) {
        const char *other = list->items[i].path;
        if (!path && !other) {
            return cli_usage_error(args,
                                   "only one format can go to standard output: write the "
                                   "others as --format %s=FILE",
                                   format->name);
        }
        if (path && other && is_same_output(path, other)) {
            return cli_usage_error(args, "only one format can go to one file: '%s'", path);
        }
    }
    if (list->count == MAX_OUTPUTS) {
        return cli_usage_error(args, "more than %d formats", MAX_OUTPUTS);
    }
    list->items[list->count++] = (struct output){format, path};
    return CLI_YES;
}

static bool print_one(const struct output *output, const struct report *report,
                      const struct cli_inputs *inputs)
{
    struct cli_output file;
    if (!output->path) {
        return output->format->print(report, stdout);
    }
    if (!cli_output_open(&file, output->path, CLI_OUTPUT_REPLACE, inputs)) {
        return false;
    }
    errno = 0;
    const bool printed = output->format->print(report, file.stream);
    if (!printed && !ferror(file.stream)) {
        cli_output_discard(&file);
        return false;
    }
    if (!printed) {
        cli_output_failed(&file, errno);
    }
    return cli_output_commit(&file);
}

bool output_print_all(const struct output_list *list, const struct report *report,
                      const struct cli_inputs *inputs)
{
    const struct output_list fallback = {.items = {{report_format_find("text"), NULL}}, .count = 1};
    bool printed = true;
    list = list->count > 0 ? list : &fallback;
    for (size_t i = 0; i < list->count; i++) {
        const char *path = list->items[i].path;
        if (!cli_output_check(path ? path : "-", inputs)) {
            return false;
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        printed = print_one(&list->items[i], report, inputs) && printed;
    }
    return printed;
}
