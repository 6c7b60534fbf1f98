/**
 * @file The receiving side under hostile hosts. The first byte chooses: a file that is cut, sent
 * with its right digests and parsed, or a table and a sequence of calls.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf.h>

#include "admission/sha256.h"

#define PIECES 4

static void digest(const void *data, size_t size, struct libgguf_digest *out)
{
    struct sha256 hash;
    sha256_begin(&hash);
    sha256_update(&hash, data, size);
    sha256_finish(&hash, out);
}

static void digest_table(struct libgguf_admission_plan *plan)
{
    struct sha256 hash;
    sha256_begin(&hash);
    for (size_t i = 0; i < plan->chunk_count; i++) {
        sha256_update(&hash, plan->chunks[i].sha256.bytes, LIBGGUF_DIGEST_SIZE);
    }
    sha256_finish(&hash, &plan->chunks_sha256);
}

static void expect(bool truth)
{
    if (!truth) {
        abort();
    }
}

static void look_at(const struct libgguf_file *file)
{
    volatile unsigned char sum = 0;
    for (size_t i = 0; i < libgguf_kv_count(file); i++) {
        const struct libgguf_kv *const kv = libgguf_kv_at(file, i);
        struct libgguf_array_iter iter;
        struct libgguf_value value;
        if (kv->value.type == LIBGGUF_VALUE_STRING && kv->value.as.string.size > 0) {
            sum = (unsigned char)(sum + kv->value.as.string.data[kv->value.as.string.size - 1]);
        }
        if (kv->value.type == LIBGGUF_VALUE_ARRAY) {
            libgguf_array_begin(&iter, &kv->value.as.array);
            while (libgguf_array_next(&iter, &value)) {
                sum = (unsigned char)(sum + value.as.u8);
            }
        }
    }
}

/* Bytes with right digests: the parser is all that stands between them and activation. */
static void send_file(const uint8_t *data, size_t size, uint8_t how)
{
    struct libgguf_admission_chunk chunks[PIECES] = {{.offset = 0}};
    struct libgguf_admission_plan plan = {.struct_size = sizeof plan,
                                          .size = size,
                                          .chunks = chunks,
                                          .store = how & 2 ? LIBGGUF_ADMISSION_BY_HOST
                                                           : LIBGGUF_ADMISSION_IN_MEMORY};
    for (uint64_t end = 0; end < size; plan.chunk_count++) {
        struct libgguf_admission_chunk *const chunk = &chunks[plan.chunk_count];
        const uint64_t part = size / PIECES + 1;
        chunk->offset = end;
        chunk->size = size - end < part ? size - end : part;
        digest(data + end, (size_t)chunk->size, &chunk->sha256);
        end += chunk->size;
    }
    plan.count = plan.chunk_count;
    plan.header_size = how & 4 ? size : size / 2 + 1;
    digest_table(&plan);
    struct libgguf_admission *admission;
    uint32_t session;
    if (size == 0 || libgguf_admission_create(NULL, &admission, NULL)) {
        return;
    }
    expect(libgguf_admission_begin(admission, &plan, &session, NULL) == LIBGGUF_OK);
    for (size_t i = 0; i < plan.count; i++) {
        const struct libgguf_file *file;
        uint32_t chunk;
        expect(libgguf_admission_chunk_open(admission, session, i, &chunk, NULL) == LIBGGUF_OK);
        expect(libgguf_admission_append(admission, chunk, data + chunks[i].offset,
                                        (size_t)chunks[i].size, NULL) == LIBGGUF_OK);
        expect(libgguf_admission_chunk_close(admission, chunk, NULL) == LIBGGUF_OK);
        if (how & 8 && libgguf_admission_header(admission, session, &file, NULL) == LIBGGUF_OK) {
            look_at(file);
        } else if (how & 8) {
            struct libgguf_admission_progress progress;
            expect(libgguf_admission_progress(admission, session, &progress, NULL) == LIBGGUF_OK);
            if (progress.state == LIBGGUF_ADMISSION_FAILED) {
                break;
            }
        }
    }
    if (libgguf_admission_finalize(admission, session, NULL) == LIBGGUF_OK) {
        expect(libgguf_admission_activate(admission, session, NULL) == LIBGGUF_OK);
        const struct libgguf_file *const file = libgguf_admission_file(admission, session);
        look_at(file);
        for (size_t i = 0; !(how & 2) && i < libgguf_tensor_count(file); i++) {
            struct libgguf_mapping mapping;
            const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, i);
            if (libgguf_tensor_map(file, tensor, &mapping, NULL) == LIBGGUF_OK) {
                expect(tensor->size <= size && tensor->offset <= size - tensor->size);
            }
        }
    } else {
        expect(libgguf_admission_active(admission) == 0);
    }
    libgguf_admission_free(admission);
}

struct script {
    const uint8_t *data;
    size_t left;
};

static uint8_t next(struct script *script)
{
    if (script->left == 0) {
        return 0;
    }
    script->left--;
    return *script->data++;
}

/* Any table, and any calls with any handles. */
static void run_script(struct script *script)
{
    struct libgguf_admission_chunk chunks[8];
    struct libgguf_admission_plan plan = {.struct_size = sizeof plan, .chunks = chunks};
    const struct libgguf_admission_options options = {.struct_size = sizeof options,
                                                      .memory_limit = 1 << 20};
    struct libgguf_admission *admission;
    unsigned char bytes[300] = {0};
    const uint8_t how = next(script);
    plan.chunk_count = how & 7;
    plan.first = how & 8 ? 1 : 0;
    plan.count = plan.chunk_count - plan.first;
    plan.store = how & 16 ? LIBGGUF_ADMISSION_BY_HOST : LIBGGUF_ADMISSION_IN_MEMORY;
    for (size_t i = 0; i < plan.chunk_count; i++) {
        const uint64_t step = next(script);
        chunks[i].offset = how & 32 ? next(script) : plan.size;
        chunks[i].size = step == 255 ? UINT64_MAX - next(script) : step;
        plan.size += chunks[i].size;
        digest(bytes, chunks[i].size <= sizeof bytes ? (size_t)chunks[i].size : 0,
               &chunks[i].sha256);
    }
    plan.header_size = next(script);
    digest_table(&plan);
    if (libgguf_admission_create(&options, &admission, NULL)) {
        return;
    }
    uint32_t session = 0;
    uint32_t handle = 0;
    while (script->left > 0) {
        const struct libgguf_file *file;
        struct libgguf_admission_progress progress;
        const uint8_t call = next(script);
        const uint32_t twist = call & 64 ? next(script) : 0;
        enum libgguf_status status = LIBGGUF_OK;
        switch (call % 9) {
        case 0:
            status = libgguf_admission_begin(admission, &plan, &session, NULL);
            break;
        case 1:
            status = libgguf_admission_chunk_open(admission, session ^ twist, next(script), &handle,
                                                  NULL);
            break;
        case 2:
            bytes[0] = call & 128 ? 1 : 0;
            status = libgguf_admission_append(admission, handle ^ twist, bytes, next(script), NULL);
            break;
        case 3:
            status = libgguf_admission_chunk_close(admission, handle ^ twist, NULL);
            break;
        case 4:
            status = libgguf_admission_header(admission, session ^ twist, &file, NULL);
            break;
        case 5:
            status = libgguf_admission_finalize(admission, session ^ twist, NULL);
            break;
        case 6:
            status = libgguf_admission_activate(admission, session ^ twist, NULL);
            break;
        case 7:
            status = libgguf_admission_cancel(admission, session ^ twist, NULL);
            break;
        default:
            status = libgguf_admission_progress(admission, session ^ twist, &progress, NULL);
            break;
        }
        expect(libgguf_status_name(status) != NULL);
        /* A file of zeros is no model. */
        expect(libgguf_admission_active(admission) == 0);
    }
    libgguf_admission_free(admission);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script script = {.data = data, .left = size};
    const uint8_t how = next(&script);
    if (how & 1) {
        send_file(script.data, script.left, how);
    } else {
        run_script(&script);
    }
    return 0;
}
