#include <inttypes.h>
#include <string.h>

#include "cli/color.h"
#include "cli/report.h"
#include "cli/size.h"
#include "cli/text.h"
#include "manifest_tool.h"

#define ROLE_COUNT 4

void print_size(uint64_t size)
{
    char text[CLI_NUMBER_SIZE];
    fputs(cli_nouns_text(size, "byte", text), stdout);
    if (size >= 1024) {
        printf(" (%s)", cli_size_text(size, text));
    }
}

static void print_digest(const char *label, bool present, const struct libgguf_digest *digest)
{
    char hex[LIBGGUF_DIGEST_HEX_SIZE] = "none";
    if (present) {
        libgguf_digest_hex(digest, hex);
    }
    printf("  %-13s %s\n", label, hex);
}

static void print_gguf(const struct libgguf_manifest_gguf *gguf)
{
    char number[CLI_NUMBER_SIZE];
    printf("  %-13s version %u, %s-endian, alignment %" PRIu64 ", data at byte %" PRIu64 "\n",
           "gguf", gguf->version, gguf->big_endian ? "big" : "little", gguf->alignment,
           gguf->data_offset);
    printf("  %-13s ", "model");
    if (gguf->architecture.data) {
        cli_put_text(stdout, gguf->architecture.data, gguf->architecture.size, CLI_ALL_COLUMNS);
        fputs(", ", stdout);
    }
    if (gguf->file_type.data) {
        cli_put_text(stdout, gguf->file_type.data, gguf->file_type.size, CLI_ALL_COLUMNS);
        fputs(", ", stdout);
    }
    if (gguf->parameters.present) {
        printf("%s parameters, ", cli_magnitude_text(gguf->parameters.value, number));
    }
    printf("%s, ", cli_nouns_text(gguf->tensor_count, "tensor", number));
    puts(cli_nouns_text(gguf->kv_count, "key", number));
    print_digest("header", true, &gguf->identity.header_sha256);
    print_digest("tokenizer", gguf->identity.has_tokenizer, &gguf->identity.tokenizer_sha256);
    print_digest("chat template", gguf->identity.has_chat_template,
                 &gguf->identity.chat_template_sha256);
}

static void print_chunks(const struct libgguf_manifest_file *file)
{
    size_t counts[ROLE_COUNT] = {0};
    size_t compressed = 0;
    for (size_t i = 0; i < file->chunk_count; i++) {
        counts[file->chunks[i].piece.role]++;
        compressed += file->chunks[i].gzip != NULL;
    }
    printf("  %-13s %zu", "chunks", file->chunk_count);
    const char *separator = ": ";
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (counts[role] > 0) {
            printf("%s%zu %s", separator, counts[role],
                   libgguf_chunk_role_name((enum libgguf_chunk_role)role));
            separator = ", ";
        }
    }
    if (compressed > 0) {
        printf("; %zu with a gzip variant", compressed);
    }
    fputs("\n", stdout);
}

static void print_file(const struct libgguf_manifest_file *file)
{
    fputs(cli_style(CLI_HEADING), stdout);
    cli_put_text(stdout, file->name.data, file->name.size, CLI_ALL_COLUMNS);
    printf("%s\n  %-13s ", cli_style(CLI_PLAIN), "size");
    print_size(file->size);
    fputs("\n", stdout);
    print_digest("sha256", file->has_sha256, &file->sha256);
    if (file->is_gguf) {
        print_gguf(&file->gguf);
    }
    print_chunks(file);
}

static void print_text(const struct libgguf_manifest *manifest)
{
    char hex[LIBGGUF_DIGEST_HEX_SIZE];
    libgguf_digest_hex(&manifest->chunks_sha256, hex);
    printf("%s%s, %s cuts, chunks of at most ", LIBGGUF_MANIFEST_SCHEMA,
           manifest->is_bundle ? " of a bundle" : "", libgguf_cut_name(manifest->cut));
    print_size(manifest->max_size);
    printf("\nall chunks      %s\n", hex);
    for (size_t i = 0; i < manifest->file_count; i++) {
        print_file(&manifest->files[i]);
    }
}

struct show_options {
    struct format_choice format;
    const char *url;
};

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    struct show_options *const options = context;
    if (code == OPTION_URL) {
        options->url = args->value;
        return CLI_YES;
    }
    return format_take(args, code == OPTION_JSON ? "json" : args->value, true, &options->format);
}

enum cli_exit manifest_show(struct cli_args *args)
{
    struct show_options options = {.format = {.format = FORMAT_TEXT}};
    enum cli_exit exit;
    if (!cli_args_take(args, take_option, &options, &exit)) {
        return exit;
    }
    if (args->operand_count != 1) {
        return cli_usage_error(args, "show takes one manifest");
    }
    if (options.url && options.format.format != FORMAT_METALINK) {
        return cli_usage_error(args, "--url is for --format metalink");
    }
    struct libgguf_manifest *const manifest = input_manifest(args->operands[0]);
    if (!manifest) {
        return CLI_FAILED;
    }
    if (options.format.format == FORMAT_TEXT) {
        print_text(manifest);
    } else if (format_is_possible(manifest, options.format.format, options.url,
                                  args->operands[0])) {
        /* A stdout that failed is reported by cli_main(). */
        (void)format_print(manifest, options.format.format, options.url, stdout);
    } else {
        exit = CLI_FAILED;
    }
    libgguf_manifest_free(manifest);
    return exit;
}
