#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/digest.h>

#include "admission/sha256.h"

static uint64_t state = 88172645463325252;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static unsigned char *random_bytes(size_t size)
{
    unsigned char *const bytes = malloc(size);
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (unsigned char)next_random();
    }
    return bytes;
}

static void expect_same(const unsigned char *bytes, size_t size, struct sha256 *hash)
{
    struct libgguf_digest ours;
    struct libgguf_digest theirs;
    sha256_finish(hash, &ours);
    assert_int_equal(libgguf_sha256(bytes, size, &theirs, NULL), LIBGGUF_OK);
    assert_memory_equal(ours.bytes, theirs.bytes, LIBGGUF_DIGEST_SIZE);
}

static void the_digest_of_the_standard_s_example_is_the_published_one(void **unused)
{
    (void)unused;
    static const unsigned char published[LIBGGUF_DIGEST_SIZE] = {
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
        0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
        0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    struct sha256 hash;
    struct libgguf_digest digest;
    sha256_begin(&hash);
    sha256_update(&hash, "abc", 3);
    sha256_finish(&hash, &digest);
    assert_memory_equal(digest.bytes, published, sizeof published);
}

static void every_length_up_to_four_blocks_agrees_with_libcrypto(void **unused)
{
    (void)unused;
    unsigned char *const bytes = random_bytes(256);
    for (size_t size = 0; size <= 256; size++) {
        struct sha256 hash;
        sha256_begin(&hash);
        sha256_update(&hash, bytes, size);
        expect_same(bytes, size, &hash);
    }
    free(bytes);
}

static void it_does_not_matter_where_the_input_is_split(void **unused)
{
    (void)unused;
    const size_t largest = 3 * SHA256_RUN + 77;
    unsigned char *const bytes = random_bytes(largest);
    for (size_t round = 0; round < 300; round++) {
        const size_t size = (size_t)next_random() % largest;
        const size_t widest = (size_t)1 << next_random() % 17;
        struct sha256 hash;
        sha256_begin(&hash);
        for (size_t done = 0; done < size;) {
            size_t step = (size_t)next_random() % (widest + 1);
            step = step < size - done ? step : size - done;
            sha256_update(&hash, bytes + done, step);
            done += step;
        }
        expect_same(bytes, size, &hash);
    }
    free(bytes);
}

static void nothing_adds_nothing_wherever_it_is(void **unused)
{
    (void)unused;
    unsigned char *const bytes = random_bytes(130);
    for (size_t size = 0; size <= 130; size++) {
        struct sha256 hash;
        sha256_begin(&hash);
        sha256_update(&hash, NULL, 0);
        sha256_update(&hash, bytes, size);
        sha256_update(&hash, NULL, 0);
        expect_same(bytes, size, &hash);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digest_of_the_standard_s_example_is_the_published_one),
        cmocka_unit_test(every_length_up_to_four_blocks_agrees_with_libcrypto),
        cmocka_unit_test(it_does_not_matter_where_the_input_is_split),
        cmocka_unit_test(nothing_adds_nothing_wherever_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
