#include "options.h"

#include <string.h>

#include "cli/size.h"

enum {
    OPTION_TENSORS = CLI_LONG_ONLY,
    OPTION_METADATA,
    OPTION_ARRAY_ITEMS,
    OPTION_TOKENS,
    OPTION_TOKEN,
    OPTION_CHECK,
    OPTION_STATS,
    OPTION_CHECK_DATA,
    OPTION_DIFF,
    OPTION_DATA,
    OPTION_JSON,
};

const struct cli_option inspect_options_table[] = {
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
    {OPTION_STATS, "stats", "[GLOB]",
     "minimum, maximum, mean, RMS and zeros of tensors, and what is not finite; reads all of them",
     NULL},
    {OPTION_CHECK_DATA, "check-data", NULL,
     "NaN, infinities and impossible scales in the tensors; exit status 1 when there are any, or "
     "bytes are missing",
     NULL},
    {OPTION_DIFF, "diff", "OTHER",
     "what changes from FILE to OTHER: metadata, tokenizer, tensors; exit status 1 when anything "
     "does",
     NULL},
    {OPTION_DATA, "data", NULL, "with --diff: compare the bytes of tensors, too", NULL},
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

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    struct inspect_options *const options = context;
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
    case OPTION_STATS:
        options->stats = true;
        options->stats_glob = args->value;
        break;
    case OPTION_CHECK_DATA:
        options->check_data = true;
        break;
    case OPTION_DIFF:
        options->diff = args->value;
        break;
    case OPTION_DATA:
        options->diff_data = true;
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

static enum cli_exit check_diff_usage(struct cli_args *args, const struct inspect_options *options)
{
    if (options->diff_data && !options->diff) {
        return cli_usage_error(args, "--data says how to compare: it goes with --diff");
    }
    if (options->diff && args->operand_count != 1) {
        return cli_usage_error(args, "--diff compares one file with another");
    }
    if (options->diff && (!inspect_wants_overview(options) || options->array_items_given)) {
        return cli_usage_error(args, "--diff goes with --data and --json only");
    }
    if (options->diff && strcmp(options->diff, "-") == 0 && strcmp(args->operands[0], "-") == 0) {
        return cli_usage_error(args, "standard input can be one of the two only");
    }
    return CLI_YES;
}

static enum cli_exit check_usage(struct cli_args *args, const struct inspect_options *options)
{
    if (args->operand_count == 0) {
        return cli_usage_error(args, "no file given");
    }
    if (options->token && options->tokens) {
        return cli_usage_error(args, "--token and --tokens choose tokens in two ways: give one");
    }
    return check_diff_usage(args, options);
}

bool inspect_parse(struct cli_args *args, struct inspect_options *options, enum cli_exit *exit)
{
    if (!cli_args_take(args, take_option, options, exit)) {
        return false;
    }
    *exit = check_usage(args, options);
    return *exit == CLI_YES;
}
