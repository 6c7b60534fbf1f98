/* Pushing the file into a sink, from its first byte to its last. */
#include "format/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static enum libgguf_status sink_failure(const struct emitter *emitter, int sys_errno,
                                        struct libgguf_error *err)
{
    if (sys_errno == ECANCELED) {
        return failure(err, LIBGGUF_ERR_CANCELLED, emitter->pos, "writing was cancelled");
    }
    return failure_errno(err, sys_errno, "cannot write before byte %" PRIu64, emitter->pos);
}

enum libgguf_status emitter_flush(struct emitter *emitter, struct libgguf_error *err)
{
    if (emitter->used == 0) {
        return LIBGGUF_OK;
    }
    const size_t size = emitter->used;
    emitter->used = 0;
    const int failed = emitter->sink->write(emitter->sink->context, emitter->buffer, size);
    return failed ? sink_failure(emitter, failed, err) : LIBGGUF_OK;
}

unsigned char *emitter_room(struct emitter *emitter, uint64_t size, size_t *room,
                            enum libgguf_status *status, struct libgguf_error *err)
{
    if (emitter->used == EMITTER_SIZE) {
        *status = emitter_flush(emitter, err);
        if (*status != LIBGGUF_OK) {
            return NULL;
        }
    }
    const size_t free_size = EMITTER_SIZE - emitter->used;
    *room = size < free_size ? (size_t)size : free_size;
    return emitter->buffer + emitter->used;
}

void emitter_commit(struct emitter *emitter, size_t size)
{
    emitter->used += size;
    emitter->pos += size;
}

enum libgguf_status emitter_put(struct emitter *emitter, const void *data, size_t size,
                                struct libgguf_error *err)
{
    const unsigned char *bytes = data;
    enum libgguf_status status = LIBGGUF_OK;
    for (size_t from = 0; from < size;) {
        size_t room;
        unsigned char *out = emitter_room(emitter, size - from, &room, &status, err);
        if (!out) {
            return status;
        }
        memcpy(out, bytes + from, room);
        emitter_commit(emitter, room);
        from += room;
    }
    return status;
}

static enum libgguf_status put_zeros(struct emitter *emitter, uint64_t size,
                                     struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    for (uint64_t from = 0; from < size;) {
        size_t room;
        unsigned char *out = emitter_room(emitter, size - from, &room, &status, err);
        if (!out) {
            return status;
        }
        memset(out, 0, room);
        emitter_commit(emitter, room);
        from += room;
    }
    return status;
}

enum libgguf_status emitter_zeros(struct emitter *emitter, uint64_t size, struct libgguf_error *err)
{
    if (!emitter->sink->zeros || size < EMITTER_SIZE) {
        return put_zeros(emitter, size, err);
    }
    const enum libgguf_status status = emitter_flush(emitter, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    const int failed = emitter->sink->zeros(emitter->sink->context, size);
    if (failed) {
        return sink_failure(emitter, failed, err);
    }
    emitter->pos += size;
    return LIBGGUF_OK;
}

static enum libgguf_status put_number(const struct libgguf_writer *writer, uint64_t number,
                                      size_t size, struct emitter *emitter,
                                      struct libgguf_error *err)
{
    unsigned char encoded[8];
    writer_encode(writer, number, size, encoded);
    return emitter_put(emitter, encoded, size, err);
}

/* A key or a tensor name, and the field that follows it. */
static enum libgguf_status put_name(const struct libgguf_writer *writer, const void *name,
                                    size_t size, uint32_t next, struct emitter *emitter,
                                    struct libgguf_error *err)
{
    enum libgguf_status status = put_number(writer, size, writer_length_size(writer), emitter, err);
    if (status == LIBGGUF_OK) {
        status = emitter_put(emitter, name, size, err);
    }
    return status == LIBGGUF_OK ? put_number(writer, next, 4, emitter, err) : status;
}

static enum libgguf_status put_entry(const struct libgguf_writer *writer,
                                     const struct writer_entry *entry, struct emitter *emitter,
                                     struct libgguf_error *err)
{
    const enum libgguf_status status =
        put_name(writer, writer->bytes.data + entry->key, entry->key_size, (uint32_t)entry->type,
                 emitter, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (!entry->file) {
        return emitter_put(emitter, writer->bytes.data + entry->value, (size_t)entry->value_size,
                           err);
    }
    const uint64_t start = emitter->pos;
    const enum libgguf_status copied =
        writer_copy_emit(writer, entry->file, entry->source, emitter, err);
    if (copied == LIBGGUF_OK && emitter->pos - start != entry->value_size) {
        return failure(err, LIBGGUF_ERR_CHANGED, entry->source->offset,
                       "a value of %" PRIu64 " bytes changed its size while it was copied",
                       entry->source->size);
    }
    return copied;
}

static enum libgguf_status put_entries(const struct libgguf_writer *writer, struct emitter *emitter,
                                       struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    for (size_t i = 0; i < writer->entry_count && status == LIBGGUF_OK; i++) {
        status = put_entry(writer, &writer->entries[i], emitter, err);
    }
    if (status == LIBGGUF_OK && writer_appends_alignment(writer)) {
        static const char key[] = "general.alignment";
        status = put_name(writer, key, sizeof key - 1, LIBGGUF_VALUE_U32, emitter, err);
        if (status == LIBGGUF_OK) {
            status = put_number(writer, writer->alignment, 4, emitter, err);
        }
    }
    return status;
}

static enum libgguf_status put_info(const struct libgguf_writer *writer,
                                    const struct writer_tensor *tensor, struct emitter *emitter,
                                    struct libgguf_error *err)
{
    const size_t length = writer_length_size(writer);
    enum libgguf_status status = put_name(writer, writer->bytes.data + tensor->name,
                                          tensor->name_size, tensor->dim_count, emitter, err);
    for (uint32_t i = 0; i < tensor->dim_count && status == LIBGGUF_OK; i++) {
        status = put_number(writer, tensor->dims[i], length, emitter, err);
    }
    if (status == LIBGGUF_OK) {
        status = put_number(writer, tensor->type_id, 4, emitter, err);
    }
    return status == LIBGGUF_OK ? put_number(writer, tensor->data_offset, 8, emitter, err) : status;
}

static enum libgguf_status put_header(const struct libgguf_writer *writer, struct emitter *emitter,
                                      struct libgguf_error *err)
{
    const size_t length = writer_length_size(writer);
    const uint64_t kv_count = writer->entry_count + (writer_appends_alignment(writer) ? 1 : 0);
    enum libgguf_status status = emitter_put(emitter, "GGUF", 4, err);
    if (status == LIBGGUF_OK) {
        status = put_number(writer, writer->version, 4, emitter, err);
    }
    if (status == LIBGGUF_OK) {
        status = put_number(writer, writer->tensor_count, length, emitter, err);
    }
    if (status == LIBGGUF_OK) {
        status = put_number(writer, kv_count, length, emitter, err);
    }
    if (status == LIBGGUF_OK) {
        status = put_entries(writer, emitter, err);
    }
    for (size_t i = 0; i < writer->tensor_count && status == LIBGGUF_OK; i++) {
        status = put_info(writer, &writer->tensors[i], emitter, err);
    }
    return status == LIBGGUF_OK ? put_zeros(emitter, writer->layout.data_offset - emitter->pos, err)
                                : status;
}

static enum libgguf_status put_tensor(const struct writer_tensor *tensor, struct emitter *emitter,
                                      struct libgguf_error *err)
{
    if (!tensor->read && !tensor->file) {
        return emitter_zeros(emitter, tensor->size, err);
    }
    enum libgguf_status status = LIBGGUF_OK;
    for (uint64_t from = 0; from < tensor->size && status == LIBGGUF_OK;) {
        size_t room;
        unsigned char *out = emitter_room(emitter, tensor->size - from, &room, &status, err);
        if (!out) {
            return status;
        }
        status = tensor->file
                     ? libgguf_tensor_read(tensor->file, tensor->source, from, out, room, err)
                     : tensor->read(tensor->context, from, out, room, err);
        emitter_commit(emitter, room);
        from += room;
    }
    return status;
}

static enum libgguf_status put_tensors(const struct libgguf_writer *writer, struct emitter *emitter,
                                       struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    for (size_t i = 0; i < writer->tensor_count && status == LIBGGUF_OK; i++) {
        const struct writer_tensor *tensor = &writer->tensors[i];
        const uint64_t start = writer->layout.data_offset + tensor->data_offset;
        status = put_zeros(emitter, start - emitter->pos, err);
        if (status == LIBGGUF_OK) {
            status = put_tensor(tensor, emitter, err);
        }
    }
    return status == LIBGGUF_OK ? put_zeros(emitter, writer->layout.file_size - emitter->pos, err)
                                : status;
}

static enum libgguf_status write_file(struct libgguf_writer *writer,
                                      const struct libgguf_sink *sink, bool header_only,
                                      struct libgguf_error *err)
{
    if (!sink || sink->struct_size < sizeof *sink || !sink->write) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "a sink that cannot be used");
    }
    struct libgguf_header header;
    enum libgguf_status status = libgguf_writer_layout(writer, &header, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    struct emitter emitter = {.sink = sink, .buffer = malloc(EMITTER_SIZE)};
    if (!emitter.buffer) {
        return failure_memory(err);
    }
    status = put_header(writer, &emitter, err);
    if (status == LIBGGUF_OK && !header_only) {
        status = put_tensors(writer, &emitter, err);
    }
    if (status == LIBGGUF_OK) {
        status = emitter_flush(&emitter, err);
    }
    free(emitter.buffer);
    return status;
}

enum libgguf_status libgguf_writer_write(struct libgguf_writer *writer,
                                         const struct libgguf_sink *sink, struct libgguf_error *err)
{
    return write_file(writer, sink, false, err);
}

enum libgguf_status libgguf_writer_write_header(struct libgguf_writer *writer,
                                                const struct libgguf_sink *sink,
                                                struct libgguf_error *err)
{
    return write_file(writer, sink, true, err);
}
