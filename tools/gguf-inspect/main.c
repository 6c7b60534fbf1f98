#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_text.h"
#include "cli/color.h"
#include "cli/program.h"
#include "cli/report.h"
#include "cli/size.h"
#include "cli/text.h"
#include "data_report.h"
#include "diff.h"
#include "json_report.h"
#include "model_file.h"
#include "options.h"
#include "overview.h"
#include "sections.h"

static enum cli_exit print_text(const struct model_file *model,
                                const struct inspect_options *options,
                                const struct data_stats *stats)
{
    enum cli_exit status = CLI_YES;
    if (inspect_wants_overview(options)) {
        overview_print(model, options);
        return CLI_YES;
    }
    if (options->key_count > 0) {
        status = keys_print(model, options);
    }
    if (options->metadata) {
        metadata_print(model, options);
    }
    if (options->tensors) {
        tensors_print(model, options);
    }
    if (options->tokens || options->token) {
        const enum cli_exit tokens = tokens_print(model, options);
        status = tokens > status ? tokens : status;
    }
    if (options->check) {
        const enum cli_exit verdict = check_print(model, options);
        status = verdict > status ? verdict : status;
    }
    if (stats) {
        const enum cli_exit verdict = data_report_print(stats, options);
        status = verdict > status ? verdict : status;
    }
    return status;
}

/* Values alone need no size: a stream is left as soon as they are known. */
static bool needs_size(const struct inspect_options *options)
{
    return options->json || options->tensors || options->check || inspect_wants_overview(options);
}

/* Lists of several files are told apart by a line with the file's name; values alone never are. */
static void print_separator(const struct model_file *model, const struct inspect_options *options)
{
    const bool overview = inspect_wants_overview(options);
    if (options->printed_before && (overview || options->file_headings)) {
        putchar('\n');
    }
    if (!overview && options->file_headings) {
        fputs(cli_style(CLI_HEADING), stdout);
        cli_put_text(stdout, model->label, strlen(model->label), CLI_ALL_COLUMNS);
        printf("%s:\n", cli_style(CLI_PLAIN));
    }
}

static enum cli_exit show(const struct model_file *model, struct inspect_options *options,
                          const struct data_stats *stats, struct libgguf_json *json)
{
    if (options->json) {
        return json_report_model(json, model, options, stats);
    }
    print_separator(model, options);
    options->printed_before = true;
    return print_text(model, options, stats);
}

/* The tensors of a stream are read before its end is, and its size is known only then. */
static enum libgguf_status open_and_decode(const char *path, struct model_file *model,
                                           const struct inspect_options *options,
                                           struct data_stats *stats, enum cli_exit *decoded,
                                           struct libgguf_error *err)
{
    const bool wants_data = inspect_wants_data(options);
    *stats = (struct data_stats){0};
    *decoded = CLI_YES;
    enum libgguf_status status =
        model_file_open(model, path, needs_size(options) && !wants_data, err);
    if (status != LIBGGUF_OK || !wants_data) {
        return status;
    }
    *decoded = data_report_compute(model, options, stats);
    if (needs_size(options)) {
        status = model_file_reach_end(model, err);
    }
    return status;
}

static enum cli_exit inspect_one(const char *path, struct inspect_options *options,
                                 struct libgguf_json *json)
{
    struct model_file model;
    struct data_stats stats;
    struct libgguf_error err;
    enum cli_exit status;
    if (open_and_decode(path, &model, options, &stats, &status, &err) != LIBGGUF_OK) {
        cli_error_status(model.label, &err);
        if (options->json) {
            json_report_failure(json, path, &err);
        }
        status = CLI_FAILED;
    } else {
        const bool decoded = inspect_wants_data(options) && status == CLI_YES;
        const enum cli_exit shown = show(&model, options, decoded ? &stats : NULL, json);
        status = shown > status ? shown : status;
        if (model_file_unchanged(&model, &err) != LIBGGUF_OK) {
            cli_error_status(model.label, &err);
            status = CLI_FAILED;
        }
    }
    data_stats_free(&stats);
    model_file_close(&model);
    return status;
}

static enum cli_exit inspect_all(const struct cli_args *args, struct inspect_options *options)
{
    struct libgguf_json json;
    enum cli_exit worst = CLI_YES;
    options->several_files = args->operand_count > 1;
    options->file_headings =
        options->several_files && (options->metadata || options->tensors || options->tokens ||
                                   options->token || inspect_wants_data(options));
    if (options->json) {
        json_report_begin(&json);
    }
    for (int i = 0; i < args->operand_count; i++) {
        const enum cli_exit status = inspect_one(args->operands[i], options, &json);
        worst = status > worst ? status : worst;
    }
    if (options->json && !json_report_end(&json)) {
        return CLI_FAILED;
    }
    return worst;
}

static enum cli_exit print_diff(const struct diff *diff, const struct inspect_options *options)
{
    if (options->json && !diff_print_json(diff)) {
        return CLI_FAILED;
    }
    if (!options->json) {
        diff_print(diff);
    }
    return diff_verdict(diff);
}

/* Both are read until the last line is printed. */
static enum cli_exit compare_models(const struct model_file models[2],
                                    const struct inspect_options *options)
{
    struct diff diff;
    struct libgguf_error err;
    enum cli_exit status = diff_compute(&models[0], &models[1], options->diff_data, &diff);
    if (status == CLI_YES) {
        status = print_diff(&diff, options);
        diff_free(&diff);
    }
    for (size_t i = 0; i < 2; i++) {
        if (model_file_unchanged(&models[i], &err) != LIBGGUF_OK) {
            cli_error_status(models[i].label, &err);
            status = CLI_FAILED;
        }
    }
    return status;
}

static enum cli_exit compare(const char *path, const struct inspect_options *options)
{
    const char *const paths[2] = {path, options->diff};
    struct model_file models[2] = {{0}, {0}};
    struct libgguf_error err;
    enum cli_exit status = CLI_YES;
    for (size_t i = 0; i < 2 && status == CLI_YES; i++) {
        if (model_file_open(&models[i], paths[i], false, &err) != LIBGGUF_OK) {
            cli_error_status(models[i].label, &err);
            status = CLI_FAILED;
        }
    }
    if (status == CLI_YES) {
        status = compare_models(models, options);
    }
    model_file_close(&models[1]);
    model_file_close(&models[0]);
    return status;
}

static enum cli_exit run(struct cli_args *args)
{
    struct inspect_options options = {0};
    /* Every -k takes an argument, so there are fewer of them than arguments. */
    options.keys = calloc((size_t)args->argc, sizeof *options.keys);
    if (!options.keys) {
        cli_error(NULL, "out of memory");
        return CLI_FAILED;
    }
    enum cli_exit status;
    if (inspect_parse(args, &options, &status)) {
        status = options.diff ? compare(args->operands[0], &options) : inspect_all(args, &options);
    }
    free(options.keys);
    return status;
}

static const struct cli_words words[] = {
    {"array-items", "all", NULL}, {"check", "llama.cpp spec", NULL}, {0}};

static const struct cli_program program = {
    .name = "gguf-inspect",
    .usage = "[OPTION]... FILE...\n[OPTION]... FILE --diff=OTHER",
    .summary = "Shows what is in GGUF model files. A FILE of - is standard input.",
    .options = inspect_options_table,
    .run = run,
    .words = words,
};

int main(int argc, char **argv)
{
    return cli_main(&program, argc, argv);
}
