#include "format/tensor_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/source.h"
#include "format/file.h"

/* One slot a tensor: the page its mapping begins at, or NULL. */
struct file_maps {
    struct tensor_maps base;
    const struct libgguf_file *file;
    _Atomic(void *) pages[];
};

/* The pages of one tensor, as mmap() wants them. */
struct page_range {
    off_t offset;
    size_t size;
    size_t lead; /* bytes from the first page's start to the tensor */
};

static struct page_range pages_of(const struct libgguf_tensor *tensor)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    const uint64_t lead = tensor->offset % page;
    const uint64_t covered = lead + tensor->size;
    return (struct page_range){.offset = (off_t)(tensor->offset - lead),
                               .size = (size_t)((covered + page - 1) / page * page),
                               .lead = (size_t)lead};
}

static void release(struct tensor_maps *base)
{
    struct file_maps *const maps = (struct file_maps *)base;
    for (size_t i = 0; i < maps->file->tensor_count; i++) {
        void *const page = atomic_load(&maps->pages[i]);
        if (page) {
            munmap(page, pages_of(&maps->file->tensors[i]).size);
        }
    }
    free(maps);
}

/* The table of mappings, made on first use; a thread that comes second takes the first one's. */
static struct file_maps *maps_of(const struct libgguf_file *file)
{
    struct libgguf_file *const shared = (struct libgguf_file *)(uintptr_t)file;
    struct tensor_maps *base = atomic_load(&shared->maps);
    if (base) {
        return (struct file_maps *)base;
    }
    struct file_maps *const maps =
        calloc(1, sizeof *maps + file->tensor_count * sizeof maps->pages[0]);
    if (!maps) {
        return NULL;
    }
    maps->base.release = release;
    maps->file = file;
    if (!atomic_compare_exchange_strong(&shared->maps, &base, &maps->base)) {
        free(maps);
        return (struct file_maps *)base;
    }
    return maps;
}

static enum libgguf_status map_once(struct file_maps *maps, int fd,
                                    const struct libgguf_tensor *tensor,
                                    const struct page_range *range, void **out,
                                    struct libgguf_error *err)
{
    *out = atomic_load(&maps->pages[tensor->index]);
    if (*out) {
        return LIBGGUF_OK;
    }
    void *const page = mmap(NULL, range->size, PROT_READ, MAP_SHARED, fd, range->offset);
    if (page == MAP_FAILED) {
        return failure_errno(err, errno, "mapping %zu bytes at byte %" PRIu64, range->size,
                             tensor->offset);
    }
    void *earlier = NULL;
    if (atomic_compare_exchange_strong(&maps->pages[tensor->index], &earlier, page)) {
        *out = page;
    } else {
        munmap(page, range->size);
        *out = earlier;
    }
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_tensor_map(const struct libgguf_file *file,
                                       const struct libgguf_tensor *tensor,
                                       struct libgguf_mapping *out, struct libgguf_error *err)
{
    const struct libgguf_source *const source = libgguf_shard_at(file, tensor->shard)->source;
    if (!tensor->size_known || (!source->memory && source->fd < 0)) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, tensor->info_offset,
                       tensor->size_known ? "only files and memory can be mapped"
                                          : "the size of the tensor's type is not known");
    }
    const uint64_t present = libgguf_source_size(source);
    if (tensor->missing_size > 0 || tensor->offset > present ||
        tensor->size > present - tensor->offset) {
        return failure(err, LIBGGUF_ERR_TRUNCATED, tensor->offset,
                       "the tensor needs %" PRIu64 " bytes at byte %" PRIu64
                       ", but the file has %" PRIu64 " bytes",
                       tensor->size, tensor->offset, present);
    }
    if (source->memory) {
        const unsigned char *const data = source->memory + tensor->offset;
        *out = (struct libgguf_mapping){
            .data = data, .size = tensor->size, .page = data, .page_size = tensor->size};
        return LIBGGUF_OK;
    }
    if (tensor->size == 0) {
        *out = (struct libgguf_mapping){.data = "", .page = ""};
        return LIBGGUF_OK;
    }
    if (tensor->size > SIZE_MAX / 2) {
        return failure(err, LIBGGUF_ERR_RANGE, tensor->offset,
                       "the tensor is larger than the address space");
    }
    struct file_maps *const maps = maps_of(file);
    if (!maps) {
        return failure_memory(err);
    }
    const struct page_range range = pages_of(tensor);
    void *page;
    const enum libgguf_status status = map_once(maps, source->fd, tensor, &range, &page, err);
    if (status) {
        return status;
    }
    *out = (struct libgguf_mapping){.data = (unsigned char *)page + range.lead,
                                    .size = tensor->size,
                                    .page = page,
                                    .page_size = range.size};
    return LIBGGUF_OK;
}
