/** @file What an opened file is made of. */
#ifndef FORMAT_FILE_H
#define FORMAT_FILE_H

#include <stdatomic.h>

#include <libgguf/file.h>
#include <libgguf/tensor.h>
#include <libgguf/value.h>

#include "base/arena.h"
#include "base/hash_index.h"

struct tensor_maps;

struct libgguf_file {
    struct libgguf_source *source; /* NULL for a set of shards */
    struct libgguf_header header;
    struct arena names; /* keys, tensor names, short string values; unused over memory */

    struct libgguf_kv *kvs;
    size_t kv_count;
    size_t kv_capacity;
    struct hash_index kv_index;

    struct libgguf_tensor *tensors;
    size_t tensor_count;
    size_t tensor_capacity;
    struct hash_index tensor_index;
    _Atomic(struct tensor_maps *) maps; /* made by the first libgguf_tensor_map() */

    /* Metadata, header and source are those of this one: the file itself, or the first shard. */
    const struct libgguf_file *primary;

    /* A set of shards; a single file has one path at most and no shards. */
    struct libgguf_file **shards; /* NULL where missing */
    char **paths;
    size_t shard_count;
};

/** An empty file. NULL when out of memory. */
struct libgguf_file *file_create(void);

/** Adds @p tensor to the table of names, marking duplicates. False when out of memory. */
bool file_index_tensor(struct libgguf_file *file, uint32_t index);

/** Adds the kv at @p index to the table of names, marking duplicates. */
bool file_index_kv(struct libgguf_file *file, uint32_t index);

#endif
