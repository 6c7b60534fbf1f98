#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/report.h"
#include "manifest_tool.h"

struct verify_options {
    const char *manifest;
    const char *model; /* NULL: the names in the manifest, beside it */
    const char *key;
    const char *signature;
    bool json;
    struct libgguf_verify_options library;
};

/* The progress of one file after the other. */
struct verify_progress {
    struct cli_progress bar;
    uint64_t before; /* bytes of the files that are done */
};

static bool progress(void *context, uint64_t bytes)
{
    struct verify_progress *const state = context;
    return cli_progress_callback(&state->bar, state->before + bytes);
}

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    struct verify_options *const options = context;
    switch (code) {
    case OPTION_FILE_DIGEST:
        options->library.file_digest = true;
        return CLI_YES;
    case OPTION_KEY:
        options->key = args->value;
        return CLI_YES;
    case OPTION_SIGNATURE:
        options->signature = args->value;
        return CLI_YES;
    case OPTION_JSON:
        options->json = true;
        return CLI_YES;
    default:
        return cli_take_threads(args, &options->library.threads);
    }
}

static bool check_options(struct cli_args *args, struct verify_options *options,
                          enum cli_exit *exit)
{
    *exit = CLI_USAGE;
    if (args->operand_count < 1 || args->operand_count > 2) {
        cli_usage_error(args, "verify takes a manifest and at most one model");
        return false;
    }
    options->manifest = args->operands[0];
    options->model = args->operand_count == 2 ? args->operands[1] : NULL;
    if (options->signature && !options->key) {
        cli_usage_error(args, "--signature needs --key");
    } else if (strcmp(options->manifest, "-") == 0 && options->key && !options->signature) {
        cli_usage_error(args, "the signature of standard input needs a name: --signature FILE");
    } else if (strcmp(options->manifest, "-") == 0 && options->model &&
               strcmp(options->model, "-") == 0) {
        cli_usage_error(args, "stdin cannot be both manifest and model");
    } else if (options->model && input_is_model(options->manifest)) {
        cli_usage_error(args, "the manifest comes first, and '%s' is a GGUF file",
                        options->manifest);
    } else {
        *exit = CLI_YES;
    }
    return *exit == CLI_YES;
}

/* @p size bytes of @p directory, a slash when @p slash, and @p name. */
static char *join(const char *directory, size_t size, bool slash, const char *name)
{
    const size_t name_size = strlen(name);
    char *const path = malloc(size + slash + name_size + 1);
    if (path) {
        memcpy(path, directory, size);
        if (slash) {
            path[size] = '/';
        }
        memcpy(path + size + slash, name, name_size + 1);
    }
    return path;
}

/* A file called "-" is not standard input: only the command line can mean that. */
static char *beside(const char *path, const char *name)
{
    const char *const slash = strrchr(path, '/');
    if (!slash && strcmp(name, "-") == 0) {
        return join(".", 1, true, name);
    }
    return join(path, slash ? (size_t)(slash - path) + 1 : 0, false, name);
}

/* Where a file of the manifest is; a model that is given stands for all files beside it. */
static char *locate(const struct verify_options *options, const struct libgguf_manifest *manifest,
                    size_t index)
{
    const char *const name = manifest->files[index].name.data;
    struct stat status;
    if (!options->model) {
        return beside(options->manifest, name);
    }
    if (stat(options->model, &status) == 0 && S_ISDIR(status.st_mode)) {
        return join(options->model, strlen(options->model), true, name);
    }
    if (manifest->file_count == 1) {
        return join("", 0, false, options->model);
    }
    return beside(options->model, name);
}

static enum libgguf_status open_source(const char *path, struct libgguf_source **out,
                                       struct libgguf_error *err)
{
    return strcmp(path, "-") == 0 ? libgguf_source_from_fd(STDIN_FILENO, 0, out, err)
                                  : libgguf_source_from_path(path, out, err);
}

static void verify_file(const struct verify_options *options,
                        const struct libgguf_manifest *manifest, size_t index,
                        struct verified_file *out)
{
    struct libgguf_source *source;
    struct libgguf_error err;
    out->could_not_read = true;
    if (open_source(out->path, &source, &err)) {
        cli_error_status(out->path, &err);
        return;
    }
    const bool can_reopen = libgguf_source_size(source) != LIBGGUF_SIZE_UNKNOWN;
    const enum libgguf_status status =
        libgguf_manifest_verify(manifest, index, source, &options->library, &out->found, &err);
    libgguf_source_close(source);
    if (status) {
        cli_error_status(out->path, &err);
        return;
    }
    out->could_not_read = false;
    findings_collect(manifest, index, can_reopen ? out->path : NULL, &out->found, &out->findings);
}

static enum cli_exit verify_all(struct verify_options *options,
                                const struct libgguf_manifest *manifest,
                                struct verified_file *files)
{
    struct verify_progress state = {0};
    const struct libgguf_digest_hooks hooks = {
        .struct_size = sizeof hooks, .context = &state, .progress = progress};
    uint64_t total = 0;
    enum cli_exit exit = CLI_YES;
    for (size_t i = 0; i < manifest->file_count; i++) {
        total += manifest->files[i].size;
    }
    options->library.hooks = &hooks;
    cli_progress_begin(&state.bar, "verifying", total);
    for (size_t i = 0; i < manifest->file_count; i++) {
        verify_file(options, manifest, i, &files[i]);
        state.before += manifest->files[i].size;
        if (files[i].could_not_read) {
            exit = CLI_FAILED;
        } else if (!verified_is_good(&manifest->files[i], &files[i]) && exit == CLI_YES) {
            exit = CLI_NO;
        }
    }
    cli_progress_end(&state.bar);
    options->library.hooks = NULL; /* it lived here */
    return exit;
}

static enum cli_exit verify(struct verify_options *options, const struct libgguf_manifest *manifest)
{
    struct verified_file *const files = calloc(manifest->file_count, sizeof *files);
    char **const paths = calloc(manifest->file_count, sizeof *paths);
    bool located = files && paths;
    for (size_t i = 0; located && i < manifest->file_count; i++) {
        paths[i] = locate(options, manifest, i);
        located = paths[i] != NULL;
        files[i].path = paths[i];
    }
    enum cli_exit exit = CLI_FAILED;
    if (located) {
        exit = verify_all(options, manifest, files);
        if (options->json) {
            report_json(manifest, files);
        } else {
            report_text(manifest, files);
        }
    } else {
        cli_error(options->manifest, "out of memory");
    }
    for (size_t i = 0; i < manifest->file_count; i++) {
        if (files) {
            libgguf_verification_free(&files[i].found);
        }
        if (paths) {
            free(paths[i]);
        }
    }
    free(paths);
    free(files);
    return exit;
}

enum cli_exit manifest_verify(struct cli_args *args)
{
    struct verify_options options = {.library = {.struct_size = sizeof options.library}};
    enum cli_exit exit;
    if (!cli_args_take(args, take_option, &options, &exit) ||
        !check_options(args, &options, &exit)) {
        return exit;
    }
    exit = CLI_FAILED;
    struct libgguf_manifest *const manifest =
        options.key ? input_signed_manifest(options.manifest, options.key, options.signature, &exit)
                    : input_manifest(options.manifest);
    if (!manifest) {
        return exit;
    }
    exit = verify(&options, manifest);
    libgguf_manifest_free(manifest);
    return exit;
}
