/* Compressed variants of the chunks that were packed, each read once more from its own file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "bundle/durable.h"
#include "bundle/gzip.h"
#include "bundle/pack.h"
#include "bundle/prove.h"

/* The chunks to compress, one of each digest. */
struct variants {
    struct pack *pack;
    struct packed *raw;  /* sorted by digest */
    struct packed *gzip; /* beside each: its variant, */
    bool *made;          /* if it has one */
    size_t count;
};

/* A chunk on its way through zlib. */
struct deflating {
    struct crew_member *member;
    int in;
    int out;
    uint64_t offset;
};

static int by_digest(const void *a, const void *b)
{
    const struct packed *const left = a;
    const struct packed *const right = b;
    return memcmp(left->name.bytes, right->name.bytes, sizeof left->name.bytes);
}

/* bundle-format 3: the most bytes that are below 0.9 of @p size. */
static uint64_t worthwhile_size(uint64_t size)
{
    return (size * 9 - 1) / 10;
}

static enum libgguf_status variant_failure(int sys_errno, const char *name,
                                           struct libgguf_error *err)
{
    return failure_errno(err, sys_errno, "cannot write the compressed variant of %.12s...", name);
}

static enum libgguf_status take_raw(void *context, unsigned char *data, size_t size, size_t *got,
                                    struct libgguf_error *err)
{
    struct deflating *const deflating = context;
    const int failed = place_read_at(deflating->in, data, size, deflating->offset, got);
    if (failed) {
        return failure_errno(err, failed, "cannot read a chunk again");
    }
    deflating->offset += *got;
    libgguf_hasher_update(deflating->member->hasher, data, *got);
    return crew_progress(deflating->member->crew, *got, err);
}

static enum libgguf_status give_compressed(void *context, const unsigned char *data, size_t size,
                                           struct libgguf_error *err)
{
    const struct deflating *const deflating = context;
    const int failed = place_write(deflating->out, data, size);
    return failed ? failure_errno(err, failed, "cannot write a compressed variant") : LIBGGUF_OK;
}

/* Compresses the chunk open as @p in into @p out. */
static enum libgguf_status compress(struct crew_member *member, const struct packed *raw, int in,
                                    int out, bool *fits, struct libgguf_error *err)
{
    struct deflating deflating = {.member = member, .in = in, .out = out};
    const size_t half = CREW_BLOCK_SIZE / 2;
    const struct gzip_pipe pipe = {.source = take_raw,
                                   .sink = give_compressed,
                                   .context = &deflating,
                                   .in = member->block,
                                   .out = member->block + half,
                                   .block_size = half};
    enum libgguf_status status = gzip_deflate(&pipe, worthwhile_size(raw->size), fits, err);
    struct libgguf_digest digest;
    const enum libgguf_status finished =
        libgguf_hasher_finish(member->hasher, &digest, status ? NULL : err);
    status = status ? status : finished;
    if (!status && *fits && !libgguf_digest_equal(&digest, &raw->name)) {
        return failure(err, LIBGGUF_ERR_CHANGED, LIBGGUF_NO_OFFSET,
                       "a chunk changed while it was compressed");
    }
    /* What was not read counts as done. */
    return status || *fits ? status
                           : crew_progress(member->crew, raw->size - deflating.offset, err);
}

/* Accepts the variant that @p at has under its name, if it is good and small enough. */
static enum libgguf_status look_at(struct crew_member *member, int at, const struct packed *raw,
                                   struct packed *gzip, bool *good, struct libgguf_error *err)
{
    char name[PLACE_CHUNK_NAME_SIZE];
    int fd;
    place_chunk_name(&raw->name, true, name);
    *good = false;
    if (at < 0 || place_open_file(at, name, &fd, &gzip->size) != 0) {
        return LIBGGUF_OK;
    }
    enum libgguf_status status = LIBGGUF_OK;
    struct proof proof;
    if (gzip->size <= worthwhile_size(raw->size)) {
        struct crew crew;
        struct crew_member alone;
        status = crew_solo_begin(&crew, &alone, err);
        if (!status) {
            status = prove_gzip(&alone, fd, raw->size, NULL, NULL, name, good, &proof, err);
        }
        *good = !status && *good && libgguf_digest_equal(&proof.sha256, &raw->name);
        if (*good) {
            status = prove_range(&alone, fd, 0, gzip->size, NULL, NULL, name, &proof, err);
            gzip->sha256 = proof.sha256;
            *good = !status && proof.size == gzip->size;
        }
        crew_solo_end(&alone);
        status = status == LIBGGUF_ERR_IO ? LIBGGUF_OK : status;
    }
    close(fd);
    return status || !*good ? status : crew_progress(member->crew, raw->size, err);
}

static enum libgguf_status open_raw(const struct pack *pack, const struct packed *raw, int *fd,
                                    struct libgguf_error *err)
{
    char name[PLACE_PARTIAL_NAME_SIZE + PLACE_CHUNK_NAME_SIZE];
    uint64_t size;
    if (raw->is_partial) {
        place_partial_name(raw->file, raw->index, false, name);
    } else {
        place_chunk_name(&raw->name, false, name);
    }
    const int failed = place_open_file(pack->chunks, name, fd, &size);
    return failed ? failure_errno(err, failed, "cannot open a chunk again") : LIBGGUF_OK;
}

static enum libgguf_status make_variant(struct crew_member *member, struct pack *pack,
                                        const struct packed *raw, struct packed *gzip, bool *made,
                                        struct libgguf_error *err)
{
    char partial[PLACE_PARTIAL_NAME_SIZE];
    char digits[LIBGGUF_DIGEST_HEX_SIZE];
    int in;
    place_partial_name(raw->file, raw->index, true, partial);
    libgguf_digest_hex(&raw->name, digits);
    enum libgguf_status status = open_raw(pack, raw, &in, err);
    if (status) {
        return status;
    }
    (void)unlinkat(pack->chunks, partial, 0);
    const int out =
        openat(pack->chunks, partial, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
    if (out < 0) {
        status = variant_failure(errno, digits, err);
        close(in);
        return status;
    }
    status = compress(member, raw, in, out, made, err);
    if (!status && *made) {
        struct proof proof;
        struct crew crew;
        struct crew_member alone;
        status = crew_solo_begin(&crew, &alone, err);
        if (!status) {
            status = prove_range(&alone, out, 0, UINT64_MAX, NULL, NULL, partial, &proof, err);
            gzip->size = proof.size;
            gzip->sha256 = proof.sha256;
        }
        crew_solo_end(&alone);
    }
    if (!status && *made && !pack->options->no_sync) {
        durable_start(out, 0, 0);
    }
    if (close(out) != 0 && !status) {
        status = variant_failure(errno, digits, err);
    }
    close(in);
    if (!status && !*made) {
        (void)unlinkat(pack->chunks, partial, 0);
    }
    return status;
}

static enum libgguf_status compress_one(void *context, struct crew_member *member, size_t index,
                                        struct libgguf_error *err)
{
    struct variants *const variants = context;
    struct pack *const pack = variants->pack;
    const struct packed *const raw = &variants->raw[index];
    struct packed *const gzip = &variants->gzip[index];
    bool *const made = &variants->made[index];
    *gzip =
        (struct packed){.file = raw->file, .index = raw->index, .is_gzip = true, .name = raw->name};
    enum libgguf_status status = look_at(member, pack->chunks, raw, gzip, made, err);
    if (!status && !*made) {
        status = look_at(member, pack->store, raw, gzip, made, err);
        if (!status && *made) {
            status = pack_take_from_store(pack, gzip, made, err);
        }
    }
    if (!status && !*made) {
        status = make_variant(member, pack, raw, gzip, made, err);
        gzip->is_partial = true;
        gzip->is_new = true;
    }
    return status || !*made ? status : pack_add(pack, gzip, err);
}

static bool list_variants(struct variants *variants)
{
    const struct pack *const pack = variants->pack;
    const size_t room = pack->packed_count ? pack->packed_count : 1;
    variants->raw = malloc(room * sizeof *variants->raw);
    variants->gzip = malloc(room * sizeof *variants->gzip);
    variants->made = calloc(room, sizeof *variants->made);
    if (!variants->raw || !variants->gzip || !variants->made) {
        return false;
    }
    if (pack->packed_count > 0) {
        memcpy(variants->raw, pack->packed, pack->packed_count * sizeof *variants->raw);
        qsort(variants->raw, pack->packed_count, sizeof *variants->raw, by_digest);
    }
    for (size_t i = 0; i < pack->packed_count; i++) {
        if (variants->count == 0 ||
            by_digest(&variants->raw[variants->count - 1], &variants->raw[i]) != 0) {
            variants->raw[variants->count++] = variants->raw[i];
        }
    }
    return true;
}

static enum libgguf_status note_variants(const struct variants *variants,
                                         struct libgguf_manifest *manifest,
                                         struct libgguf_error *err)
{
    for (size_t i = 0; i < manifest->file_count; i++) {
        for (size_t j = 0; j < manifest->files[i].chunk_count; j++) {
            const struct packed key = {.name = manifest->files[i].chunks[j].sha256};
            const struct packed *const raw =
                bsearch(&key, variants->raw, variants->count, sizeof key, by_digest);
            if (!raw || !variants->made[raw - variants->raw]) {
                continue;
            }
            const struct packed *const gzip = &variants->gzip[raw - variants->raw];
            char path[PLACE_CHUNK_PATH_SIZE];
            place_chunk_path(&gzip->name, true, path);
            const struct libgguf_manifest_gzip entry = {
                .path = path, .size = gzip->size, .sha256 = gzip->sha256};
            const enum libgguf_status status =
                libgguf_manifest_set_gzip(manifest, i, j, &entry, err);
            if (status) {
                return status;
            }
        }
    }
    return LIBGGUF_OK;
}

enum libgguf_status pack_gzip(struct pack *pack, struct libgguf_manifest *manifest,
                              struct libgguf_error *err)
{
    struct variants variants = {.pack = pack};
    enum libgguf_status status = LIBGGUF_OK;
    if (list_variants(&variants)) {
        struct crew crew = {.work = compress_one,
                            .context = &variants,
                            .count = variants.count,
                            .threads = pack->options->threads,
                            .hooks = pack->options->hooks,
                            .step = LIBGGUF_BUNDLE_COMPRESS};
        for (size_t i = 0; i < variants.count; i++) {
            crew.total += variants.raw[i].size;
        }
        status = crew_run(&crew, err);
    } else {
        status = failure_memory(err);
    }
    if (!status) {
        status = note_variants(&variants, manifest, err);
    }
    free(variants.raw);
    free(variants.gzip);
    free(variants.made);
    return status;
}
