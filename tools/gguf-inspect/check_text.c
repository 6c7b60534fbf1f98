#include "check_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/color.h"
#include "cli/report.h"
#include "cli/size.h"
#include "cli/text.h"
#include "json_sections.h"
#include "layout.h"
#include "sections.h"

/* Findings that the first screen has room for. */
#define SUMMARY_FINDINGS 4

const char *check_profile_name(enum libgguf_check_profile profile)
{
    return profile == LIBGGUF_PROFILE_SPEC ? "spec" : "llama.cpp";
}

static const char *severity_name(const struct libgguf_finding *finding)
{
    return finding->severity == LIBGGUF_SEVERITY_ERROR ? "error" : "warning";
}

static const char *severity_style(const struct libgguf_finding *finding)
{
    return cli_style(finding->severity == LIBGGUF_SEVERITY_ERROR ? CLI_BAD : CLI_WARN);
}

/* What is known while the library reports. */
struct tally {
    const struct model_file *model;
    struct libgguf_json *json;
    uint64_t errors;
    uint64_t warnings;
    struct libgguf_finding first[SUMMARY_FINDINGS]; /* errors before warnings */
    size_t first_count;
};

static enum libgguf_status run_check(const struct inspect_options *options,
                                     bool (*report)(void *, const struct libgguf_finding *),
                                     struct tally *tally)
{
    const struct libgguf_check_options check = {
        .struct_size = sizeof check,
        .profile = options->check_profile,
    };
    struct libgguf_error err;
    const enum libgguf_status status =
        libgguf_check(tally->model->file, &check, report, tally, &err);
    if (status != LIBGGUF_OK && status != LIBGGUF_ERR_CANCELLED) {
        cli_error_status(tally->model->label, &err);
    }
    return status;
}

static bool count(struct tally *tally, const struct libgguf_finding *finding)
{
    const bool is_error = finding->severity == LIBGGUF_SEVERITY_ERROR;
    tally->errors += is_error;
    tally->warnings += !is_error;
    return is_error;
}

static const char *counts_text(const struct tally *tally, char out[2 * CLI_NUMBER_SIZE])
{
    char number[CLI_NUMBER_SIZE];
    int used = 0;
    if (tally->errors > 0) {
        used = snprintf(out, 2 * CLI_NUMBER_SIZE, "%s%s",
                        cli_nouns_text(tally->errors, "error", number),
                        tally->warnings > 0 ? ", " : "");
    }
    if (tally->warnings > 0) {
        snprintf(out + used, 2 * CLI_NUMBER_SIZE - (size_t)used, "%s",
                 cli_nouns_text(tally->warnings, "warning", number));
    }
    if (tally->errors + tally->warnings == 0) {
        snprintf(out, 2 * CLI_NUMBER_SIZE, "nothing found");
    }
    return out;
}

static enum cli_style verdict_style(const struct tally *tally)
{
    return tally->errors > 0 ? CLI_BAD : tally->warnings > 0 ? CLI_WARN : CLI_GOOD;
}

static bool keep_first(void *context, const struct libgguf_finding *finding)
{
    struct tally *tally = context;
    const bool is_error = count(tally, finding);
    size_t at = tally->first_count;
    if (is_error) {
        for (at = 0;
             at < tally->first_count && tally->first[at].severity == LIBGGUF_SEVERITY_ERROR;) {
            at++;
        }
    }
    if (at < SUMMARY_FINDINGS) {
        const size_t last =
            tally->first_count < SUMMARY_FINDINGS ? tally->first_count : SUMMARY_FINDINGS - 1;
        memmove(&tally->first[at + 1], &tally->first[at], (last - at) * sizeof *tally->first);
        tally->first[at] = *finding;
        tally->first_count = last + 1;
    }
    return true;
}

void check_print_summary(const struct model_file *model, const struct inspect_options *options)
{
    struct tally tally = {.model = model};
    char counts[2 * CLI_NUMBER_SIZE];
    if (run_check(options, keep_first, &tally) != LIBGGUF_OK) {
        return;
    }
    putchar('\n');
    layout_label("Check");
    printf("%s%s%s (profile %s)\n", cli_style(verdict_style(&tally)), counts_text(&tally, counts),
           cli_style(CLI_PLAIN), check_profile_name(options->check_profile));
    for (size_t i = 0; i < tally.first_count; i++) {
        const struct libgguf_finding *finding = &tally.first[i];
        printf("  %s%-7s%s  ", severity_style(finding), severity_name(finding),
               cli_style(CLI_PLAIN));
        cli_put_wrapped(stdout, finding->text, 11, 11, SCREEN_COLUMNS);
    }
    const uint64_t all = tally.errors + tally.warnings;
    if (all > tally.first_count) {
        char more[CLI_NUMBER_SIZE];
        printf("  … %s more: --check lists all\n", cli_count_text(all - tally.first_count, more));
    }
}

static const char *file_of(const struct model_file *model, const struct libgguf_finding *finding)
{
    const char *path = NULL;
    if (libgguf_shard_count(model->file) > 1) {
        path = libgguf_shard_path(model->file, finding->shard);
    }
    return path ? path : model->label;
}

static bool print_finding(void *context, const struct libgguf_finding *finding)
{
    struct tally *tally = context;
    const bool is_error = count(tally, finding);
    if (!is_error && cli_quiet()) {
        return true;
    }
    const char *file = file_of(tally->model, finding);
    char offset[CLI_NUMBER_SIZE];
    cli_put_text(stdout, file, strlen(file), CLI_ALL_COLUMNS);
    printf(": %s%s%s: %s [%s]", severity_style(finding), severity_name(finding),
           cli_style(CLI_PLAIN), finding->text, finding->rule->id);
    if (finding->offset != LIBGGUF_NO_OFFSET) {
        printf(" (at byte %s)", cli_count_text(finding->offset, offset));
    }
    putchar('\n');
    return ferror(stdout) == 0;
}

enum cli_exit check_print(const struct model_file *model, const struct inspect_options *options)
{
    struct tally tally = {.model = model};
    char counts[2 * CLI_NUMBER_SIZE];
    if (run_check(options, print_finding, &tally) != LIBGGUF_OK) {
        return CLI_FAILED;
    }
    if (!cli_quiet()) {
        cli_put_text(stdout, model->label, strlen(model->label), CLI_ALL_COLUMNS);
        printf(": %s%s%s (profile %s)\n", cli_style(verdict_style(&tally)),
               counts_text(&tally, counts), cli_style(CLI_PLAIN),
               check_profile_name(options->check_profile));
    }
    return tally.errors > 0 ? CLI_NO : CLI_YES;
}

static bool json_finding(void *context, const struct libgguf_finding *finding)
{
    struct tally *tally = context;
    struct libgguf_json *json = tally->json;
    count(tally, finding);
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_member_text(json, "rule", finding->rule->id);
    libgguf_json_member_text(json, "severity", severity_name(finding));
    libgguf_json_member_text(json, "message", finding->text);
    libgguf_json_member_u64(json, "shard", finding->shard);
    libgguf_json_key(json, "offset");
    json_number(json, finding->offset);
    libgguf_json_object_end(json);
    return libgguf_json_status(json) == LIBGGUF_OK;
}

enum cli_exit check_json(struct libgguf_json *json, const struct model_file *model,
                         const struct inspect_options *options)
{
    struct tally tally = {.model = model, .json = json};
    libgguf_json_key(json, "check");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "profile", check_profile_name(options->check_profile));
    libgguf_json_key(json, "findings");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    const enum libgguf_status status = run_check(options, json_finding, &tally);
    libgguf_json_array_end(json);
    libgguf_json_member_u64(json, "errors", tally.errors);
    libgguf_json_member_u64(json, "warnings", tally.warnings);
    libgguf_json_member_bool(json, "complete", status == LIBGGUF_OK);
    libgguf_json_object_end(json);
    if (status != LIBGGUF_OK) {
        return CLI_FAILED;
    }
    return options->check && tally.errors > 0 ? CLI_NO : CLI_YES;
}
