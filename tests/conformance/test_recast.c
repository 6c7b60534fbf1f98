/*
 * Models written anew: on page boundaries, as shards, as one file again. Everything but offsets and
 * the keys about them stays what it was.
 */
/* For MAP_ANONYMOUS, mkdtemp() and nftw(). */
#define _DEFAULT_SOURCE
#define _XOPEN_SOURCE 700

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <libgguf.h>

#include "bundle_files.h"

/* The page of the systems that zero-copy GPU buffers are for. */
#define PAGE 16384

static const char *const names[] = {"tiny-llama", "tiny-moe",       "tensor-types",
                                    "version-2",  "alignment-4096", "version-3-big-endian",
                                    "vocab-only", "chunked"};
static const char *const real_names[] = {"stories260K-f32", "stories260K-F16", "stories260K-Q4_K_M",
                                         "llama-2-tiny-random", "vocab-gpt-2"};

static struct libgguf_file *open_path(const char *path)
{
    struct libgguf_file *file;
    struct libgguf_error err;
    if (libgguf_open(path, NULL, &file, &err)) {
        fail_msg("%s: %s", path, err.text);
    }
    return file;
}

/* Calls @p check with every model that is there. */
static void for_each_model(void (*check)(struct libgguf_file *model))
{
    char path[FILES_PATH_SIZE];
    const char *const data = getenv("GGUF_DATA");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s.gguf", getenv("GGUF_FIXTURES"), names[i]);
        struct libgguf_file *const model = open_path(path);
        check(model);
        libgguf_close(model);
    }
    for (size_t i = 0; data && i < sizeof real_names / sizeof real_names[0]; i++) {
        snprintf(path, sizeof path, "%s/models/%s.gguf", data, real_names[i]);
        if (access(path, R_OK) != 0) {
            continue;
        }
        struct libgguf_file *const model = open_path(path);
        check(model);
        libgguf_close(model);
    }
}

static unsigned char *tensor_bytes(const struct libgguf_file *file,
                                   const struct libgguf_tensor *tensor)
{
    unsigned char *const bytes = malloc((size_t)tensor->size + 1);
    assert_non_null(bytes);
    assert_int_equal(libgguf_tensor_read(file, tensor, 0, bytes, (size_t)tensor->size, NULL),
                     LIBGGUF_OK);
    return bytes;
}

static void check_same_tensor(const struct libgguf_file *left, const struct libgguf_tensor *a,
                              const struct libgguf_file *right, const struct libgguf_tensor *b)
{
    assert_int_equal(a->name.size, b->name.size);
    assert_memory_equal(a->name.data, b->name.data, (size_t)a->name.size);
    assert_int_equal(a->type_id, b->type_id);
    assert_int_equal(a->dim_count, b->dim_count);
    assert_memory_equal(a->dims, b->dims, sizeof a->dims);
    assert_int_equal(a->size, b->size);
    unsigned char *const bytes = tensor_bytes(left, a);
    unsigned char *const others = tensor_bytes(right, b);
    assert_memory_equal(bytes, others, (size_t)a->size);
    free(bytes);
    free(others);
}

static void check_same_tensors(const struct libgguf_file *left, const struct libgguf_file *right)
{
    assert_int_equal(libgguf_tensor_count(left), libgguf_tensor_count(right));
    for (size_t i = 0; i < libgguf_tensor_count(left); i++) {
        check_same_tensor(left, libgguf_tensor_at(left, i), right, libgguf_tensor_at(right, i));
    }
}

/* All entries of @p left are in @p right, in this order and with these bytes, but the alignment. */
static void check_same_metadata(const struct libgguf_file *left, const struct libgguf_file *right)
{
    for (size_t i = 0; i < libgguf_kv_count(left); i++) {
        const struct libgguf_kv *const a = libgguf_kv_at(left, i);
        const struct libgguf_kv *const b = libgguf_kv_at(right, i);
        assert_non_null(b);
        assert_int_equal(a->key.size, b->key.size);
        assert_memory_equal(a->key.data, b->key.data, (size_t)a->key.size);
        if (libgguf_str_equal(&a->key, "general.alignment")) {
            continue;
        }
        assert_int_equal(a->value.type, b->value.type);
        assert_int_equal(a->value.size, b->value.size);
        unsigned char *const bytes = malloc((size_t)a->value.size + 1);
        unsigned char *const others = malloc((size_t)a->value.size + 1);
        assert_int_equal(libgguf_source_read(libgguf_file_source(left), a->value.offset, bytes,
                                             (size_t)a->value.size, NULL),
                         LIBGGUF_OK);
        assert_int_equal(libgguf_source_read(libgguf_file_source(right), b->value.offset, others,
                                             (size_t)b->value.size, NULL),
                         LIBGGUF_OK);
        assert_memory_equal(bytes, others, (size_t)a->value.size);
        free(bytes);
        free(others);
    }
}

static void save(const struct libgguf_file *file, const char *name)
{
    const struct libgguf_bundle_read_options options = {
        .struct_size = sizeof options, .force = true, .no_sync = true};
    assert_int_equal(libgguf_bundle_save(file, NULL, files_path(name), &options, NULL), LIBGGUF_OK);
}

/*
 * What a buffer without a copy needs: an address on a page boundary, and a length of whole pages
 * that stays inside the mapping.
 */
static void check_ranges(const char *path, const struct libgguf_file *file)
{
    const uint64_t size = libgguf_source_size(libgguf_file_source(file));
    FILE *const stream = fopen(path, "rb");
    assert_non_null(stream);
    /* Room to put the mapping on a boundary of this page, which is larger than the system's. */
    unsigned char *const room =
        mmap(NULL, (size_t)size + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(room, MAP_FAILED);
    unsigned char *const base = room + (PAGE - (uintptr_t)room % PAGE) % PAGE;
    assert_ptr_equal(
        mmap(base, (size_t)size, PROT_READ, MAP_PRIVATE | MAP_FIXED, fileno(stream), 0), base);
    for (size_t i = 0; i < libgguf_tensor_count(file); i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, i);
        const uint64_t length = (tensor->size + PAGE - 1) / PAGE * PAGE;
        assert_int_equal((uintptr_t)(base + tensor->offset) % PAGE, 0);
        assert_true(tensor->offset + length <= size);
        unsigned char *const bytes = tensor_bytes(file, tensor);
        assert_memory_equal(base + tensor->offset, bytes, (size_t)tensor->size);
        for (uint64_t j = tensor->size; j < length; j++) {
            assert_int_equal(base[tensor->offset + j], 0);
        }
        free(bytes);
    }
    munmap(room, (size_t)size + PAGE);
    fclose(stream);
}

static void check_aligned(struct libgguf_file *model)
{
    for (uint64_t alignment = 32; alignment <= 65536; alignment *= 2) {
        struct libgguf_file *aligned;
        assert_int_equal(libgguf_recast_align(model, alignment, &aligned, NULL), LIBGGUF_OK);
        assert_int_equal(libgguf_header(aligned)->alignment, alignment);
        assert_int_equal(libgguf_header(aligned)->data_offset % alignment, 0);
        for (size_t i = 0; i < libgguf_tensor_count(aligned); i++) {
            assert_int_equal(libgguf_tensor_at(aligned, i)->offset % alignment, 0);
        }
        check_same_metadata(model, aligned);
        check_same_tensors(model, aligned);
        if (alignment == PAGE) {
            save(aligned, "aligned.gguf");
            struct libgguf_file *const saved = open_path(files_path("aligned.gguf"));
            check_same_tensors(model, saved);
            check_ranges(files_path("aligned.gguf"), saved);
            libgguf_close(saved);
        }
        libgguf_close(aligned);
    }
}

static void every_tensor_of_an_aligned_model_is_fit_for_zero_copy(void **state)
{
    (void)state;
    for_each_model(check_aligned);
}

/* A model is split, each shard is opened alone and all together, and they are merged. */
static void check_split_at(struct libgguf_file *model, uint64_t limit)
{
    struct libgguf_split *split;
    struct libgguf_file *set;
    struct libgguf_file *merged;
    struct libgguf_file *canonical;
    char name[64];
    assert_int_equal(libgguf_split_plan(model, limit, &split, NULL, NULL), LIBGGUF_OK);
    for (size_t i = 0; i < split->count; i++) {
        struct libgguf_file *shard;
        uint16_t number;
        assert_int_equal(libgguf_recast_shard(model, split, i, &shard, NULL), LIBGGUF_OK);
        assert_int_equal(libgguf_source_size(libgguf_file_source(shard)), split->size[i]);
        assert_true(split->size[i] <= limit);
        assert_int_equal(libgguf_get_u16(shard, "split.no", &number, NULL), LIBGGUF_OK);
        assert_int_equal(number, i);
        assert_int_equal(libgguf_get_u16(shard, "split.count", &number, NULL), LIBGGUF_OK);
        assert_int_equal(number, split->count);
        snprintf(name, sizeof name, "shard-%05zu-of-%05zu.gguf", i + 1, split->count);
        save(shard, name);
        libgguf_close(shard);
    }
    snprintf(name, sizeof name, "shard-%05d-of-%05zu.gguf", 1, split->count);
    set = open_path(files_path(name));
    assert_int_equal(libgguf_shard_count(set), split->count);
    assert_int_equal(libgguf_tensor_count(set), libgguf_tensor_count(model));
    assert_int_equal(libgguf_recast_merge(set, &merged, NULL), LIBGGUF_OK);
    check_same_tensors(model, merged);
    check_same_metadata(model, merged);
    assert_int_equal(libgguf_kv_count(merged), libgguf_kv_count(model));
    /* Its bytes are those of the model, were that written by our writer. */
    assert_int_equal(libgguf_recast_merge(model, &canonical, NULL), LIBGGUF_OK);
    if (libgguf_header(model)->version == 3) {
        assert_int_equal(libgguf_source_size(libgguf_file_source(merged)),
                         libgguf_source_size(libgguf_file_source(canonical)));
    }
    libgguf_close(canonical);
    libgguf_close(merged);
    libgguf_close(set);
    libgguf_split_free(split);
}

static void check_split(struct libgguf_file *model)
{
    struct libgguf_split *split;
    struct libgguf_error err;
    uint64_t smallest;
    /* The limit that is named works, and one byte less does not. */
    assert_int_equal(libgguf_split_plan(model, 1, &split, &smallest, &err), LIBGGUF_ERR_RANGE);
    char number[32];
    snprintf(number, sizeof number, "%llu", (unsigned long long)smallest);
    assert_non_null(strstr(err.text, number));
    assert_int_equal(libgguf_split_plan(model, smallest - 1, &split, NULL, NULL),
                     LIBGGUF_ERR_RANGE);
    check_split_at(model, smallest);
    check_split_at(model, 2 * smallest);
    check_split_at(model, INT64_MAX);
}

static void shards_stay_below_the_limit_and_make_the_model_again(void **state)
{
    (void)state;
    for_each_model(check_split);
}

static void an_alignment_that_is_none_is_refused(void **state)
{
    (void)state;
    static const uint64_t alignments[] = {0, 1, 16, 31, 33, 48, 16383, 65537, 131072, UINT64_MAX};
    char path[FILES_PATH_SIZE];
    snprintf(path, sizeof path, "%s/tiny-moe.gguf", getenv("GGUF_FIXTURES"));
    struct libgguf_file *const model = open_path(path);
    for (size_t i = 0; i < sizeof alignments / sizeof alignments[0]; i++) {
        struct libgguf_file *aligned;
        assert_int_equal(libgguf_recast_align(model, alignments[i], &aligned, NULL),
                         LIBGGUF_ERR_ARGUMENT);
        assert_null(aligned);
    }
    libgguf_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tensor_of_an_aligned_model_is_fit_for_zero_copy),
        cmocka_unit_test(shards_stay_below_the_limit_and_make_the_model_again),
        cmocka_unit_test(an_alignment_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, files_set_up, files_tear_down);
}
