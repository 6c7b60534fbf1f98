/* Sets of shards that do not fit together, and sets that cannot be read. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include <libgguf/decode.h>
#include <libgguf/file.h>
#include <libgguf/manifest.h>
#include <libgguf/source.h>
#include <libgguf/tensor.h>
#include <libgguf/writer.h>

static const struct libgguf_open_options lenient = {
    .struct_size = sizeof lenient, .allow_missing_data = true, .allow_duplicates = true};

static enum libgguf_status open_fixture(const char *name,
                                        const struct libgguf_open_options *options,
                                        struct libgguf_file **out, struct libgguf_error *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.gguf", getenv("GGUF_FIXTURES"), name);
    return libgguf_open(path, options, out, err);
}

static void shards_that_do_not_fit_together_are_refused_and_listed_when_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum libgguf_status status;
        const char *words;
    } sets[] = {
        {"split-byte-order-differs-00001-of-00002", LIBGGUF_ERR_SHARDS,
         "another byte order than the first"},
        {"split-architecture-differs-00002-of-00002", LIBGGUF_ERR_SHARDS,
         "another general.architecture than the first"},
        {"split-duplicate-tensor-00001-of-00002", LIBGGUF_ERR_DUPLICATE_TENSOR,
         "occurs in more than one shard"},
        {"split-missing-00003-of-00003", LIBGGUF_ERR_SHARDS, "shard 2 of 3"},
    };
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        struct libgguf_file *file;
        struct libgguf_error err;
        assert_int_equal(open_fixture(sets[i].name, NULL, &file, &err), sets[i].status);
        assert_null(file);
        assert_non_null(strstr(err.text, sets[i].words));
        assert_int_equal(open_fixture(sets[i].name, &lenient, &file, &err), LIBGGUF_OK);
        assert_true(libgguf_shard_count(file) > 1);
        assert_int_equal(libgguf_tensor_count(file), 2);
        libgguf_close(file);
    }
}

/* With one descriptor left, the shard that is named can be opened and the others cannot. */
static void a_shard_that_cannot_be_opened_is_not_missing(void **state)
{
    (void)state;
    struct rlimit before;
    const int next = open("/dev/null", O_RDONLY);
    assert_true(next >= 0);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit one_left = {.rlim_cur = (rlim_t)next + 1, .rlim_max = before.rlim_max};
    struct libgguf_file *file;
    struct libgguf_error err;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &one_left), 0);
    const enum libgguf_status status = open_fixture("split-00002-of-00003", &lenient, &file, &err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(status, LIBGGUF_ERR_IO);
    assert_int_equal(err.sys_errno, EMFILE);
    assert_null(file);
}

static void the_bytes_of_a_shard_have_its_own_byte_order(void **state)
{
    (void)state;
    enum { COUNT = 32 };
    const struct libgguf_open_options alone = {.struct_size = sizeof alone, .single_file = true};
    struct libgguf_file *set;
    struct libgguf_file *shard;
    struct libgguf_writer *writer;
    struct libgguf_error err;
    float expected[COUNT];
    float found[COUNT];
    assert_int_equal(open_fixture("split-byte-order-differs-00001-of-00002", &lenient, &set, &err),
                     LIBGGUF_OK);
    assert_int_equal(open_fixture("split-byte-order-differs-00002-of-00002", &alone, &shard, &err),
                     LIBGGUF_OK);
    const struct libgguf_tensor *const tensor = libgguf_tensor_at(set, 1);
    assert_int_equal(
        libgguf_tensor_decode(shard, libgguf_tensor_at(shard, 0), 0, COUNT, expected, &err),
        LIBGGUF_OK);
    assert_int_equal(libgguf_tensor_decode(set, tensor, 0, COUNT, found, &err), LIBGGUF_OK);
    assert_memory_equal(found, expected, sizeof found);

    assert_int_equal(libgguf_writer_create(NULL, &writer, &err), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_copy_tensor(writer, set, libgguf_tensor_at(set, 0), &err),
                     LIBGGUF_OK);
    assert_int_equal(libgguf_writer_copy_tensor(writer, set, tensor, &err),
                     LIBGGUF_ERR_UNSUPPORTED);
    libgguf_writer_free(writer);
    libgguf_close(shard);
    libgguf_close(set);
}

static void copy(const char *from, const char *to)
{
    char command[3 * 4096];
    assert_true(snprintf(command, sizeof command, "cp '%s' '%s'", from, to) < (int)sizeof command);
    assert_int_equal(system(command), 0);
}

/* Of a set that is cut after it was opened, the error names the shard. */
static void what_cannot_be_read_is_said_of_its_shard(void **state)
{
    (void)state;
    char directory[] = "/tmp/libgguf-shards-XXXXXX";
    char paths[3][4096];
    struct libgguf_file *file;
    struct libgguf_manifest *manifest;
    struct libgguf_error err;
    assert_non_null(mkdtemp(directory));
    for (int i = 0; i < 3; i++) {
        char from[4096];
        snprintf(from, sizeof from, "%s/split-0000%d-of-00003.gguf", getenv("GGUF_FIXTURES"),
                 i + 1);
        snprintf(paths[i], sizeof paths[i], "%s/split-0000%d-of-00003.gguf", directory, i + 1);
        copy(from, paths[i]);
    }
    assert_int_equal(libgguf_open(paths[0], NULL, &file, NULL), LIBGGUF_OK);
    size_t index = 0;
    while (libgguf_tensor_at(file, index)->shard != 1) {
        index++;
    }
    const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, index);
    assert_int_equal(truncate(paths[1], (off_t)tensor->offset), 0);
    unsigned char byte;
    assert_int_equal(libgguf_tensor_read(file, tensor, 0, &byte, 1, &err), LIBGGUF_ERR_TRUNCATED);
    assert_true(strncmp(err.text, "shard 2: ", 9) == 0);
    assert_int_equal(libgguf_manifest_create(file, NULL, &manifest, &err), LIBGGUF_ERR_CHANGED);
    assert_true(strncmp(err.text, "shard 2: ", 9) == 0);
    libgguf_close(file);
    for (int i = 0; i < 3; i++) {
        unlink(paths[i]);
    }
    rmdir(directory);
}

/* Serves a header up to a byte that cannot be read. */
struct failing {
    const unsigned char *bytes;
    size_t size;
    uint64_t bad;
};

static int read_up_to_bad(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    const struct failing *const failing = context;
    if (offset >= failing->bad) {
        return EIO;
    }
    *got = size < failing->bad - offset ? size : (size_t)(failing->bad - offset);
    memcpy(buffer, failing->bytes + offset, *got);
    return 0;
}

static uint64_t whole_size(void *context)
{
    return ((const struct failing *)context)->size;
}

static void a_header_that_cannot_be_read_says_where(void **state)
{
    (void)state;
    static unsigned char bytes[1 << 20];
    char path[4096];
    snprintf(path, sizeof path, "%s/chunked.gguf", getenv("GGUF_FIXTURES"));
    FILE *const stream = fopen(path, "rb");
    struct failing failing = {.bytes = bytes, .size = fread(bytes, 1, sizeof bytes, stream)};
    fclose(stream);
    static const uint64_t places[] = {0, 10, 23, 24, 100, 10000};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const struct libgguf_source_ops ops = {
            .struct_size = sizeof ops, .read = read_up_to_bad, .size = whole_size};
        struct libgguf_source *source;
        struct libgguf_file *file;
        struct libgguf_error err;
        failing.bad = places[i];
        assert_int_equal(libgguf_source_from_ops(&ops, &failing, &source, NULL), LIBGGUF_OK);
        assert_int_equal(libgguf_open_source(source, NULL, &file, &err), LIBGGUF_ERR_IO);
        assert_int_equal(err.offset, places[i]);
        assert_int_equal(err.sys_errno, EIO);
        libgguf_source_close(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shards_that_do_not_fit_together_are_refused_and_listed_when_allowed),
        cmocka_unit_test(a_shard_that_cannot_be_opened_is_not_missing),
        cmocka_unit_test(the_bytes_of_a_shard_have_its_own_byte_order),
        cmocka_unit_test(what_cannot_be_read_is_said_of_its_shard),
        cmocka_unit_test(a_header_that_cannot_be_read_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
