#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/loader.h>

#include "bundle_tool.h"
#include "cli/color.h"
#include "cli/size.h"
#include "cli/text.h"

bool is_of_loader(const char *path)
{
    const size_t size = strlen(path);
    for (size_t i = 0; i < libgguf_loader_file_count(); i++) {
        const char *const name = libgguf_loader_file_at(i)->name;
        /* The file itself, or the directory that it is in. */
        if (strncmp(name, path, size) == 0 && (name[size] == '\0' || name[size] == '/')) {
            return true;
        }
    }
    return false;
}

static void print_fault(const struct libgguf_bundle_finding *finding)
{
    char found[CLI_NUMBER_SIZE];
    char size[CLI_NUMBER_SIZE];
    cli_count_text(finding->found, found);
    cli_count_text(finding->size, size);
    switch (finding->fault) {
    case LIBGGUF_BUNDLE_MISSING:
        fputs("is missing", stdout);
        break;
    case LIBGGUF_BUNDLE_UNREADABLE:
        printf("cannot be read: %s", strerror(finding->sys_errno));
        break;
    case LIBGGUF_BUNDLE_NOT_A_FILE:
        fputs("is no regular file, or lies behind a link", stdout);
        break;
    case LIBGGUF_BUNDLE_EMPTY:
        printf("is empty, and should have %s bytes", size);
        break;
    case LIBGGUF_BUNDLE_TOO_SHORT:
    case LIBGGUF_BUNDLE_TOO_LONG:
        printf("is too %s: %s bytes, and should have %s",
               finding->fault == LIBGGUF_BUNDLE_TOO_SHORT ? "short" : "long", found, size);
        break;
    case LIBGGUF_BUNDLE_SWAPPED:
        fputs("has the bytes of ", stdout);
        cli_put_text(stdout, finding->other, strlen(finding->other), CLI_ALL_COLUMNS);
        break;
    case LIBGGUF_BUNDLE_BAD_GZIP:
        fputs("does not decompress to its chunk", stdout);
        break;
    default:
        fputs("has other bytes", stdout);
    }
}

static void print_finding(const struct libgguf_bundle_report *report,
                          const struct libgguf_bundle_finding *finding)
{
    fputs(cli_style(CLI_BAD), stdout);
    cli_put_text(stdout, finding->path, strlen(finding->path), CLI_ALL_COLUMNS);
    printf("%s ", cli_style(CLI_PLAIN));
    print_fault(finding);
    if (report->manifest->is_bundle) {
        const struct libgguf_manifest_file *const file = &report->manifest->files[finding->file];
        char offset[CLI_NUMBER_SIZE];
        printf(" (chunk %zu, at byte %s of ", finding->chunk,
               cli_count_text(file->chunks[finding->chunk].piece.offset, offset));
        cli_put_text(stdout, file->name.data, file->name.size, CLI_ALL_COLUMNS);
        putchar(')');
    }
    putchar('\n');
}

static void print_text(const struct libgguf_bundle_report *report, bool good)
{
    char count[CLI_NUMBER_SIZE];
    char bytes[CLI_NUMBER_SIZE];
    for (size_t i = 0; i < report->finding_count; i++) {
        print_finding(report, &report->findings[i]);
    }
    if (report->file_digest_wrong) {
        printf("%sthe digest of the whole model%s is not the one in the manifest\n",
               cli_style(CLI_BAD), cli_style(CLI_PLAIN));
    }
    for (size_t i = 0; i < report->extra_count && !cli_quiet(); i++) {
        if (!is_of_loader(report->extras[i])) {
            cli_put_text(stdout, report->extras[i], strlen(report->extras[i]), CLI_ALL_COLUMNS);
            puts(" does not belong to the bundle");
        }
    }
    if (good && !cli_quiet()) {
        printf("%sgood%s: %s, %s\n", cli_style(CLI_GOOD), cli_style(CLI_PLAIN),
               cli_nouns_text(report->checked_count, "file", count),
               cli_nouns_text(report->checked_size, "byte", bytes));
    } else if (!good) {
        char bad[CLI_NUMBER_SIZE];
        printf("%sbad%s: %s of %s\n", cli_style(CLI_BAD), cli_style(CLI_PLAIN),
               cli_count_text(report->finding_count, bad),
               cli_count_text(report->checked_count, count));
    }
}

struct verify_options {
    const char *key;
    bool json;
    struct libgguf_bundle_read_options read;
};

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    struct verify_options *const options = context;
    switch (code) {
    case OPTION_THREADS:
        return cli_take_threads(args, &options->read.threads);
    case OPTION_KEY:
        options->key = args->value;
        return CLI_YES;
    case OPTION_FILE_DIGEST:
        options->read.file_digest = true;
        return CLI_YES;
    default:
        options->json = true;
        return CLI_YES;
    }
}

enum cli_exit bundle_verify(struct cli_args *args)
{
    struct verify_options options = {.read = {.struct_size = sizeof options.read}};
    enum cli_exit exit;
    char *key = NULL;
    if (!cli_args_take(args, take_option, &options, &exit)) {
        return exit;
    }
    if (args->operand_count != 1) {
        return cli_usage_error(args, "verify takes one bundle");
    }
    if (!check_directory(args->operands[0])) {
        return CLI_FAILED;
    }
    if (options.key && !cli_read_file(options.key, CLI_KEY_MAX, &key, &options.read.key_size)) {
        return CLI_FAILED;
    }
    const char *const directory = args->operands[0];
    struct run run;
    struct libgguf_bundle_report *report;
    struct libgguf_error err;
    options.read.key = key;
    options.read.hooks = &run.hooks;
    run_begin(&run);
    const enum libgguf_status status =
        libgguf_bundle_verify(directory, &options.read, &report, &err);
    run_end(&run);
    free(key);
    if (status) {
        return report_failure(directory, status, &err);
    }
    const bool good = report->finding_count == 0 && !report->file_digest_wrong;
    if (options.json) {
        verify_json(report);
    } else {
        print_text(report, good);
    }
    libgguf_bundle_report_free(report);
    return good ? CLI_YES : CLI_NO;
}
