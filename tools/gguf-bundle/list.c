#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/json.h>

#include "bundle_tool.h"
#include "cli/output.h"
#include "cli/size.h"
#include "cli/text.h"

/* Digits of a digest that tell the files of a bundle apart; --json has all of them. */
#define DIGITS_SHOWN 16

static void list_chunk(size_t index, const struct libgguf_chunk *chunk)
{
    char offset[CLI_NUMBER_SIZE];
    char size[CLI_NUMBER_SIZE];
    char gzip[CLI_NUMBER_SIZE];
    char hex[LIBGGUF_DIGEST_HEX_SIZE];
    libgguf_digest_hex(&chunk->sha256, hex);
    printf("  %7zu %15s %11s %-9s %11s %.*s…\n", index, cli_count_text(chunk->piece.offset, offset),
           cli_count_text(chunk->piece.size, size), libgguf_chunk_role_name(chunk->piece.role),
           chunk->gzip ? cli_count_text(chunk->gzip->size, gzip) : "-", DIGITS_SHOWN, hex);
}

static void list_text(const struct libgguf_manifest *manifest)
{
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct libgguf_manifest_file *const file = &manifest->files[i];
        char size[CLI_NUMBER_SIZE];
        char count[CLI_NUMBER_SIZE];
        cli_put_text(stdout, file->name.data, file->name.size, CLI_ALL_COLUMNS);
        printf(": %s in %s\n", cli_nouns_text(file->size, "byte", size),
               cli_nouns_text(file->chunk_count, "chunk", count));
        printf("  %7s %15s %11s %-9s %11s %s\n", "chunk", "offset", "size", "role", "gzip",
               "sha256");
        for (size_t j = 0; j < file->chunk_count; j++) {
            list_chunk(j, &file->chunks[j]);
        }
    }
}

static void write_chunk(struct libgguf_json *json, const struct libgguf_chunk *chunk)
{
    char hex[LIBGGUF_DIGEST_HEX_SIZE];
    libgguf_digest_hex(&chunk->sha256, hex);
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_member_u64(json, "offset", chunk->piece.offset);
    libgguf_json_member_u64(json, "size", chunk->piece.size);
    libgguf_json_member_text(json, "role", libgguf_chunk_role_name(chunk->piece.role));
    libgguf_json_member_text(json, "sha256", hex);
    if (chunk->path) {
        libgguf_json_member_text(json, "path", chunk->path);
    }
    if (chunk->gzip) {
        libgguf_json_member_text(json, "gzip_path", chunk->gzip->path);
        libgguf_json_member_u64(json, "gzip_size", chunk->gzip->size);
    }
    libgguf_json_object_end(json);
}

static void list_json(const struct libgguf_manifest *manifest)
{
    struct libgguf_json json;
    libgguf_json_init(&json, cli_json_to_stdout, NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", "gguf-bundle-list/1");
    libgguf_json_key(&json, "files");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct libgguf_manifest_file *const file = &manifest->files[i];
        libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
        libgguf_json_key(&json, "name");
        libgguf_json_string(&json, file->name.data, file->name.size);
        libgguf_json_member_u64(&json, "size", file->size);
        libgguf_json_key(&json, "chunks");
        libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
        for (size_t j = 0; j < file->chunk_count; j++) {
            write_chunk(&json, &file->chunks[j]);
        }
        libgguf_json_array_end(&json);
        libgguf_json_object_end(&json);
    }
    libgguf_json_array_end(&json);
    libgguf_json_object_end(&json);
    /* A stdout that failed is reported by cli_main(). */
    (void)!libgguf_json_finish(&json, NULL);
}

struct list_options {
    const char *key;
    bool json;
};

static enum cli_exit take_option(void *context, struct cli_args *args, int code)
{
    struct list_options *const options = context;
    if (code == OPTION_KEY) {
        options->key = args->value;
    } else {
        options->json = true;
    }
    return CLI_YES;
}

enum cli_exit bundle_list(struct cli_args *args)
{
    struct list_options options = {0};
    enum cli_exit exit;
    if (!cli_args_take(args, take_option, &options, &exit)) {
        return exit;
    }
    if (args->operand_count != 1) {
        return cli_usage_error(args, "list takes one bundle");
    }
    const char *const directory = args->operands[0];
    if (!check_directory(directory)) {
        return CLI_FAILED;
    }
    char *key = NULL;
    size_t key_size = 0;
    if (options.key && !cli_read_file(options.key, CLI_KEY_MAX, &key, &key_size)) {
        return CLI_FAILED;
    }
    struct libgguf_manifest *manifest;
    struct libgguf_error err;
    const enum libgguf_status status =
        libgguf_bundle_manifest(directory, key, key_size, &manifest, &err);
    free(key);
    if (status) {
        return report_failure(directory, status, &err);
    }
    if (options.json) {
        list_json(manifest);
    } else {
        list_text(manifest);
    }
    libgguf_manifest_free(manifest);
    return CLI_YES;
}
