/*
 * Every model there is, fixture or real, comes out of a bundle as it went in: cut in both ways, in
 * several sizes, plain, compressed and signed, and through a store.
 */
#define _XOPEN_SOURCE 700

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libgguf.h>

#include "bundle_files.h"

/* A key for tests, made with openssl genpkey -algorithm ed25519. */
static const char private_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIOB6A0gXwMfGSO04CUUtpHIh+Af28OA9fmCicBzpzInL\n"
    "-----END PRIVATE KEY-----\n";

/* How a bundle is made. */
enum variant { PLAIN, COMPRESSED_AND_SIGNED, THROUGH_STORE, VARIANT_COUNT };

static struct libgguf_bundle_create_options options_of(enum variant variant, enum libgguf_cut cut,
                                                       uint64_t chunk_size)
{
    struct libgguf_bundle_create_options options = {
        .struct_size = sizeof options, .cut = cut, .chunk_size = chunk_size, .no_sync = true};
    if (variant == COMPRESSED_AND_SIGNED) {
        options.gzip = true;
        options.key = private_key;
        options.key_size = strlen(private_key);
    }
    options.store = variant == THROUGH_STORE ? files_path("store") : NULL;
    return options;
}

/* The chunk files one after the other, as the manifest lists them, are the model. */
static void check_chunks(const struct libgguf_manifest_file *file, const unsigned char *bytes,
                         size_t size)
{
    size_t end = 0;
    for (size_t i = 0; i < file->chunk_count; i++) {
        char path[FILES_PATH_SIZE];
        size_t found;
        snprintf(path, sizeof path, "bundle/%s", file->chunks[i].path);
        unsigned char *const chunk = files_read(files_path(path), &found);
        assert_non_null(chunk);
        assert_true(found <= size - end);
        assert_memory_equal(chunk, bytes + end, found);
        free(chunk);
        end += found;
    }
    assert_int_equal(end, size);
}

static void check_unpacked(const struct libgguf_manifest *manifest, const char *path)
{
    struct libgguf_bundle_read_options options = {
        .struct_size = sizeof options, .force = true, .no_sync = true};
    size_t size;
    size_t found;
    unsigned char *const bytes = files_read(path, &size);
    assert_int_equal(libgguf_bundle_unpack(files_path("bundle"), manifest, 0,
                                           files_path("unpacked"), &options, NULL),
                     LIBGGUF_OK);
    unsigned char *const unpacked = files_read(files_path("unpacked"), &found);
    assert_int_equal(found, size);
    assert_memory_equal(unpacked, bytes, size);
    check_chunks(&manifest->files[0], bytes, size);
    free(unpacked);
    free(bytes);
}

static void check_verified(enum variant variant)
{
    struct libgguf_bundle_read_options options = {.struct_size = sizeof options,
                                                  .file_digest = true};
    if (variant == COMPRESSED_AND_SIGNED) {
        options.key = private_key;
        options.key_size = strlen(private_key);
    }
    struct libgguf_bundle_report *report;
    assert_int_equal(libgguf_bundle_verify(files_path("bundle"), &options, &report, NULL),
                     LIBGGUF_OK);
    assert_int_equal(report->finding_count, 0);
    assert_int_equal(report->extra_count, 0);
    assert_false(report->file_digest_wrong);
    libgguf_bundle_report_free(report);
}

static void round_trip(const char *path, const struct libgguf_file *model, enum variant variant,
                       enum libgguf_cut cut, uint64_t chunk_size)
{
    struct libgguf_bundle_create_options options = options_of(variant, cut, chunk_size);
    struct libgguf_bundle_created created;
    struct libgguf_manifest *manifest;
    struct libgguf_error err = {.text = ""};
    enum libgguf_status status;
    files_remove("bundle");
    if (model) {
        status = libgguf_bundle_create(model, files_path("bundle"), &options, &created, &err);
    } else {
        struct libgguf_source *source;
        options.name = "bytes";
        assert_int_equal(libgguf_source_from_path(path, &source, NULL), LIBGGUF_OK);
        status = libgguf_bundle_create_from_source(source, files_path("bundle"), &options, &created,
                                                   &err);
        libgguf_source_close(source);
    }
    if (status) {
        fail_msg("%s: %s", path, err.text);
    }
    check_verified(variant);
    assert_int_equal(libgguf_bundle_manifest(files_path("bundle"), NULL, 0, &manifest, NULL),
                     LIBGGUF_OK);
    assert_int_equal(manifest->file_count, 1);
    assert_int_equal(created.chunk_count, manifest->files[0].chunk_count);
    check_unpacked(manifest, path);
    libgguf_manifest_free(manifest);
}

static void round_trips(const char *path)
{
    static const uint64_t sizes[] = {LIBGGUF_MIN_CHUNK_SIZE, 100000, 0};
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = true,
                                                 .allow_duplicates = true,
                                                 .single_file = true};
    struct libgguf_file *model;
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    /* Of what fits into the smallest chunk there is but one plan. */
    const size_t first = facts.st_size <= LIBGGUF_MIN_CHUNK_SIZE ? 2 : 0;
    (void)!libgguf_open(path, &options, &model, NULL);
    for (size_t i = first; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int variant = 0; variant < VARIANT_COUNT; variant++) {
            if (model) {
                round_trip(path, model, (enum variant)variant, LIBGGUF_CUT_TENSOR, sizes[i]);
            }
            round_trip(path, model, (enum variant)variant, LIBGGUF_CUT_FIXED, sizes[i]);
        }
    }
    libgguf_close(model);
}

static size_t all_in(const char *directory)
{
    size_t count = 0;
    DIR *const stream = opendir(directory);
    const struct dirent *entry;
    while (stream && (entry = readdir(stream)) != NULL) {
        const size_t size = strlen(entry->d_name);
        char path[FILES_PATH_SIZE];
        if (size > 5 && strcmp(entry->d_name + size - 5, ".gguf") == 0) {
            snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
            round_trips(path);
            count++;
        }
    }
    if (stream) {
        closedir(stream);
    }
    return count;
}

static void every_fixture_comes_back_as_it_was(void **state)
{
    (void)state;
    const char *const fixtures = getenv("GGUF_FIXTURES");
    assert_non_null(fixtures);
    assert_true(all_in(fixtures) > 50);
}

static void every_real_model_comes_back_as_it_was(void **state)
{
    (void)state;
    char directory[FILES_PATH_SIZE];
    const char *const data = getenv("GGUF_DATA");
    snprintf(directory, sizeof directory, "%s/models", data ? data : "");
    if (all_in(directory) == 0) {
        printf("skipped: no real models at %s\n", directory);
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fixture_comes_back_as_it_was),
        cmocka_unit_test(every_real_model_comes_back_as_it_was),
    };
    return cmocka_run_group_tests(tests, files_set_up, files_tear_down);
}
