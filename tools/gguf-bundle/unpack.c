#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bundle_tool.h"
#include "cli/model_path.h"
#include "cli/size.h"

struct unpack_options {
    const char *source;
    const char *output;
    const char *key;
    bool is_file; /* the source: a shard, and no directory */
    struct libgguf_bundle_read_options read;
};

/* What went wrong is about the output, or about the bundle. */
static enum cli_exit unpack_failure(const struct unpack_options *options, const char *output,
                                    enum libgguf_status status, const struct libgguf_error *err)
{
    switch (status) {
    case LIBGGUF_ERR_EXISTS:
    case LIBGGUF_ERR_BUSY:
    case LIBGGUF_ERR_SAME_FILE:
        return report_failure(output, status, err);
    case LIBGGUF_ERR_IO:
        /* Bytes are counted in what is read. */
        return report_failure(err->offset == LIBGGUF_NO_OFFSET ? output : options->source, status,
                              err);
    case LIBGGUF_ERR_NOT_FOUND:
        /* A chunk; the manifest was there. */
        cli_error(options->source, "%s", err->text);
        return CLI_NO;
    default:
        return report_failure(options->source, status, err);
    }
}

static enum cli_exit say_done(uint64_t size, size_t file_count)
{
    char bytes[CLI_NUMBER_SIZE];
    char files[CLI_NUMBER_SIZE];
    if (!cli_quiet()) {
        printf("unpacked %s bytes", cli_count_text(size, bytes));
        if (file_count > 1) {
            printf(" in %s files", cli_count_text(file_count, files));
        }
        putchar('\n');
    }
    return CLI_YES;
}

static enum cli_exit unpack_file(const struct unpack_options *options,
                                 const struct libgguf_manifest *manifest, size_t file,
                                 const char *output)
{
    struct libgguf_error err;
    const enum libgguf_status status =
        libgguf_bundle_unpack(options->source, manifest, file, output, &options->read, &err);
    return status ? unpack_failure(options, output, status, &err) : CLI_YES;
}

/* ".NAME.partial" is what NAME is called until it is complete. */
static bool is_partial_name(const struct libgguf_manifest_text *name)
{
    static const char suffix[] = ".partial";
    const size_t size = sizeof suffix - 1;
    return name->size > size && name->data[0] == '.' &&
           memcmp(name->data + name->size - size, suffix, size) == 0;
}

/* A set of shards in chunks becomes these shards, in a directory. */
static enum cli_exit unpack_set(const struct unpack_options *options,
                                const struct libgguf_manifest *manifest)
{
    if (mkdir(options->output, 0777) != 0 && errno != EEXIST) {
        cli_error_errno(options->output, errno, "cannot make the directory");
        return CLI_FAILED;
    }
    enum cli_exit exit = CLI_YES;
    uint64_t size = 0;
    for (size_t i = 0; i < manifest->file_count && exit == CLI_YES; i++) {
        const struct libgguf_manifest_text *const name = &manifest->files[i].name;
        if (is_partial_name(name)) {
            cli_error(options->source, "a file is called %s, as others are until they are complete",
                      name->data);
            return CLI_FAILED;
        }
        char *const path = path_join(options->output, name->data, name->size);
        exit = path ? unpack_file(options, manifest, i, path) : CLI_FAILED;
        size += manifest->files[i].size;
        free(path);
    }
    return exit == CLI_YES ? say_done(size, manifest->file_count) : exit;
}

/* What is opened by the pattern of its names has to be what the manifest lists, and was proven. */
static bool is_set_of(const struct libgguf_file *set, const struct libgguf_manifest *manifest)
{
    bool same = libgguf_shard_count(set) == manifest->file_count;
    for (size_t i = 0; same && i < manifest->file_count; i++) {
        const char *const name = cli_file_name(libgguf_shard_path(set, i));
        const struct libgguf_manifest_text *const listed = &manifest->files[i].name;
        same = strlen(name) == listed->size && memcmp(name, listed->data, listed->size) == 0;
    }
    return same;
}

/* @p manifest: what the shards were proven by, or NULL. */
static enum cli_exit merge(const struct unpack_options *options, const char *first,
                           const struct libgguf_manifest *manifest)
{
    struct libgguf_file *set;
    struct libgguf_file *merged = NULL;
    struct libgguf_error err;
    enum libgguf_status status = libgguf_open(first, NULL, &set, &err);
    if (status) {
        return report_failure(first, status, &err);
    }
    if (manifest && !is_set_of(set, manifest)) {
        cli_error(first, "its shards are not those that the manifest lists");
        libgguf_close(set);
        return CLI_NO;
    }
    uint64_t size = 0;
    status = libgguf_recast_merge(set, &merged, &err);
    if (status) {
        report_failure(first, status, &err);
    } else {
        size = libgguf_source_size(libgguf_file_source(merged));
        status = libgguf_bundle_save(merged, set, options->output, &options->read, &err);
        if (status) {
            unpack_failure(options, options->output, status, &err);
        }
    }
    libgguf_close(merged);
    libgguf_close(set);
    return status ? CLI_FAILED : say_done(size, 1);
}

/* Shards that a manifest lists are read twice: to prove them, and to merge them. */
static enum cli_exit unpack_shards(const struct unpack_options *options,
                                   const struct libgguf_manifest *manifest)
{
    struct libgguf_bundle_report *report;
    struct libgguf_error err;
    const enum libgguf_status status =
        libgguf_bundle_verify(options->source, &options->read, &report, &err);
    if (status) {
        return report_failure(options->source, status, &err);
    }
    for (size_t i = 0; i < report->finding_count; i++) {
        cli_error(options->source, "%s: %s", report->findings[i].path,
                  fault_name(report->findings[i].fault));
    }
    const bool good = report->finding_count == 0;
    libgguf_bundle_report_free(report);
    if (!good) {
        return CLI_NO;
    }
    char *const first =
        path_join(options->source, manifest->files[0].name.data, manifest->files[0].name.size);
    const enum cli_exit exit = first ? merge(options, first, manifest) : CLI_FAILED;
    free(first);
    return exit;
}

static enum cli_exit unpack_bundle(const struct unpack_options *options)
{
    struct libgguf_manifest *manifest;
    struct libgguf_error err;
    enum cli_exit exit;
    const enum libgguf_status status = libgguf_bundle_manifest(
        options->source, options->read.key, options->read.key_size, &manifest, &err);
    if (status) {
        return report_failure(options->source, status, &err);
    }
    if (!manifest->is_bundle && manifest->files[0].chunk_count > 0) {
        exit = unpack_shards(options, manifest);
    } else if (manifest->file_count > 1) {
        exit = unpack_set(options, manifest);
    } else {
        exit = unpack_file(options, manifest, 0, options->output);
        exit = exit == CLI_YES ? say_done(manifest->files[0].size, 1) : exit;
    }
    libgguf_manifest_free(manifest);
    return exit;
}

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    struct unpack_options *const options = context;
    switch (code) {
    case OPTION_THREADS:
        return cli_take_threads(args, &options->read.threads);
    case OPTION_KEY:
        options->key = args->value;
        return CLI_YES;
    case OPTION_FORCE:
        options->read.force = true;
        return CLI_YES;
    case OPTION_RESUME:
        options->read.resume = true;
        return CLI_YES;
    case OPTION_NO_SYNC:
        options->read.no_sync = true;
        return CLI_YES;
    default:
        options->output = args->value;
        return CLI_YES;
    }
}

static bool is_manifest(const char *path)
{
    return strcmp(cli_file_name(path), "manifest.json") == 0;
}

static bool check_options(struct cli_args *args, struct unpack_options *options,
                          enum cli_exit *exit)
{
    struct stat facts;
    if (args->operand_count != 1) {
        *exit = cli_usage_error(args, "unpack takes one bundle, or the first of a set of shards");
        return false;
    }
    if (!options->output) {
        *exit = cli_usage_error(args, "unpack needs -o FILE");
        return false;
    }
    if (strcmp(options->output, "-") == 0) {
        *exit = cli_usage_error(
            args, "a model is not written to a stream; use ./- for a file of that name");
        return false;
    }
    options->source = args->operands[0];
    options->is_file = stat(options->source, &facts) == 0 && !S_ISDIR(facts.st_mode);
    if (options->is_file && is_manifest(options->source) && !check_directory(options->source)) {
        *exit = CLI_FAILED;
        return false;
    }
    if (options->is_file && options->key) {
        *exit =
            cli_usage_error(args, "--key needs a bundle: name the directory with manifest.json");
        return false;
    }
    return true;
}

enum cli_exit bundle_unpack(struct cli_args *args)
{
    struct unpack_options options = {.read = {.struct_size = sizeof options.read}};
    struct run run;
    enum cli_exit exit;
    char *key = NULL;
    if (!cli_args_take(args, take_option, &options, &exit) ||
        !check_options(args, &options, &exit)) {
        return exit;
    }
    if (options.key && (!key_stays(options.key, options.output) ||
                        !cli_read_file(options.key, CLI_KEY_MAX, &key, &options.read.key_size))) {
        return CLI_FAILED;
    }
    options.read.key = key;
    options.read.hooks = &run.hooks;
    run_begin(&run);
    exit = options.is_file ? merge(&options, options.source, NULL) : unpack_bundle(&options);
    run_end(&run);
    free(key);
    return exit;
}
