#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/loader.h>

#include "bundle_tool.h"
#include "cli/model_path.h"

struct create_options {
    const char *model;
    const char *output;
    const char *key;
    uint64_t align;
    uint64_t shards;
    bool dry_run;
    bool with_loader;
    bool json;
    struct libgguf_bundle_create_options bundle;
};

/* A model as far as it could be opened. */
struct opened {
    struct libgguf_file *file;     /* NULL for plain bytes: */
    struct libgguf_source *source; /* owned */
    struct libgguf_file *aligned;  /* file, rewritten; or NULL */
    char *name;                    /* of shards, without .gguf; or NULL */
};

static bool set_flag(int code, struct create_options *options)
{
    bool *const flag = code == OPTION_GZIP             ? &options->bundle.gzip
                       : code == OPTION_RESUME         ? &options->bundle.resume
                       : code == OPTION_FORCE          ? &options->bundle.force
                       : code == OPTION_NO_SYNC        ? &options->bundle.no_sync
                       : code == OPTION_TENSOR_DIGESTS ? &options->bundle.tensor_digests
                       : code == OPTION_NO_FILE_DIGEST ? &options->bundle.no_file_digest
                       : code == OPTION_WITH_LOADER    ? &options->with_loader
                       : code == OPTION_JSON           ? &options->json
                       : code == 'n'                   ? &options->dry_run
                                                       : NULL;
    if (flag) {
        *flag = true;
    }
    return flag != NULL;
}

static enum cli_exit take_alignment(struct cli_args *args, uint64_t *out)
{
    const enum cli_exit exit =
        cli_take_size(args, LIBGGUF_RECAST_MIN_ALIGNMENT, LIBGGUF_RECAST_MAX_ALIGNMENT, out);
    return exit == CLI_YES && (*out & (*out - 1)) != 0
               ? cli_usage_error(args, "--align must be a power of two")
               : exit;
}

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    struct create_options *const options = context;
    if (set_flag(code, options)) {
        return CLI_YES;
    }
    switch (code) {
    case OPTION_CHUNK_SIZE:
        return cli_take_chunk_size(args, &options->bundle.chunk_size);
    case OPTION_ALIGN:
        return take_alignment(args, &options->align);
    case OPTION_SHARDS:
        return cli_take_size(args, 1, INT64_MAX, &options->shards);
    case OPTION_CUT:
        return cli_take_cut(args, &options->bundle.cut);
    case OPTION_THREADS:
        return cli_take_threads(args, &options->bundle.threads);
    case OPTION_NAME:
        return cli_take_name(args, &options->bundle.name);
    case OPTION_SIGN:
        options->key = args->value;
        return CLI_YES;
    case OPTION_STORE:
        options->bundle.store = args->value;
        return CLI_YES;
    default:
        options->output = args->value;
        return CLI_YES;
    }
}

static bool check_options(struct cli_args *args, const struct create_options *options,
                          enum cli_exit *exit)
{
    const struct libgguf_bundle_create_options *const bundle = &options->bundle;
    *exit = CLI_USAGE;
    if (args->operand_count != 1) {
        cli_usage_error(args, "create takes one model");
    } else if (strcmp(args->operands[0], "-") == 0) {
        cli_usage_error(args, "a bundle is made of a file, not of a stream; use ./- for a file of "
                              "that name");
    } else if (!options->output && !options->dry_run) {
        cli_usage_error(args, "create needs -o DIR");
    } else if (options->output && strcmp(options->output, "-") == 0) {
        cli_usage_error(
            args, "a bundle is not written to a stream; use ./- for a directory of that name");
    } else if (options->shards && (options->align || bundle->store || bundle->gzip)) {
        cli_usage_error(args, "--shards goes with none of --align, --store and --gzip");
    } else if (options->shards && options->with_loader) {
        cli_usage_error(args, "the loader reads chunks, not --shards");
    } else if (options->with_loader && libgguf_loader_file_count() == 0) {
        cli_usage_error(args, "this build has no loader: it was made without clang and wasm-ld");
    } else {
        *exit = CLI_YES;
    }
    return *exit == CLI_YES;
}

/* Cut at fixed places, bytes need not be GGUF. */
static bool open_bytes(struct create_options *options, bool is_fixed,
                       const struct libgguf_error *why, struct opened *out)
{
    struct libgguf_error err;
    if (!cli_settle_for_bytes(options->model, why, is_fixed)) {
        return false;
    }
    if (libgguf_source_from_path(options->model, &out->source, &err)) {
        cli_error_status(options->model, &err);
        return false;
    }
    if (!options->bundle.name) {
        options->bundle.name = cli_file_name(options->model);
    }
    return true;
}

static bool align_model(struct create_options *options, struct opened *out)
{
    struct libgguf_error err;
    if (libgguf_shard_count(out->file) > 1) {
        cli_error(options->model, "is a set of shards; make it one file with 'unpack' to align it");
        return false;
    }
    if (libgguf_recast_align(out->file, options->align, &out->aligned, &err)) {
        cli_error_status(options->model, &err);
        return false;
    }
    options->bundle.origin = out->file;
    if (!options->bundle.name) {
        options->bundle.name = cli_file_name(options->model);
    }
    return true;
}

/* "dir/tiny-00001-of-00003.gguf" and "tiny.gguf" → "tiny". */
static char *name_of_shards(const struct create_options *options, bool is_set)
{
    static const char pattern[] = "-00001-of-00003";
    const char *const name =
        cli_file_name(options->bundle.name ? options->bundle.name : options->model);
    size_t size = strlen(name);
    if (size > 5 && strcmp(name + size - 5, ".gguf") == 0) {
        size -= 5;
    }
    if (is_set && !options->bundle.name && size > sizeof pattern - 1) {
        size -= sizeof pattern - 1;
    }
    return strndup(name, size);
}

/* The shards of a set have names that belong together, which --name is none of. */
static bool check_name(struct cli_args *args, const struct create_options *options,
                       const struct opened *opened)
{
    const bool is_set = opened->file && libgguf_shard_count(opened->file) > 1;
    if (is_set && options->bundle.name && !options->shards) {
        cli_usage_error(args, "a set of shards keeps its names: --name is for one file, or for "
                              "--shards");
        return false;
    }
    return true;
}

static bool open_model(struct create_options *options, struct opened *out)
{
    /* What people would download has to be whole; plain bytes may be anything. */
    const bool lenient =
        options->bundle.cut == LIBGGUF_CUT_FIXED && !options->align && !options->shards;
    const struct libgguf_open_options open_options = {.struct_size = sizeof open_options,
                                                      .allow_missing_data = lenient,
                                                      .allow_duplicates = lenient};
    struct libgguf_error err;
    if (libgguf_open(options->model, &open_options, &out->file, &err)) {
        return open_bytes(options, lenient, &err, out);
    }
    if (options->align) {
        return align_model(options, out);
    }
    if (options->shards) {
        out->name = name_of_shards(options, libgguf_shard_count(out->file) > 1);
        if (!out->name || out->name[0] == '\0') {
            cli_error(options->model, "the shards need a name: --name");
            return false;
        }
        options->bundle.name = out->name;
    }
    return true;
}

static void close_model(struct opened *opened)
{
    libgguf_close(opened->aligned);
    libgguf_close(opened->file);
    libgguf_source_close(opened->source);
    free(opened->name);
}

static struct bundle_plan plan_of(const struct create_options *options, const struct opened *opened)
{
    return (struct bundle_plan){.model = options->model,
                                .file = opened->aligned ? opened->aligned : opened->file,
                                .source = opened->source,
                                .options = {.struct_size = sizeof(struct libgguf_plan_options),
                                            .cut = options->bundle.cut,
                                            .chunk_size = options->bundle.chunk_size},
                                .name = options->bundle.name};
}

static enum cli_exit print_plan(const struct create_options *options, const struct opened *opened)
{
    struct bundle_plan plan = plan_of(options, opened);
    struct libgguf_split *split = NULL;
    struct libgguf_error err;
    if (options->shards && libgguf_split_plan(opened->file, options->shards, &split, NULL, &err)) {
        cli_error_status(options->model, &err);
        return CLI_FAILED;
    }
    plan.split = split;
    const enum cli_exit exit = options->json ? plan_json(&plan) : plan_text(&plan);
    libgguf_split_free(split);
    return exit;
}

static struct libgguf_bundle_extra *list_loader(void)
{
    const size_t count = libgguf_loader_file_count();
    struct libgguf_bundle_extra *const extras = malloc((count + 1) * sizeof *extras);
    for (size_t i = 0; extras && i < count; i++) {
        const struct libgguf_loader_file *const file = libgguf_loader_file_at(i);
        extras[i] = (struct libgguf_bundle_extra){
            .path = file->name, .data = file->data, .size = file->size};
    }
    return extras;
}

/* Which of the two a failure is about. */
static enum cli_exit create_failure(const struct create_options *options,
                                    enum libgguf_status status, const struct libgguf_error *err)
{
    switch (status) {
    case LIBGGUF_ERR_EXISTS:
        cli_error(options->output, "%s; %s", err->text,
                  err->sys_errno == ENOTEMPTY ? "choose another, or --force adds to it"
                  : options->bundle.resume    ? "--force replaces it"
                                              : "--resume finishes it, --force replaces it");
        return CLI_FAILED;
    case LIBGGUF_ERR_IO:
        /* Bytes are counted in what is read. */
        return report_failure(err->offset == LIBGGUF_NO_OFFSET ? options->output : options->model,
                              status, err);
    case LIBGGUF_ERR_UNSUPPORTED:
        /* Of the store, with an errno, or of the model. */
        return report_failure(err->sys_errno ? options->output : options->model, status, err);
    case LIBGGUF_ERR_BUSY:
    case LIBGGUF_ERR_SAME_FILE:
        return report_failure(options->output, status, err);
    case LIBGGUF_ERR_KEY:
        return report_failure(options->key, status, err);
    default:
        return report_failure(options->model, status, err);
    }
}

static enum cli_exit make(const struct create_options *options, const struct opened *opened)
{
    struct libgguf_bundle_created created;
    struct libgguf_error err;
    enum libgguf_status status;
    if (options->shards) {
        status = libgguf_bundle_create_shards(opened->file, options->output, options->shards,
                                              &options->bundle, &created, &err);
    } else if (opened->file) {
        status = libgguf_bundle_create(opened->aligned ? opened->aligned : opened->file,
                                       options->output, &options->bundle, &created, &err);
    } else {
        status = libgguf_bundle_create_from_source(opened->source, options->output,
                                                   &options->bundle, &created, &err);
    }
    if (status) {
        return create_failure(options, status, &err);
    }
    if (options->json) {
        created_json(&created);
    } else if (!cli_quiet()) {
        created_text(&created, options->shards != 0);
    }
    return CLI_YES;
}

/* The library has the key's bytes and does not know where they are from. */
static bool read_key(struct create_options *options, char **key)
{
    static const char *const written[] = {LIBGGUF_BUNDLE_MANIFEST, LIBGGUF_BUNDLE_SIGNATURE};
    for (size_t i = 0; i < 2 && options->output; i++) {
        char *const path = path_join(options->output, written[i], strlen(written[i]));
        const bool stays = path && key_stays(options->key, path);
        free(path);
        if (!stays) {
            return false;
        }
    }
    return cli_read_file(options->key, CLI_KEY_MAX, key, &options->bundle.key_size);
}

/* What has been opened becomes a plan or a bundle. */
static enum cli_exit carry_out(struct cli_args *args, struct create_options *options,
                               const struct opened *opened)
{
    struct run run;
    if (!check_name(args, options, opened)) {
        return CLI_USAGE;
    }
    if (options->with_loader) {
        const struct bundle_plan plan = plan_of(options, opened);
        if (!plan_suits_loader(&plan)) {
            return CLI_FAILED;
        }
    }
    options->bundle.hooks = &run.hooks;
    run_begin(&run);
    const enum cli_exit exit =
        options->dry_run ? print_plan(options, opened) : make(options, opened);
    run_end(&run);
    options->bundle.hooks = NULL;
    return exit;
}

static enum cli_exit create(struct cli_args *args, struct create_options *options)
{
    struct opened opened = {0};
    enum cli_exit exit = CLI_FAILED;
    char *key = NULL;
    struct libgguf_bundle_extra *extras = NULL;
    if (options->key && !read_key(options, &key)) {
        return CLI_FAILED;
    }
    if (options->with_loader) {
        extras = list_loader();
        if (!extras) {
            cli_error(options->model, "out of memory");
            free(key);
            return CLI_FAILED;
        }
        options->bundle.extras = extras;
        options->bundle.extra_count = libgguf_loader_file_count();
    }
    options->bundle.key = key;
    if (open_model(options, &opened)) {
        exit = carry_out(args, options, &opened);
    }
    close_model(&opened);
    free(extras);
    free(key);
    return exit;
}

enum cli_exit bundle_create(struct cli_args *args)
{
    struct create_options options = {.bundle = {.struct_size = sizeof options.bundle}};
    enum cli_exit exit;
    if (!cli_args_take(args, take_option, &options, &exit) ||
        !check_options(args, &options, &exit)) {
        return exit;
    }
    options.model = args->operands[0];
    return create(args, &options);
}
