#include <stdlib.h>
#include <string.h>

#include "cli/program.h"
#include "cli/report.h"
#include "fields.h"
#include "json_input.h"
#include "measure.h"
#include "outputs.h"
#include "report.h"

enum {
    OPTION_FORMAT = CLI_LONG_ONLY,
    OPTION_JSON,
    OPTION_CONFIG,
    OPTION_BASELINE,
    OPTION_MAX_GROWTH,
    OPTION_FIELDS, /* from here on: conditions of an entry, by the option's name */
};

static const struct cli_option options_table[] = {
    {.code = 0, .help = "What decides:"},
    {OPTION_FIELDS, "strategy", "NAME",
     "the way of loading that has to fit; without it, any that fits is enough. full-copy, "
     "full-copy-f32, eager-f32, lazy-f32, lazy-f32-release, quantized, chunked, stream-decode, "
     "stream-decode-f32, mapped, memory64",
     NULL},
    {OPTION_FIELDS + 1, "ceiling", "SIZE", "the most memory at one moment (default: 128MiB)", NULL},
    {OPTION_FIELDS + 2, "transfer-cap", "SIZE",
     "the most bytes in one call into the module (default: 128MiB)", NULL},
    {OPTION_FIELDS + 3, "address-cap", "SIZE",
     "the most linear memory (default: 4GiB, 16GiB with 64-bit addresses)", NULL},
    {OPTION_FIELDS + 4, "js-buffer-cap", "SIZE",
     "the largest ArrayBuffer (default: 2147483647 bytes)", NULL},
    {OPTION_FIELDS + 5, "tensor-cap", "SIZE",
     "the largest tensor in one piece (default: 4294967295 bytes)", NULL},
    {OPTION_FIELDS + 6, "strict", NULL, "an estimate that is not exact is a no", NULL},
    {OPTION_BASELINE, "baseline", "FILE", "an earlier output of --json to compare with", NULL},
    {OPTION_MAX_GROWTH, "max-growth", "N%|SIZE",
     "how much a peak may have grown since the baseline (default: 0%)", NULL},
    {OPTION_CONFIG, "config", "FILE",
     "a JSON array of entries: models or patterns, each with its own conditions", NULL},
    {.code = 0, .help = "What is loaded, and how:"},
    {'c', "ctx", "N",
     "tokens of context; 0: as many as the model has (default: that, but at most 4096)",
     "--ctx-size"},
    {OPTION_FIELDS + 7, "type-k", "TYPE", "type of cached keys (default: the runtime's)", "-ctk"},
    {OPTION_FIELDS + 8, "type-v", "TYPE", "type of cached values (default: the runtime's)", "-ctv"},
    {OPTION_FIELDS + 9, "chunk-size", "SIZE", "bytes of a chunk, 64KiB to 128MiB (default: 16MiB)",
     NULL},
    {OPTION_FIELDS + 10, "parallel", "N", "fetches in flight (default: the runtime's)", NULL},
    {OPTION_FIELDS + 11, "sequences", "N", "sequences at once (default: 1)", "-np"},
    {OPTION_FIELDS + 12, "ubatch", "N", "tokens computed at once (default: 512)", "-ub"},
    {OPTION_FIELDS + 13, "flash-attn", NULL, "flash attention, for runtime llama.cpp", "-fa"},
    {OPTION_FIELDS + 14, "memory64", NULL, "64-bit addresses for every strategy", NULL},
    {OPTION_FIELDS + 15, "tokenizer", "NAME",
     "zero-copy, llama.cpp or none (default: the runtime's)", NULL},
    {OPTION_FIELDS + 16, "runtime", "NAME",
     "a named set of constants: reference (the default), admission, llama.cpp", NULL},
    {OPTION_FIELDS + 17, "size", "SIZE",
     "the size of the whole model, when FILE is only its beginning", NULL},
    {.code = 0, .help = "How to show it:"},
    {OPTION_FORMAT, "format", "NAME[=FILE]",
     "text (the default), json, markdown, github, junit, sarif, svg or size-limit. May be "
     "repeated; only one can go to standard output",
     NULL},
    {OPTION_JSON, "json", NULL, "the same as --format json", NULL},
    {0},
};

struct estimate_options {
    struct entry defaults;
    struct entry_list entries;
    const char *config;
    const char *baseline_path;
    bool growth_given;
    struct baseline baseline;
    struct growth growth;
    struct output_list outputs;
    struct cli_inputs inputs; /* of all entries, with their shards */
};

/* Conditions are kept under names of the configuration: underscores for dashes. */
static enum cli_exit take_field(struct cli_args *args, const char *option,
                                struct estimate_options *options)
{
    char name[32];
    char why[FIELD_WHY_SIZE];
    size_t used = 0;
    for (; option[used] && used + 1 < sizeof name; used++) {
        name[used] = option[used];
        if (name[used] == '-') {
            name[used] = '_';
        }
    }
    name[used] = '\0';
    const char *text = args->value ? args->value : "true";
    if (!field_set(&options->defaults, field_find(name), text, why)) {
        return cli_usage_error(args, "%s: %s", args->option, why);
    }
    return CLI_YES;
}

static const char *option_name(int code)
{
    for (size_t i = 0; options_table[i].code || options_table[i].help; i++) {
        if (options_table[i].code == code) {
            return options_table[i].name;
        }
    }
    return "";
}

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    struct estimate_options *const options = context;
    switch (code) {
    case OPTION_FORMAT:
        return output_add(&options->outputs, args, args->value);
    case OPTION_JSON:
        return output_add(&options->outputs, args, "json");
    case OPTION_CONFIG:
        options->config = args->value;
        return CLI_YES;
    case OPTION_BASELINE:
        options->baseline_path = args->value;
        return CLI_YES;
    case OPTION_MAX_GROWTH:
        if (!growth_parse(args->value, &options->growth)) {
            return cli_usage_error(args,
                                   "--max-growth takes a percentage such as 5%% or a size, "
                                   "not '%s'",
                                   args->value);
        }
        options->growth_given = true;
        return CLI_YES;
    default:
        return take_field(args, option_name(code), options);
    }
}

/* Entries of one path and name are told apart by their order, which takes as many as there were. */
static enum cli_exit check_baseline(const struct estimate_options *options)
{
    const struct entry_list *list = &options->entries;
    for (size_t i = 0; i < list->count; i++) {
        const struct entry *entry = &list->items[i];
        for (unsigned s = 0; s < LIBGGUF_STRATEGY_COUNT; s++) {
            const enum libgguf_strategy strategy = (enum libgguf_strategy)s;
            const size_t before = baseline_count(&options->baseline, entry, strategy);
            const size_t now = entry_count_alike(list, list->count, entry, strategy);
            if (before > 0 && now > 0 && before != now) {
                cli_error(
                    options->baseline_path,
                    "%zu of %s loaded by %s, and now there %s %zu: only a \"name\" of its own "
                    "for each can tell them apart",
                    before, entry_label(entry), libgguf_strategy_name(strategy),
                    now == 1 ? "is" : "are", now);
                return CLI_USAGE;
            }
        }
    }
    return CLI_YES;
}

static enum cli_exit collect_entries(const struct cli_args *args, struct estimate_options *options)
{
    for (int i = 0; i < args->operand_count; i++) {
        if (!entry_add(&options->entries, &options->defaults, args->operands[i], NULL)) {
            cli_error(NULL, "out of memory");
            return CLI_FAILED;
        }
    }
    enum cli_exit status = CLI_YES;
    if (options->config) {
        status = json_input_config(options->config, &options->defaults, &options->entries);
    }
    if (status == CLI_YES && options->baseline_path) {
        status = json_input_baseline(options->baseline_path, &options->baseline);
    }
    if (status == CLI_YES) {
        status = check_baseline(options);
    }
    return status;
}

static bool parse(struct cli_args *args, struct estimate_options *options, enum cli_exit *exit)
{
    options->growth.is_percent = true;
    if (!cli_args_take(args, take_option, options, exit)) {
        return false;
    }
    if (args->operand_count == 0 && !options->config) {
        *exit = cli_usage_error(args, "no model given");
    } else if (options->growth_given && !options->baseline_path) {
        *exit = cli_usage_error(args, "--max-growth needs a --baseline to compare with");
    } else {
        *exit = collect_entries(args, options);
    }
    return *exit == CLI_YES;
}

static enum cli_exit measure_all(struct estimate_options *options, struct measurement *items)
{
    const struct measure_rules rules = {&options->entries, &options->baseline, &options->growth};
    enum cli_exit worst = CLI_YES;
    for (size_t i = 0; i < options->entries.count; i++) {
        const enum cli_exit status =
            measure(&options->entries.items[i], &rules, &options->inputs, &items[i]);
        worst = status > worst ? status : worst;
    }
    return worst;
}

static enum cli_exit estimate_all(struct estimate_options *options)
{
    struct measurement *items = calloc(options->entries.count, sizeof *items);
    if (!items) {
        cli_error(NULL, "out of memory");
        return CLI_FAILED;
    }
    enum cli_exit status = measure_all(options, items);
    const struct report report = {items, options->entries.count, status == CLI_YES};
    if (!cli_inputs_add(&options->inputs, options->config) ||
        !cli_inputs_add(&options->inputs, options->baseline_path) ||
        !output_print_all(&options->outputs, &report, &options->inputs)) {
        status = CLI_FAILED;
    }
    free(items);
    return status;
}

static enum cli_exit run(struct cli_args *args)
{
    struct estimate_options options = {
        .defaults.options.struct_size = sizeof(struct libgguf_estimate_options),
    };
    enum cli_exit status;
    if (parse(args, &options, &status)) {
        status = estimate_all(&options);
    }
    cli_inputs_free(&options.inputs);
    entry_list_free(&options.entries);
    baseline_free(&options.baseline);
    return status;
}

#define CACHE_TYPES "f32 f16 bf16 q8_0 q4_0 q4_1 iq4_nl q5_0 q5_1"

static const struct cli_words words[] = {
    {"strategy",
     "full-copy full-copy-f32 eager-f32 lazy-f32 lazy-f32-release quantized chunked "
     "stream-decode stream-decode-f32 mapped memory64",
     NULL},
    {"type-k", CACHE_TYPES, NULL},
    {"type-v", CACHE_TYPES, NULL},
    {"tokenizer", "zero-copy llama.cpp none", NULL},
    {"runtime", "reference admission llama.cpp", NULL},
    {"format", "text json markdown github junit sarif svg size-limit", NULL},
    {0},
};

static const struct cli_program program = {
    .name = "gguf-estimate",
    .usage = "[OPTION]... MODEL...\n[OPTION]... --config FILE [MODEL]...",
    .summary = "Estimates the peak memory of loading GGUF models, from their headers alone, and "
               "holds it against limits. A MODEL of - is standard input.",
    .options = options_table,
    .run = run,
    .words = words,
    .notes = "Sizes are written as 16MiB, 16MB or 16777216. Status 0 means that everything fits.",
};

int main(int argc, char **argv)
{
    return cli_main(&program, argc, argv);
}
