#include <inttypes.h>

#include <libgguf/tensor.h>

#include "admission/session.h"
#include "base/error.h"

/* Being out of memory says nothing about the content; all else does, for good. */
static enum libgguf_status judge_content(struct libgguf_admission *admission,
                                         enum libgguf_status status)
{
    if (status && status != LIBGGUF_ERR_MEMORY) {
        admission->state = LIBGGUF_ADMISSION_FAILED;
    }
    return status;
}

static uint64_t header_end(const struct libgguf_admission *admission)
{
    const struct libgguf_admission_chunk *const last =
        &admission->chunks[admission->header_count - 1].entry;
    return last->offset + last->size;
}

/* Strings and arrays are views of the header's chunks, and nothing beyond these is looked at. */
static enum libgguf_status parse_header(struct libgguf_admission *admission,
                                        struct libgguf_error *err)
{
    if (admission->pending.file) {
        return LIBGGUF_OK;
    }
    if (admission->header_accepted < admission->header_count) {
        return failure(err, LIBGGUF_ERR_STATE, LIBGGUF_NO_OFFSET,
                       "%" PRIu64 " of the %" PRIu64 " chunks with the header were verified",
                       (uint64_t)admission->header_accepted, (uint64_t)admission->header_count);
    }
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = true};
    return judge_content(admission,
                         libgguf_open_memory(admission->pending.data, (size_t)header_end(admission),
                                             &options, &admission->pending.file, err));
}

enum libgguf_status libgguf_admission_header(struct libgguf_admission *admission, uint32_t session,
                                             const struct libgguf_file **out,
                                             struct libgguf_error *err)
{
    *out = NULL;
    enum libgguf_status status = session_check(admission, session, err);
    if (!status && admission->state != LIBGGUF_ADMISSION_READY) {
        status = session_expect(admission, session, LIBGGUF_ADMISSION_RECEIVING, "header", err);
    }
    if (!status) {
        status = parse_header(admission, err);
    }
    *out = status ? NULL : admission->pending.file;
    return status;
}

/* As a strict open of the whole file would say it, for a file of which the header is here. */
static enum libgguf_status check_extents(const struct libgguf_file *file, uint64_t size,
                                         struct libgguf_error *err)
{
    for (size_t i = 0; i < libgguf_tensor_count(file); i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, i);
        const bool nothing = tensor->size_known && tensor->size == 0 && tensor->data_offset == 0;
        const uint64_t end = tensor->offset + tensor->size; /* below 2^63: it was opened */
        if (end > size && !nothing) {
            char name[ERROR_NAME_SIZE];
            return failure(err, LIBGGUF_ERR_TENSOR_RANGE, tensor->info_offset,
                           "tensor '%s' ends at %" PRIu64 ", but the file has %" PRIu64 " bytes",
                           error_name(name, tensor->name.data, tensor->name.size), end, size);
        }
    }
    return LIBGGUF_OK;
}

static enum libgguf_status open_final(struct libgguf_admission *admission,
                                      struct libgguf_error *err)
{
    struct model *const model = &admission->pending;
    if (model->store == LIBGGUF_ADMISSION_IN_MEMORY) {
        /* The index of the header alone goes first, so that two are never held. */
        libgguf_close(model->file);
        model->file = NULL;
        const struct libgguf_open_options options = {.struct_size = sizeof options};
        return libgguf_open_memory(model->data, (size_t)model->size, &options, &model->file, err);
    }
    const enum libgguf_status status = parse_header(admission, err);
    return status ? status : check_extents(model->file, model->size, err);
}

enum libgguf_status libgguf_admission_finalize(struct libgguf_admission *admission,
                                               uint32_t session, struct libgguf_error *err)
{
    enum libgguf_status status =
        session_expect(admission, session, LIBGGUF_ADMISSION_RECEIVING, "finalize", err);
    if (status) {
        return status;
    }
    if (admission->open_count > 0 || admission->accepted_count < admission->chunk_count) {
        return failure(err, LIBGGUF_ERR_STATE, LIBGGUF_NO_OFFSET,
                       "%" PRIu64 " of %" PRIu64 " chunks were accepted, %" PRIu64 " are open",
                       (uint64_t)admission->accepted_count, (uint64_t)admission->chunk_count,
                       (uint64_t)admission->open_count);
    }
    status = judge_content(admission, open_final(admission, err));
    if (!status) {
        admission->state = LIBGGUF_ADMISSION_READY;
    }
    return status;
}
