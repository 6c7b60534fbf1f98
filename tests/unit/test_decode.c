#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/decode.h>

enum { F32 = 0, F16 = 1, I8 = 24, I16 = 25, I32 = 26, I64 = 27, F64 = 28, BF16 = 30 };

/* Bytes that look random and are the same everywhere. */
static void fill(uint8_t *bytes, size_t size, uint32_t seed)
{
    uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
    for (size_t i = 0; i < size; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(state >> 56);
    }
}

static uint32_t float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Where a type keeps scalars of more than one byte, little-endian and below the size of infinity.
 */
struct layout {
    uint32_t type_id;
    uint64_t digest; /* FNV-1a of the bits of two decoded blocks from fill() */
    struct {
        uint16_t offset;
        uint8_t width;
        uint8_t count;
    } scalars[3];
    /* The byte in which a binary16 scale has its exponent; cleared to keep blocks finite. */
    uint16_t exponents[2];
};

#define NOWHERE UINT16_MAX

/* The digests were recorded from the decoder that passed test_decode_reference. */
static const struct layout layouts[] = {
    {0, 0x87db40fefdc664c6u, {{0, 4, 1}}, {3, NOWHERE}},
    {1, 0xd1fd29bc11a19252u, {{0, 2, 1}}, {1, NOWHERE}},
    {2, 0xcd5fdba8c4410baeu, {{0, 2, 1}}, {1, NOWHERE}},
    {3, 0xe68e03f860114db0u, {{0, 2, 2}}, {1, 3}},
    {6, 0x5f3b2575f87503d8u, {{0, 2, 1}, {2, 4, 1}}, {1, NOWHERE}},
    {7, 0xf09e5e5cd473d363u, {{0, 2, 2}, {4, 4, 1}}, {1, 3}},
    {8, 0x2e1cd71695a5e9f6u, {{0, 2, 1}}, {1, NOWHERE}},
    {9, 0xd32b85b4b93e9646u, {{0, 2, 2}}, {1, 3}},
    {10, 0x7fef3b09410befb3u, {{80, 2, 2}}, {81, 83}},
    {11, 0xa92d34d50db40b4bu, {{108, 2, 1}}, {109, NOWHERE}},
    {12, 0x8cb03e1e8bf03a67u, {{0, 2, 2}}, {1, 3}},
    {13, 0x5b894bc2adb5a7f1u, {{0, 2, 2}}, {1, 3}},
    {14, 0x3a00d0aa08723c27u, {{208, 2, 1}}, {209, NOWHERE}},
    {15, 0x1b3ecc519bd7c43fu, {{0, 4, 1}}, {3, NOWHERE}},
    {16, 0x10db03ea29326bffu, {{0, 0, 0}}, {1, NOWHERE}},
    {17, 0x60908b9fede1b45cu, {{0, 2, 1}, {2, 2, 32}}, {1, NOWHERE}},
    {18, 0xd9de45e9b29df67fu, {{0, 2, 1}, {66, 4, 8}}, {1, NOWHERE}},
    {19, 0x259ba6b78883b87du, {{0, 2, 1}, {34, 2, 8}}, {1, NOWHERE}},
    {20, 0x6e3076b87e54f4c9u, {{0, 2, 1}}, {1, NOWHERE}},
    {21, 0xf055328e7d35d898u, {{0, 2, 1}}, {1, NOWHERE}},
    {22, 0x1bab66e41f50d3feu, {{0, 2, 1}}, {1, NOWHERE}},
    {23, 0x03d3f060dc1ad0d2u, {{0, 2, 2}}, {1, NOWHERE}},
    {24, 0x7627192eff5a2920u, {{0, 0, 0}}, {NOWHERE, NOWHERE}},
    {25, 0x2adac5b816d2f8a8u, {{0, 2, 1}}, {NOWHERE, NOWHERE}},
    {26, 0x0b37405b4e1a0f66u, {{0, 4, 1}}, {NOWHERE, NOWHERE}},
    {27, 0x2c8dd63a02177e02u, {{0, 8, 1}}, {NOWHERE, NOWHERE}},
    {28, 0x515662f380650845u, {{0, 8, 1}}, {7, NOWHERE}},
    {29, 0x0c70691637379ea4u, {{48, 2, 4}}, {55, NOWHERE}},
    {30, 0x193b0b044133a773u, {{0, 2, 1}}, {1, NOWHERE}},
    {34, 0x20f3f5c0259e20bdu, {{52, 2, 1}}, {53, NOWHERE}},
    {35, 0xbb971632b6e48c91u, {{64, 2, 1}}, {65, NOWHERE}},
    {39, 0x20ce10cc0c254f1fu, {{0, 0, 0}}, {NOWHERE, NOWHERE}},
    {40, 0x86b23c6fda9dcd2cu, {{0, 0, 0}}, {NOWHERE, NOWHERE}},
    {41, 0x1549f4331fad8aa5u, {{0, 2, 1}}, {1, NOWHERE}},
    {42, 0xde558d541871eb72u, {{0, 2, 1}}, {1, NOWHERE}},
};

#define LAYOUT_COUNT (sizeof layouts / sizeof layouts[0])
#define MAX_BLOCK 512
#define MAX_ELEMENTS 512

/* Two blocks with scales below 2. */
static size_t make_blocks(const struct layout *layout, uint8_t blocks[MAX_BLOCK * 2])
{
    const struct libgguf_tensor_type *type = libgguf_tensor_type_find(layout->type_id);
    fill(blocks, 2 * (size_t)type->block_size, layout->type_id);
    for (size_t block = 0; block < 2; block++) {
        for (size_t i = 0; i < 2; i++) {
            if (layout->exponents[i] != NOWHERE) {
                blocks[block * type->block_size + layout->exponents[i]] &= 0xbf;
            }
        }
    }
    return 2 * (size_t)type->block_size;
}

static size_t decode(uint32_t type_id, bool big_endian, const void *blocks, size_t count,
                     float *out)
{
    struct libgguf_error err;
    assert_int_equal(libgguf_blocks_decode(type_id, big_endian, blocks, count, out, &err),
                     LIBGGUF_OK);
    return count * libgguf_tensor_type_find(type_id)->block_elements;
}

static void every_block_type_decodes_as_it_did_when_it_matched_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < LAYOUT_COUNT; i++) {
        uint8_t blocks[MAX_BLOCK * 2];
        float out[MAX_ELEMENTS];
        make_blocks(&layouts[i], blocks);
        const size_t elements = decode(layouts[i].type_id, false, blocks, 2, out);
        uint64_t digest = 0xcbf29ce484222325u;
        for (size_t j = 0; j < elements; j++) {
            for (int shift = 0; shift < 32; shift += 8) {
                digest = (digest ^ (float_bits(out[j]) >> shift & 255)) * 0x100000001b3u;
            }
        }
        if (digest != layouts[i].digest) {
            print_error("{%u, 0x%016llx}\n", (unsigned)layouts[i].type_id,
                        (unsigned long long)digest);
        }
        assert_int_equal(digest, layouts[i].digest);
    }
}

static void every_type_that_can_be_stored_has_a_decoder_and_a_layout_here(void **state)
{
    (void)state;
    const struct libgguf_tensor_type *type;
    for (size_t i = 0; (type = libgguf_tensor_type_at(i)) != NULL; i++) {
        const bool stored = type->status != LIBGGUF_TYPE_REMOVED;
        assert_int_equal(libgguf_type_decodable(type->id, false), stored);
        size_t found = 0;
        for (size_t j = 0; j < LAYOUT_COUNT; j++) {
            found += layouts[j].type_id == type->id;
        }
        assert_int_equal(found, stored ? 1 : 0);
    }
}

static void types_without_blocks_are_refused_by_name(void **state)
{
    (void)state;
    static const uint32_t refused[] = {4, 5, 31, 32, 33, 36, 37, 38, 43, 1000, UINT32_MAX};
    const uint8_t byte = 0;
    float out;
    struct libgguf_block_faults faults;
    struct libgguf_error err;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(libgguf_type_decodable(refused[i], false));
        assert_int_equal(libgguf_blocks_decode(refused[i], false, &byte, 1, &out, &err),
                         LIBGGUF_ERR_UNSUPPORTED);
        assert_int_equal(libgguf_blocks_check(refused[i], true, &byte, 1, &faults, NULL),
                         LIBGGUF_ERR_UNSUPPORTED);
    }
    assert_string_equal(err.text, "tensor type 4294967295 is unknown, so it cannot be decoded");
    assert_int_equal(libgguf_blocks_decode(4, true, &byte, 1, &out, &err), LIBGGUF_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "Q4_2 was removed"));
    assert_int_equal(libgguf_blocks_decode(16, true, &byte, 0, &out, &err),
                     LIBGGUF_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "IQ2_XXS has no settled big-endian form"));
}

static void missing_memory_is_an_argument_error_unless_there_is_nothing_to_do(void **state)
{
    (void)state;
    const uint8_t block[18] = {0};
    float out[32];
    struct libgguf_block_faults faults;
    assert_int_equal(libgguf_blocks_decode(2, false, NULL, 1, out, NULL), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_blocks_decode(2, false, block, 1, NULL, NULL), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_blocks_check(2, false, NULL, 1, &faults, NULL), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_blocks_check(2, false, block, 1, NULL, NULL), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_blocks_decode(2, false, NULL, 0, NULL, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_blocks_check(2, false, NULL, 0, &faults, NULL), LIBGGUF_OK);
    assert_int_equal(faults.count, 0);
}

static void blocks_with_swapped_scalars_decode_the_same_as_big_endian(void **state)
{
    (void)state;
    for (size_t i = 0; i < LAYOUT_COUNT; i++) {
        const struct layout *layout = &layouts[i];
        if (!libgguf_type_decodable(layout->type_id, true)) {
            assert_int_equal(layout->type_id, 16);
            continue;
        }
        uint8_t blocks[MAX_BLOCK * 2];
        const size_t block_size = make_blocks(layout, blocks) / 2;
        float little[MAX_ELEMENTS], big[MAX_ELEMENTS];
        const size_t elements = decode(layout->type_id, false, blocks, 2, little);
        for (size_t k = 0; k < 3; k++) {
            const size_t width = layout->scalars[k].width;
            for (size_t n = 0; n < 2u * layout->scalars[k].count; n++) {
                uint8_t *at = blocks + n % 2 * block_size + layout->scalars[k].offset;
                at += n / 2 * width;
                for (size_t byte = 0; byte < width / 2; byte++) {
                    const uint8_t first = at[byte];
                    at[byte] = at[width - 1 - byte];
                    at[width - 1 - byte] = first;
                }
            }
        }
        decode(layout->type_id, true, blocks, 2, big);
        assert_memory_equal(little, big, elements * sizeof(float));
    }
}

static void blocks_of_any_alignment_and_content_stay_within_their_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < LAYOUT_COUNT; i++) {
        const struct libgguf_tensor_type *type = libgguf_tensor_type_find(layouts[i].type_id);
        for (uint32_t seed = 0; seed < 20; seed++) {
            const size_t size = 3 * (size_t)type->block_size;
            uint8_t *memory = malloc(size + 1);
            float *out = malloc(3 * (size_t)type->block_elements * sizeof *out);
            assert_non_null(memory);
            assert_non_null(out);
            if (seed < 2) {
                memset(memory, seed == 0 ? 0xff : 0x7f, size + 1);
            } else {
                fill(memory, size + 1, seed);
            }
            decode(type->id, false, memory + 1, 3, out);
            if (libgguf_type_decodable(type->id, true)) {
                decode(type->id, true, memory + 1, 3, out);
            }
            struct libgguf_block_faults faults;
            assert_int_equal(libgguf_blocks_check(type->id, false, memory + 1, 3, &faults, NULL),
                             LIBGGUF_OK);
            assert_true(faults.count <= 3);
            free(memory);
            free(out);
        }
    }
}

static void every_half_has_the_value_that_its_fields_say(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 0x10000; half++) {
        const uint8_t bytes[2] = {(uint8_t)half, (uint8_t)(half >> 8)};
        const int exponent = (int)(half >> 10 & 31);
        const int mantissa = (int)(half & 1023);
        float out;
        decode(F16, false, bytes, 1, &out);
        if (exponent == 31) {
            assert_true(mantissa == 0 ? isinf(out) : isnan(out));
        } else {
            const double size =
                exponent == 0 ? ldexp(mantissa, -24) : ldexp(1024 + mantissa, exponent - 25);
            assert_true((double)out == ((half & 0x8000) != 0 ? -size : size));
        }
        assert_int_equal(signbit(out) != 0, half >> 15);
    }
}

static void plain_types_decode_to_the_nearest_float(void **state)
{
    (void)state;
    static const struct {
        uint32_t type_id;
        const char *bytes;
        float value;
    } cases[] = {
        {F32, "\xdb\x0f\x49\x40", 0x1.921fb6p+1f},
        {F32, "\x01\x00\x00\x80", -0x1p-149f},
        {BF16, "\x49\xc0", -3.140625f},
        {I8, "\x80", -128.0f},
        {I16, "\xff\x7f", 32767.0f},
        {I32, "\x00\x00\x00\x80", -2147483648.0f},
        {I32, "\x03\x00\x00\x01", 16777220.0f},
        {I64, "\xff\xff\xff\xff\xff\xff\xff\xff", -1.0f},
        {I64, "\x00\x00\x00\x00\x00\x00\x00\x80", -0x1p63f},
        {F64, "\x00\x00\x00\x00\x00\x00\xf8\xbf", -1.5f},
        {F64, "\x9a\x99\x99\x99\x99\x99\xb9\x3f", 0.1f},
        {F64, "\xff\xff\xff\xff\xff\xff\xef\x7f", INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float out;
        decode(cases[i].type_id, false, cases[i].bytes, 1, &out);
        assert_int_equal(float_bits(out), float_bits(cases[i].value));
    }
}

/* Blocks worked out by hand. Bytes not given are 0; 0x3c00 is 1.0 and 0x4000 is 2.0 as binary16. */
static void blocks_worked_out_by_hand_decode_to_what_was_worked_out(void **state)
{
    (void)state;
    static const struct {
        uint32_t type_id;
        const char *set; /* "offset=byte ..." in hexadecimal */
        size_t element;
        float value;
    } cases[] = {
        {2, "1=3c 2=9f", 0, 7.0f},              /* 15 - 8 */
        {2, "1=3c 2=9f", 16, 1.0f},             /* 9 - 8 */
        {2, "1=40 2=9f", 31, -16.0f},           /* 2 * (0 - 8) */
        {3, "1=40 3=3c 4=25", 16, 5.0f},        /* 2 * 2 + 1 */
        {6, "1=3c 4=01 6=30", 16, 3.0f},        /* (1 << 4 | 3) - 16 */
        {7, "1=40 3=3c 5=80 10=05", 8, 11.0f},  /* 2 * 5 + 1; the bit is element 15's */
        {7, "1=40 3=3c 5=80 17=05", 15, 43.0f}, /* 2 * 21 + 1 */
        {8, "1=3c 21=80", 31, -128.0f},
        {9, "1=40 3=7c 23=03", 31, 6.0f},                  /* the infinite sum is not used */
        {10, "0=23 10=03 51=3c 53=40", 0, 5.0f},           /* 1 * 3 * 3 - 2 * 2 */
        {11, "0=01 20=02 60=01 68=02 6d=3c", 0, 2.0f},     /* (1 | 2 << 4) - 32 = 1; 2 + 4 - 4 */
        {12, "1=3c 3=3c 4=02 8=01 10=07", 0, 13.0f},       /* 2 * 7 - 1 */
        {13, "1=3c 3=3c 4=02 8=01 10=01 30=07", 0, 45.0f}, /* 2 * (16 + 7) - 1 */
        {14, "0=05 80=03 c0=fe d1=3c", 0, -42.0f},         /* -2 * ((3 << 4 | 5) - 32) */
        {15, "2=80 3=3f 103=ff", 255, -1.0f},
        {16, "1=40 9=10", 0, 6.0f}, /* 2 * 1.5 / 4 * 8 */
        {17, "1=40 42=01", 0, 6.0f},
        {22, "1=40 22=01 4a=01", 0, -6.0f},
        {18, "1=3c 45=10", 0, 3.0f},           /* 1.5 / 2 * 4 */
        {21, "1=3c 4a=01 6a=01", 0, -3.0f},    /* 1 + 2 * 1, times 1, negative */
        {19, "1=3c 23=10", 0, -2.625f},        /* 3 * (-1 + 1/8) */
        {19, "1=3c 23=90", 0, -3.375f},        /* 3 * (-1 - 1/8) */
        {29, "37=30 35=c0 30=01", 0, -2.625f}, /* 0x3c00 from the words' top nibbles */
        {20, "1=3c 2=f0", 16, 113.0f},
        {23, "1=3c 2=02 4=01 8=0f", 0, 113.0f}, /* ((2 << 4 | 1) - 32) * 113 */
        {34, "0=ff 35=3c", 0, 1.0f},
        {34, "0=80 35=3c", 0, 0.0f},
        {35, "20=c0 41=40", 224, 4.0f}, /* 2 * (3 - 1) */
        {39, "0=80 1=7a", 0, -2.0f},    /* 2^1 * -1 */
        {39, "0=80 1=7a", 16, 12.0f},   /* 2^1 * 6 */
        {39, "0=00 1=02", 0, 0x1p-127f},
        {39, "0=01 1=02", 0, 0x1p-126f},
        {39, "0=ff 1=01", 0, 0x1p+127f}, /* no NaN: the arithmetic of the reference */
        {40, "1=38 c=20", 24, 1.0f},     /* 2^0 * 1, second part, high nibble */
        {40, "0=7f 4=02", 0, 0.0f},
        {40, "0=ff 4=02", 0, 480.0f},
        {40, "0=01 4=02", 0, 0x1p-9f},
        {41, "1=3c 2=02", 0, -1.0f},
        {41, "1=3c 2=02", 1, 1.0f},
        {42, "1=3c 2=c0", 3, 2.0f},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t block[MAX_BLOCK] = {0};
        float out[MAX_ELEMENTS];
        for (const char *at = cases[i].set; *at != '\0';) {
            char *end;
            const unsigned long offset = strtoul(at, &end, 16);
            block[offset] = (uint8_t)strtoul(end + 1, &end, 16);
            at = *end == ' ' ? end + 1 : end;
        }
        decode(cases[i].type_id, false, block, 1, out);
        if (float_bits(out[cases[i].element]) != float_bits(cases[i].value)) {
            print_error("type %u, %s: %a\n", (unsigned)cases[i].type_id, cases[i].set,
                        (double)out[cases[i].element]);
        }
        assert_int_equal(float_bits(out[cases[i].element]), float_bits(cases[i].value));
    }
}

static void scales_and_values_that_cannot_be_are_found_where_they_are(void **state)
{
    (void)state;
    static const struct {
        uint32_t type_id;
        size_t offset;
        const char *bytes; /* two, put at offset of the second of three blocks and of the third */
        enum libgguf_block_fault fault;
    } cases[] = {
        {F32, 2, "\x80\x7f", LIBGGUF_BLOCK_INF_VALUE},
        {F32, 2, "\xc0\xff", LIBGGUF_BLOCK_NAN_VALUE},
        {F16, 0, "\x00\x7c", LIBGGUF_BLOCK_INF_VALUE},
        {F16, 0, "\x01\xfc", LIBGGUF_BLOCK_NAN_VALUE},
        {BF16, 0, "\x80\xff", LIBGGUF_BLOCK_INF_VALUE},
        {BF16, 0, "\x81\x7f", LIBGGUF_BLOCK_NAN_VALUE},
        {F64, 6, "\xf0\x7f", LIBGGUF_BLOCK_INF_VALUE},
        {F64, 6, "\xf8\x7f", LIBGGUF_BLOCK_NAN_VALUE},
        {2, 0, "\x00\xfc", LIBGGUF_BLOCK_INF_SCALE},
        {8, 0, "\xff\x7f", LIBGGUF_BLOCK_NAN_SCALE},
        {3, 2, "\x00\x7c", LIBGGUF_BLOCK_INF_SCALE},
        {10, 82, "\x00\x7e", LIBGGUF_BLOCK_NAN_SCALE},
        {11, 108, "\x00\x7e", LIBGGUF_BLOCK_NAN_SCALE},
        {12, 2, "\x00\x7e", LIBGGUF_BLOCK_NAN_SCALE},
        {14, 208, "\x00\x7e", LIBGGUF_BLOCK_NAN_SCALE},
        {15, 2, "\x80\x7f", LIBGGUF_BLOCK_INF_SCALE},
        {34, 52, "\x00\x7e", LIBGGUF_BLOCK_NAN_SCALE},
        {35, 64, "\x00\x7e", LIBGGUF_BLOCK_NAN_SCALE},
        {39, 0, "\xff\xff", LIBGGUF_BLOCK_NAN_SCALE},
        {40, 2, "\x00\x7f", LIBGGUF_BLOCK_NAN_SCALE},
        {2, 2, "\xff\xff", LIBGGUF_BLOCK_SOUND},
        {39, 0, "\xfe\xff", LIBGGUF_BLOCK_SOUND},
        {40, 4, "\x7f\x7f", LIBGGUF_BLOCK_SOUND},
        {I32, 2, "\xff\xff", LIBGGUF_BLOCK_SOUND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t size = libgguf_tensor_type_find(cases[i].type_id)->block_size;
        uint8_t blocks[3 * MAX_BLOCK] = {0};
        memcpy(blocks + size + cases[i].offset, cases[i].bytes, 2);
        memcpy(blocks + 2 * size + cases[i].offset, cases[i].bytes, 2);
        struct libgguf_block_faults faults;
        assert_int_equal(libgguf_blocks_check(cases[i].type_id, false, blocks, 3, &faults, NULL),
                         LIBGGUF_OK);
        const bool sound = cases[i].fault == LIBGGUF_BLOCK_SOUND;
        assert_int_equal(faults.first_kind, cases[i].fault);
        assert_int_equal(faults.count, sound ? 0 : 2);
        assert_int_equal(faults.first, sound ? 0 : 1);
    }
}

static void a_scale_spread_over_four_words_is_put_together_before_it_is_judged(void **state)
{
    (void)state;
    uint8_t block[56] = {0};
    struct libgguf_block_faults faults;
    block[55] = 0x70;
    block[53] = 0xc0;
    assert_int_equal(libgguf_blocks_check(29, false, block, 1, &faults, NULL), LIBGGUF_OK);
    assert_int_equal(faults.first_kind, LIBGGUF_BLOCK_INF_SCALE);
    block[49] = 0x10;
    assert_int_equal(libgguf_blocks_check(29, false, block, 1, &faults, NULL), LIBGGUF_OK);
    assert_int_equal(faults.first_kind, LIBGGUF_BLOCK_NAN_SCALE);
}

static void faults_have_words(void **state)
{
    (void)state;
    assert_string_equal(libgguf_block_fault_name(LIBGGUF_BLOCK_SOUND), "sound");
    assert_string_equal(libgguf_block_fault_name(LIBGGUF_BLOCK_NAN_SCALE), "scale is NaN");
    assert_string_equal(libgguf_block_fault_name(LIBGGUF_BLOCK_INF_VALUE), "value is infinite");
    assert_string_equal(libgguf_block_fault_name((enum libgguf_block_fault)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_type_decodes_as_it_did_when_it_matched_the_reference),
        cmocka_unit_test(every_type_that_can_be_stored_has_a_decoder_and_a_layout_here),
        cmocka_unit_test(types_without_blocks_are_refused_by_name),
        cmocka_unit_test(missing_memory_is_an_argument_error_unless_there_is_nothing_to_do),
        cmocka_unit_test(blocks_with_swapped_scalars_decode_the_same_as_big_endian),
        cmocka_unit_test(blocks_of_any_alignment_and_content_stay_within_their_bounds),
        cmocka_unit_test(every_half_has_the_value_that_its_fields_say),
        cmocka_unit_test(plain_types_decode_to_the_nearest_float),
        cmocka_unit_test(blocks_worked_out_by_hand_decode_to_what_was_worked_out),
        cmocka_unit_test(scales_and_values_that_cannot_be_are_found_where_they_are),
        cmocka_unit_test(a_scale_spread_over_four_words_is_put_together_before_it_is_judged),
        cmocka_unit_test(faults_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
