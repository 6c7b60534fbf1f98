#include "walk.h"

#include <string.h>

#include "model/block.h"

enum { TYPE_U32 = 4, TYPE_STRING = 8, TYPE_ARRAY = 9 };

static const unsigned char value_sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

static const struct codec {
    uint32_t type;
    unsigned elements;
    unsigned size;
    BLOCK_DECODER((*decode));
} codecs[] = {
    {0, 1, 4, block_decode_f32},       {1, 1, 2, block_decode_f16},
    {2, 32, 18, block_decode_q4_0},    {3, 32, 20, block_decode_q4_1},
    {6, 32, 22, block_decode_q5_0},    {7, 32, 24, block_decode_q5_1},
    {8, 32, 34, block_decode_q8_0},    {10, 256, 84, block_decode_q2_k},
    {11, 256, 110, block_decode_q3_k}, {12, 256, 144, block_decode_q4_k},
    {13, 256, 176, block_decode_q5_k}, {14, 256, 210, block_decode_q6_k},
    {30, 1, 2, block_decode_bf16},
};

static const struct codec *find_codec(uint32_t type)
{
    for (size_t i = 0; i < sizeof codecs / sizeof codecs[0]; i++) {
        if (codecs[i].type == type) {
            return &codecs[i];
        }
    }
    return NULL;
}

unsigned walk_block_elements(uint32_t type)
{
    const struct codec *codec = find_codec(type);
    return codec ? codec->elements : 0;
}

unsigned walk_block_size(uint32_t type)
{
    const struct codec *codec = find_codec(type);
    return codec ? codec->size : 0;
}

void walk_decode(uint32_t type, const unsigned char *blocks, size_t count, float *out)
{
    find_codec(type)->decode(blocks, count, false, out);
}

static uint32_t u32_at(const struct walk *walk, uint64_t offset)
{
    return block_u32(walk->bytes + offset, false);
}

static uint64_t u64_at(const struct walk *walk, uint64_t offset)
{
    return block_u64(walk->bytes + offset, false);
}

uint64_t walk_string_size(const struct walk *walk, uint64_t offset)
{
    return u64_at(walk, offset);
}

/* The offset behind the value of @p type at @p offset. */
static uint64_t skip_value(const struct walk *walk, uint32_t type, uint64_t offset)
{
    if (type == TYPE_STRING) {
        return offset + 8 + u64_at(walk, offset);
    }
    if (type != TYPE_ARRAY) {
        return offset + value_sizes[type];
    }
    const uint32_t element = u32_at(walk, offset);
    const uint64_t count = u64_at(walk, offset + 4);
    offset += 12;
    if (element != TYPE_STRING) {
        return offset + count * value_sizes[element];
    }
    for (uint64_t i = 0; i < count; i++) {
        offset += 8 + u64_at(walk, offset);
    }
    return offset;
}

static int ends_with(const unsigned char *key, uint64_t size, const char *end)
{
    const size_t length = strlen(end);
    return size >= length && memcmp(key + size - length, end, length) == 0;
}

static void read_entry(struct walk *walk, const unsigned char *key, uint64_t key_size,
                       uint32_t type, uint64_t value)
{
    const struct {
        const char *name;
        uint64_t *out;
    } numbers[] = {
        {".block_count", &walk->layers},
        {".embedding_length", &walk->embedding},
        {".feed_forward_length", &walk->feed_forward},
        {".attention.head_count", &walk->heads},
        {".attention.head_count_kv", &walk->heads_kv},
        {".context_length", &walk->context},
        {".vocab_size", &walk->vocabulary},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && type == TYPE_U32; i++) {
        if (ends_with(key, key_size, numbers[i].name)) {
            *numbers[i].out = u32_at(walk, value);
        }
    }
    if (ends_with(key, key_size, "tokenizer.ggml.tokens")) {
        walk->token_count = u64_at(walk, value + 4);
        walk->tokens = value + 12;
    } else if (ends_with(key, key_size, "tokenizer.ggml.merges")) {
        walk->merge_count = u64_at(walk, value + 4);
        walk->merges = value + 12;
    }
}

/* The offset behind the record of the tensor at @p offset. */
static uint64_t skip_tensor(const struct walk *walk, uint64_t offset)
{
    offset += 8 + u64_at(walk, offset);
    return offset + 4 + (uint64_t)8 * u32_at(walk, offset) + 4 + 8;
}

int walk_header(struct walk *walk, const unsigned char *bytes)
{
    memset(walk, 0, sizeof *walk);
    walk->bytes = bytes;
    if (memcmp(bytes, "GGUF", 4) != 0 || u32_at(walk, 4) != 3) {
        return 0;
    }
    walk->tensor_count = u64_at(walk, 8);
    uint64_t offset = 24;
    for (uint64_t left = u64_at(walk, 16); left > 0; left--) {
        const uint64_t size = u64_at(walk, offset);
        const unsigned char *key = bytes + offset + 8;
        offset += 8 + size;
        const uint32_t type = u32_at(walk, offset);
        read_entry(walk, key, size, type, offset + 4);
        offset = skip_value(walk, type, offset + 4);
    }
    walk->tensor_infos = offset;
    for (uint64_t i = 0; i < walk->tensor_count; i++) {
        offset = skip_tensor(walk, offset);
    }
    walk->data = (offset + 31) / 32 * 32;
    walk->heads_kv = walk->heads_kv ? walk->heads_kv : walk->heads;
    struct walk_tensor first;
    if (walk->tensor_count == 0 || walk->heads == 0 || !walk_tensor(walk, 0, &first)) {
        return 0;
    }
    /* The embedding comes first in these files, with a row for each token. */
    walk->vocabulary = first.rows > walk->vocabulary ? first.rows : walk->vocabulary;
    return 1;
}

int walk_tensor(const struct walk *walk, uint64_t index, struct walk_tensor *out)
{
    uint64_t offset = walk->tensor_infos;
    for (uint64_t i = 0; i < index; i++) {
        offset = skip_tensor(walk, offset);
    }
    out->name_size = u64_at(walk, offset);
    out->name = offset + 8;
    offset = out->name + out->name_size;
    const uint32_t dims = u32_at(walk, offset);
    out->row = u64_at(walk, offset + 4);
    out->rows = dims > 1 ? u64_at(walk, offset + 12) : 1;
    for (uint32_t i = 2; i < dims; i++) {
        out->rows *= u64_at(walk, offset + 4 + (uint64_t)8 * i);
    }
    offset += 4 + (uint64_t)8 * dims;
    out->type = u32_at(walk, offset);
    out->offset = walk->data + u64_at(walk, offset + 4);
    const struct codec *codec = find_codec(out->type);
    if (!codec || out->row % codec->elements != 0) {
        return 0;
    }
    out->size = out->row / codec->elements * codec->size * out->rows;
    return 1;
}
