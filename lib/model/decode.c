#include <libgguf/decode.h>

#include "base/error.h"
#include "model/block.h"
#include "model/block_scale.h"

struct codec {
    BLOCK_DECODER((*decode));
    struct block_scales scales;
    bool little_endian_only;
};

/* By type number. Rows without a decoder are removed types. */
static const struct codec codecs[] = {
    [0] = {block_decode_f32, {BLOCK_VALUE_F32, 0, 1}, false},
    [1] = {block_decode_f16, {BLOCK_VALUE_F16, 0, 1}, false},
    [2] = {block_decode_q4_0, {BLOCK_SCALE_F16, 0, 1}, false},
    [3] = {block_decode_q4_1, {BLOCK_SCALE_F16, 0, 2}, false},
    [6] = {block_decode_q5_0, {BLOCK_SCALE_F16, 0, 1}, false},
    [7] = {block_decode_q5_1, {BLOCK_SCALE_F16, 0, 2}, false},
    [8] = {block_decode_q8_0, {BLOCK_SCALE_F16, 0, 1}, false},
    [9] = {block_decode_q8_1, {BLOCK_SCALE_F16, 0, 2}, false},
    [10] = {block_decode_q2_k, {BLOCK_SCALE_F16, 80, 2}, false},
    [11] = {block_decode_q3_k, {BLOCK_SCALE_F16, 108, 1}, false},
    [12] = {block_decode_q4_k, {BLOCK_SCALE_F16, 0, 2}, false},
    [13] = {block_decode_q5_k, {BLOCK_SCALE_F16, 0, 2}, false},
    [14] = {block_decode_q6_k, {BLOCK_SCALE_F16, 208, 1}, false},
    [15] = {block_decode_q8_k, {BLOCK_SCALE_F32, 0, 1}, false},
    [16] = {block_decode_iq2_xxs, {BLOCK_SCALE_F16, 0, 1}, true},
    [17] = {block_decode_iq2_xs, {BLOCK_SCALE_F16, 0, 1}, false},
    [18] = {block_decode_iq3_xxs, {BLOCK_SCALE_F16, 0, 1}, false},
    [19] = {block_decode_iq1_s, {BLOCK_SCALE_F16, 0, 1}, false},
    [20] = {block_decode_iq4_nl, {BLOCK_SCALE_F16, 0, 1}, false},
    [21] = {block_decode_iq3_s, {BLOCK_SCALE_F16, 0, 1}, false},
    [22] = {block_decode_iq2_s, {BLOCK_SCALE_F16, 0, 1}, false},
    [23] = {block_decode_iq4_xs, {BLOCK_SCALE_F16, 0, 1}, false},
    [24] = {block_decode_i8, {BLOCK_SCALE_NONE, 0, 0}, false},
    [25] = {block_decode_i16, {BLOCK_SCALE_NONE, 0, 0}, false},
    [26] = {block_decode_i32, {BLOCK_SCALE_NONE, 0, 0}, false},
    [27] = {block_decode_i64, {BLOCK_SCALE_NONE, 0, 0}, false},
    [28] = {block_decode_f64, {BLOCK_VALUE_F64, 0, 1}, false},
    [29] = {block_decode_iq1_m, {BLOCK_SCALE_IQ1_M, 48, 1}, false},
    [30] = {block_decode_bf16, {BLOCK_VALUE_BF16, 0, 1}, false},
    [34] = {block_decode_tq1_0, {BLOCK_SCALE_F16, 52, 1}, false},
    [35] = {block_decode_tq2_0, {BLOCK_SCALE_F16, 64, 1}, false},
    [39] = {block_decode_mxfp4, {BLOCK_SCALE_E8M0, 0, 1}, false},
    [40] = {block_decode_nvfp4, {BLOCK_SCALE_UE4M3, 0, 4}, false},
    [41] = {block_decode_q1_0, {BLOCK_SCALE_F16, 0, 1}, false},
    [42] = {block_decode_q2_0, {BLOCK_SCALE_F16, 0, 1}, false},
};

static const struct codec *codec_find(uint32_t type_id, bool big_endian)
{
    if (type_id >= sizeof codecs / sizeof codecs[0] || !codecs[type_id].decode) {
        return NULL;
    }
    return big_endian && codecs[type_id].little_endian_only ? NULL : &codecs[type_id];
}

static enum libgguf_status refuse_type(uint32_t type_id, bool big_endian, struct libgguf_error *err)
{
    const struct libgguf_tensor_type *type = libgguf_tensor_type_find(type_id);
    if (!type) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                       "tensor type %lu is unknown, so it cannot be decoded",
                       (unsigned long)type_id);
    }
    return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                   type->status == LIBGGUF_TYPE_REMOVED || !big_endian
                       ? "tensor type %s was removed from the format and cannot be decoded"
                       : "tensor type %s has no settled big-endian form and cannot be decoded",
                   type->name);
}

bool libgguf_type_decodable(uint32_t type_id, bool big_endian)
{
    return codec_find(type_id, big_endian) != NULL;
}

enum libgguf_status libgguf_blocks_decode(uint32_t type_id, bool big_endian, const void *blocks,
                                          size_t block_count, float *out, struct libgguf_error *err)
{
    const struct codec *codec = codec_find(type_id, big_endian);
    if (!codec) {
        return refuse_type(type_id, big_endian, err);
    }
    if (block_count > 0 && (!blocks || !out)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "no memory given for the blocks or their elements");
    }
    if (block_count > 0) {
        codec->decode(blocks, block_count, big_endian, out);
    }
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_blocks_check(uint32_t type_id, bool big_endian, const void *blocks,
                                         size_t block_count, struct libgguf_block_faults *out,
                                         struct libgguf_error *err)
{
    const struct codec *codec = codec_find(type_id, big_endian);
    const struct libgguf_tensor_type *type = libgguf_tensor_type_find(type_id);
    if (!codec || !type) {
        return refuse_type(type_id, big_endian, err);
    }
    if (!out || (block_count > 0 && !blocks)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "no memory given for the blocks or the result");
    }
    *out = (struct libgguf_block_faults){0};
    if (block_count > 0) {
        block_scales_check(&codec->scales, type->block_size, blocks, block_count, big_endian, out);
    }
    return LIBGGUF_OK;
}
