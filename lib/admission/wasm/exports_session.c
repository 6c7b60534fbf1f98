/** @file Receiving: sessions, chunks, activation. */
#include <stdbool.h>
#include <string.h>

#include "admission/wasm/module.h"
#include "base/error.h"
#include "base/siphash.h"

_Alignas(64) unsigned char module_window[LIBGGUF_ADMISSION_WINDOW];
uint64_t module_answer[ANSWER_COUNT];
struct libgguf_error module_error;

/* What the window holds when begin is called; the chunks follow it. */
struct plan_in_window {
    uint64_t size;
    uint64_t header_size;
    uint64_t store;
    uint64_t chunk_count;
    uint64_t first;
    uint64_t count;
    struct libgguf_digest chunks_sha256;
    struct libgguf_admission_chunk chunks[LIBGGUF_ADMISSION_MAX_CHUNKS];
};

_Static_assert(sizeof(struct libgguf_admission_chunk) == 48, "the layout that hosts write");
_Static_assert(offsetof(struct plan_in_window, chunks) == 80, "the layout that hosts write");
_Static_assert(sizeof(struct plan_in_window) <= LIBGGUF_ADMISSION_WINDOW, "a plan fits");

struct libgguf_admission *module_admission(void)
{
    static struct libgguf_admission *admission;
    if (!admission && libgguf_admission_create(NULL, &admission, &module_error)) {
        return NULL;
    }
    return admission;
}

EXPORT("window") void *export_window(void);
void *export_window(void)
{
    return module_window;
}

EXPORT("answer") void *export_answer(void);
void *export_answer(void)
{
    return module_answer;
}

/* A module has no randomness of its own, and its addresses are the same in every page. */
EXPORT("seed") enum libgguf_status export_seed(uint64_t first, uint64_t second);
enum libgguf_status export_seed(uint64_t first, uint64_t second)
{
    siphash_host_entropy[0] = first;
    siphash_host_entropy[1] = second;
    return LIBGGUF_OK;
}

extern unsigned char __heap_base; /* defined by the linker */

/* The bytes before the heap: stack, static data and the window. */
EXPORT("base") void *export_base(void);
void *export_base(void)
{
    return &__heap_base;
}

/* answer: offset of the error, address and length of its text. */
EXPORT("failure") enum libgguf_status export_failure(void);
enum libgguf_status export_failure(void)
{
    module_answer[0] = module_error.offset;
    module_answer[1] = (uintptr_t)module_error.text;
    module_answer[2] = strlen(module_error.text);
    return module_error.status;
}

/* answer: address and length of the identifier of a status. */
EXPORT("status_name") void export_status_name(enum libgguf_status status);
void export_status_name(enum libgguf_status status)
{
    const char *const name = libgguf_status_name(status);
    module_answer[0] = (uintptr_t)name;
    module_answer[1] = strlen(name);
}

static size_t clamped(uint64_t value)
{
    return value > SIZE_MAX ? SIZE_MAX : (size_t)value;
}

/* window: struct plan_in_window. answer: the session. */
EXPORT("begin") enum libgguf_status export_begin(void);
enum libgguf_status export_begin(void)
{
    const struct plan_in_window *const given = (const void *)module_window;
    const struct libgguf_admission_plan plan = {
        .struct_size = sizeof plan,
        .size = given->size,
        .header_size = given->header_size,
        .chunks = given->chunks,
        .chunk_count = clamped(given->chunk_count),
        .first = clamped(given->first),
        .count = clamped(given->count),
        .chunks_sha256 = given->chunks_sha256,
        .store = given->store == 0 ? LIBGGUF_ADMISSION_IN_MEMORY
                                   : (enum libgguf_admission_store)(given->store > 1 ? 2 : 1),
    };
    struct libgguf_admission *const admission = module_admission();
    uint32_t session = 0;
    if (!admission) {
        return LIBGGUF_ERR_MEMORY;
    }
    const enum libgguf_status status =
        libgguf_admission_begin(admission, &plan, &session, &module_error);
    module_answer[0] = session;
    return status;
}

/* answer: the chunk. */
EXPORT("chunk_open") enum libgguf_status export_chunk_open(uint32_t session, uint32_t index);
enum libgguf_status export_chunk_open(uint32_t session, uint32_t index)
{
    struct libgguf_admission *const admission = module_admission();
    uint32_t chunk = 0;
    if (!admission) {
        return LIBGGUF_ERR_MEMORY;
    }
    const enum libgguf_status status =
        libgguf_admission_chunk_open(admission, session, index, &chunk, &module_error);
    module_answer[0] = chunk;
    return status;
}

/* window: the bytes. */
EXPORT("append") enum libgguf_status export_append(uint32_t chunk, uint32_t size);
enum libgguf_status export_append(uint32_t chunk, uint32_t size)
{
    struct libgguf_admission *const admission = module_admission();
    return admission
               ? libgguf_admission_append(admission, chunk, module_window, size, &module_error)
               : LIBGGUF_ERR_MEMORY;
}

EXPORT("chunk_close") enum libgguf_status export_chunk_close(uint32_t chunk);
enum libgguf_status export_chunk_close(uint32_t chunk)
{
    struct libgguf_admission *const admission = module_admission();
    return admission ? libgguf_admission_chunk_close(admission, chunk, &module_error)
                     : LIBGGUF_ERR_MEMORY;
}

EXPORT("header") enum libgguf_status export_header(uint32_t session);
enum libgguf_status export_header(uint32_t session)
{
    struct libgguf_admission *const admission = module_admission();
    const struct libgguf_file *file;
    if (!admission) {
        return LIBGGUF_ERR_MEMORY;
    }
    const enum libgguf_status status =
        libgguf_admission_header(admission, session, &file, &module_error);
    return status ? status : module_prepare(session);
}

static bool is_session(const struct libgguf_admission *admission, uint32_t handle)
{
    struct libgguf_admission_progress progress;
    return libgguf_admission_progress(admission, handle, &progress, NULL) == LIBGGUF_OK;
}

/* The header is parsed again, now with all of the file behind it. */
EXPORT("finalize") enum libgguf_status export_finalize(uint32_t session);
enum libgguf_status export_finalize(uint32_t session)
{
    struct libgguf_admission *const admission = module_admission();
    if (!admission) {
        return LIBGGUF_ERR_MEMORY;
    }
    if (is_session(admission, session)) {
        module_forget(session);
    }
    const enum libgguf_status status =
        libgguf_admission_finalize(admission, session, &module_error);
    return status ? status : module_prepare(session);
}

EXPORT("activate") enum libgguf_status export_activate(uint32_t session);
enum libgguf_status export_activate(uint32_t session)
{
    struct libgguf_admission *const admission = module_admission();
    if (!admission) {
        return LIBGGUF_ERR_MEMORY;
    }
    const uint32_t old = libgguf_admission_active(admission);
    struct libgguf_admission_progress progress;
    /* The old model goes only if the new one comes. */
    if (libgguf_admission_progress(admission, session, &progress, NULL) == LIBGGUF_OK &&
        progress.state == LIBGGUF_ADMISSION_READY) {
        module_forget(old);
    }
    return libgguf_admission_activate(admission, session, &module_error);
}

EXPORT("cancel") enum libgguf_status export_cancel(uint32_t session);
enum libgguf_status export_cancel(uint32_t session)
{
    struct libgguf_admission *const admission = module_admission();
    if (!admission) {
        return LIBGGUF_ERR_MEMORY;
    }
    if (is_session(admission, session)) {
        module_forget(session);
    }
    return libgguf_admission_cancel(admission, session, &module_error);
}

EXPORT("release") enum libgguf_status export_release(uint32_t model);
enum libgguf_status export_release(uint32_t model)
{
    struct libgguf_admission *const admission = module_admission();
    if (!admission) {
        return LIBGGUF_ERR_MEMORY;
    }
    if (model == libgguf_admission_active(admission)) {
        module_forget(model);
    }
    return libgguf_admission_release(admission, model, &module_error);
}

/* answer: the active model, or 0. */
EXPORT("active") enum libgguf_status export_active(void);
enum libgguf_status export_active(void)
{
    struct libgguf_admission *const admission = module_admission();
    module_answer[0] = admission ? libgguf_admission_active(admission) : 0;
    return LIBGGUF_OK;
}

/* answer: state, size, verified, chunks, accepted, open, header chunks, header verified, kept. */
EXPORT("progress") enum libgguf_status export_progress(uint32_t session);
enum libgguf_status export_progress(uint32_t session)
{
    struct libgguf_admission *const admission = module_admission();
    struct libgguf_admission_progress progress;
    if (!admission) {
        return LIBGGUF_ERR_MEMORY;
    }
    const enum libgguf_status status =
        libgguf_admission_progress(admission, session, &progress, &module_error);
    module_answer[0] = (uint64_t)progress.state;
    module_answer[1] = progress.size;
    module_answer[2] = progress.verified_size;
    module_answer[3] = progress.chunk_count;
    module_answer[4] = progress.accepted_count;
    module_answer[5] = progress.open_count;
    module_answer[6] = progress.header_count;
    module_answer[7] = progress.header_verified;
    module_answer[8] = progress.allocated_size;
    return status;
}
