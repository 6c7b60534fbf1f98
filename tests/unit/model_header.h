/** @file Headers of models, put together with the writer from their hyperparameters. */
#ifndef MODEL_HEADER_H
#define MODEL_HEADER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf.h>

/** A model in the making. */
struct model_header {
    struct libgguf_writer *writer;
    const char *architecture;
    unsigned char *bytes;
    size_t size;
    struct libgguf_file *file;
    struct libgguf_footprint *footprint;
};

static inline void header_check(enum libgguf_status status, const struct libgguf_error *err)
{
    if (status != LIBGGUF_OK) {
        fprintf(stderr, "%s\n", err->text);
        abort();
    }
}

static inline void header_begin(struct model_header *model, const char *architecture)
{
    struct libgguf_error err;
    memset(model, 0, sizeof *model);
    model->architecture = architecture;
    header_check(libgguf_writer_create(NULL, &model->writer, &err), &err);
    header_check(libgguf_writer_add_str(model->writer, "general.architecture", architecture,
                                        strlen(architecture), &err),
                 &err);
}

static inline const char *header_key(const struct model_header *model, const char *name,
                                     char out[256])
{
    snprintf(out, 256, "%s.%s", model->architecture, name);
    return out;
}

static inline void header_u32(struct model_header *model, const char *name, uint32_t value)
{
    struct libgguf_error err;
    char key[256];
    header_check(libgguf_writer_add_u32(model->writer, header_key(model, name, key), value, &err),
                 &err);
}

static inline void header_u64(struct model_header *model, const char *name, uint64_t value)
{
    struct libgguf_error err;
    char key[256];
    header_check(libgguf_writer_add_u64(model->writer, header_key(model, name, key), value, &err),
                 &err);
}

static inline void header_array(struct model_header *model, const char *name,
                                enum libgguf_value_type type, const void *elements, size_t count)
{
    struct libgguf_error err;
    char key[256];
    const struct libgguf_array_input input = {.type = type, .count = count, .elements = elements};
    header_check(
        libgguf_writer_add_array(model->writer, header_key(model, name, key), &input, &err), &err);
}

static inline void header_tensor(struct model_header *model, const char *name, uint32_t type_id,
                                 uint64_t columns, uint64_t rows)
{
    struct libgguf_error err;
    const struct libgguf_tensor_input input = {
        .struct_size = sizeof input,
        .name = name,
        .name_size = strlen(name),
        .type_id = type_id,
        .dim_count = rows ? 2 : 1,
        .dims = {columns, rows ? rows : 1, 1, 1},
    };
    header_check(libgguf_writer_add_tensor(model->writer, &input, &err), &err);
}

/** The tensors of a llama: matrices of @p type_id, norms in f32. */
static inline void header_llama_tensors(struct model_header *model, uint32_t type_id,
                                        uint64_t embedding, uint64_t feed_forward, uint64_t kv,
                                        uint64_t vocabulary, unsigned layers, bool tied)
{
    const struct {
        const char *name;
        uint64_t columns;
        uint64_t rows;
    } parts[] = {
        {"attn_norm", embedding, 0},
        {"attn_q", embedding, embedding},
        {"attn_k", embedding, kv},
        {"attn_v", embedding, kv},
        {"attn_output", embedding, embedding},
        {"ffn_norm", embedding, 0},
        {"ffn_gate", embedding, feed_forward},
        {"ffn_up", embedding, feed_forward},
        {"ffn_down", feed_forward, embedding},
    };
    header_tensor(model, "token_embd.weight", type_id, embedding, vocabulary);
    for (unsigned layer = 0; layer < layers; layer++) {
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            char name[64];
            snprintf(name, sizeof name, "blk.%u.%s.weight", layer, parts[i].name);
            header_tensor(model, name, parts[i].rows ? type_id : 0, parts[i].columns,
                          parts[i].rows);
        }
    }
    header_tensor(model, "output_norm.weight", 0, embedding, 0);
    if (!tied) {
        header_tensor(model, "output.weight", type_id, embedding, vocabulary);
    }
}

static inline int header_take(void *context, const void *data, size_t size)
{
    struct model_header *model = context;
    unsigned char *bytes = realloc(model->bytes, model->size + size);
    if (!bytes) {
        abort();
    }
    memcpy(bytes + model->size, data, size);
    model->bytes = bytes;
    model->size += size;
    return 0;
}

/** Writes the header and opens it. */
static inline void header_open(struct model_header *model)
{
    struct libgguf_error err;
    const struct libgguf_sink sink = {
        .struct_size = sizeof sink, .write = header_take, .context = model};
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = true};
    header_check(libgguf_writer_write_header(model->writer, &sink, &err), &err);
    header_check(libgguf_open_memory(model->bytes, model->size, &options, &model->file, &err),
                 &err);
}

/** header_open(), and the footprint of a file of @p file_size bytes (0: up to the last tensor). */
static inline void header_footprint(struct model_header *model, uint64_t file_size)
{
    struct libgguf_error err;
    header_open(model);
    header_check(libgguf_footprint_create(model->file, file_size, &model->footprint, &err), &err);
}

static inline void header_free(struct model_header *model)
{
    libgguf_footprint_free(model->footprint);
    libgguf_close(model->file);
    libgguf_writer_free(model->writer);
    free(model->bytes);
}

/** A llama with all its hyperparameters and tensors, not yet open. */
static inline void header_llama(struct model_header *model, uint32_t type_id, uint32_t context,
                                uint32_t embedding, uint32_t feed_forward, uint32_t layers,
                                uint32_t heads, uint32_t heads_kv, uint32_t vocabulary, bool tied)
{
    header_begin(model, "llama");
    header_u32(model, "context_length", context);
    header_u32(model, "embedding_length", embedding);
    header_u32(model, "feed_forward_length", feed_forward);
    header_u32(model, "block_count", layers);
    header_u32(model, "attention.head_count", heads);
    header_u32(model, "attention.head_count_kv", heads_kv);
    header_u32(model, "vocab_size", vocabulary);
    header_llama_tensors(model, type_id, embedding, feed_forward, embedding / heads * heads_kv,
                         vocabulary, layers, tied);
}

/**
 * TinyLM-16M: vocabulary 260, width 512, feed-forward 2,048, 4 layers of 8 heads, context 512, and
 * as @p type_id the type of its matrices. The header has 2,848 bytes.
 */
static inline void header_tinylm(struct model_header *model, uint32_t type_id)
{
    header_llama(model, type_id, 512, 512, 2048, 4, 8, 8, 260, false);
    struct libgguf_header layout;
    struct libgguf_error err;
    header_check(libgguf_writer_layout(model->writer, &layout, &err), &err);
    if (layout.data_offset < 2848) {
        char filler[2848];
        const uint64_t entry = strlen("general.description") + 8 + 4 + 8;
        memset(filler, '.', sizeof filler);
        header_check(libgguf_writer_add_str(model->writer, "general.description", filler,
                                            (size_t)(2848 - layout.info_end - entry), &err),
                     &err);
    }
}

#endif
