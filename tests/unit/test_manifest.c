#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/manifest.h>

#define DATA_SIZE 500000
#define CHUNK_SIZE LIBGGUF_MIN_CHUNK_SIZE

static unsigned char data[DATA_SIZE];

static void fill(void)
{
    uint32_t x = 99;
    for (size_t i = 0; i < sizeof data; i++) {
        x = x * 1664525 + 1013904223;
        data[i] = (unsigned char)(x >> 24) | 1;
    }
}

static struct libgguf_manifest *manifest_of(const void *bytes, size_t size)
{
    const struct libgguf_manifest_options options = {.struct_size = sizeof options,
                                                     .cut = LIBGGUF_CUT_FIXED,
                                                     .chunk_size = CHUNK_SIZE,
                                                     .name = "data.bin"};
    struct libgguf_source *source;
    struct libgguf_manifest *manifest;
    assert_int_equal(libgguf_source_from_memory(bytes, size, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_manifest_create_from_source(source, &options, &manifest, NULL),
                     LIBGGUF_OK);
    libgguf_source_close(source);
    return manifest;
}

static struct libgguf_verification verify(const struct libgguf_manifest *manifest,
                                          const void *bytes, size_t size)
{
    const struct libgguf_verify_options options = {.struct_size = sizeof options,
                                                   .file_digest = true};
    struct libgguf_source *source;
    struct libgguf_verification found;
    assert_int_equal(libgguf_source_from_memory(bytes, size, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_manifest_verify(manifest, 0, source, &options, &found, NULL),
                     LIBGGUF_OK);
    libgguf_source_close(source);
    return found;
}

static void paths_stay_below_the_manifest(void **state)
{
    (void)state;
    static const char *const good[] = {"a",         "a/b",      "chunks/00ff.bin", "...",
                                       "a/..b/c..", "\xc3\xbc", "with space",      "-"};
    static const char *const bad[] = {"",      ".",     "..",   "/a",    "a/",   "a//b",
                                      "a/./b", "a/../", "../a", "a\\b",  "c:a",  "a?b",
                                      "a#b",   "a%2e",  "a\nb", "a\x7f", "\xff", "a/\xed\xa0\x80"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(libgguf_manifest_path_is_safe(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(libgguf_manifest_path_is_safe(bad[i]));
    }
}

static int append(void *context, const char *bytes, size_t size)
{
    strncat(context, bytes, size);
    return 0;
}

static void a_bundle_is_written_and_read_again(void **state)
{
    (void)state;
    static char text[100000];
    struct libgguf_manifest *const manifest = manifest_of(data, 100000);
    const struct libgguf_manifest_gzip gzip = {
        .path = "z/0", .size = 12, .sha256 = manifest->files[0].sha256};
    assert_int_equal(libgguf_manifest_set_path(manifest, 0, 0, "c/0", NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_manifest_set_path(manifest, 0, 1, "c/1", NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_manifest_set_gzip(manifest, 0, 1, &gzip, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_manifest_set_gzip(manifest, 0, 1, &gzip, NULL), LIBGGUF_OK);
    text[0] = '\0';
    assert_int_equal(libgguf_manifest_write(manifest, append, text, NULL), LIBGGUF_OK);
    libgguf_manifest_free(manifest);

    struct libgguf_manifest *again;
    assert_int_equal(libgguf_manifest_parse(text, strlen(text), &again, NULL), LIBGGUF_OK);
    assert_true(again->is_bundle);
    assert_string_equal(again->files[0].chunks[0].path, "c/0");
    assert_null(again->files[0].chunks[0].gzip);
    assert_string_equal(again->files[0].chunks[1].gzip->path, "z/0");
    assert_int_equal(again->files[0].chunks[1].gzip->size, 12);
    assert_string_equal(again->files[0].name.data, "data.bin");
    libgguf_manifest_free(again);
}

static void chunks_that_are_not_there_have_no_path(void **state)
{
    (void)state;
    const struct libgguf_manifest_gzip gzip = {.path = "../x", .size = 1};
    struct libgguf_manifest *const manifest = manifest_of(data, 100000);
    assert_int_equal(libgguf_manifest_set_path(manifest, 1, 0, "a", NULL), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_manifest_set_path(manifest, 0, 2, "a", NULL), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_manifest_set_path(manifest, 0, 0, "../a", NULL), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_manifest_set_gzip(manifest, 0, 0, &gzip, NULL), LIBGGUF_ERR_ARGUMENT);
    assert_false(manifest->is_bundle);
    libgguf_manifest_free(manifest);
}

static int refuse(void *context, const char *bytes, size_t size)
{
    (void)context;
    (void)bytes;
    (void)size;
    return 28; /* ENOSPC */
}

static void a_sink_that_fails_is_an_error(void **state)
{
    (void)state;
    struct libgguf_manifest *const manifest = manifest_of(data, 100000);
    struct libgguf_error err;
    assert_int_equal(libgguf_manifest_write(manifest, refuse, NULL, &err), LIBGGUF_ERR_IO);
    assert_int_equal(err.sys_errno, 28);
    libgguf_manifest_free(manifest);
}

static void a_chunk_is_found_by_any_of_its_bytes(void **state)
{
    (void)state;
    struct libgguf_manifest *const manifest = manifest_of(data, sizeof data);
    const struct libgguf_manifest_file *const file = &manifest->files[0];
    size_t found;
    for (size_t i = 0; i < file->chunk_count; i++) {
        const struct libgguf_piece *const piece = &file->chunks[i].piece;
        assert_true(libgguf_manifest_chunk_at(file, piece->offset, &found));
        assert_int_equal(found, i);
        assert_true(libgguf_manifest_chunk_at(file, piece->offset + piece->size - 1, &found));
        assert_int_equal(found, i);
    }
    assert_false(libgguf_manifest_chunk_at(file, sizeof data, &found));
    assert_false(libgguf_manifest_chunk_at(file, UINT64_MAX, &found));
    libgguf_manifest_free(manifest);
}

static void names_must_be_plain(void **state)
{
    (void)state;
    static const char *const names[] = {"", ".", "..", "a/b", NULL};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct libgguf_manifest_options options = {
            .struct_size = sizeof options, .cut = LIBGGUF_CUT_FIXED, .name = names[i]};
        struct libgguf_source *source;
        struct libgguf_manifest *manifest;
        assert_int_equal(libgguf_source_from_memory(data, 10, &source, NULL), LIBGGUF_OK);
        assert_int_equal(libgguf_manifest_create_from_source(source, &options, &manifest, NULL),
                         LIBGGUF_ERR_ARGUMENT);
        assert_null(manifest);
        libgguf_source_close(source);
    }
}

static void check_bad(const struct libgguf_verification *found, size_t index,
                      enum libgguf_chunk_fault fault)
{
    for (size_t i = 0; i < found->bad_count; i++) {
        if (found->bad[i].index == index) {
            assert_int_equal(found->bad[i].fault, fault);
            return;
        }
    }
    fail_msg("chunk %zu is not bad", index);
}

static void every_fault_of_a_chunk_is_told_from_the_others(void **state)
{
    (void)state;
    static unsigned char copy[DATA_SIZE];
    struct libgguf_manifest *const manifest = manifest_of(data, sizeof data);
    memcpy(copy, data, sizeof copy);
    copy[5] ^= 1;                                                     /* 0 */
    memset(copy + CHUNK_SIZE, 0, CHUNK_SIZE);                         /* 1 */
    memcpy(copy + 2 * CHUNK_SIZE, data + 3 * CHUNK_SIZE, CHUNK_SIZE); /* 2 */
    struct libgguf_verification found = verify(manifest, copy, 5 * CHUNK_SIZE + 10);
    assert_int_equal(found.bad_count, 6);
    check_bad(&found, 0, LIBGGUF_CHUNK_DIFFERENT);
    check_bad(&found, 1, LIBGGUF_CHUNK_ZEROED);
    check_bad(&found, 2, LIBGGUF_CHUNK_MISPLACED);
    assert_int_equal(found.bad[2].other_chunk, 3);
    check_bad(&found, 5, LIBGGUF_CHUNK_CUT_SHORT);
    check_bad(&found, 6, LIBGGUF_CHUNK_MISSING);
    check_bad(&found, 7, LIBGGUF_CHUNK_MISSING);
    assert_int_equal(found.found_size, 5 * CHUNK_SIZE + 10);
    assert_int_equal(found.zero_tail, 0);
    assert_false(found.sha256_matches);
    libgguf_verification_free(&found);
    libgguf_manifest_free(manifest);
}

static void zeros_at_the_end_are_measured_unless_they_belong_there(void **state)
{
    (void)state;
    static unsigned char copy[DATA_SIZE];
    memcpy(copy, data, sizeof copy);
    memset(copy + DATA_SIZE - 300000, 0, 300000);
    struct libgguf_manifest *manifest = manifest_of(data, sizeof data);
    struct libgguf_verification found = verify(manifest, copy, sizeof copy);
    assert_int_equal(found.zero_tail, 300000);
    libgguf_verification_free(&found);
    libgguf_manifest_free(manifest);

    manifest = manifest_of(copy, sizeof copy);
    found = verify(manifest, copy, sizeof copy);
    assert_int_equal(found.bad_count, 0);
    assert_int_equal(found.zero_tail, 0);
    assert_true(found.sha256_matches);
    libgguf_verification_free(&found);

    copy[0] ^= 1; /* damage elsewhere does not make them suspect */
    found = verify(manifest, copy, sizeof copy);
    assert_int_equal(found.bad_count, 1);
    assert_int_equal(found.zero_tail, 0);
    libgguf_verification_free(&found);
    libgguf_manifest_free(manifest);
}

static void more_bytes_than_there_should_be_are_counted(void **state)
{
    (void)state;
    struct libgguf_manifest *const manifest = manifest_of(data, 100000);
    struct libgguf_verification found = verify(manifest, data, 100001);
    assert_int_equal(found.bad_count, 0);
    assert_int_equal(found.found_size, 100001);
    assert_false(found.sha256_matches);
    libgguf_verification_free(&found);
    libgguf_manifest_free(manifest);
}

static bool stop(void *context, uint64_t bytes)
{
    (void)context;
    return bytes < 100000;
}

static void making_and_verifying_can_be_cancelled(void **state)
{
    (void)state;
    const struct libgguf_digest_hooks hooks = {.struct_size = sizeof hooks, .progress = stop};
    const struct libgguf_manifest_options options = {.struct_size = sizeof options,
                                                     .cut = LIBGGUF_CUT_FIXED,
                                                     .chunk_size = CHUNK_SIZE,
                                                     .name = "data.bin",
                                                     .hooks = &hooks};
    const struct libgguf_verify_options verify_options = {.struct_size = sizeof verify_options,
                                                          .hooks = &hooks};
    struct libgguf_source *source;
    struct libgguf_manifest *cancelled;
    struct libgguf_verification found;
    assert_int_equal(libgguf_source_from_memory(data, sizeof data, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_manifest_create_from_source(source, &options, &cancelled, NULL),
                     LIBGGUF_ERR_CANCELLED);
    assert_null(cancelled);
    struct libgguf_manifest *const manifest = manifest_of(data, sizeof data);
    assert_int_equal(libgguf_manifest_verify(manifest, 0, source, &verify_options, &found, NULL),
                     LIBGGUF_ERR_CANCELLED);
    assert_null(found.bad);
    libgguf_manifest_free(manifest);
    libgguf_source_close(source);
}

static void a_file_that_the_manifest_does_not_have_cannot_be_verified(void **state)
{
    (void)state;
    struct libgguf_source *source;
    struct libgguf_verification found;
    struct libgguf_manifest *const manifest = manifest_of(data, 10);
    assert_int_equal(libgguf_source_from_memory(data, 10, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_manifest_verify(manifest, 1, source, NULL, &found, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    libgguf_source_close(source);
    libgguf_manifest_free(manifest);
}

int main(void)
{
    fill();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_stay_below_the_manifest),
        cmocka_unit_test(a_bundle_is_written_and_read_again),
        cmocka_unit_test(chunks_that_are_not_there_have_no_path),
        cmocka_unit_test(a_sink_that_fails_is_an_error),
        cmocka_unit_test(a_chunk_is_found_by_any_of_its_bytes),
        cmocka_unit_test(names_must_be_plain),
        cmocka_unit_test(every_fault_of_a_chunk_is_told_from_the_others),
        cmocka_unit_test(zeros_at_the_end_are_measured_unless_they_belong_there),
        cmocka_unit_test(more_bytes_than_there_should_be_are_counted),
        cmocka_unit_test(making_and_verifying_can_be_cancelled),
        cmocka_unit_test(a_file_that_the_manifest_does_not_have_cannot_be_verified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
