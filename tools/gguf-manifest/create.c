#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/model_path.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "manifest_tool.h"

/* The header of a stream is kept in memory, and none is larger than this. */
#define HEADER_MAX ((uint64_t)1 << 30)

/* What a stream is called when nobody gave it a name. */
#define STREAM_NAME "stdin"

struct create_options {
    const char *model;
    const char *output;
    const char *url;
    bool cut_given;
    struct format_choice format;
    struct libgguf_manifest_options manifest;
};

/* A model as far as it could be opened: file is NULL for bytes that are not GGUF. */
struct opened {
    struct libgguf_file *file;
    struct libgguf_source *source; /* owned when there is no file */
};

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    struct create_options *const options = context;
    switch (code) {
    case 'o':
        options->output = args->value;
        return CLI_YES;
    case OPTION_CHUNK_SIZE:
        return cli_take_chunk_size(args, &options->manifest.chunk_size);
    case OPTION_CUT:
        options->cut_given = true;
        return cli_take_cut(args, &options->manifest.cut);
    case OPTION_THREADS:
        return cli_take_threads(args, &options->manifest.threads);
    case OPTION_NAME:
        return cli_take_name(args, &options->manifest.name);
    case OPTION_NO_FILE_DIGEST:
        options->manifest.no_file_digest = true;
        return CLI_YES;
    case OPTION_TENSOR_DIGESTS:
        options->manifest.tensor_digests = true;
        return CLI_YES;
    case OPTION_FORMAT:
        return format_take(args, args->value, false, &options->format);
    case OPTION_JSON:
        return format_take(args, "json", false, &options->format);
    default:
        options->url = args->value;
        return CLI_YES;
    }
}

static bool check_options(struct cli_args *args, struct create_options *options,
                          enum cli_exit *exit)
{
    *exit = CLI_USAGE;
    if (args->operand_count != 1) {
        cli_usage_error(args, "create takes one model");
    } else if (options->url && options->format.format != FORMAT_METALINK) {
        cli_usage_error(args, "--url is for --format metalink");
    } else if (options->format.format == FORMAT_SHA256SUM && options->manifest.no_file_digest) {
        cli_usage_error(args, "--format sha256sum needs the digest of the whole file");
    } else if (options->format.format == FORMAT_METALINK && options->cut_given &&
               options->manifest.cut != LIBGGUF_CUT_FIXED) {
        cli_usage_error(args, "--format metalink has pieces of one size: --cut fixed");
    } else {
        *exit = CLI_YES;
    }
    return *exit == CLI_YES;
}

static bool open_stream(struct create_options *options,
                        const struct libgguf_open_options *open_options, struct opened *out)
{
    struct libgguf_error err;
    if (!options->manifest.name) {
        options->manifest.name = STREAM_NAME;
    }
    if (libgguf_source_from_fd(STDIN_FILENO, HEADER_MAX, &out->source, &err)) {
        cli_error_status(options->model, &err);
        return false;
    }
    if (libgguf_open_source(out->source, open_options, &out->file, &err) == LIBGGUF_OK) {
        out->source = NULL;
        return true;
    }
    return cli_settle_for_bytes(options->model, &err, options->manifest.cut == LIBGGUF_CUT_FIXED);
}

static bool open_path(struct create_options *options,
                      const struct libgguf_open_options *open_options, struct opened *out)
{
    struct libgguf_error err;
    if (libgguf_open(options->model, open_options, &out->file, &err) == LIBGGUF_OK) {
        return true;
    }
    if (!cli_settle_for_bytes(options->model, &err, options->manifest.cut == LIBGGUF_CUT_FIXED)) {
        return false;
    }
    if (libgguf_source_from_path(options->model, &out->source, &err)) {
        cli_error_status(options->model, &err);
        return false;
    }
    if (!options->manifest.name) {
        options->manifest.name = cli_file_name(options->model);
    }
    return true;
}

static uint64_t total_size(const struct opened *opened)
{
    if (!opened->file) {
        return libgguf_source_size(opened->source);
    }
    uint64_t total = 0;
    for (size_t i = 0; i < libgguf_shard_count(opened->file); i++) {
        const struct libgguf_file *const shard = libgguf_shard_at(opened->file, i);
        const uint64_t size = shard ? libgguf_source_size(libgguf_file_source(shard)) : 0;
        if (size == LIBGGUF_SIZE_UNKNOWN) {
            return CLI_TOTAL_UNKNOWN;
        }
        total += size;
    }
    return total;
}

static struct libgguf_manifest *hash(const struct create_options *options,
                                     const struct opened *opened)
{
    struct cli_progress progress;
    struct libgguf_digest_hooks hooks = {
        .struct_size = sizeof hooks, .context = &progress, .progress = cli_progress_callback};
    struct libgguf_manifest_options manifest_options = options->manifest;
    struct libgguf_manifest *manifest;
    struct libgguf_error err;
    manifest_options.hooks = &hooks;
    cli_progress_begin(&progress, "hashing", total_size(opened));
    const enum libgguf_status status =
        opened->file ? libgguf_manifest_create(opened->file, &manifest_options, &manifest, &err)
                     : libgguf_manifest_create_from_source(opened->source, &manifest_options,
                                                           &manifest, &err);
    cli_progress_end(&progress);
    if (status) {
        cli_error_status(options->model, &err);
    }
    return manifest;
}

/* A manifest of half a download is a plausible one, so it is pointed out. */
static void warn_of_missing_data(const char *model, const struct libgguf_manifest *manifest)
{
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct libgguf_manifest_file *const file = &manifest->files[i];
        size_t missing = 0;
        for (size_t j = 0; j < file->tensor_count; j++) {
            const struct libgguf_manifest_tensor *const tensor = &file->tensors[j];
            missing += tensor->offset.present && tensor->size.present &&
                       tensor->offset.value + tensor->size.value > file->size;
        }
        if (missing > 0) {
            cli_warning(model, "%zu of %zu tensors end beyond the end of the file", missing,
                        file->tensor_count);
        }
    }
}

static enum cli_exit print(const struct create_options *options,
                           const struct libgguf_manifest *manifest, struct cli_output *output)
{
    if (!format_is_possible(manifest, options->format.format, options->url, options->model)) {
        cli_output_discard(output);
        return CLI_FAILED;
    }
    const int failed = format_print(manifest, options->format.format, options->url, output->stream);
    if (failed) {
        cli_output_failed(output, failed);
    }
    return cli_output_commit(output) ? CLI_YES : CLI_FAILED;
}

static bool open_output(const struct create_options *options, const struct opened *opened,
                        struct cli_output *output)
{
    struct cli_inputs inputs = {0};
    const bool done = cli_inputs_add_model(&inputs, options->model, opened->file) &&
                      cli_output_open(output, options->output ? options->output : "-",
                                      CLI_OUTPUT_REPLACE, &inputs);
    cli_inputs_free(&inputs);
    return done;
}

/* Shards find each other by their names. */
static bool name_is_possible(struct cli_args *args, const struct create_options *options,
                             const struct opened *opened)
{
    const size_t count = opened->file ? libgguf_shard_count(opened->file) : 1;
    if (options->manifest.name && count > 1) {
        cli_usage_error(args, "--name is for a model of one file, and '%s' has %zu", options->model,
                        count);
        return false;
    }
    return true;
}

static enum cli_exit create(struct cli_args *args, struct create_options *options)
{
    const struct libgguf_open_options open_options = {
        .struct_size = sizeof open_options, .allow_missing_data = true, .allow_duplicates = true};
    struct opened opened = {0};
    struct cli_output output;
    enum cli_exit exit = CLI_FAILED;
    const bool is_stream = strcmp(options->model, "-") == 0;
    const bool is_open = is_stream ? open_stream(options, &open_options, &opened)
                                   : open_path(options, &open_options, &opened);
    if (is_open && !is_stream && !name_is_possible(args, options, &opened)) {
        exit = CLI_USAGE;
    } else if (is_open && open_output(options, &opened, &output)) {
        struct libgguf_manifest *const manifest = hash(options, &opened);
        if (manifest) {
            warn_of_missing_data(options->model, manifest);
            exit = print(options, manifest, &output);
        } else {
            cli_output_discard(&output);
        }
        libgguf_manifest_free(manifest);
    }
    libgguf_close(opened.file);
    libgguf_source_close(opened.source);
    return exit;
}

enum cli_exit manifest_create(struct cli_args *args)
{
    struct create_options options = {.manifest = {.struct_size = sizeof options.manifest}};
    enum cli_exit exit;
    if (!cli_args_take(args, take_option, &options, &exit) ||
        !check_options(args, &options, &exit)) {
        return exit;
    }
    options.model = args->operands[0];
    if (options.format.format == FORMAT_METALINK) {
        options.manifest.cut = LIBGGUF_CUT_FIXED;
    }
    return create(args, &options);
}
