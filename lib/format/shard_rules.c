/* gguf-format 8. */
#include "format/shard_rules.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"

/* The entry as a number, which is @p expected; @p offset is where it stands. */
static bool says(const struct libgguf_file *shard, const char *key, uint64_t expected,
                 uint64_t *offset)
{
    const struct libgguf_kv *const kv = libgguf_kv_find(shard, key);
    uint64_t said;
    *offset = kv ? kv->value.offset : LIBGGUF_NO_OFFSET;
    return kv && libgguf_value_as_u64(&kv->value, &said) && said == expected;
}

/* A shard that names an architecture names the one of the set. */
static bool same_architecture(const struct libgguf_file *set, const struct libgguf_file *shard,
                              uint64_t *offset)
{
    struct libgguf_str expected;
    struct libgguf_str found;
    if (libgguf_get_str(set, "general.architecture", &expected, NULL) ||
        libgguf_get_str(shard, "general.architecture", &found, NULL)) {
        return true;
    }
    *offset = found.offset;
    return expected.data && found.data && expected.size == found.size &&
           memcmp(expected.data, found.data, (size_t)found.size) == 0;
}

enum libgguf_status shard_rules_member(const struct libgguf_file *set, size_t index,
                                       struct libgguf_error *err)
{
    const struct libgguf_file *const shard = set->shards[index];
    const char *const slash = strrchr(set->paths[index], '/');
    const char *const base = slash ? slash + 1 : set->paths[index];
    char name[ERROR_NAME_SIZE];
    error_name(name, base, strlen(base));
    uint64_t offset;
    if (!says(shard, "split.count", set->shard_count, &offset)) {
        return failure(err, LIBGGUF_ERR_SHARDS, offset,
                       "shard '%s': split.count is not %zu as its name says", name,
                       set->shard_count);
    }
    if (!says(shard, "split.no", index, &offset)) {
        return failure(err, LIBGGUF_ERR_SHARDS, offset,
                       "shard '%s': split.no is not %zu as its name says", name, index);
    }
    if (shard->header.big_endian != set->primary->header.big_endian) {
        return failure(err, LIBGGUF_ERR_SHARDS, 4,
                       "shard '%s' has another byte order than the first", name);
    }
    if (!same_architecture(set, shard, &offset)) {
        return failure(err, LIBGGUF_ERR_SHARDS, offset,
                       "shard '%s' has another general.architecture than the first", name);
    }
    return LIBGGUF_OK;
}

enum libgguf_status shard_rules_total(const struct libgguf_file *set, struct libgguf_error *err)
{
    uint64_t offset;
    for (size_t i = 0; i < set->shard_count; i++) {
        if (!set->shards[i]) {
            return LIBGGUF_OK;
        }
    }
    if (!libgguf_kv_find(set, "split.tensors.count") ||
        says(set, "split.tensors.count", set->tensor_count, &offset)) {
        return LIBGGUF_OK;
    }
    return failure(err, LIBGGUF_ERR_SHARDS, offset,
                   "split.tensors.count is not %zu, the number of tensors in all shards",
                   set->tensor_count);
}
