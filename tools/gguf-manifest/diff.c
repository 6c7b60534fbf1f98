#include <inttypes.h>
#include <string.h>

#include <libgguf/json.h>

#include "cli/color.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/size.h"
#include "cli/text.h"
#include "manifest_diff.h"
#include "manifest_tool.h"

#define SUMMARY_SIZE 160

static const char *sharing_text(enum sharing sharing)
{
    static const char *const texts[] = {[SHARING_NONE] = "none",
                                        [SHARING_SAME] = "same",
                                        [SHARING_OTHER] = "other",
                                        [SHARING_UNKNOWN] = "unknown"};
    return texts[sharing];
}

static void append(char summary[SUMMARY_SIZE], const char *text)
{
    const size_t used = strlen(summary);
    snprintf(summary + used, SUMMARY_SIZE - used, "%s%s", used > 0 ? ", " : "", text);
}

/* The one line that most people look for. */
static void summarise(const struct comparison *comparison, char summary[SUMMARY_SIZE])
{
    summary[0] = '\0';
    if (comparison->bytes == SHARING_SAME) {
        append(summary, "the same bytes");
        return;
    }
    if (comparison->header == SHARING_NONE) {
        append(summary, comparison->bytes == SHARING_OTHER ? "other bytes" : "unknown");
        return;
    }
    append(summary, comparison->weights == SHARING_SAME    ? "same weights"
                    : comparison->weights == SHARING_OTHER ? "other weights"
                    : comparison->weights == SHARING_NONE  ? "no weights"
                                                           : "weights cannot be compared");
    if (comparison->chat_template == SHARING_OTHER) {
        append(summary, "other chat template");
    }
    if (comparison->tokenizer == SHARING_OTHER) {
        append(summary, "other tokenizer");
    }
    if (comparison->weights == SHARING_OTHER && comparison->header == SHARING_OTHER &&
        comparison->tokenizer == SHARING_SAME) {
        append(summary, "same tokenizer");
    }
    if (comparison->header == SHARING_OTHER && comparison->chat_template != SHARING_OTHER &&
        comparison->tokenizer != SHARING_OTHER && comparison->difference_count == 0) {
        append(summary, "other metadata");
    }
    if (comparison->header == SHARING_SAME) {
        append(summary, "same header");
    }
}

static void print_kind(const struct libgguf_manifest_tensor *tensor)
{
    if (tensor->type.data) {
        cli_put_text(stdout, tensor->type.data, tensor->type.size, CLI_ALL_COLUMNS);
    } else {
        printf("type %" PRIu32, tensor->type_id);
    }
    for (uint32_t i = 0; tensor->has_dims && i < tensor->dim_count; i++) {
        printf("%s%" PRIu64, i == 0 ? " " : " × ", tensor->dims[i]);
    }
}

static void print_difference(const struct tensor_difference *difference)
{
    static const char marks[] = {
        [TENSOR_ADDED] = '+', [TENSOR_REMOVED] = '-', [TENSOR_CHANGED] = '~'};
    const struct libgguf_manifest_tensor *const tensor =
        difference->before ? difference->before : difference->after;
    printf("  %c ", marks[difference->change]);
    cli_put_text(stdout, tensor->name.data, tensor->name.size, CLI_ALL_COLUMNS);
    fputs("  ", stdout);
    print_kind(tensor);
    if (difference->change == TENSOR_CHANGED) {
        fputs(" → ", stdout);
        print_kind(difference->after);
    }
    fputs("\n", stdout);
}

static void print_text(const struct comparison *comparison)
{
    char summary[SUMMARY_SIZE];
    char before[CLI_NUMBER_SIZE];
    char after[CLI_NUMBER_SIZE];
    summarise(comparison, summary);
    printf("%s%s%s\n", cli_style(CLI_HEADING), summary, cli_style(CLI_PLAIN));
    if (comparison->bytes == SHARING_SAME) {
        return;
    }
    printf("  %-14s %s → %s bytes\n", "size", cli_count_text(comparison->size_before, before),
           cli_count_text(comparison->size_after, after));
    printf("  %-14s %s\n", "header", sharing_text(comparison->header));
    printf("  %-14s %s\n", "tokenizer", sharing_text(comparison->tokenizer));
    printf("  %-14s %s\n", "chat template", sharing_text(comparison->chat_template));
    printf("  %-14s %s%s\n", "weights", sharing_text(comparison->weights),
           comparison->weights == SHARING_UNKNOWN ? ": compare manifests with --tensor-digests"
                                                  : "");
    printf("  %-14s %zu of %zu new, ", "chunks", comparison->new_count, comparison->chunk_count);
    print_size(comparison->new_size);
    fputs(" to fetch\n", stdout);
    for (size_t i = 0; i < comparison->difference_count; i++) {
        print_difference(&comparison->differences[i]);
    }
}

static void write_names(struct libgguf_json *json, const char *key,
                        const struct comparison *comparison, enum tensor_change change)
{
    libgguf_json_key(json, key);
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < comparison->difference_count; i++) {
        const struct tensor_difference *const difference = &comparison->differences[i];
        if (difference->change == change) {
            const struct libgguf_manifest_text *const name =
                difference->before ? &difference->before->name : &difference->after->name;
            libgguf_json_string(json, name->data, name->size);
        }
    }
    libgguf_json_array_end(json);
}

static void print_json(const struct comparison *comparison)
{
    struct libgguf_json json;
    char summary[SUMMARY_SIZE];
    summarise(comparison, summary);
    libgguf_json_init(&json, cli_json_to_stdout, NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", "gguf-manifest-diff/1");
    libgguf_json_member_text(&json, "summary", summary);
    libgguf_json_member_text(&json, "bytes", sharing_text(comparison->bytes));
    libgguf_json_member_text(&json, "header", sharing_text(comparison->header));
    libgguf_json_member_text(&json, "tokenizer", sharing_text(comparison->tokenizer));
    libgguf_json_member_text(&json, "chat_template", sharing_text(comparison->chat_template));
    libgguf_json_member_text(&json, "weights", sharing_text(comparison->weights));
    libgguf_json_member_u64(&json, "old_size", comparison->size_before);
    libgguf_json_member_u64(&json, "new_size", comparison->size_after);
    libgguf_json_member_u64(&json, "chunk_count", comparison->chunk_count);
    libgguf_json_member_u64(&json, "fetch_count", comparison->new_count);
    libgguf_json_member_u64(&json, "fetch_size", comparison->new_size);
    write_names(&json, "tensors_added", comparison, TENSOR_ADDED);
    write_names(&json, "tensors_removed", comparison, TENSOR_REMOVED);
    write_names(&json, "tensors_changed", comparison, TENSOR_CHANGED);
    libgguf_json_object_end(&json);
    /* A stdout that failed is reported by cli_main(). */
    (void)!libgguf_json_finish(&json, NULL);
}

static enum cli_exit diff(const char *before_path, const char *after_path, bool json)
{
    struct libgguf_manifest *const before = input_manifest(before_path);
    struct libgguf_manifest *const after = before ? input_manifest(after_path) : NULL;
    struct comparison comparison;
    enum cli_exit exit = CLI_FAILED;
    if (after && comparison_make(before, after, &comparison)) {
        exit = comparison.bytes == SHARING_SAME ? CLI_YES : CLI_NO;
        if (comparison.bytes == SHARING_UNKNOWN) {
            exit = CLI_FAILED;
            cli_error(NULL, "the files are cut differently and have no digests of their own, so "
                            "they cannot be compared");
        } else if (json) {
            print_json(&comparison);
        } else {
            print_text(&comparison);
        }
        comparison_free(&comparison);
    } else if (after) {
        cli_error(NULL, "out of memory");
    }
    libgguf_manifest_free(after);
    libgguf_manifest_free(before);
    return exit;
}

/* There is but one: --json. */
static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    (void)args;
    bool *const json = context;
    *json = code == OPTION_JSON;
    return CLI_YES;
}

enum cli_exit manifest_diff(struct cli_args *args)
{
    bool json = false;
    enum cli_exit exit;
    if (!cli_args_take(args, take_option, &json, &exit)) {
        return exit;
    }
    if (args->operand_count != 2) {
        return cli_usage_error(args, "diff takes two manifests");
    }
    if (strcmp(args->operands[0], "-") == 0 && strcmp(args->operands[1], "-") == 0) {
        return cli_usage_error(args, "stdin cannot be both manifests");
    }
    return diff(args->operands[0], args->operands[1], json);
}
