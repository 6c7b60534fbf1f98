#include "loader.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "counting.h"
#include "walk.h"

#define MAX_TENSORS 512
#define MAX_LAYERS 128
#define MAX_BLOCK_SIZE 256

static struct {
    enum loader_strategy strategy;
    uint32_t file_size;
    uint32_t header_size;
    uint32_t context;
    uint32_t kv_type;
    const unsigned char *mapped;
    unsigned char *file;   /* the whole of it */
    unsigned char *header; /* when that is all that stays */
    unsigned char *piece;  /* window or chunk */
    uint32_t received;     /* bytes appended so far */
    uint32_t pending;      /* bytes at the end of the piece that are not used yet */
    uint32_t piece_used;
    struct walk walk;
    bool parsed;
    void *index;
    void *tokenizer[6];
    void *weights[MAX_TENSORS];
    uint64_t held[MAX_TENSORS]; /* bytes of each weight */
    void *cache[MAX_TENSORS];
    void *staging;
    float *row;
    void *kv[MAX_LAYERS][2];
    void *scratch[4];
    uint32_t current; /* tensor that streamed bytes belong to */
    uint64_t taken;   /* bytes of it so far */
    unsigned char block[MAX_BLOCK_SIZE];
    uint32_t block_used;
    uint32_t checksum;
} loader;

static bool is_streamed(void)
{
    return loader.strategy == LOADER_STREAM_DECODE || loader.strategy == LOADER_STREAM_DECODE_F32;
}

static bool is_wide(void)
{
    return loader.strategy == LOADER_MEMORY64;
}

static bool holds_f32(void)
{
    switch (loader.strategy) {
    case LOADER_FULL_COPY_F32:
    case LOADER_EAGER_F32:
    case LOADER_LAZY_F32:
    case LOADER_LAZY_F32_RELEASE:
    case LOADER_STREAM_DECODE_F32:
        return true;
    default:
        return false;
    }
}

static void digest(const void *data, uint64_t size)
{
    const unsigned char *bytes = data;
    for (uint64_t i = 0; i < size; i++) {
        loader.checksum = (loader.checksum ^ bytes[i]) * 16777619;
    }
}

static const unsigned char *file_bytes(void)
{
    return loader.mapped ? loader.mapped : loader.file;
}

static uint64_t f32_size(const struct walk_tensor *tensor)
{
    return 4 * tensor->row * tensor->rows;
}

static size_t block_count(const struct walk_tensor *tensor)
{
    return (size_t)(tensor->size / walk_block_size(tensor->type));
}

int loader_begin(enum loader_strategy strategy, uint32_t file_size, uint32_t header_size,
                 uint32_t piece_size, uint32_t context, uint32_t kv_type)
{
    memset(&loader, 0, sizeof loader);
    loader.strategy = strategy;
    loader.file_size = file_size;
    loader.header_size = header_size;
    loader.context = context;
    loader.kv_type = kv_type;
    loader.checksum = 2166136261;
    if (strategy == LOADER_MAPPED) {
        return 1;
    }
    if (strategy == LOADER_CHUNKED || is_streamed()) {
        loader.piece = counting_alloc(piece_size);
        if (!loader.piece) {
            return 0;
        }
    }
    if (is_streamed()) {
        loader.header = counting_alloc(header_size);
        return loader.header != NULL;
    }
    loader.file = counting_alloc(file_size);
    return loader.file != NULL;
}

int loader_map(const unsigned char *bytes)
{
    loader.mapped = bytes;
    return 1;
}

unsigned char *loader_receive(void)
{
    return loader.piece ? loader.piece : loader.file;
}

/* One tensor is complete: on to the next. */
static int next_tensor(struct walk_tensor *tensor)
{
    loader.taken = 0;
    return ++loader.current < loader.walk.tensor_count &&
           walk_tensor(&loader.walk, loader.current, tensor);
}

/* Takes @p size streamed bytes of @p tensor; blocks may be cut anywhere. */
static void take_bytes(const struct walk_tensor *tensor, const unsigned char *bytes, uint32_t size)
{
    unsigned char *out = loader.weights[loader.current];
    const unsigned block_size = walk_block_size(tensor->type);
    if (loader.strategy == LOADER_STREAM_DECODE) {
        memcpy(out + loader.taken, bytes, size);
        loader.taken += size;
        return;
    }
    while (size > 0) {
        const uint32_t lacking = block_size - loader.block_used;
        const uint32_t part = size < lacking ? size : lacking;
        memcpy(loader.block + loader.block_used, bytes, part);
        loader.block_used += part;
        loader.taken += part;
        bytes += part;
        size -= part;
        if (loader.block_used == block_size) {
            const uint64_t done = loader.taken / block_size - 1;
            walk_decode(tensor->type, loader.block, 1,
                        (float *)(void *)out + done * walk_block_elements(tensor->type));
            loader.block_used = 0;
        }
    }
}

/* Uses up what is pending in the piece; @c received is the file offset behind it. */
static int take_pending(void)
{
    struct walk_tensor tensor;
    if (!walk_tensor(&loader.walk, loader.current, &tensor)) {
        return loader.current >= loader.walk.tensor_count;
    }
    uint64_t at = loader.received - loader.pending;
    while (loader.pending > 0) {
        const unsigned char *bytes = loader.piece + loader.piece_used - loader.pending;
        const uint64_t wanted = tensor.offset + loader.taken;
        const uint64_t skip = wanted > at ? wanted - at : 0;
        if (skip >= loader.pending) {
            break;
        }
        const uint64_t left = tensor.size - loader.taken;
        const uint64_t there = loader.pending - skip;
        const uint32_t size = (uint32_t)(left < there ? left : there);
        take_bytes(&tensor, bytes + skip, size);
        loader.pending -= (uint32_t)skip + size;
        at += skip + size;
        if (loader.taken == tensor.size && !next_tensor(&tensor)) {
            break;
        }
    }
    loader.pending = 0;
    return 1;
}

int loader_append(uint32_t size)
{
    if (loader.strategy == LOADER_CHUNKED) {
        memcpy(loader.file + loader.received, loader.piece, size);
        loader.received += size;
        return 1;
    }
    uint32_t of_header = 0;
    if (loader.received < loader.header_size) {
        const uint32_t lacking = loader.header_size - loader.received;
        of_header = size < lacking ? size : lacking;
        memcpy(loader.header + loader.received, loader.piece, of_header);
    }
    loader.received += size;
    loader.piece_used = size;
    loader.pending = size - of_header;
    return loader.parsed ? take_pending() : 1;
}

/* Records of 32 bytes, or 40 where pointers have 8. */
static int build_index(void)
{
    const size_t record = is_wide() ? 40 : 32;
    unsigned char *index = counting_alloc(record * (size_t)loader.walk.tensor_count);
    loader.index = index;
    if (!index) {
        return 0;
    }
    for (uint64_t i = 0; i < loader.walk.tensor_count; i++) {
        struct walk_tensor tensor;
        if (!walk_tensor(&loader.walk, i, &tensor)) {
            return 0;
        }
        memcpy(index + i * record, &tensor.name, 8);
        memcpy(index + i * record + 8, &tensor.offset, 8);
        memcpy(index + i * record + 16, &tensor.row, 8);
        memcpy(index + i * record + 24, &tensor.type, 4);
    }
    return 1;
}

static uint32_t hash_text(const unsigned char *text, uint64_t size)
{
    uint32_t hash = 5381;
    for (uint64_t i = 0; i < size; i++) {
        hash = hash * 33 + text[i];
    }
    return hash;
}

/* Texts once, where each is, and a hash table of twice the next power of two. */
static int build_strings(uint64_t first, uint64_t count, void *out[3])
{
    uint64_t bytes = 0;
    uint64_t offset = first;
    for (uint64_t i = 0; i < count; i++) {
        bytes += walk_string_size(&loader.walk, offset);
        offset += 8 + walk_string_size(&loader.walk, offset);
    }
    uint32_t slots = 1;
    while (slots < count) {
        slots *= 2;
    }
    slots *= 2;
    const size_t record = is_wide() ? 16 : 8;
    if (count == 0) {
        return 1;
    }
    unsigned char *texts = out[0] = counting_alloc((size_t)bytes);
    unsigned char *places = out[1] = counting_alloc(record * (size_t)count);
    uint32_t *table = out[2] = counting_alloc((size_t)4 * slots);
    if (!texts || !places || !table) {
        return 0;
    }
    memset(table, 0xff, (size_t)4 * slots);
    offset = first;
    uint32_t used = 0;
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t size = (uint32_t)walk_string_size(&loader.walk, offset);
        memcpy(texts + used, loader.walk.bytes + offset + 8, size);
        memcpy(places + i * record, &used, 4);
        memcpy(places + i * record + 4, &size, 4);
        uint32_t slot = hash_text(texts + used, size) & (slots - 1);
        while (table[slot] != UINT32_MAX) {
            slot = (slot + 1) & (slots - 1);
        }
        table[slot] = (uint32_t)i;
        used += size;
        offset += 8 + size;
    }
    return 1;
}

static int parse(void)
{
    if (!walk_header(&loader.walk, loader.header ? loader.header : file_bytes()) ||
        loader.walk.tensor_count > MAX_TENSORS || loader.walk.layers > MAX_LAYERS) {
        return 0;
    }
    loader.parsed = true;
    if (loader.strategy == LOADER_EAGER_F32) {
        return 1;
    }
    return build_index() &&
           build_strings(loader.walk.tokens, loader.walk.token_count, loader.tokenizer) &&
           build_strings(loader.walk.merges, loader.walk.merge_count, loader.tokenizer + 3);
}

/* Room for every tensor in the form in which it is held. */
static int allocate_weights(void *out[])
{
    for (uint64_t i = 0; i < loader.walk.tensor_count; i++) {
        struct walk_tensor tensor;
        if (!walk_tensor(&loader.walk, i, &tensor)) {
            return 0;
        }
        loader.held[i] = holds_f32() ? f32_size(&tensor) : tensor.size;
        out[i] = counting_alloc((size_t)loader.held[i]);
        if (!out[i]) {
            return 0;
        }
    }
    return 1;
}

static void fill_weight(const struct walk_tensor *tensor, const unsigned char *packed, void *out)
{
    if (holds_f32()) {
        walk_decode(tensor->type, packed, block_count(tensor), out);
    } else {
        memcpy(out, packed, (size_t)tensor->size);
    }
}

static int fill_weights(void)
{
    for (uint64_t i = 0; i < loader.walk.tensor_count; i++) {
        struct walk_tensor tensor;
        if (!walk_tensor(&loader.walk, i, &tensor)) {
            return 0;
        }
        fill_weight(&tensor, loader.file + tensor.offset, loader.weights[i]);
    }
    return 1;
}

/* Weights first, from the configuration; then a cache of decoded tensors that is copied into them,
 * through one buffer for the packed bytes. */
static int load_eagerly(void)
{
    uint64_t largest = 0;
    struct walk_tensor tensor;
    if (!allocate_weights(loader.weights)) {
        return 0;
    }
    for (uint64_t i = 0; i < loader.walk.tensor_count; i++) {
        walk_tensor(&loader.walk, i, &tensor);
        largest = tensor.size > largest ? tensor.size : largest;
    }
    loader.staging = counting_alloc((size_t)largest);
    if (!loader.staging || !allocate_weights(loader.cache)) {
        return 0;
    }
    for (uint64_t i = 0; i < loader.walk.tensor_count; i++) {
        walk_tensor(&loader.walk, i, &tensor);
        memcpy(loader.staging, loader.file + tensor.offset, (size_t)tensor.size);
        fill_weight(&tensor, loader.staging, loader.cache[i]);
        memcpy(loader.weights[i], loader.cache[i], (size_t)f32_size(&tensor));
    }
    return 1;
}

static int load_from_the_end(void)
{
    for (uint64_t i = loader.walk.tensor_count; i-- > 0;) {
        struct walk_tensor tensor;
        if (!walk_tensor(&loader.walk, i, &tensor)) {
            return 0;
        }
        loader.held[i] = f32_size(&tensor);
        loader.weights[i] = counting_alloc((size_t)loader.held[i]);
        if (!loader.weights[i]) {
            return 0;
        }
        fill_weight(&tensor, loader.file + tensor.offset, loader.weights[i]);
        counting_shrink(loader.file, (size_t)tensor.offset);
    }
    /* The header was all that is left of it. */
    counting_free(loader.file);
    loader.file = NULL;
    return 1;
}

int loader_materialise(void)
{
    if (!parse()) {
        return 0;
    }
    switch (loader.strategy) {
    case LOADER_EAGER_F32:
        return load_eagerly();
    case LOADER_LAZY_F32_RELEASE:
        return load_from_the_end();
    case LOADER_QUANTIZED:
    case LOADER_CHUNKED:
    case LOADER_MAPPED:
        return 1;
    case LOADER_STREAM_DECODE:
    case LOADER_STREAM_DECODE_F32:
        return allocate_weights(loader.weights) && take_pending();
    default:
        return allocate_weights(loader.weights) && fill_weights();
    }
}

static uint64_t kv_row(uint64_t elements)
{
    const unsigned block = walk_block_elements(loader.kv_type);
    return (elements + block - 1) / block * walk_block_size(loader.kv_type);
}

static int allocate_kv(void)
{
    const uint64_t elements = loader.walk.embedding / loader.walk.heads * loader.walk.heads_kv;
    const uint64_t context =
        loader.strategy == LOADER_EAGER_F32 ? loader.walk.context : loader.context;
    for (uint64_t layer = 0; layer < loader.walk.layers; layer++) {
        for (int part = 0; part < 2; part++) {
            loader.kv[layer][part] = counting_alloc((size_t)(kv_row(elements) * context));
            if (!loader.kv[layer][part]) {
                return 0;
            }
        }
    }
    return 1;
}

static int allocate_scratch(void)
{
    const uint64_t sizes[4] = {40 * loader.walk.embedding, 12 * loader.walk.feed_forward,
                               4 * (uint64_t)loader.context, 4 * loader.walk.vocabulary};
    for (int i = 0; i < 4; i++) {
        loader.scratch[i] = counting_alloc((size_t)sizes[i]);
        if (!loader.scratch[i]) {
            return 0;
        }
    }
    return 1;
}

/* Every row of every tensor passes through one decoded row. */
static int decode_by_row(void)
{
    uint64_t longest = 0;
    struct walk_tensor tensor;
    for (uint64_t i = 0; i < loader.walk.tensor_count; i++) {
        walk_tensor(&loader.walk, i, &tensor);
        longest = tensor.row > longest ? tensor.row : longest;
    }
    loader.row = counting_alloc((size_t)(4 * longest));
    if (!loader.row) {
        return 0;
    }
    for (uint64_t i = 0; i < loader.walk.tensor_count; i++) {
        walk_tensor(&loader.walk, i, &tensor);
        const size_t blocks = (size_t)(tensor.row / walk_block_elements(tensor.type));
        const size_t row_size = blocks * walk_block_size(tensor.type);
        for (uint64_t row = 0; row < tensor.rows; row++) {
            walk_decode(tensor.type, loader.file + tensor.offset + row * row_size, blocks,
                        loader.row);
            digest(loader.row, 4 * tensor.row);
        }
    }
    return 1;
}

static void digest_weights(void)
{
    for (uint64_t i = 0; i < loader.walk.tensor_count; i++) {
        struct walk_tensor tensor;
        if (loader.weights[i]) {
            digest(loader.weights[i], loader.held[i]);
        } else if (walk_tensor(&loader.walk, i, &tensor)) {
            digest(file_bytes() + tensor.offset, tensor.size);
        }
    }
}

int loader_runtime(void)
{
    if (!allocate_kv()) {
        return 0;
    }
    if (loader.strategy != LOADER_EAGER_F32 && !allocate_scratch()) {
        return 0;
    }
    if (loader.strategy == LOADER_QUANTIZED) {
        return decode_by_row();
    }
    digest_weights();
    return 1;
}

int loader_release(void)
{
    for (uint64_t i = 0; i < loader.walk.tensor_count; i++) {
        counting_free(loader.cache[i]);
    }
    counting_free(loader.staging);
    counting_free(loader.piece);
    switch (loader.strategy) {
    case LOADER_FULL_COPY:
    case LOADER_FULL_COPY_F32:
    case LOADER_EAGER_F32:
    case LOADER_MEMORY64:
        counting_free(loader.file);
        loader.file = NULL;
        break;
    default:
        break;
    }
    return 1;
}

uint32_t loader_peak(void)
{
    return (uint32_t)counting_peak();
}

uint32_t loader_live(void)
{
    return (uint32_t)counting_live();
}

void loader_mark(void)
{
    counting_mark();
}

uint32_t loader_checksum(void)
{
    return loader.checksum;
}
