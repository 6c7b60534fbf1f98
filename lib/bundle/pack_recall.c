/*
 * A model that was bundled with the store before is read once more, and hashed by chunks. What
 * need not be done again: hashing the whole of it, which takes longer than all chunks together,
 * since it is one chain; and reading chunks in the store that have not changed since.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "bundle/pack.h"

enum libgguf_status pack_recall(struct pack *pack, struct libgguf_error *err)
{
    const struct libgguf_plan_options plan_options = {.struct_size = sizeof plan_options,
                                                      .cut = pack->options->cut,
                                                      .chunk_size = pack->options->chunk_size};
    const size_t count = pack_file_count(pack);
    struct stat facts;
    if (pack->index < 0) {
        return LIBGGUF_OK;
    }
    /* What is modified in this moment is dated like this. */
    if (futimens(pack->chunks, NULL) == 0 && fstat(pack->chunks, &facts) == 0) {
        pack->began = (int64_t)facts.st_mtim.tv_sec;
    }
    pack->recalled = calloc(count, sizeof *pack->recalled);
    enum libgguf_status status =
        pack->recalled ? LIBGGUF_OK : (enum libgguf_status)failure_memory(err);
    for (size_t i = 0; i < count && !status; i++) {
        struct pack_recalled *const recalled = &pack->recalled[i];
        status = store_record_key(pack_source(pack, i), &plan_options, &recalled->key, err);
        if (!status) {
            status = store_record_read(pack->index, &recalled->key, &recalled->record, err);
        }
    }
    return status;
}

void pack_recall_free(struct pack *pack)
{
    for (size_t i = 0; pack->recalled && i < pack_file_count(pack); i++) {
        store_record_free(&pack->recalled[i].record);
    }
    free(pack->recalled);
}

/* Who resumes wants bytes to be looked at. */
static bool believes(const struct pack *pack)
{
    return pack->recalled && !pack->options->resume;
}

bool pack_recalls_files(const struct pack *pack)
{
    bool all = believes(pack);
    for (size_t i = 0; all && i < pack_file_count(pack); i++) {
        all = pack->recalled[i].record.has_sha256;
    }
    return all;
}

static bool has_chunks(const struct store_record *record, const struct libgguf_manifest_file *file)
{
    bool same = record->count == file->chunk_count;
    for (size_t i = 0; same && i < record->count; i++) {
        same = libgguf_digest_equal(&record->chunks[i].sha256, &file->chunks[i].sha256);
    }
    return same;
}

enum libgguf_status pack_recall_digests(const struct pack *pack, struct libgguf_manifest *manifest,
                                        struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    for (size_t i = 0; i < manifest->file_count && !status; i++) {
        const struct store_record *const record = &pack->recalled[i].record;
        struct libgguf_manifest_file *const file = &manifest->files[i];
        if (has_chunks(record, file)) {
            file->sha256 = record->sha256;
        } else {
            status = pack_hash_whole(pack, pack_source(pack, i), &file->sha256, err);
        }
        file->has_sha256 = !status;
    }
    return status;
}

bool pack_recalls_chunk(const struct pack *pack, const struct packed *packed,
                        struct file_stamp *stamp)
{
    if (!believes(pack) || packed->is_gzip) {
        return false;
    }
    const struct store_record *const record = &pack->recalled[packed->file].record;
    if (packed->index >= record->count) {
        return false;
    }
    const struct store_record_chunk *const chunk = &record->chunks[packed->index];
    if (chunk->stamp.inode == 0 || !libgguf_digest_equal(&chunk->sha256, &packed->name)) {
        return false;
    }
    *stamp = chunk->stamp;
    return true;
}

/* The one that was given this name by pack_commit(), which is the first of its twins. */
static const struct packed *find_packed(const struct pack *pack, const struct libgguf_digest *name)
{
    size_t low = 0;
    size_t high = pack->packed_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (memcmp(pack->packed[middle].name.bytes, name->bytes, sizeof name->bytes) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < pack->packed_count && libgguf_digest_equal(&pack->packed[low].name, name)
               ? &pack->packed[low]
               : NULL;
}

/* What was proven is remembered when it is what the store has. */
static struct file_stamp stamp_in_store(const struct pack *pack, const struct libgguf_digest *name)
{
    char file[PLACE_CHUNK_NAME_SIZE];
    struct stat facts;
    const struct packed *const packed = find_packed(pack, name);
    place_chunk_name(name, false, file);
    if (packed && packed->is_settled &&
        fstatat(pack->store, file, &facts, AT_SYMLINK_NOFOLLOW) == 0) {
        const struct file_stamp stamp = file_stamp_of(&facts);
        if (file_stamp_equal(&packed->stamp, &stamp)) {
            return stamp;
        }
    }
    return (struct file_stamp){0};
}

static void remember_file(const struct pack *pack, const struct pack_recalled *recalled,
                          const struct libgguf_manifest_file *file)
{
    struct store_record record = {.has_sha256 = file->has_sha256,
                                  .sha256 = file->sha256,
                                  .count = file->chunk_count,
                                  .chunks = calloc(file->chunk_count + 1, sizeof *record.chunks)};
    if (!record.chunks) {
        return;
    }
    for (size_t i = 0; i < record.count; i++) {
        record.chunks[i].sha256 = file->chunks[i].sha256;
        record.chunks[i].stamp = stamp_in_store(pack, &file->chunks[i].sha256);
    }
    if (!record.has_sha256 && recalled->record.has_sha256 && has_chunks(&recalled->record, file)) {
        record.has_sha256 = true;
        record.sha256 = recalled->record.sha256;
    }
    if (!store_record_equal(&record, &recalled->record)) {
        (void)store_record_write(pack->index, &recalled->key, &record);
    }
    store_record_free(&record);
}

void pack_remember(const struct pack *pack, const struct libgguf_manifest *manifest)
{
    /* What may not be on the disk after a power cut is not to be believed after it. */
    if (!pack->recalled || pack->options->no_sync) {
        return;
    }
    for (size_t i = 0; i < manifest->file_count; i++) {
        remember_file(pack, &pack->recalled[i], &manifest->files[i]);
    }
}
