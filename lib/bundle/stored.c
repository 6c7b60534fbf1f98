#include "bundle/stored.h"

#include <stdlib.h>
#include <string.h>

static int by_path(const void *a, const void *b)
{
    const struct stored *const left = *(const struct stored *const *)a;
    const struct stored *const right = *(const struct stored *const *)b;
    const int order = strcmp(left->path, right->path);
    if (order != 0) {
        return order;
    }
    return left < right ? -1 : left > right;
}

static int by_digest(const void *a, const void *b)
{
    const struct stored *const left = *(const struct stored *const *)a;
    const struct stored *const right = *(const struct stored *const *)b;
    if (!left->sha256 || !right->sha256) {
        return (left->sha256 != NULL) - (right->sha256 != NULL);
    }
    return memcmp(left->sha256->bytes, right->sha256->bytes, sizeof left->sha256->bytes);
}

static size_t list_chunks(const struct libgguf_manifest *manifest, struct stored *files)
{
    size_t count = 0;
    for (size_t i = 0; i < manifest->file_count; i++) {
        for (size_t j = 0; j < manifest->files[i].chunk_count; j++) {
            const struct libgguf_chunk *const chunk = &manifest->files[i].chunks[j];
            if (files) {
                files[count] =
                    (struct stored){chunk->path, chunk->piece.size, &chunk->sha256, i, j, false};
            }
            count++;
            if (chunk->gzip && files) {
                files[count] = (struct stored){
                    chunk->gzip->path, chunk->gzip->size, &chunk->gzip->sha256, i, j, true};
            }
            count += chunk->gzip != NULL;
        }
    }
    return count;
}

static size_t list_shards(const struct libgguf_manifest *manifest, struct stored *files)
{
    size_t count = 0;
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct libgguf_manifest_file *const file = &manifest->files[i];
        if (file->chunk_count == 0) {
            /* An empty file of a bundle has no chunks to tell it by, and no bytes. */
            continue;
        }
        if (files) {
            files[count] = (struct stored){
                file->name.data, file->size, file->has_sha256 ? &file->sha256 : NULL, i, 0, false};
        }
        count++;
    }
    return count;
}

/* Keeps the first of those with one path, in the order they have. */
static void drop_twins(struct stored_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        list->by_path[i] = &list->files[i];
    }
    qsort(list->by_path, list->count, sizeof(struct stored *), by_path);
    for (size_t i = 1; i < list->count; i++) {
        if (strcmp(list->by_path[i - 1]->path, list->by_path[i]->path) == 0) {
            list->files[list->by_path[i] - list->files].file = SIZE_MAX;
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->files[i].file != SIZE_MAX) {
            list->files[kept++] = list->files[i];
        }
    }
    list->count = kept;
}

enum libgguf_status stored_list(const struct libgguf_manifest *manifest, struct stored_list *out,
                                struct libgguf_error *err)
{
    size_t (*const list)(const struct libgguf_manifest *, struct stored *) =
        manifest->is_bundle ? list_chunks : list_shards;
    const size_t room = list(manifest, NULL) + 1;
    *out = (struct stored_list){.files = malloc(room * sizeof *out->files),
                                .by_path = malloc(room * sizeof(struct stored *)),
                                .by_sha256 = malloc(room * sizeof(struct stored *))};
    if (!out->files || !out->by_path || !out->by_sha256) {
        stored_free(out);
        return failure_memory(err);
    }
    out->count = list(manifest, out->files);
    drop_twins(out);
    for (size_t i = 0; i < out->count; i++) {
        out->by_path[i] = &out->files[i];
        out->by_sha256[i] = &out->files[i];
    }
    qsort(out->by_path, out->count, sizeof(struct stored *), by_path);
    qsort(out->by_sha256, out->count, sizeof(struct stored *), by_digest);
    return LIBGGUF_OK;
}

void stored_free(struct stored_list *list)
{
    free(list->files);
    free(list->by_path);
    free(list->by_sha256);
    *list = (struct stored_list){0};
}

static const struct stored *find(const struct stored **sorted, size_t count,
                                 const struct stored *key,
                                 int (*order)(const void *a, const void *b))
{
    /* Equal paths and digests only: the order of addresses does not count here. */
    const struct stored **const found =
        bsearch(&key, sorted, count, sizeof(struct stored *), order);
    return found ? *found : NULL;
}

static int by_path_only(const void *a, const void *b)
{
    const struct stored *const left = *(const struct stored *const *)a;
    const struct stored *const right = *(const struct stored *const *)b;
    return strcmp(left->path, right->path);
}

const struct stored *stored_with_path(const struct stored_list *list, const char *path)
{
    const struct stored key = {.path = path};
    return find(list->by_path, list->count, &key, by_path_only);
}

const struct stored *stored_with_digest(const struct stored_list *list,
                                        const struct libgguf_digest *digest)
{
    const struct stored key = {.sha256 = digest};
    return find(list->by_sha256, list->count, &key, by_digest);
}
