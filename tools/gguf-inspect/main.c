#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_text.h"
#include "cli/color.h"
#include "cli/program.h"
#include "cli/report.h"
#include "cli/size.h"
#include "cli/text.h"
#include "json_report.h"
#include "model_file.h"
#include "options.h"
#include "overview.h"
#include "sections.h"

enum {
    OPTION_TENSORS = CLI_LONG_ONLY,
    OPTION_METADATA,
    OPTION_ARRAY_ITEMS,
    OPTION_TOKENS,
    OPTION_TOKEN,
    OPTION_CHECK,
    OPTION_JSON,
};

static const struct cli_option options_table[] = {
    {.code = 0, .help = "What to show (default: the first screen):"},
    {OPTION_METADATA, "metadata", "[GLOB]", "metadata with types, values in full", NULL},
    {OPTION_TENSORS, "tensors", "[GLOB]", "tensors with type, dimensions, offset and size", NULL},
    {'k', "key", "KEY",
     "the value of KEY alone, for scripts: strings as they are, arrays one element a line; "
     "exit status 1 when there is no such key. May be repeated",
     NULL},
    {OPTION_TOKENS, "tokens", "[FROM-TO]", "tokens with type and score", NULL},
    {OPTION_TOKEN, "token", "ID|TEXT", "the token with this id or text", NULL},
    {OPTION_CHECK, "check", "[PROFILE]",
     "what is wrong with the file, for llama.cpp (the default) or by the spec; exit status 1 when "
     "there are errors",
     NULL},
    {.code = 0, .help = "How to show it:"},
    {OPTION_ARRAY_ITEMS, "array-items", "N|all", "items to show of each array", NULL},
    {OPTION_JSON, "json", NULL, "JSON (schema gguf-inspect/1) instead of text", NULL},
    {0},
};

static bool parse_array_items(struct inspect_options *options, const char *text)
{
    options->array_items_given = true;
    if (strcmp(text, "all") == 0) {
        options->array_items = INSPECT_ALL_ITEMS;
        return true;
    }
    return cli_parse_u64(text, &options->array_items);
}

/* "FROM-TO", "FROM-", "-TO" or "ID". */
static bool parse_range(struct inspect_options *options, const char *text)
{
    char from[32];
    const char *dash = strchr(text, '-');
    options->tokens_from = 0;
    options->tokens_to = UINT64_MAX;
    if (!dash) {
        options->tokens = cli_parse_u64(text, &options->tokens_from);
        options->tokens_to = options->tokens_from;
        return options->tokens;
    }
    const size_t size = (size_t)(dash - text);
    if (size >= sizeof from || (size == 0 && dash[1] == '\0')) {
        return false;
    }
    memcpy(from, text, size);
    from[size] = '\0';
    return (size == 0 || cli_parse_u64(from, &options->tokens_from)) &&
           (dash[1] == '\0' || cli_parse_u64(dash + 1, &options->tokens_to)) &&
           options->tokens_from <= options->tokens_to;
}

static bool parse_profile(struct inspect_options *options, const char *text)
{
    const bool is_spec = strcmp(text, "spec") == 0;
    options->check_profile = is_spec ? LIBGGUF_PROFILE_SPEC : LIBGGUF_PROFILE_LLAMA_CPP;
    return is_spec || strcmp(text, "llama.cpp") == 0;
}

static enum cli_exit take_option(struct cli_args *args, int code, struct inspect_options *options)
{
    switch (code) {
    case OPTION_METADATA:
        options->metadata = true;
        options->metadata_glob = args->value;
        break;
    case OPTION_TENSORS:
        options->tensors = true;
        options->tensors_glob = args->value;
        break;
    case 'k':
        options->keys[options->key_count++] = args->value;
        break;
    case OPTION_TOKENS:
        options->tokens = true;
        options->tokens_to = UINT64_MAX;
        if (args->value && !parse_range(options, args->value)) {
            return cli_usage_error(args, "'%s' is no range of token ids such as 0-99", args->value);
        }
        break;
    case OPTION_TOKEN:
        options->token = args->value;
        break;
    case OPTION_CHECK:
        options->check = true;
        if (args->value && !parse_profile(options, args->value)) {
            return cli_usage_error(args, "--check takes llama.cpp or spec, not '%s'", args->value);
        }
        break;
    case OPTION_ARRAY_ITEMS:
        if (!parse_array_items(options, args->value)) {
            return cli_usage_error(args, "--array-items takes a number or 'all', not '%s'",
                                   args->value);
        }
        break;
    default:
        options->json = true;
    }
    return CLI_YES;
}

static enum cli_exit print_text(const struct model_file *model,
                                const struct inspect_options *options)
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

static enum cli_exit inspect_one(const char *path, struct inspect_options *options,
                                 struct libgguf_json *json)
{
    struct model_file model;
    struct libgguf_error err;
    if (model_file_open(&model, path, needs_size(options), &err) != LIBGGUF_OK) {
        cli_error_status(model.label, &err);
        if (options->json) {
            json_report_failure(json, path, &err);
        }
        return CLI_FAILED;
    }
    enum cli_exit status;
    if (options->json) {
        status = json_report_model(json, &model, options);
    } else {
        print_separator(&model, options);
        options->printed_before = true;
        status = print_text(&model, options);
    }
    if (model_file_unchanged(&model, &err) != LIBGGUF_OK) {
        cli_error_status(model.label, &err);
        status = CLI_FAILED;
    }
    model_file_close(&model);
    return status;
}

static enum cli_exit inspect_all(const struct cli_args *args, struct inspect_options *options)
{
    struct libgguf_json json;
    enum cli_exit worst = CLI_YES;
    options->file_headings = args->operand_count > 1 && (options->metadata || options->tensors ||
                                                         options->tokens || options->token);
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

static enum cli_exit parse(struct cli_args *args, struct inspect_options *options)
{
    int code;
    while ((code = cli_args_next(args)) > 0) {
        const enum cli_exit status = take_option(args, code, options);
        if (status != CLI_YES) {
            return status;
        }
    }
    if (code == CLI_ARGS_END && args->operand_count == 0) {
        return cli_usage_error(args, "no file given");
    }
    return code == CLI_ARGS_EXIT ? args->exit : CLI_YES;
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
    enum cli_exit status = parse(args, &options);
    if (status == CLI_YES && args->operands) {
        status = inspect_all(args, &options);
    }
    free(options.keys);
    return status;
}

static const struct cli_program program = {
    .name = "gguf-inspect",
    .usage = "[OPTION]... FILE...",
    .summary = "Shows what is in GGUF model files. A FILE of - is standard input.",
    .options = options_table,
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&program, argc, argv);
}
