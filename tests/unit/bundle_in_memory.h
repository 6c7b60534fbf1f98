/** @file A small model and the table of its chunks, for tests of the receiving side. */
#ifndef TESTS_BUNDLE_IN_MEMORY_H
#define TESTS_BUNDLE_IN_MEMORY_H

#include <stdlib.h>
#include <string.h>

#include <libgguf.h>

#define BUNDLE_MAX_CHUNKS 64

struct bundle {
    unsigned char *bytes;
    size_t size;
    size_t capacity;
    struct libgguf_admission_chunk chunks[BUNDLE_MAX_CHUNKS];
    struct libgguf_admission_plan plan;
};

static int bundle_write(void *context, const void *data, size_t size)
{
    struct bundle *const bundle = context;
    if (size > bundle->capacity - bundle->size) {
        return 28; /* no space */
    }
    memcpy(bundle->bytes + bundle->size, data, size);
    bundle->size += size;
    return 0;
}

static enum libgguf_status bundle_pattern(void *context, uint64_t from, void *buffer, size_t size,
                                          struct libgguf_error *err)
{
    (void)err;
    for (size_t i = 0; i < size; i++) {
        ((unsigned char *)buffer)[i] =
            (unsigned char)((from + i) * 167 + (uintptr_t)context * 13 + (from + i) / 251);
    }
    return LIBGGUF_OK;
}

/* Digests of all chunks, and of these digests. */
static int bundle_sign(struct bundle *bundle)
{
    unsigned char digests[BUNDLE_MAX_CHUNKS * LIBGGUF_DIGEST_SIZE];
    int failed = 0;
    for (size_t i = 0; i < bundle->plan.chunk_count; i++) {
        struct libgguf_admission_chunk *const chunk = &bundle->chunks[i];
        failed |= libgguf_sha256(bundle->bytes + chunk->offset, (size_t)chunk->size, &chunk->sha256,
                                 NULL) != LIBGGUF_OK;
        memcpy(digests + i * LIBGGUF_DIGEST_SIZE, chunk->sha256.bytes, LIBGGUF_DIGEST_SIZE);
    }
    return failed | (libgguf_sha256(digests, bundle->plan.chunk_count * LIBGGUF_DIGEST_SIZE,
                                    &bundle->plan.chunks_sha256, NULL) != LIBGGUF_OK);
}

/* The header in @p header_chunks pieces, then one chunk per tensor. */
static void bundle_cut(struct bundle *bundle, uint64_t data_offset, size_t header_chunks,
                       size_t tensors)
{
    size_t count = 0;
    uint64_t end = 0;
    const uint64_t rest = bundle->size - data_offset;
    for (size_t i = 0; i < header_chunks + tensors; i++) {
        const uint64_t next = i < header_chunks
                                  ? data_offset * (i + 1) / header_chunks
                                  : data_offset + rest * (i + 1 - header_chunks) / tensors;
        bundle->chunks[count++] =
            (struct libgguf_admission_chunk){.offset = end, .size = next - end};
        end = next;
    }
    bundle->plan = (struct libgguf_admission_plan){.struct_size = sizeof bundle->plan,
                                                   .size = bundle->size,
                                                   .header_size = data_offset,
                                                   .chunks = bundle->chunks,
                                                   .chunk_count = count,
                                                   .count = count};
}

/** Frees what bundle_make() allocated. */
static void bundle_free(struct bundle *bundle)
{
    free(bundle->bytes);
    bundle->bytes = NULL;
}

/**
 * A model of @p tensors tensors of @p tensor_size bytes each whose bytes depend on @p seed, its
 * header cut into @p header_chunks chunks. Returns 0, or 1 on failure.
 */
static int bundle_make(struct bundle *bundle, unsigned seed, size_t tensors, size_t tensor_size,
                       size_t header_chunks)
{
    struct libgguf_writer *writer;
    struct libgguf_header layout;
    *bundle = (struct bundle){.capacity = tensors * (tensor_size + 64) + 4096};
    bundle->bytes = malloc(bundle->capacity);
    if (!bundle->bytes || libgguf_writer_create(NULL, &writer, NULL)) {
        bundle_free(bundle);
        return 1;
    }
    const char *const tokens[] = {"<s>", "a", "bc"};
    struct libgguf_str strings[3];
    for (size_t i = 0; i < 3; i++) {
        strings[i] = (struct libgguf_str){.data = tokens[i], .size = strlen(tokens[i])};
    }
    const struct libgguf_array_input array = {
        .type = LIBGGUF_VALUE_STRING, .count = 3, .elements = strings};
    int failed =
        libgguf_writer_add_str(writer, "general.architecture", "llama", 5, NULL) != LIBGGUF_OK;
    failed |= libgguf_writer_add_u32(writer, "llama.block_count", seed, NULL) != LIBGGUF_OK;
    failed |= libgguf_writer_add_array(writer, "tokenizer.ggml.tokens", &array, NULL) != LIBGGUF_OK;
    for (size_t i = 0; i < tensors; i++) {
        const char name[] = {'t', (char)('a' + i)};
        const struct libgguf_tensor_input tensor = {.struct_size = sizeof tensor,
                                                    .name = name,
                                                    .name_size = sizeof name,
                                                    .dim_count = 1,
                                                    .dims = {tensor_size / 4},
                                                    .read = bundle_pattern,
                                                    .context = (void *)(uintptr_t)(seed + i)};
        failed |= libgguf_writer_add_tensor(writer, &tensor, NULL) != LIBGGUF_OK;
    }
    const struct libgguf_sink sink = {
        .struct_size = sizeof sink, .write = bundle_write, .context = bundle};
    failed |= libgguf_writer_layout(writer, &layout, NULL) != LIBGGUF_OK;
    failed |= libgguf_writer_write(writer, &sink, NULL) != LIBGGUF_OK;
    libgguf_writer_free(writer);
    if (!failed) {
        bundle_cut(bundle, layout.data_offset, header_chunks, tensors);
        failed = bundle_sign(bundle);
    }
    if (failed) {
        bundle_free(bundle);
    }
    return failed;
}

/** Opens, fills in steps of @p step bytes and closes chunk @p index; the first failure. */
static inline enum libgguf_status bundle_send(struct libgguf_admission *admission, uint32_t session,
                                              const struct bundle *bundle, size_t index,
                                              size_t step)
{
    uint32_t handle;
    enum libgguf_status status =
        libgguf_admission_chunk_open(admission, session, index, &handle, NULL);
    const struct libgguf_admission_chunk *const chunk = &bundle->chunks[index];
    for (uint64_t done = 0; !status && done < chunk->size;) {
        const uint64_t left = chunk->size - done;
        const size_t size = left < step ? (size_t)left : step;
        status = libgguf_admission_append(admission, handle, bundle->bytes + chunk->offset + done,
                                          size, NULL);
        done += size;
    }
    return status ? status : libgguf_admission_chunk_close(admission, handle, NULL);
}

#endif
