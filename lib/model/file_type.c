#include <libgguf/model.h>

#include <string.h>

#include "base/ascii.h"

/* Set in general.file_type when its writer guessed. */
#define GUESSED_FLAG UINT64_C(1024)

/* The ids of tensor types that have a say here; the table itself is format/tensor_type.c. */
enum tensor_type_id {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q4_2 = 4,
    Q4_3 = 5,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q2_K = 10,
    Q3_K = 11,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    IQ2_XXS = 16,
    IQ2_XS = 17,
    IQ3_XXS = 18,
    IQ1_S = 19,
    IQ4_NL = 20,
    IQ3_S = 21,
    IQ2_S = 22,
    IQ4_XS = 23,
    IQ1_M = 29,
    BF16 = 30,
    Q4_0_4_4 = 31,
    Q4_0_4_8 = 32,
    Q4_0_8_8 = 33,
    TQ1_0 = 34,
    TQ2_0 = 35,
    MXFP4 = 39,
    NVFP4 = 40,
    Q1_0 = 41,
    Q2_0 = 42,
    TYPE_LIMIT = 64,
};

#define MOSTLY(id, name, type)                                                                     \
    {                                                                                              \
        id, name, "MOSTLY_" name, type, false                                                      \
    }
#define GONE(id, name, type)                                                                       \
    {                                                                                              \
        id, name, "MOSTLY_" name, type, true                                                       \
    }

/* llama_ftype of llama.h (August 2026); the index is the id. */
static const struct libgguf_file_type file_types[] = {
    {0, "F32", "ALL_F32", F32, false},
    MOSTLY(1, "F16", F16),
    MOSTLY(2, "Q4_0", Q4_0),
    MOSTLY(3, "Q4_1", Q4_1),
    GONE(4, "Q4_1_SOME_F16", Q4_1),
    GONE(5, "Q4_2", Q4_2),
    GONE(6, "Q4_3", Q4_3),
    MOSTLY(7, "Q8_0", Q8_0),
    MOSTLY(8, "Q5_0", Q5_0),
    MOSTLY(9, "Q5_1", Q5_1),
    MOSTLY(10, "Q2_K", Q2_K),
    MOSTLY(11, "Q3_K_S", Q3_K),
    MOSTLY(12, "Q3_K_M", Q3_K),
    MOSTLY(13, "Q3_K_L", Q3_K),
    MOSTLY(14, "Q4_K_S", Q4_K),
    MOSTLY(15, "Q4_K_M", Q4_K),
    MOSTLY(16, "Q5_K_S", Q5_K),
    MOSTLY(17, "Q5_K_M", Q5_K),
    MOSTLY(18, "Q6_K", Q6_K),
    MOSTLY(19, "IQ2_XXS", IQ2_XXS),
    MOSTLY(20, "IQ2_XS", IQ2_XS),
    MOSTLY(21, "Q2_K_S", Q2_K),
    MOSTLY(22, "IQ3_XS", IQ3_S),
    MOSTLY(23, "IQ3_XXS", IQ3_XXS),
    MOSTLY(24, "IQ1_S", IQ1_S),
    MOSTLY(25, "IQ4_NL", IQ4_NL),
    MOSTLY(26, "IQ3_S", IQ3_S),
    MOSTLY(27, "IQ3_M", IQ3_S),
    MOSTLY(28, "IQ2_S", IQ2_XS),
    MOSTLY(29, "IQ2_M", IQ2_S),
    MOSTLY(30, "IQ4_XS", IQ4_XS),
    MOSTLY(31, "IQ1_M", IQ1_M),
    MOSTLY(32, "BF16", BF16),
    GONE(33, "Q4_0_4_4", Q4_0_4_4),
    GONE(34, "Q4_0_4_8", Q4_0_4_8),
    GONE(35, "Q4_0_8_8", Q4_0_8_8),
    MOSTLY(36, "TQ1_0", TQ1_0),
    MOSTLY(37, "TQ2_0", TQ2_0),
    MOSTLY(38, "MXFP4_MOE", MXFP4),
    MOSTLY(39, "NVFP4", NVFP4),
    MOSTLY(40, "Q1_0", Q1_0),
    MOSTLY(41, "Q2_0", Q2_0),
};

#define FILE_TYPE_COUNT (sizeof file_types / sizeof file_types[0])

const struct libgguf_file_type *libgguf_file_type_find(uint32_t id)
{
    return id < FILE_TYPE_COUNT ? &file_types[id] : NULL;
}

const struct libgguf_file_type *libgguf_file_type_at(size_t index)
{
    return index < FILE_TYPE_COUNT ? &file_types[index] : NULL;
}

const struct libgguf_file_type *libgguf_file_type_by_name(const char *name)
{
    for (size_t i = 0; i < FILE_TYPE_COUNT; i++) {
        if (ascii_same(file_types[i].name, name) || ascii_same(file_types[i].ggml_name, name)) {
            return &file_types[i];
        }
    }
    return NULL;
}

/* What the weights of a model are stored as: tensors of two dimensions and more, by type. */
struct weights {
    double elements[TYPE_LIMIT]; /* sums may exceed 64 bits, and only their order matters */
    size_t tensors[TYPE_LIMIT];
    bool any;
};

static void count_weights(const struct libgguf_file *file, struct weights *out)
{
    memset(out, 0, sizeof *out);
    const size_t tensor_count = libgguf_tensor_count(file);
    for (size_t i = 0; i < tensor_count; i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_at(file, i);
        if (tensor->dim_count < 2 || tensor->type_id >= TYPE_LIMIT) {
            continue;
        }
        out->elements[tensor->type_id] += (double)tensor->element_count;
        out->tensors[tensor->type_id]++;
        out->any = true;
    }
}

/* The one of several recipes around @p type that the other types in the model point to. */
static uint32_t k_quant_recipe(uint32_t type, const struct weights *weights)
{
    /* Small recipes keep a better type for the output alone; medium ones use it in the blocks. */
    switch (type) {
    case Q3_K:
        if (weights->tensors[Q4_K] > 0) {
            return 12;
        }
        return weights->tensors[Q5_K] > 1 ? 13 : 11;
    case Q4_K:
        return weights->tensors[Q6_K] > 1 ? 15 : 14;
    default:
        return weights->tensors[Q6_K] > 1 ? 17 : 16;
    }
}

static const struct libgguf_file_type *guess_file_type(const struct weights *weights)
{
    uint32_t most = 0;
    for (uint32_t type = 1; type < TYPE_LIMIT; type++) {
        if (weights->elements[type] > weights->elements[most]) {
            most = type;
        }
    }
    if (weights->elements[most] == 0.0) {
        return NULL;
    }
    if (most == Q3_K || most == Q4_K || most == Q5_K) {
        return &file_types[k_quant_recipe(most, weights)];
    }
    /* Where several recipes share a type, the one named after it; else the first. */
    const struct libgguf_tensor_type *type = libgguf_tensor_type_find(most);
    const struct libgguf_file_type *found = type ? libgguf_file_type_by_name(type->name) : NULL;
    if (found && found->tensor_type == most) {
        return found;
    }
    for (size_t i = 0; i < FILE_TYPE_COUNT; i++) {
        if (file_types[i].tensor_type == most) {
            return &file_types[i];
        }
    }
    return NULL;
}

/* What llama-quantize stores when a row is no multiple of the block of @p type; itself if none. */
static uint32_t fallback_type(uint32_t type)
{
    switch (type) {
    case Q4_K:
        return Q5_0;
    case Q5_K:
        return Q5_1;
    case Q6_K:
        return Q8_0;
    case TQ1_0:
    case TQ2_0:
        return Q4_0;
    case Q2_K:
    case Q3_K:
    case IQ1_S:
    case IQ1_M:
    case IQ2_XXS:
    case IQ2_XS:
    case IQ2_S:
    case IQ3_XXS:
    case IQ3_S:
    case IQ4_XS:
        return IQ4_NL;
    default:
        return type;
    }
}

static bool contradicts(const struct libgguf_file_type *declared, const struct weights *weights)
{
    return weights->any && weights->tensors[declared->tensor_type] == 0 &&
           weights->tensors[fallback_type(declared->tensor_type)] == 0;
}

void libgguf_model_quantization(const struct libgguf_file *file, struct libgguf_quantization *out)
{
    struct weights weights;
    count_weights(file, &weights);
    *out = (struct libgguf_quantization){.declared_id = LIBGGUF_ABSENT};
    out->guess = guess_file_type(&weights);
    const struct libgguf_kv *kv = libgguf_kv_find(file, "general.file_type");
    uint64_t id;
    if (kv && libgguf_value_as_u64(&kv->value, &id)) {
        out->declared_id = id;
        out->declared_guess = id < 2 * GUESSED_FLAG && (id & GUESSED_FLAG) != 0;
        const uint64_t row = out->declared_guess ? id - GUESSED_FLAG : id;
        out->declared = row < FILE_TYPE_COUNT ? &file_types[row] : NULL;
    }
    out->contradicted = out->declared && contradicts(out->declared, &weights);
    out->shown = out->declared && !out->contradicted ? out->declared : out->guess;
}
