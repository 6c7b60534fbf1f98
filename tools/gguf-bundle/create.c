#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/loader.h>

#include "bundle_tool.h"
#include "cli/size.h"

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

static bool set_cut(struct cli_args *args, struct create_options *options, enum cli_exit *exit)
{
    options->bundle.cut =
        strcmp(args->value, "fixed") == 0 ? LIBGGUF_CUT_FIXED : LIBGGUF_CUT_TENSOR;
    if (strcmp(args->value, libgguf_cut_name(options->bundle.cut)) != 0) {
        *exit = cli_usage_error(args, "--cut is 'tensor' or 'fixed', not '%s'", args->value);
        return false;
    }
    return true;
}

static bool parse_option(struct cli_args *args, int code, struct create_options *options,
                         enum cli_exit *exit)
{
    if (set_flag(code, options)) {
        return true;
    }
    switch (code) {
    case OPTION_CHUNK_SIZE:
        return option_size(args, LIBGGUF_MIN_CHUNK_SIZE, LIBGGUF_MAX_CHUNK_SIZE,
                           &options->bundle.chunk_size, exit);
    case OPTION_ALIGN:
        if (!option_size(args, LIBGGUF_RECAST_MIN_ALIGNMENT, LIBGGUF_RECAST_MAX_ALIGNMENT,
                         &options->align, exit)) {
            return false;
        }
        if ((options->align & (options->align - 1)) != 0) {
            *exit = cli_usage_error(args, "--align must be a power of two");
            return false;
        }
        return true;
    case OPTION_SHARDS:
        return option_size(args, 1, INT64_MAX, &options->shards, exit);
    case OPTION_CUT:
        return set_cut(args, options, exit);
    case OPTION_THREADS:
        return option_threads(args, &options->bundle.threads, exit);
    case OPTION_SIGN:
        options->key = args->value;
        return true;
    case OPTION_STORE:
        options->bundle.store = args->value;
        return true;
    case OPTION_NAME:
        options->bundle.name = args->value;
        return true;
    default:
        options->output = args->value;
        return true;
    }
}

static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && !strchr(name, '/') && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

static bool check_options(struct cli_args *args, const struct create_options *options,
                          enum cli_exit *exit)
{
    const struct libgguf_bundle_create_options *const bundle = &options->bundle;
    *exit = CLI_USAGE;
    if (args->operand_count != 1) {
        cli_usage_error(args, "create takes one model");
    } else if (!options->output && !options->dry_run) {
        cli_usage_error(args, "create needs -o DIR");
    } else if (options->shards && (options->align || bundle->store || bundle->gzip)) {
        cli_usage_error(args, "--shards goes with none of --align, --store and --gzip");
    } else if (options->shards && options->with_loader) {
        cli_usage_error(args, "the loader reads chunks, not --shards");
    } else if (bundle->name && !is_plain_name(bundle->name)) {
        cli_usage_error(args, "--name wants the plain name of a file, not '%s'", bundle->name);
    } else if (options->with_loader && libgguf_loader_file_count() == 0) {
        cli_usage_error(args, "this build has no loader: it was made without clang and wasm-ld");
    } else {
        *exit = CLI_YES;
    }
    return *exit == CLI_YES;
}

/* Cut at fixed places, bytes need not be GGUF; what looks like it and is broken is pointed out. */
static bool open_bytes(struct create_options *options, const struct libgguf_error *why,
                       struct opened *out)
{
    struct libgguf_error err;
    const bool is_content = why->status >= LIBGGUF_ERR_NOT_GGUF &&
                            why->status < LIBGGUF_ERR_SHARDS && !options->align && !options->shards;
    if (options->bundle.cut != LIBGGUF_CUT_FIXED || !is_content) {
        cli_error_status(options->model, why);
        if (is_content) {
            cli_error(options->model, "--cut fixed takes the bytes as they are");
        }
        return false;
    }
    if (why->status != LIBGGUF_ERR_NOT_GGUF) {
        cli_warning(options->model, "taken as plain bytes, since as GGUF it is broken: %s",
                    why->text);
    }
    if (libgguf_source_from_path(options->model, &out->source, &err)) {
        cli_error_status(options->model, &err);
        return false;
    }
    if (!options->bundle.name) {
        const char *const slash = strrchr(options->model, '/');
        options->bundle.name = slash ? slash + 1 : options->model;
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
        const char *const slash = strrchr(options->model, '/');
        options->bundle.name = slash ? slash + 1 : options->model;
    }
    return true;
}

/* "dir/tiny-00001-of-00003.gguf" and "tiny.gguf" → "tiny". */
static char *name_of_shards(const struct create_options *options, bool is_set)
{
    static const char pattern[] = "-00001-of-00003";
    const char *const given = options->bundle.name ? options->bundle.name : options->model;
    const char *const slash = strrchr(given, '/');
    const char *const name = slash ? slash + 1 : given;
    size_t size = strlen(name);
    if (size > 5 && strcmp(name + size - 5, ".gguf") == 0) {
        size -= 5;
    }
    if (is_set && !options->bundle.name && size > sizeof pattern - 1) {
        size -= sizeof pattern - 1;
    }
    return strndup(name, size);
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
        return open_bytes(options, &err, out);
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

static enum cli_exit print_plan(const struct create_options *options, const struct opened *opened)
{
    struct bundle_plan plan = {.model = options->model,
                               .file = opened->aligned ? opened->aligned : opened->file,
                               .source = opened->source,
                               .options = {.struct_size = sizeof plan.options,
                                           .cut = options->bundle.cut,
                                           .chunk_size = options->bundle.chunk_size},
                               .name = options->bundle.name};
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
        cli_error(options->output, "%s; --resume finishes it, --force replaces it", err->text);
        return CLI_FAILED;
    case LIBGGUF_ERR_IO:
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

static enum cli_exit create(struct create_options *options)
{
    struct opened opened = {0};
    enum cli_exit exit = CLI_FAILED;
    struct run run;
    char *key = NULL;
    struct libgguf_bundle_extra *extras = NULL;
    if (options->key && !input_key(options->key, &key, &options->bundle.key_size)) {
        return CLI_FAILED;
    }
    if (options->with_loader) {
        extras = list_loader();
        options->bundle.extras = extras;
        options->bundle.extra_count = extras ? libgguf_loader_file_count() : 0;
    }
    options->bundle.key = key;
    options->bundle.hooks = &run.hooks;
    if (open_model(options, &opened)) {
        run_begin(&run);
        exit = options->dry_run ? print_plan(options, &opened) : make(options, &opened);
        run_end(&run);
    }
    options->bundle.hooks = NULL;
    close_model(&opened);
    free(extras);
    free(key);
    return exit;
}

enum cli_exit bundle_create(struct cli_args *args)
{
    struct create_options options = {.bundle = {.struct_size = sizeof options.bundle}};
    enum cli_exit exit;
    int code;
    while ((code = cli_args_next(args)) > 0) {
        if (!parse_option(args, code, &options, &exit)) {
            return exit;
        }
    }
    if (code == CLI_ARGS_EXIT) {
        return args->exit;
    }
    if (!check_options(args, &options, &exit)) {
        return exit;
    }
    options.model = args->operands[0];
    return create(&options);
}
