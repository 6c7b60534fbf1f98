#include "digest/manifest.h"

#include <stdlib.h>
#include <string.h>

#include <libgguf/utf8.h>

#include "base/error.h"

struct manifest *manifest_new(size_t file_count)
{
    struct manifest *const manifest = calloc(1, sizeof *manifest);
    if (!manifest) {
        return NULL;
    }
    manifest->public.files = calloc(file_count ? file_count : 1, sizeof *manifest->public.files);
    if (!manifest->public.files) {
        free(manifest);
        return NULL;
    }
    manifest->public.file_count = file_count;
    return manifest;
}

void libgguf_manifest_free(struct libgguf_manifest *manifest)
{
    if (!manifest) {
        return;
    }
    for (size_t i = 0; i < manifest->file_count; i++) {
        struct libgguf_manifest_file *const file = &manifest->files[i];
        for (size_t j = 0; file->chunks && j < file->chunk_count; j++) {
            free((void *)file->chunks[j].gzip);
        }
        free(file->chunks);
        free(file->tensors);
    }
    free(manifest->files);
    arena_free(&((struct manifest *)manifest)->texts);
    free(manifest);
}

bool manifest_copy_text(struct manifest *manifest, const char *data, size_t size,
                        struct libgguf_manifest_text *out)
{
    char *const copy = arena_bytes(&manifest->texts, size + 1);
    if (!copy) {
        return false;
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    copy[size] = '\0';
    *out = (struct libgguf_manifest_text){.data = copy, .size = size};
    return true;
}

bool manifest_name_is_safe(const char *name, size_t size)
{
    return size > 0 && size <= LIBGGUF_MANIFEST_MAX_NAME && !memchr(name, '/', size) &&
           !memchr(name, '\0', size) && !(size == 1 && name[0] == '.') &&
           !(size == 2 && name[0] == '.' && name[1] == '.');
}

static bool part_is_safe(const char *part, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)part[i];
        if (byte < 0x20 || byte == 0x7f || strchr("\\:?#%", byte)) {
            return false;
        }
        /* U+0080 to U+009F */
        if (byte == 0xc2 && i + 1 < size && (unsigned char)part[i + 1] < 0xa0) {
            return false;
        }
    }
    return manifest_name_is_safe(part, size);
}

bool libgguf_manifest_path_is_safe(const char *path)
{
    const size_t size = strlen(path);
    if (size > LIBGGUF_MANIFEST_MAX_NAME || !libgguf_utf8_valid(path, size)) {
        return false;
    }
    for (;;) {
        const size_t part = strcspn(path, "/");
        if (!part_is_safe(path, part)) {
            return false;
        }
        if (path[part] == '\0') {
            return true;
        }
        path += part + 1;
    }
}

static enum libgguf_status find_chunk(struct libgguf_manifest *manifest, size_t file, size_t chunk,
                                      const char *path, struct libgguf_chunk **out,
                                      struct libgguf_error *err)
{
    if (file >= manifest->file_count || chunk >= manifest->files[file].chunk_count) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "the manifest has no chunk %zu in file %zu", chunk, file);
    }
    if (!libgguf_manifest_path_is_safe(path)) {
        char name[ERROR_NAME_SIZE];
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "'%s' is no path for a chunk",
                       error_name(name, path, strlen(path)));
    }
    *out = &manifest->files[file].chunks[chunk];
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_manifest_set_path(struct libgguf_manifest *manifest, size_t file,
                                              size_t chunk, const char *path,
                                              struct libgguf_error *err)
{
    struct libgguf_chunk *found;
    const enum libgguf_status status = find_chunk(manifest, file, chunk, path, &found, err);
    struct libgguf_manifest_text copy;
    if (status) {
        return status;
    }
    if (!manifest_copy_text((struct manifest *)manifest, path, strlen(path), &copy)) {
        return failure_memory(err);
    }
    found->path = copy.data;
    manifest->is_bundle = true;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_manifest_set_gzip(struct libgguf_manifest *manifest, size_t file,
                                              size_t chunk,
                                              const struct libgguf_manifest_gzip *gzip,
                                              struct libgguf_error *err)
{
    struct libgguf_chunk *found;
    const enum libgguf_status status = find_chunk(manifest, file, chunk, gzip->path, &found, err);
    if (status) {
        return status;
    }
    struct libgguf_manifest_text path;
    struct libgguf_manifest_gzip *const copy = malloc(sizeof *copy);
    if (!copy ||
        !manifest_copy_text((struct manifest *)manifest, gzip->path, strlen(gzip->path), &path)) {
        free(copy);
        return failure_memory(err);
    }
    *copy = *gzip;
    copy->path = path.data;
    free((void *)found->gzip);
    found->gzip = copy;
    return LIBGGUF_OK;
}

bool libgguf_manifest_chunk_at(const struct libgguf_manifest_file *file, uint64_t offset,
                               size_t *out)
{
    if (offset >= file->size || file->chunk_count == 0) {
        return false;
    }
    size_t low = 0;
    size_t high = file->chunk_count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (file->chunks[middle].piece.offset <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *out = low;
    return true;
}

void manifest_locate_tensor(const struct libgguf_manifest_file *file,
                            struct libgguf_manifest_tensor *tensor)
{
    size_t first;
    size_t last = 0;
    tensor->has_chunks = false;
    if (!tensor->offset.present || !tensor->size.present || tensor->size.value == 0 ||
        !libgguf_manifest_chunk_at(file, tensor->offset.value, &first)) {
        return;
    }
    const uint64_t left = file->size - tensor->offset.value;
    const uint64_t size = tensor->size.value < left ? tensor->size.value : left;
    tensor->has_chunks = libgguf_manifest_chunk_at(file, tensor->offset.value + size - 1, &last);
    tensor->first_chunk = first;
    tensor->last_chunk = last;
}

enum libgguf_status manifest_digest_of_chunks(const struct libgguf_manifest *manifest,
                                              struct libgguf_digest *out, struct libgguf_error *err)
{
    struct libgguf_hasher *hasher;
    enum libgguf_status status = libgguf_hasher_create(&hasher, err);
    if (status) {
        return status;
    }
    for (size_t i = 0; i < manifest->file_count; i++) {
        for (size_t j = 0; j < manifest->files[i].chunk_count; j++) {
            libgguf_hasher_update(hasher, manifest->files[i].chunks[j].sha256.bytes,
                                  LIBGGUF_DIGEST_SIZE);
        }
    }
    status = libgguf_hasher_finish(hasher, out, err);
    libgguf_hasher_free(hasher);
    return status;
}
