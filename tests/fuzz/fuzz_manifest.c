/*
 * Reads a manifest; what is accepted must be JSON as a whole, must be written, read again and
 * written to the same bytes, and must not depend on how its long lists are found in the text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <libgguf/manifest.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct text {
    char *bytes;
    size_t size;
};

static int append(void *context, const char *data, size_t size)
{
    struct text *const text = context;
    char *const grown = realloc(text->bytes, text->size + size + 1);
    if (!grown) {
        abort();
    }
    memcpy(grown + text->size, data, size);
    text->bytes = grown;
    text->size += size;
    return 0;
}

static void check(int holds)
{
    if (!holds) {
        abort();
    }
}

static void check_file(const struct libgguf_manifest *manifest, size_t index)
{
    const struct libgguf_manifest_file *const file = &manifest->files[index];
    uint64_t end = 0;
    for (size_t i = 0; i < file->chunk_count; i++) {
        const struct libgguf_chunk *const chunk = &file->chunks[i];
        size_t found;
        check(chunk->piece.offset == end && chunk->piece.size > 0);
        end += chunk->piece.size;
        check(libgguf_manifest_chunk_at(file, end - 1, &found) && found == i);
        check(!chunk->path || libgguf_manifest_path_is_safe(chunk->path));
    }
    check(end == file->size);
}

static void check_verify(const struct libgguf_manifest *manifest, const void *data, size_t size)
{
    struct libgguf_source *source;
    struct libgguf_verification found;
    const struct libgguf_verify_options options = {.struct_size = sizeof options, .threads = 1};
    check(libgguf_source_from_memory(data, size, &source, NULL) == LIBGGUF_OK);
    check(libgguf_manifest_verify(manifest, 0, source, &options, &found, NULL) == LIBGGUF_OK);
    check(found.bad_count <= manifest->files[0].chunk_count);
    libgguf_verification_free(&found);
    libgguf_source_close(source);
}

/* Writes "chunks" and "tensors" with an escape, so that they are not recognised as they stand. */
static struct text spell_keys_otherwise(const struct text *text)
{
    static const char *const keys[][2] = {{"\"chunks\": [", "\"\\u0063hunks\": ["},
                                          {"\"tensors\": [", "\"\\u0074ensors\": ["}};
    struct text out = {0};
    for (size_t i = 0; i < text->size;) {
        const char *piece = text->bytes + i;
        size_t taken = 1;
        size_t written = 1;
        for (size_t j = 0; j < 2; j++) {
            const size_t size = strlen(keys[j][0]);
            if (text->size - i >= size && memcmp(piece, keys[j][0], size) == 0) {
                piece = keys[j][1];
                taken = size;
                written = strlen(piece);
                break;
            }
        }
        append(&out, piece, written);
        i += taken;
    }
    return out;
}

static void check_reading(const struct text *text, const struct text *expected)
{
    struct libgguf_manifest *again;
    struct text written = {0};
    check(libgguf_manifest_parse(text->bytes, text->size, &again, NULL) == LIBGGUF_OK);
    check(libgguf_manifest_write(again, append, &written, NULL) == LIBGGUF_OK);
    check(written.size == expected->size &&
          memcmp(written.bytes, expected->bytes, written.size) == 0);
    libgguf_manifest_free(again);
    free(written.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct libgguf_manifest *manifest;
    struct libgguf_error err;
    if (libgguf_manifest_parse((const char *)data, size, &manifest, &err)) {
        check(manifest == NULL && err.text[0] != '\0');
        return 0;
    }
    json_t *const whole = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    check(whole != NULL);
    json_decref(whole);
    for (size_t i = 0; i < manifest->file_count; i++) {
        check_file(manifest, i);
    }
    check_verify(manifest, data, size);
    struct text first = {0};
    check(libgguf_manifest_write(manifest, append, &first, NULL) == LIBGGUF_OK);
    struct text other = spell_keys_otherwise(&first);
    check_reading(&first, &first);
    check_reading(&other, &first);
    libgguf_manifest_free(manifest);
    free(first.bytes);
    free(other.bytes);
    return 0;
}
