#include <inttypes.h>
#include <stdio.h>

#include <libgguf/json.h>

#include "bundle_tool.h"
#include "cli/output.h"
#include "cli/size.h"

static void print_json(const struct libgguf_bundle_pruned *pruned, bool dry_run)
{
    struct libgguf_json json;
    libgguf_json_init(&json, cli_json_to_stdout, NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", "gguf-bundle-prune/1");
    libgguf_json_member_bool(&json, "dry_run", dry_run);
    libgguf_json_member_u64(&json, "kept_count", pruned->kept_count);
    libgguf_json_member_u64(&json, "kept_size", pruned->kept_size);
    libgguf_json_member_u64(&json, "removed_count", pruned->removed_count);
    libgguf_json_member_u64(&json, "removed_size", pruned->removed_size);
    libgguf_json_member_u64(&json, "partial_count", pruned->partial_count);
    libgguf_json_object_end(&json);
    /* A stdout that failed is reported by cli_main(). */
    (void)!libgguf_json_finish(&json, NULL);
}

static void print_text(const struct libgguf_bundle_pruned *pruned, bool dry_run)
{
    char count[CLI_NUMBER_SIZE];
    char bytes[CLI_NUMBER_SIZE];
    printf("%s %s (%s bytes)", dry_run ? "would remove" : "removed",
           cli_count_text(pruned->removed_count, count),
           cli_count_text(pruned->removed_size, bytes));
    printf(", kept %s (%s bytes)\n", cli_count_text(pruned->kept_count, count),
           cli_count_text(pruned->kept_size, bytes));
}

struct prune_options {
    bool dry_run;
    bool json;
};

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    (void)args;
    struct prune_options *const options = context;
    *(code == 'n' ? &options->dry_run : &options->json) = true;
    return CLI_YES;
}

enum cli_exit bundle_prune(struct cli_args *args)
{
    struct prune_options options = {0};
    enum cli_exit exit;
    if (!cli_args_take(args, take_option, &options, &exit)) {
        return exit;
    }
    if (args->operand_count != 1) {
        return cli_usage_error(args, "prune takes one directory");
    }
    const char *const directory = args->operands[0];
    if (!check_directory(directory)) {
        return CLI_FAILED;
    }
    struct libgguf_bundle_pruned pruned;
    struct libgguf_error err;
    const enum libgguf_status status =
        libgguf_bundle_prune(directory, options.dry_run, &pruned, &err);
    if (status) {
        return report_failure(directory, status, &err);
    }
    if (options.json) {
        print_json(&pruned, options.dry_run);
    } else if (!cli_quiet()) {
        print_text(&pruned, options.dry_run);
    }
    return CLI_YES;
}
