#include "bundle/chunk_source.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "bundle/place.h"

struct chunk_source {
    int root;
    const struct libgguf_manifest_file *file;
    pthread_mutex_t lock; /* of the chunk that is open */
    int fd;               /* or -1 */
    size_t index;
};

static int open_chunk(struct chunk_source *source, size_t index)
{
    uint64_t size;
    if (source->fd >= 0 && source->index == index) {
        return 0;
    }
    if (source->fd >= 0) {
        close(source->fd);
    }
    source->index = index;
    return place_open_file(source->root, source->file->chunks[index].path, &source->fd, &size);
}

static int read_chunks(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    struct chunk_source *const source = context;
    size_t index;
    *got = 0;
    if (!libgguf_manifest_chunk_at(source->file, offset, &index)) {
        return 0;
    }
    const struct libgguf_piece *const piece = &source->file->chunks[index].piece;
    const uint64_t from = offset - piece->offset;
    const uint64_t left = piece->size - from;
    pthread_mutex_lock(&source->lock);
    int failed = open_chunk(source, index);
    if (!failed) {
        failed = place_read_at(source->fd, buffer, left < size ? (size_t)left : size, from, got);
    }
    pthread_mutex_unlock(&source->lock);
    /* A chunk that shrank is an error, not the end of the file. */
    return failed ? failed : *got == 0 ? EIO : 0;
}

static uint64_t whole_size(void *context)
{
    return ((const struct chunk_source *)context)->file->size;
}

static void close_chunks(void *context)
{
    struct chunk_source *const source = context;
    if (source->fd >= 0) {
        close(source->fd);
    }
    pthread_mutex_destroy(&source->lock);
    free(source);
}

enum libgguf_status chunk_source_open(int root, const struct libgguf_manifest *manifest,
                                      size_t file, struct libgguf_source **out,
                                      struct libgguf_error *err)
{
    static const struct libgguf_source_ops ops = {
        .struct_size = sizeof ops, .read = read_chunks, .size = whole_size, .close = close_chunks};
    struct chunk_source *const source = malloc(sizeof *source);
    *out = NULL;
    if (!source || pthread_mutex_init(&source->lock, NULL) != 0) {
        free(source);
        return failure_memory(err);
    }
    source->root = root;
    source->file = &manifest->files[file];
    source->fd = -1;
    source->index = 0;
    const enum libgguf_status status = libgguf_source_from_ops(&ops, source, out, err);
    if (status) {
        close_chunks(source);
    }
    return status;
}
