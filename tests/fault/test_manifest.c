/* Making, writing, reading and verifying a manifest, with each allocation failing in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "allocator.h"

#include <libgguf.h>

static char model_path[4096];
static char corpus_path[4096];

/* The allocator is not for several threads. */
static const struct libgguf_manifest_options create_options = {.struct_size = sizeof create_options,
                                                               .chunk_size = LIBGGUF_MIN_CHUNK_SIZE,
                                                               .threads = 1,
                                                               .tensor_digests = true};
static const struct libgguf_verify_options verify_options = {
    .struct_size = sizeof verify_options, .threads = 1, .file_digest = true};

static struct libgguf_file *model;

static enum libgguf_status create(void *context, struct libgguf_error *err)
{
    (void)context;
    struct libgguf_manifest *manifest;
    const enum libgguf_status status =
        libgguf_manifest_create(model, &create_options, &manifest, err);
    libgguf_manifest_free(manifest);
    return status;
}

static enum libgguf_status verify(const struct libgguf_manifest *manifest, const char *path,
                                  struct libgguf_error *err)
{
    struct libgguf_source *source;
    struct libgguf_verification found;
    enum libgguf_status status = libgguf_source_from_path(path, &source, err);
    if (!status) {
        status = libgguf_manifest_verify(manifest, 0, source, &verify_options, &found, err);
        libgguf_verification_free(&found);
        libgguf_source_close(source);
    }
    return status;
}

/* The valid manifest of the fuzz corpus, held against a file that is another one. */
static enum libgguf_status parse_and_verify(void *context, struct libgguf_error *err)
{
    (void)context;
    static char text[65536];
    FILE *const file = fopen(corpus_path, "rb");
    assert_non_null(file);
    const size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    struct libgguf_manifest *manifest;
    enum libgguf_status status = libgguf_manifest_parse(text, size, &manifest, err);
    if (!status) {
        const struct libgguf_manifest_gzip gzip = {.path = "z", .size = 1};
        status = libgguf_manifest_set_path(manifest, 0, 0, "other", err);
        status = status ? status : libgguf_manifest_set_gzip(manifest, 0, 0, &gzip, err);
        status = status ? status : verify(manifest, model_path, err);
        libgguf_manifest_free(manifest);
    }
    return status;
}

static void check_every_failure(enum libgguf_status (*work)(void *context,
                                                            struct libgguf_error *err))
{
    struct libgguf_error err;
    /* What libcrypto sets up once does not count. */
    assert_int_equal(work(NULL, &err), LIBGGUF_OK);
    assert_true(allocator_fail_each(allocator_fail_once, work, NULL) > 4);
}

static void a_failing_allocation_ends_the_making_of_a_manifest(void **state)
{
    (void)state;
    assert_int_equal(libgguf_open(model_path, NULL, &model, NULL), LIBGGUF_OK);
    check_every_failure(create);
    libgguf_close(model);
}

static void a_failing_allocation_ends_reading_and_verifying(void **state)
{
    (void)state;
    check_every_failure(parse_and_verify);
}

int main(void)
{
    snprintf(model_path, sizeof model_path, "%s/chunked.gguf", getenv("GGUF_FIXTURES"));
    snprintf(corpus_path, sizeof corpus_path, "%s/tests/fuzz/corpus/manifest/valid.json",
             getenv("GGUF_SOURCE"));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failing_allocation_ends_the_making_of_a_manifest),
        cmocka_unit_test(a_failing_allocation_ends_reading_and_verifying),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
