/** @file Small models made by the writer, in memory, for tests that need one with certain keys. */
#ifndef UNIT_BUILT_MODEL_H
#define UNIT_BUILT_MODEL_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/writer.h>

/* After <cmocka.h>. A step that fails fails the test. */
#define must(call) assert_int_equal((call), LIBGGUF_OK)

struct built_model {
    struct libgguf_writer *writer;
    struct libgguf_file *file;
    unsigned char *bytes;
    size_t size;
};

static inline int built_model_take(void *context, const void *data, size_t size)
{
    struct built_model *model = context;
    unsigned char *grown = realloc(model->bytes, model->size + size);
    if (!grown) {
        return ENOMEM;
    }
    memcpy(grown + model->size, data, size);
    model->bytes = grown;
    model->size += size;
    return 0;
}

static inline void built_model_begin(struct built_model *model)
{
    memset(model, 0, sizeof *model);
    must(libgguf_writer_create(NULL, &model->writer, NULL));
}

static inline void built_model_str(struct built_model *model, const char *key, const char *text)
{
    must(libgguf_writer_add_str(model->writer, key, text, strlen(text), NULL));
}

static inline void built_model_u32(struct built_model *model, const char *key, uint32_t value)
{
    must(libgguf_writer_add_u32(model->writer, key, value, NULL));
}

static inline void built_model_array(struct built_model *model, const char *key,
                                     enum libgguf_value_type type, uint64_t count,
                                     const void *elements)
{
    const struct libgguf_array_input input = {type, count, elements};
    must(libgguf_writer_add_array(model->writer, key, &input, NULL));
}

static inline void built_model_strings(struct built_model *model, const char *key,
                                       const char *const *texts, size_t count)
{
    struct libgguf_str *strings = calloc(count + 1, sizeof *strings);
    assert_non_null(strings);
    for (size_t i = 0; i < count; i++) {
        strings[i] = (struct libgguf_str){texts[i], strlen(texts[i]), 0};
    }
    built_model_array(model, key, LIBGGUF_VALUE_STRING, count, strings);
    free(strings);
}

static inline void built_model_tensor(struct built_model *model, const char *name, uint32_t type,
                                      uint64_t columns, uint64_t rows)
{
    const struct libgguf_tensor_input input = {.struct_size = sizeof input,
                                               .name = name,
                                               .name_size = strlen(name),
                                               .type_id = type,
                                               .dim_count = rows > 0 ? 2 : 1,
                                               .dims = {columns, rows > 0 ? rows : 1}};
    must(libgguf_writer_add_tensor(model->writer, &input, NULL));
}

/* Writes the model and opens what was written; after the last addition. */
static inline const struct libgguf_file *built_model_open(struct built_model *model)
{
    const struct libgguf_sink sink = {
        .struct_size = sizeof sink, .write = built_model_take, .context = model};
    struct libgguf_error err = {.text = ""};
    must(libgguf_writer_write(model->writer, &sink, NULL));
    libgguf_writer_free(model->writer);
    model->writer = NULL;
    if (libgguf_open_memory(model->bytes, model->size, NULL, &model->file, &err) != LIBGGUF_OK) {
        fail_msg("%s", err.text);
    }
    return model->file;
}

static inline void built_model_end(struct built_model *model)
{
    libgguf_close(model->file);
    libgguf_writer_free(model->writer);
    free(model->bytes);
}

#endif
