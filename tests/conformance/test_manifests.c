/* A manifest of every file that can be opened, malformed ones too: it describes exactly the bytes
 * that are there, survives being written and read, and is the same from a path and from a pipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <pthread.h>
#include <unistd.h>

#include <cmocka.h>

#include <libgguf.h>

static const struct libgguf_open_options lenient = {.struct_size = sizeof lenient,
                                                    .allow_missing_data = true,
                                                    .allow_duplicates = true,
                                                    .single_file = true};

struct bytes {
    char *data;
    size_t size;
};

static int append(void *context, const char *data, size_t size)
{
    struct bytes *const bytes = context;
    bytes->data = realloc(bytes->data, bytes->size + size);
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    return 0;
}

static struct bytes load(const char *path)
{
    struct bytes bytes = {0};
    char window[65536];
    size_t got;
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    while ((got = fread(window, 1, sizeof window, file)) > 0) {
        append(&bytes, window, got);
    }
    fclose(file);
    return bytes;
}

static struct bytes text_of(const struct libgguf_manifest *manifest)
{
    struct bytes text = {0};
    assert_int_equal(libgguf_manifest_write(manifest, append, &text, NULL), LIBGGUF_OK);
    return text;
}

static void check_digest(const struct bytes *bytes, uint64_t offset, uint64_t size,
                         const struct libgguf_digest *digest)
{
    struct libgguf_digest expected;
    assert_true(offset <= bytes->size && size <= bytes->size - offset);
    assert_int_equal(libgguf_sha256(bytes->data + offset, size, &expected, NULL), LIBGGUF_OK);
    assert_true(libgguf_digest_equal(&expected, digest));
}

static void check_against_bytes(const struct libgguf_manifest_file *file, const struct bytes *bytes)
{
    uint64_t end = 0;
    assert_int_equal(file->size, bytes->size);
    if (file->has_sha256) {
        check_digest(bytes, 0, bytes->size, &file->sha256);
    }
    for (size_t i = 0; i < file->chunk_count; i++) {
        const struct libgguf_piece *const piece = &file->chunks[i].piece;
        assert_int_equal(piece->offset, end);
        end += piece->size;
        check_digest(bytes, piece->offset, piece->size, &file->chunks[i].sha256);
        if (piece->role != LIBGGUF_ROLE_DATA) {
            assert_true(piece->role == LIBGGUF_ROLE_TENSORS
                            ? end > file->gguf.data_offset
                            : piece->offset < file->gguf.data_offset);
        }
    }
    assert_int_equal(end, file->size);
    for (size_t i = 0; i < file->tensor_count; i++) {
        const struct libgguf_manifest_tensor *const tensor = &file->tensors[i];
        if (tensor->has_sha256) {
            check_digest(bytes, tensor->offset.value, tensor->size.value, &tensor->sha256);
        }
        if (tensor->has_chunks) {
            const struct libgguf_piece *const first = &file->chunks[tensor->first_chunk].piece;
            const struct libgguf_piece *const last = &file->chunks[tensor->last_chunk].piece;
            assert_in_range(tensor->offset.value, first->offset, first->offset + first->size - 1);
            assert_true(last->offset < tensor->offset.value + tensor->size.value);
        }
    }
}

static void check_reading(const struct libgguf_manifest *manifest, const struct bytes *text)
{
    struct libgguf_manifest *again;
    struct libgguf_error err;
    (void)manifest;
    if (libgguf_manifest_parse(text->data, text->size, &again, &err) != LIBGGUF_OK) {
        fail_msg("%s", err.text);
    }
    struct bytes second = text_of(again);
    assert_int_equal(second.size, text->size);
    assert_memory_equal(second.data, text->data, text->size);
    free(second.data);
    libgguf_manifest_free(again);
}

static void check_verifying(const struct libgguf_manifest *manifest, const struct bytes *bytes)
{
    const struct libgguf_verify_options options = {.struct_size = sizeof options,
                                                   .file_digest = true};
    struct libgguf_source *source;
    struct libgguf_verification found;
    assert_int_equal(libgguf_source_from_memory(bytes->data, bytes->size, &source, NULL),
                     LIBGGUF_OK);
    assert_int_equal(libgguf_manifest_verify(manifest, 0, source, &options, &found, NULL),
                     LIBGGUF_OK);
    assert_int_equal(found.bad_count, 0);
    assert_int_equal(found.found_size, bytes->size);
    assert_true(found.sha256_matches || !found.has_sha256);
    libgguf_verification_free(&found);
    libgguf_source_close(source);
}

struct feed {
    const struct bytes *bytes;
    int fd;
};

static void *feed_main(void *argument)
{
    const struct feed *const feed = argument;
    for (size_t done = 0; done < feed->bytes->size;) {
        const size_t left = feed->bytes->size - done;
        const ssize_t step = write(feed->fd, feed->bytes->data + done, left < 9999 ? left : 9999);
        if (step < 0) {
            break;
        }
        done += (size_t)step;
    }
    close(feed->fd);
    return NULL;
}

static void check_pipe(const struct bytes *bytes, const struct libgguf_manifest_options *options,
                       const struct bytes *expected)
{
    int ends[2];
    pthread_t feeder;
    assert_int_equal(pipe(ends), 0);
    struct feed feed = {.bytes = bytes, .fd = ends[1]};
    assert_int_equal(pthread_create(&feeder, NULL, feed_main, &feed), 0);
    struct libgguf_source *source;
    struct libgguf_file *file;
    struct libgguf_manifest *manifest;
    struct libgguf_error err;
    assert_int_equal(libgguf_source_from_fd(ends[0], (uint64_t)1 << 30, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_open_source(source, &lenient, &file, NULL), LIBGGUF_OK);
    if (libgguf_manifest_create(file, options, &manifest, &err) != LIBGGUF_OK) {
        fail_msg("%s", err.text);
    }
    struct bytes text = text_of(manifest);
    assert_int_equal(text.size, expected->size);
    assert_memory_equal(text.data, expected->data, text.size);
    free(text.data);
    libgguf_manifest_free(manifest);
    libgguf_close(file);
    pthread_join(feeder, NULL);
    close(ends[0]);
}

static void check_model(const struct libgguf_file *file, const struct bytes *bytes)
{
    for (unsigned i = 0; i < 4; i++) {
        const struct libgguf_manifest_options options = {.struct_size = sizeof options,
                                                         .cut = i & 1 ? LIBGGUF_CUT_FIXED
                                                                      : LIBGGUF_CUT_TENSOR,
                                                         .chunk_size = LIBGGUF_MIN_CHUNK_SIZE,
                                                         .no_file_digest = i & 2,
                                                         .tensor_digests = i == 0 || i == 2,
                                                         .threads = 1 + i % 3,
                                                         .name = "name"};
        struct libgguf_manifest *manifest;
        const enum libgguf_status status = libgguf_manifest_create(file, &options, &manifest, NULL);
        if (status == LIBGGUF_ERR_UNSUPPORTED && options.tensor_digests) {
            continue; /* tensors that overlap */
        }
        assert_int_equal(status, LIBGGUF_OK);
        struct bytes text = text_of(manifest);
        check_against_bytes(&manifest->files[0], bytes);
        check_reading(manifest, &text);
        check_verifying(manifest, bytes);
        check_pipe(bytes, &options, &text);
        free(text.data);
        libgguf_manifest_free(manifest);
    }
}

/* Goes through a directory; returns how many files could be opened. */
static size_t check_directory(const char *directory)
{
    size_t opened = 0;
    DIR *const list = opendir(directory);
    assert_non_null(list);
    for (const struct dirent *entry; (entry = readdir(list));) {
        const char *const suffix = strrchr(entry->d_name, '.');
        if (!suffix || strcmp(suffix, ".gguf") != 0) {
            continue;
        }
        char path[4096];
        struct libgguf_file *file;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (libgguf_open(path, &lenient, &file, NULL) == LIBGGUF_OK) {
            struct bytes bytes = load(path);
            check_model(file, &bytes);
            free(bytes.data);
            libgguf_close(file);
            opened++;
        }
    }
    closedir(list);
    return opened;
}

static void every_fixture_that_opens_has_a_true_manifest(void **state)
{
    (void)state;
    assert_true(check_directory(getenv("GGUF_FIXTURES")) > 100);
}

static void every_real_model_has_a_true_manifest(void **state)
{
    (void)state;
    char path[4096];
    snprintf(path, sizeof path, "%s/models", getenv("GGUF_DATA"));
    if (access(path, R_OK) != 0) {
        skip();
    }
    assert_true(check_directory(path) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fixture_that_opens_has_a_true_manifest),
        cmocka_unit_test(every_real_model_has_a_true_manifest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
