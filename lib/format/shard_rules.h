/** @file What the shards of a set must agree on: refused when opening, or reported by a check. */
#ifndef FORMAT_SHARD_RULES_H
#define FORMAT_SHARD_RULES_H

#include "format/file.h"

/** SHARDS unless the shard at @p index, which is present, fits its name and the first one. */
enum libgguf_status shard_rules_member(const struct libgguf_file *set, size_t index,
                                       struct libgguf_error *err);

/** SHARDS unless the set, if it is complete, has as many tensors as it says. */
enum libgguf_status shard_rules_total(const struct libgguf_file *set, struct libgguf_error *err);

#endif
