#include <stdlib.h>
#include <string.h>

#include <libgguf/signature.h>

#include "cli/output.h"
#include "cli/report.h"
#include "manifest_tool.h"

/* What both commands take. */
struct sign_options {
    const char *manifest;
    const char *key;
    const char *file; /* of the signature, or NULL */
};

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    struct sign_options *const options = context;
    *(code == OPTION_KEY ? &options->key : &options->file) = args->value;
    return CLI_YES;
}

/* @p naming is the option that names the signature. */
static bool parse(struct cli_args *args, struct sign_options *options, const char *naming,
                  enum cli_exit *exit)
{
    if (!cli_args_take(args, take_option, options, exit)) {
        return false;
    }
    if (args->operand_count != 1) {
        *exit = cli_usage_error(args, "one manifest is wanted");
        return false;
    }
    options->manifest = args->operands[0];
    if (!options->key) {
        *exit = cli_usage_error(args, "--key is required");
        return false;
    }
    if (!options->file && strcmp(options->manifest, "-") == 0) {
        *exit =
            cli_usage_error(args, "the signature of standard input needs a name: %s FILE", naming);
        return false;
    }
    return true;
}

static enum cli_exit write_signature(const struct sign_options *options,
                                     const struct libgguf_signature *signature, const char *path)
{
    struct cli_inputs inputs = {0};
    struct cli_output output;
    const bool opened = cli_inputs_add(&inputs, options->manifest) &&
                        cli_inputs_add(&inputs, options->key) &&
                        cli_output_open(&output, path, CLI_OUTPUT_REPLACE, &inputs);
    cli_inputs_free(&inputs);
    if (!opened) {
        return CLI_FAILED;
    }
    fwrite(signature->bytes, 1, signature->size, output.stream);
    return cli_output_commit(&output) ? CLI_YES : CLI_FAILED;
}

static bool make_signature(const struct sign_options *options, struct libgguf_signature *out)
{
    char *data = NULL;
    char *key = NULL;
    size_t size;
    size_t key_size;
    struct libgguf_manifest *manifest = NULL;
    struct libgguf_error err;
    bool made = false;
    if (input_read(options->manifest, &data, &size) &&
        cli_read_file(options->key, CLI_KEY_MAX, &key, &key_size)) {
        /* Nobody should vouch for what is no manifest. */
        if (libgguf_manifest_parse(data, size, &manifest, &err)) {
            cli_error_status(options->manifest, &err);
        } else if (libgguf_signature_make(data, size, key, key_size, out, &err)) {
            cli_error_status(options->key, &err);
        } else {
            made = true;
        }
    }
    libgguf_manifest_free(manifest);
    free(key);
    free(data);
    return made;
}

enum cli_exit manifest_sign(struct cli_args *args)
{
    struct sign_options options = {0};
    struct libgguf_signature signature;
    enum cli_exit exit;
    if (!parse(args, &options, "-o", &exit)) {
        return exit;
    }
    if (!make_signature(&options, &signature)) {
        return CLI_FAILED;
    }
    if (options.file) {
        return write_signature(&options, &signature, options.file);
    }
    char *const path = input_signature_path(options.manifest);
    exit = path ? write_signature(&options, &signature, path) : CLI_FAILED;
    free(path);
    return exit;
}

enum cli_exit manifest_verify_signature(struct cli_args *args)
{
    struct sign_options options = {0};
    enum cli_exit exit;
    char *data;
    size_t size;
    if (!parse(args, &options, "--signature", &exit)) {
        return exit;
    }
    if (!input_read(options.manifest, &data, &size)) {
        return CLI_FAILED;
    }
    exit = input_check_signature(options.manifest, data, size, options.key, options.file);
    if (exit == CLI_YES && !cli_quiet()) {
        puts("the signature is good");
    }
    free(data);
    return exit;
}
