/*
 * make_model FILE [keys=N] [tensors=N] [tokens=N] [size=BYTES]: writes a model for measurements,
 * with that many small entries, small tensors, tokens with as many merges, and at least so large.
 * Tensor data is a hole.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libgguf.h>

#define TYPE_F32 0
#define TYPE_I8 24
#define ROW 4096 /* elements of a row of the large tensor */

struct wishes {
    uint64_t keys;
    uint64_t tensors;
    uint64_t tokens;
    uint64_t size;
};

static int parse(int argc, char **argv, struct wishes *wishes)
{
    const struct {
        const char *name;
        uint64_t *value;
    } names[] = {{"keys=", &wishes->keys},
                 {"tensors=", &wishes->tensors},
                 {"tokens=", &wishes->tokens},
                 {"size=", &wishes->size}};
    for (int i = 2; i < argc; i++) {
        size_t n = 0;
        for (; n < 4 && strncmp(argv[i], names[n].name, strlen(names[n].name)) != 0; n++) {
        }
        char *end = NULL;
        if (n < 4) {
            *names[n].value = strtoull(argv[i] + strlen(names[n].name), &end, 10);
        }
        if (!end || *end) {
            fprintf(stderr, "make_model: what is '%s'?\n", argv[i]);
            return 2;
        }
    }
    return 0;
}

static int write_bytes(void *context, const void *data, size_t size)
{
    return fwrite(data, 1, size, context) == size ? 0 : errno;
}

static int write_hole(void *context, uint64_t size)
{
    return fseeko(context, (off_t)size, SEEK_CUR) == 0 ? 0 : errno;
}

static enum libgguf_status add_keys(struct libgguf_writer *writer, uint64_t count,
                                    struct libgguf_error *err)
{
    char key[64];
    enum libgguf_status status = LIBGGUF_OK;
    for (uint64_t i = 0; i < count && status == LIBGGUF_OK; i++) {
        snprintf(key, sizeof key, "bench.group_%" PRIu64 ".key_%" PRIu64, i / 100, i);
        status = i % 2 ? libgguf_writer_add_str(writer, key, key, strlen(key), err)
                       : libgguf_writer_add_u32(writer, key, (uint32_t)i, err);
    }
    return status;
}

/* An array of count tokens, or of pairs of them. */
static enum libgguf_status add_strings(struct libgguf_writer *writer, const char *key,
                                       uint64_t count, bool pairs, struct libgguf_error *err)
{
    enum { ROOM = 32 };
    struct libgguf_str *strings = calloc(count, sizeof *strings);
    char *text = calloc(count, ROOM);
    enum libgguf_status status = LIBGGUF_ERR_MEMORY;
    if (strings && text) {
        for (uint64_t i = 0; i < count; i++) {
            char *start = text + i * ROOM;
            const int size = pairs ? snprintf(start, ROOM, "t%" PRIu64 " n%" PRIu64, i, i)
                                   : snprintf(start, ROOM, "tok%" PRIu64, i);
            strings[i].data = start;
            strings[i].size = (uint64_t)size;
        }
        const struct libgguf_array_input array = {LIBGGUF_VALUE_STRING, count, strings};
        status = libgguf_writer_add_array(writer, key, &array, err);
    }
    free(text);
    free(strings);
    return status;
}

static enum libgguf_status add_vocabulary(struct libgguf_writer *writer, uint64_t count,
                                          struct libgguf_error *err)
{
    int32_t *types = calloc(count, sizeof *types);
    if (!types) {
        return LIBGGUF_ERR_MEMORY;
    }
    for (uint64_t i = 0; i < count; i++) {
        types[i] = 1;
    }
    const struct libgguf_array_input array = {LIBGGUF_VALUE_I32, count, types};
    enum libgguf_status status =
        libgguf_writer_add_str(writer, "tokenizer.ggml.model", "gpt2", 4, err);
    if (status == LIBGGUF_OK) {
        status = add_strings(writer, "tokenizer.ggml.tokens", count, false, err);
    }
    if (status == LIBGGUF_OK) {
        status = libgguf_writer_add_array(writer, "tokenizer.ggml.token_type", &array, err);
    }
    if (status == LIBGGUF_OK) {
        status = add_strings(writer, "tokenizer.ggml.merges", count, true, err);
    }
    free(types);
    return status;
}

static enum libgguf_status add_hyperparameters(struct libgguf_writer *writer,
                                               struct libgguf_error *err)
{
    static const struct {
        const char *key;
        uint32_t value;
    } entries[] = {{"llama.context_length", 4096},     {"llama.embedding_length", 2048},
                   {"llama.block_count", 16},          {"llama.feed_forward_length", 8192},
                   {"llama.attention.head_count", 32}, {"llama.attention.head_count_kv", 8}};
    enum libgguf_status status =
        libgguf_writer_add_str(writer, "general.architecture", "llama", 5, err);
    for (size_t i = 0; i < sizeof entries / sizeof entries[0] && status == LIBGGUF_OK; i++) {
        status = libgguf_writer_add_u32(writer, entries[i].key, entries[i].value, err);
    }
    if (status == LIBGGUF_OK) {
        status =
            libgguf_writer_add_f32(writer, "llama.attention.layer_norm_rms_epsilon", 1e-5F, err);
    }
    return status;
}

static enum libgguf_status add_tensors(struct libgguf_writer *writer, const struct wishes *wishes,
                                       struct libgguf_error *err)
{
    char name[64];
    enum libgguf_status status = LIBGGUF_OK;
    struct libgguf_tensor_input tensor = {.struct_size = sizeof tensor, .name = name};
    for (uint64_t i = 0; i < wishes->tensors && status == LIBGGUF_OK; i++) {
        tensor.name_size = (size_t)snprintf(name, sizeof name,
                                            "blk.%" PRIu64 ".part_%" PRIu64 ".weight", i / 9, i);
        tensor.type_id = TYPE_F32;
        tensor.dim_count = 1;
        tensor.dims[0] = 32;
        status = libgguf_writer_add_tensor(writer, &tensor, err);
    }
    if (status == LIBGGUF_OK && wishes->size > 0) {
        tensor.name_size = (size_t)snprintf(name, sizeof name, "output.weight");
        tensor.type_id = TYPE_I8;
        tensor.dim_count = 2;
        tensor.dims[0] = ROW;
        tensor.dims[1] = wishes->size / ROW + (wishes->size % ROW != 0);
        status = libgguf_writer_add_tensor(writer, &tensor, err);
    }
    return status;
}

static enum libgguf_status write_model(FILE *file, const struct wishes *wishes,
                                       struct libgguf_error *err)
{
    struct libgguf_writer *writer = NULL;
    const struct libgguf_sink sink = {sizeof sink, write_bytes, write_hole, file};
    enum libgguf_status status = libgguf_writer_create(NULL, &writer, err);
    if (status == LIBGGUF_OK) {
        status = add_hyperparameters(writer, err);
    }
    if (status == LIBGGUF_OK) {
        status = add_keys(writer, wishes->keys, err);
    }
    if (status == LIBGGUF_OK && wishes->tokens > 0) {
        status = add_vocabulary(writer, wishes->tokens, err);
    }
    if (status == LIBGGUF_OK) {
        status = add_tensors(writer, wishes, err);
    }
    if (status == LIBGGUF_OK) {
        status = libgguf_writer_write(writer, &sink, err);
    }
    libgguf_writer_free(writer);
    return status;
}

int main(int argc, char **argv)
{
    struct wishes wishes = {0};
    struct libgguf_error err = {0};
    if (argc < 2) {
        fputs("usage: make_model FILE [keys=N] [tensors=N] [tokens=N] [size=BYTES]\n", stderr);
        return 2;
    }
    const int usage = parse(argc, argv, &wishes);
    if (usage != 0) {
        return usage;
    }
    FILE *file = fopen(argv[1], "wb");
    if (!file) {
        perror(argv[1]);
        return 3;
    }
    const enum libgguf_status status = write_model(file, &wishes, &err);
    if (status != LIBGGUF_OK) {
        fprintf(stderr, "make_model: %s: %s\n", argv[1], err.text);
    }
    /* A hole at the end counts only once the size is set. */
    const off_t end = ftello(file);
    const bool is_whole = fflush(file) == 0 && ftruncate(fileno(file), end) == 0;
    return fclose(file) == 0 && is_whole && status == LIBGGUF_OK ? 0 : 3;
}
