#include <inttypes.h>
#include <string.h>

#include "admission/session.h"
#include "base/error.h"

/* A handle is a slot in the low bits and how often the slot has been used above it. */
#define SLOT_BITS 3

_Static_assert(1 << SLOT_BITS == LIBGGUF_ADMISSION_MAX_OPEN, "a slot fits its bits");

static uint32_t handle_of(const struct libgguf_admission *admission, const struct slot *slot)
{
    return slot->generation << SLOT_BITS | (uint32_t)(slot - admission->slots);
}

/* The slot of an open chunk, or NULL. */
static struct slot *slot_find(struct libgguf_admission *admission, uint32_t handle,
                              struct libgguf_error *err)
{
    struct slot *const slot = &admission->slots[handle & (LIBGGUF_ADMISSION_MAX_OPEN - 1)];
    if (admission->state != LIBGGUF_ADMISSION_RECEIVING || (slot->generation & 1) == 0 ||
        handle_of(admission, slot) != handle) {
        error_set(err, LIBGGUF_ERR_HANDLE, LIBGGUF_NO_OFFSET,
                  "%" PRIu32 " is not the handle of an open chunk", handle);
        return NULL;
    }
    return slot;
}

static struct slot *slot_take(struct libgguf_admission *admission)
{
    for (size_t i = 0; i < LIBGGUF_ADMISSION_MAX_OPEN; i++) {
        if ((admission->slots[i].generation & 1) == 0) {
            return &admission->slots[i];
        }
    }
    return NULL;
}

enum libgguf_status libgguf_admission_chunk_open(struct libgguf_admission *admission,
                                                 uint32_t session, size_t index, uint32_t *chunk,
                                                 struct libgguf_error *err)
{
    *chunk = 0;
    const enum libgguf_status status =
        session_expect(admission, session, LIBGGUF_ADMISSION_RECEIVING, "chunk_open", err);
    if (status) {
        return status;
    }
    if (index >= admission->chunk_count) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "chunk %" PRIu64 " of a file of %" PRIu64 " chunks", (uint64_t)index,
                       (uint64_t)admission->chunk_count);
    }
    struct chunk *const wanted = &admission->chunks[index];
    if (wanted->state != CHUNK_MISSING) {
        return failure(err, LIBGGUF_ERR_STATE, wanted->entry.offset, "chunk %" PRIu64 " is %s",
                       (uint64_t)index,
                       wanted->state == CHUNK_OPEN ? "open already" : "accepted already");
    }
    struct slot *const slot = slot_take(admission);
    if (!slot) {
        return failure(err, LIBGGUF_ERR_STATE, LIBGGUF_NO_OFFSET,
                       "%d chunks are open already; close one first", LIBGGUF_ADMISSION_MAX_OPEN);
    }
    slot->generation++;
    slot->chunk = index;
    slot->filled = 0;
    sha256_begin(&slot->hash);
    wanted->state = CHUNK_OPEN;
    admission->open_count++;
    *chunk = handle_of(admission, slot);
    return LIBGGUF_OK;
}

/* What is hashed is what was stored, so that it does not matter if the source changes meanwhile. */
static void store_and_hash(struct sha256 *hash, unsigned char *to, const unsigned char *from,
                           size_t size)
{
    for (size_t done = 0; done < size;) {
        const size_t step = size - done < SHA256_RUN ? size - done : SHA256_RUN;
        memcpy(to + done, from + done, step);
        sha256_update(hash, to + done, step);
        done += step;
    }
}

enum libgguf_status libgguf_admission_append(struct libgguf_admission *admission, uint32_t chunk,
                                             const void *data, size_t size,
                                             struct libgguf_error *err)
{
    struct slot *const slot = slot_find(admission, chunk, err);
    if (!slot) {
        return LIBGGUF_ERR_HANDLE;
    }
    if (!data && size > 0) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "no bytes to append");
    }
    if (size > LIBGGUF_ADMISSION_WINDOW) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "%" PRIu64 " bytes at once; %d can be appended", (uint64_t)size,
                       LIBGGUF_ADMISSION_WINDOW);
    }
    const struct libgguf_admission_chunk *const entry = &admission->chunks[slot->chunk].entry;
    if (size > entry->size - slot->filled) {
        return failure(err, LIBGGUF_ERR_RANGE, entry->offset + slot->filled,
                       "chunk %" PRIu64 " has %" PRIu64 " bytes and %" PRIu64 " of them; %" PRIu64
                       " more do not fit",
                       (uint64_t)slot->chunk, entry->size, slot->filled, (uint64_t)size);
    }
    if (slot->chunk < admission->header_count ||
        admission->pending.store == LIBGGUF_ADMISSION_IN_MEMORY) {
        store_and_hash(&slot->hash, admission->pending.data + entry->offset + slot->filled, data,
                       size);
    } else {
        sha256_update(&slot->hash, data, size);
    }
    slot->filled += size;
    return LIBGGUF_OK;
}

static uint64_t first_bytes(const struct libgguf_digest *digest)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++) {
        value = value << 8 | digest->bytes[i];
    }
    return value;
}

static enum libgguf_status judge(const struct libgguf_admission *admission, struct slot *slot,
                                 struct libgguf_error *err)
{
    const struct libgguf_admission_chunk *const entry = &admission->chunks[slot->chunk].entry;
    if (slot->filled < entry->size) {
        return failure(err, LIBGGUF_ERR_TRUNCATED, entry->offset + slot->filled,
                       "chunk %" PRIu64 " was closed after %" PRIu64 " of its %" PRIu64 " bytes",
                       (uint64_t)slot->chunk, slot->filled, entry->size);
    }
    struct libgguf_digest digest;
    sha256_finish(&slot->hash, &digest);
    if (!sha256_equal(&digest, &entry->sha256)) {
        return failure(err, LIBGGUF_ERR_DIGEST, entry->offset,
                       "chunk %" PRIu64 " has digest %016" PRIx64 "..., the plan says %016" PRIx64
                       "...",
                       (uint64_t)slot->chunk, first_bytes(&digest), first_bytes(&entry->sha256));
    }
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_admission_chunk_close(struct libgguf_admission *admission,
                                                  uint32_t chunk, struct libgguf_error *err)
{
    struct slot *const slot = slot_find(admission, chunk, err);
    if (!slot) {
        return LIBGGUF_ERR_HANDLE;
    }
    struct chunk *const closed = &admission->chunks[slot->chunk];
    const enum libgguf_status status = judge(admission, slot, err);
    closed->state = status ? CHUNK_MISSING : CHUNK_ACCEPTED;
    slot->generation++;
    admission->open_count--;
    if (!status) {
        admission->accepted_count++;
        admission->verified_size += closed->entry.size;
        admission->header_accepted += slot->chunk < admission->header_count;
    }
    return status;
}
