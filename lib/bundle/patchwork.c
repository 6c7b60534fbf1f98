#include "bundle/patchwork.h"

#include <stdlib.h>
#include <string.h>

#include "base/source.h"

struct patchwork {
    struct libgguf_source base;
    unsigned char *header;
    uint64_t header_size;
    struct patch *patches;
    size_t count;
    uint64_t size;
};

/* The first patch that ends behind @p offset. */
static size_t find_patch(const struct patchwork *work, uint64_t offset)
{
    size_t low = 0;
    size_t high = work->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (work->patches[middle].at + work->patches[middle].size <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Reads what lies at @p offset, up to the next border. */
static enum libgguf_status read_step(const struct patchwork *work, uint64_t offset,
                                     unsigned char *buffer, size_t size, size_t *step,
                                     struct libgguf_error *err)
{
    if (offset < work->header_size) {
        *step = (size_t)smaller(work->header_size - offset, size);
        memcpy(buffer, work->header + offset, *step);
        return LIBGGUF_OK;
    }
    const size_t index = find_patch(work, offset);
    const struct patch *const patch = index < work->count ? &work->patches[index] : NULL;
    if (!patch || offset < patch->at) {
        *step = (size_t)smaller((patch ? patch->at : work->size) - offset, size);
        memset(buffer, 0, *step);
        return LIBGGUF_OK;
    }
    const uint64_t inside = offset - patch->at;
    *step = (size_t)smaller(patch->size - inside, size);
    return libgguf_source_read(patch->source, patch->from + inside, buffer, *step, err);
}

static enum libgguf_status patchwork_read_some(const struct libgguf_source *source, uint64_t offset,
                                               void *buffer, size_t size, size_t *got,
                                               struct libgguf_error *err)
{
    const struct patchwork *const work = (const struct patchwork *)source;
    enum libgguf_status status = LIBGGUF_OK;
    *got = 0;
    while (!status && *got < size && offset + *got < work->size) {
        const size_t wanted = (size_t)smaller(size - *got, work->size - offset - *got);
        size_t step = 0;
        status = read_step(work, offset + *got, (unsigned char *)buffer + *got, wanted, &step, err);
        *got += status ? 0 : step;
    }
    return status;
}

static uint64_t patchwork_size(const struct libgguf_source *source)
{
    return ((const struct patchwork *)source)->size;
}

static void patchwork_close(struct libgguf_source *source)
{
    struct patchwork *const work = (struct patchwork *)source;
    free(work->header);
    free(work->patches);
    free(work);
}

static enum libgguf_status patchwork_unchanged(const struct libgguf_source *source,
                                               struct libgguf_error *err)
{
    const struct patchwork *const work = (const struct patchwork *)source;
    enum libgguf_status status = LIBGGUF_OK;
    for (size_t i = 0; i < work->count && !status; i++) {
        if (i == 0 || work->patches[i].source != work->patches[i - 1].source) {
            status = libgguf_source_unchanged(work->patches[i].source, err);
        }
    }
    return status;
}

static const struct source_class patchwork_class = {.read_some = patchwork_read_some,
                                                    .size = patchwork_size,
                                                    .close = patchwork_close,
                                                    .unchanged = patchwork_unchanged};

enum libgguf_status patchwork_create(unsigned char *header, uint64_t header_size,
                                     struct patch *patches, size_t count, uint64_t size,
                                     struct libgguf_source **out, struct libgguf_error *err)
{
    struct patchwork *const work = malloc(sizeof *work);
    *out = NULL;
    if (!work) {
        free(header);
        free(patches);
        return failure_memory(err);
    }
    *work = (struct patchwork){.base = {.class = &patchwork_class, .fd = -1},
                               .header = header,
                               .header_size = header_size,
                               .patches = patches,
                               .count = count,
                               .size = size};
    *out = &work->base;
    return LIBGGUF_OK;
}
