#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "digest/manifest.h"
#include "digest/manifest_place.h"

static enum libgguf_status check_chunks(const struct libgguf_manifest *manifest,
                                        const struct libgguf_manifest_file *file,
                                        const struct place *parent, struct libgguf_error *err)
{
    const struct place list = {.parent = parent, .key = "chunks"};
    uint64_t end = 0;
    for (size_t i = 0; i < file->chunk_count; i++) {
        const struct libgguf_chunk *const chunk = &file->chunks[i];
        const struct place element = {.parent = &list, .index = i};
        const struct place offset = {.parent = &element, .key = "offset"};
        const struct place size = {.parent = &element, .key = "size"};
        const struct place path = {.parent = &element, .key = "path"};
        if (chunk->piece.offset != end) {
            return place_refuse(&offset, err,
                                "is %" PRIu64 ", but the chunk before ends at %" PRIu64,
                                chunk->piece.offset, end);
        }
        if (chunk->piece.size > manifest->max_size) {
            return place_refuse(&size, err, "is %" PRIu64 ", more than max_size, %" PRIu64,
                                chunk->piece.size, manifest->max_size);
        }
        if (manifest->cut == LIBGGUF_CUT_FIXED && i + 1 < file->chunk_count &&
            chunk->piece.size != manifest->target_size) {
            return place_refuse(&size, err,
                                "is %" PRIu64 ", but fixed cuts are %" PRIu64 " bytes apart",
                                chunk->piece.size, manifest->target_size);
        }
        if (manifest->is_bundle && !chunk->path) {
            return place_refuse(&path, err, "is missing, but other chunks have one");
        }
        end += chunk->piece.size;
    }
    const struct place size = {.parent = parent, .key = "size"};
    if (end != file->size) {
        return place_refuse(&size, err, "is %" PRIu64 ", but the chunks make %" PRIu64 " bytes",
                            file->size, end);
    }
    return LIBGGUF_OK;
}

static enum libgguf_status check_tensor(const struct libgguf_manifest_file *file,
                                        const struct libgguf_manifest_tensor *tensor,
                                        const struct place *place, struct libgguf_error *err)
{
    const struct place size = {.parent = place, .key = "size"};
    if (tensor->size.present && tensor->offset.present &&
        tensor->size.value > LIBGGUF_MANIFEST_MAX_NUMBER - tensor->offset.value) {
        return place_refuse(&size, err, "is %" PRIu64 ", which ends beyond 2^53 - 1",
                            tensor->size.value);
    }
    struct libgguf_manifest_tensor located = *tensor;
    manifest_locate_tensor(file, &located);
    const struct place chunk = {.parent = place,
                                .key = located.has_chunks == tensor->has_chunks &&
                                               located.first_chunk == tensor->first_chunk
                                           ? "last_chunk"
                                           : "first_chunk"};
    if (located.has_chunks != tensor->has_chunks) {
        return place_refuse(&chunk, err,
                            located.has_chunks ? "is missing"
                                               : "is there, but none of the tensor's bytes are");
    }
    if (located.has_chunks &&
        (located.first_chunk != tensor->first_chunk || located.last_chunk != tensor->last_chunk)) {
        return place_refuse(&chunk, err, "the tensor lies in chunks %" PRIu64 " to %" PRIu64,
                            located.first_chunk, located.last_chunk);
    }
    return LIBGGUF_OK;
}

static enum libgguf_status check_tensors(const struct libgguf_manifest_file *file,
                                         const struct place *parent, struct libgguf_error *err)
{
    const struct place list = {.parent = parent, .key = "tensors"};
    if (file->is_gguf && file->tensor_count != file->gguf.tensor_count) {
        return place_refuse(&list, err, "has %zu elements, but tensor_count is %" PRIu64,
                            file->tensor_count, file->gguf.tensor_count);
    }
    for (size_t i = 0; i < file->tensor_count; i++) {
        const struct place element = {.parent = &list, .index = i};
        const enum libgguf_status status = check_tensor(file, &file->tensors[i], &element, err);
        if (status) {
            return status;
        }
    }
    return LIBGGUF_OK;
}

/* Something named in the manifest, to be sorted by name. */
struct named {
    const char *name;
    size_t size;
    const struct libgguf_digest *sha256; /* NULL: no other may have this name */
    uint64_t byte_count;                 /* of the file so named */
    const struct libgguf_digest *plain;  /* of the chunk that the file stands for */
    size_t file;
    size_t chunk;
    bool is_gzip;
};

static int by_name(const void *a, const void *b)
{
    const struct named *const left = a;
    const struct named *const right = b;
    const int order =
        memcmp(left->name, right->name, left->size < right->size ? left->size : right->size);
    if (order != 0) {
        return order;
    }
    if (left->size != right->size) {
        return left->size < right->size ? -1 : 1;
    }
    if (left->file != right->file) {
        return left->file < right->file ? -1 : 1;
    }
    return left->chunk < right->chunk ? -1 : left->chunk > right->chunk;
}

/* Equal names must be of equal bytes, or not be there. Sorts @p names. */
static enum libgguf_status check_names(struct named *names, size_t count, struct libgguf_error *err)
{
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 1; i < count; i++) {
        const struct named *const name = &names[i];
        const struct named *const before = &names[i - 1];
        if (name->size != before->size || memcmp(name->name, before->name, name->size) != 0 ||
            (name->sha256 && libgguf_digest_equal(name->sha256, before->sha256) &&
             name->byte_count == before->byte_count && name->is_gzip == before->is_gzip &&
             libgguf_digest_equal(name->plain, before->plain))) {
            continue;
        }
        const struct place files = {.key = "files"};
        const struct place file = {.parent = &files, .index = name->file};
        const struct place chunks = {.parent = &file, .key = "chunks"};
        const struct place chunk = {.parent = &chunks, .index = name->chunk};
        const struct place gzip = {.parent = &chunk, .key = "gzip"};
        const struct place place = {.parent = !name->sha256   ? &file
                                              : name->is_gzip ? &gzip
                                                              : &chunk,
                                    .key = name->sha256 ? "path" : "name"};
        char text[ERROR_NAME_SIZE];
        return place_refuse(&place, err, "'%s' is there twice, for different bytes",
                            error_name(text, name->name, name->size));
    }
    return LIBGGUF_OK;
}

static enum libgguf_status check_file_names(const struct libgguf_manifest *manifest,
                                            struct libgguf_error *err)
{
    struct named *const names = malloc(manifest->file_count * sizeof *names);
    if (!names) {
        return failure_memory(err);
    }
    enum libgguf_status status = LIBGGUF_OK;
    for (size_t i = 0; i < manifest->file_count && !status; i++) {
        const struct place files = {.key = "files"};
        const struct place file = {.parent = &files, .index = i};
        const struct place place = {.parent = &file, .key = "name"};
        const struct libgguf_manifest_text *const name = &manifest->files[i].name;
        names[i] = (struct named){.name = name->data, .size = name->size, .file = i};
        if (!manifest_name_is_safe(name->data, name->size)) {
            char text[ERROR_NAME_SIZE];
            status = place_refuse(&place, err, "'%s' is not the plain name of a file",
                                  error_name(text, name->data, name->size));
        }
    }
    if (!status) {
        status = check_names(names, manifest->file_count, err);
    }
    free(names);
    return status;
}

static size_t list_paths(const struct libgguf_manifest *manifest, struct named *names)
{
    size_t count = 0;
    for (size_t i = 0; i < manifest->file_count; i++) {
        for (size_t j = 0; j < manifest->files[i].chunk_count; j++) {
            const struct libgguf_chunk *const chunk = &manifest->files[i].chunks[j];
            if (names) {
                names[count] = (struct named){.name = chunk->path,
                                              .size = strlen(chunk->path),
                                              .sha256 = &chunk->sha256,
                                              .byte_count = chunk->piece.size,
                                              .plain = &chunk->sha256,
                                              .file = i,
                                              .chunk = j};
            }
            count++;
            if (chunk->gzip && names) {
                names[count] = (struct named){.name = chunk->gzip->path,
                                              .size = strlen(chunk->gzip->path),
                                              .sha256 = &chunk->gzip->sha256,
                                              .byte_count = chunk->gzip->size,
                                              .plain = &chunk->sha256,
                                              .file = i,
                                              .chunk = j,
                                              .is_gzip = true};
            }
            count += chunk->gzip != NULL;
        }
    }
    return count;
}

static enum libgguf_status check_paths(const struct libgguf_manifest *manifest,
                                       struct libgguf_error *err)
{
    if (!manifest->is_bundle) {
        return LIBGGUF_OK;
    }
    struct named *const names = malloc((list_paths(manifest, NULL) + 1) * sizeof *names);
    if (!names) {
        return failure_memory(err);
    }
    const size_t count = list_paths(manifest, names);
    const enum libgguf_status status = check_names(names, count, err);
    free(names);
    return status;
}

static enum libgguf_status check_digest(const struct libgguf_manifest *manifest,
                                        struct libgguf_error *err)
{
    const struct place place = {.key = "chunks_sha256"};
    struct libgguf_digest digest;
    const enum libgguf_status status = manifest_digest_of_chunks(manifest, &digest, err);
    if (!status && !libgguf_digest_equal(&digest, &manifest->chunks_sha256)) {
        return place_refuse(&place, err, "disagrees with the digests of the chunks");
    }
    return status;
}

enum libgguf_status manifest_check(const struct libgguf_manifest *manifest,
                                   struct libgguf_error *err)
{
    const struct place files = {.key = "files"};
    if (manifest->file_count == 0) {
        return place_refuse(&files, err, "is empty");
    }
    enum libgguf_status status = check_file_names(manifest, err);
    for (size_t i = 0; i < manifest->file_count && !status; i++) {
        const struct place file = {.parent = &files, .index = i};
        status = check_chunks(manifest, &manifest->files[i], &file, err);
        if (!status) {
            status = check_tensors(&manifest->files[i], &file, err);
        }
    }
    if (!status) {
        status = check_paths(manifest, err);
    }
    return status ? status : check_digest(manifest, err);
}
