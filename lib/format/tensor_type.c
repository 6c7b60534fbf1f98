#include <libgguf/tensor.h>

#include <stddef.h>

#include "base/arithmetic.h"
#include "base/ascii.h"

#define ACTIVE(id, name, ggml_name, elements, size)                                                \
    [id] = {id, name, ggml_name, elements, size, LIBGGUF_TYPE_ACTIVE}
#define INTERNAL(id, name, ggml_name, elements, size)                                              \
    [id] = {id, name, ggml_name, elements, size, LIBGGUF_TYPE_INTERNAL}
#define REMOVED(id, name) [id] = {id, name, NULL, 0, 0, LIBGGUF_TYPE_REMOVED}

/* The ids have no holes, so that a type stands at its id. */
static const struct libgguf_tensor_type types[] = {
    ACTIVE(0, "F32", "f32", 1, 4),
    ACTIVE(1, "F16", "f16", 1, 2),
    ACTIVE(2, "Q4_0", "q4_0", 32, 18),
    ACTIVE(3, "Q4_1", "q4_1", 32, 20),
    REMOVED(4, "Q4_2"),
    REMOVED(5, "Q4_3"),
    ACTIVE(6, "Q5_0", "q5_0", 32, 22),
    ACTIVE(7, "Q5_1", "q5_1", 32, 24),
    ACTIVE(8, "Q8_0", "q8_0", 32, 34),
    INTERNAL(9, "Q8_1", "q8_1", 32, 36),
    ACTIVE(10, "Q2_K", "q2_K", 256, 84),
    ACTIVE(11, "Q3_K", "q3_K", 256, 110),
    ACTIVE(12, "Q4_K", "q4_K", 256, 144),
    ACTIVE(13, "Q5_K", "q5_K", 256, 176),
    ACTIVE(14, "Q6_K", "q6_K", 256, 210),
    INTERNAL(15, "Q8_K", "q8_K", 256, 292),
    ACTIVE(16, "IQ2_XXS", "iq2_xxs", 256, 66),
    ACTIVE(17, "IQ2_XS", "iq2_xs", 256, 74),
    ACTIVE(18, "IQ3_XXS", "iq3_xxs", 256, 98),
    ACTIVE(19, "IQ1_S", "iq1_s", 256, 50),
    ACTIVE(20, "IQ4_NL", "iq4_nl", 32, 18),
    ACTIVE(21, "IQ3_S", "iq3_s", 256, 110),
    ACTIVE(22, "IQ2_S", "iq2_s", 256, 82),
    ACTIVE(23, "IQ4_XS", "iq4_xs", 256, 136),
    ACTIVE(24, "I8", "i8", 1, 1),
    ACTIVE(25, "I16", "i16", 1, 2),
    ACTIVE(26, "I32", "i32", 1, 4),
    ACTIVE(27, "I64", "i64", 1, 8),
    ACTIVE(28, "F64", "f64", 1, 8),
    ACTIVE(29, "IQ1_M", "iq1_m", 256, 56),
    ACTIVE(30, "BF16", "bf16", 1, 2),
    REMOVED(31, "Q4_0_4_4"),
    REMOVED(32, "Q4_0_4_8"),
    REMOVED(33, "Q4_0_8_8"),
    ACTIVE(34, "TQ1_0", "tq1_0", 256, 54),
    ACTIVE(35, "TQ2_0", "tq2_0", 256, 66),
    REMOVED(36, "IQ4_NL_4_4"),
    REMOVED(37, "IQ4_NL_4_8"),
    REMOVED(38, "IQ4_NL_8_8"),
    ACTIVE(39, "MXFP4", "mxfp4", 32, 17),
    ACTIVE(40, "NVFP4", "nvfp4", 64, 36),
    ACTIVE(41, "Q1_0", "q1_0", 128, 18),
    ACTIVE(42, "Q2_0", "q2_0", 64, 18),
};

#define TYPE_COUNT (sizeof types / sizeof types[0])

const struct libgguf_tensor_type *libgguf_tensor_type_at(size_t index)
{
    return index < TYPE_COUNT ? &types[index] : NULL;
}

const struct libgguf_tensor_type *libgguf_tensor_type_find(uint32_t id)
{
    return libgguf_tensor_type_at(id);
}

const struct libgguf_tensor_type *libgguf_tensor_type_by_name(const char *name)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (ascii_same(types[i].name, name)) {
            return &types[i];
        }
    }
    return NULL;
}

bool libgguf_tensor_type_row_size(const struct libgguf_tensor_type *type, uint64_t row_elements,
                                  uint64_t *out)
{
    if (type->block_size == 0) {
        return false;
    }
    const uint64_t blocks =
        row_elements / type->block_elements + (row_elements % type->block_elements != 0);
    return checked_mul_u64(blocks, type->block_size, out) && *out <= INT64_MAX;
}
