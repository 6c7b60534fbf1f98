/** @file What aligning, merging and splitting share: which entries and tensors the new file has. */
#ifndef BUNDLE_RECAST_H
#define BUNDLE_RECAST_H

#include <stdbool.h>

#include <libgguf/recast.h>
#include <libgguf/writer.h>

#include "base/error.h"

/* One file to be made of a model. */
struct recast {
    const struct libgguf_file *model;
    struct libgguf_writer_options options;
    bool with_metadata;   /* all entries but split.*; otherwise none */
    bool with_split_keys; /* and these too */
    bool is_shard;        /* with split.* entries of its own: */
    uint16_t shard;       /* split.no */
    uint16_t shard_count; /* split.count */
    size_t first;         /* tensors [first, end) */
    size_t end;
};

/* A writer with the metadata of @p recast. */
enum libgguf_status recast_begin(const struct recast *recast, struct libgguf_writer **out,
                                 struct libgguf_error *err);

/* Opens the file that @p recast describes. */
enum libgguf_status recast_open(const struct recast *recast, struct libgguf_file **out,
                                struct libgguf_error *err);

/* SHARDS when one of @p model is missing, TRUNCATED when tensor data is. */
enum libgguf_status recast_check(const struct libgguf_file *model, struct libgguf_error *err);

#endif
