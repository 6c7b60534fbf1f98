/* Whatever opens can be copied by the writer, in other versions, byte orders and alignments, and
 * the copies open with as much in them. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
    unsigned char *data;
    size_t size;
    size_t capacity;
};

/* Enough for any input; alignment and lengths of eight bytes make a copy larger than its source. */
#define LARGEST_COPY ((size_t)64 << 20)

static int take(void *context, const void *data, size_t size)
{
    struct memory *memory = context;
    if (size > memory->capacity - memory->size) {
        memory->capacity = 2 * memory->capacity + size;
        memory->data = realloc(memory->data, memory->capacity);
        if (!memory->data) {
            abort();
        }
    }
    memcpy(memory->data + memory->size, data, size);
    memory->size += size;
    return 0;
}

static void expect(bool truth)
{
    if (!truth) {
        abort();
    }
}

/* Tensors whose size is not known, with partial blocks or of the other byte order are refused. */
static size_t copy_tensors(struct libgguf_writer *writer, const struct libgguf_file *file)
{
    size_t count = 0;
    for (size_t i = 0; i < libgguf_tensor_count(file); i++) {
        struct libgguf_error err;
        const enum libgguf_status status =
            libgguf_writer_copy_tensor(writer, file, libgguf_tensor_at(file, i), &err);
        expect(status == LIBGGUF_OK || status == LIBGGUF_ERR_UNSUPPORTED ||
               status == LIBGGUF_ERR_DIMENSIONS || status == LIBGGUF_ERR_RANGE);
        expect(status == LIBGGUF_OK || (err.status == status && err.text[0]));
        count += status == LIBGGUF_OK;
    }
    return count;
}

static void copy(const struct libgguf_file *file, const struct libgguf_writer_options *options)
{
    struct libgguf_writer *writer;
    struct libgguf_error err;
    expect(libgguf_writer_create(options, &writer, NULL) == LIBGGUF_OK);
    for (size_t i = 0; i < libgguf_kv_count(file); i++) {
        expect(libgguf_writer_copy_kv(writer, file, libgguf_kv_at(file, i), &err) == LIBGGUF_OK);
    }
    const size_t tensors = copy_tensors(writer, file);
    struct libgguf_header header;
    struct memory memory = {.size = 0};
    const struct libgguf_sink sink = {
        .struct_size = sizeof sink, .write = take, .context = &memory};
    if (libgguf_writer_layout(writer, &header, &err) == LIBGGUF_OK &&
        header.file_size < LARGEST_COPY) {
        struct libgguf_file *opened;
        expect(libgguf_writer_write(writer, &sink, &err) == LIBGGUF_OK);
        expect(memory.size == header.file_size);
        expect(libgguf_open_memory(memory.data, memory.size, NULL, &opened, &err) == LIBGGUF_OK);
        expect(libgguf_kv_count(opened) >= libgguf_kv_count(file));
        expect(libgguf_tensor_count(opened) == tensors);
        expect(libgguf_header(opened)->data_end == header.data_end);
        libgguf_close(opened);
        free(memory.data);
    }
    libgguf_writer_free(writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct libgguf_file *file;
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .single_file = true};
    if (libgguf_open_memory(data, size, &options, &file, NULL) != LIBGGUF_OK) {
        return 0;
    }
    static const struct libgguf_writer_options copies[] = {{sizeof copies[0], 1, false, 0},
                                                           {sizeof copies[0], 3, false, 4096},
                                                           {sizeof copies[0], 2, true, 0},
                                                           {sizeof copies[0], 3, true, 24}};
    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
        copy(file, &copies[i]);
    }
    libgguf_close(file);
    return 0;
}
