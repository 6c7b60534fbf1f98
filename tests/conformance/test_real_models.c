/* Models that other tools wrote: what is in them is known, and survives being copied by our writer
 * with another alignment, version and byte order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf.h>

/* Counted by a reader that shares nothing with this one. */
static const struct model {
    const char *name;
    uint32_t version;
    size_t kv_count;
    size_t tensor_count;
    uint64_t token_count;
    const char *architecture;
} models[] = {
    {"llama-2-tiny-random.gguf", 3, 18, 12, 32000, "llama"},
    {"stories260K-F16.gguf", 3, 21, 48, 512, "llama"},
    {"stories260K-Q4_K_M.gguf", 3, 21, 48, 512, "llama"},
    {"stories260K-f32.gguf", 3, 19, 48, 512, "llama"},
    {"vocab-bert-bge.gguf", 3, 20, 0, 30522, "bert"},
    {"vocab-deepseek-llm.gguf", 3, 23, 0, 102400, "llama"},
    {"vocab-falcon-v2.gguf", 2, 17, 0, 65024, "falcon"},
    {"vocab-gpt-2.gguf", 3, 16, 0, 50257, "gpt2"},
    {"vocab-llama-spm.gguf", 3, 22, 0, 32000, "llama"},
    {"vocab-llama-v1.gguf", 1, 12, 0, 32000, "llama"},
};

#define MODEL_COUNT (sizeof models / sizeof models[0])

static struct libgguf_file *open_model(const struct model *model)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/models/%s", getenv("GGUF_DATA"), model->name);
    struct libgguf_file *file;
    struct libgguf_error err;
    if (libgguf_open(path, NULL, &file, &err) != LIBGGUF_OK) {
        fail_msg("%s: %s", path, err.text);
    }
    return file;
}

static void every_model_opens_with_what_is_known_to_be_in_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < MODEL_COUNT; i++) {
        struct libgguf_file *file = open_model(&models[i]);
        struct libgguf_str architecture;
        struct libgguf_array tokens;
        assert_int_equal(libgguf_header(file)->version, models[i].version);
        assert_int_equal(libgguf_kv_count(file), models[i].kv_count);
        assert_int_equal(libgguf_tensor_count(file), models[i].tensor_count);
        assert_int_equal(libgguf_get_str(file, "general.architecture", &architecture, NULL),
                         LIBGGUF_OK);
        assert_true(libgguf_str_equal(&architecture, models[i].architecture));
        assert_int_equal(libgguf_get_array(file, "tokenizer.ggml.tokens", &tokens, NULL),
                         LIBGGUF_OK);
        assert_int_equal(tokens.count, models[i].token_count);
        libgguf_close(file);
    }
}

static bool expect_version_1_only(void *context, const struct libgguf_finding *finding)
{
    const struct model *model = context;
    if (model->version != 1 || strcmp(finding->rule->id, "version-1") != 0) {
        fail_msg("%s: %s", model->name, finding->text);
    }
    return true;
}

static void no_model_has_a_finding_but_its_version(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * MODEL_COUNT; i++) {
        struct model model = models[i / 2];
        struct libgguf_file *file = open_model(&model);
        const struct libgguf_check_options options = {.struct_size = sizeof options,
                                                      .profile = i % 2 ? LIBGGUF_PROFILE_SPEC
                                                                       : LIBGGUF_PROFILE_LLAMA_CPP};
        assert_int_equal(libgguf_check(file, &options, expect_version_1_only, &model, NULL),
                         LIBGGUF_OK);
        libgguf_close(file);
    }
}

struct memory {
    unsigned char *data;
    size_t size;
    size_t capacity;
};

static int take(void *context, const void *data, size_t size)
{
    struct memory *memory = context;
    if (size > memory->capacity - memory->size) {
        memory->capacity = 2 * (memory->capacity + size);
        memory->data = realloc(memory->data, memory->capacity);
        assert_non_null(memory->data);
    }
    memcpy(memory->data + memory->size, data, size);
    memory->size += size;
    return 0;
}

static struct libgguf_file *copied(const struct libgguf_file *file,
                                   const struct libgguf_writer_options *options,
                                   struct memory *memory)
{
    struct libgguf_writer *writer;
    assert_int_equal(libgguf_writer_create(options, &writer, NULL), LIBGGUF_OK);
    for (size_t i = 0; i < libgguf_kv_count(file); i++) {
        assert_int_equal(libgguf_writer_copy_kv(writer, file, libgguf_kv_at(file, i), NULL),
                         LIBGGUF_OK);
    }
    for (size_t i = 0; i < libgguf_tensor_count(file) && !options->big_endian; i++) {
        assert_int_equal(libgguf_writer_copy_tensor(writer, file, libgguf_tensor_at(file, i), NULL),
                         LIBGGUF_OK);
    }
    *memory = (struct memory){.size = 0};
    const struct libgguf_sink sink = {.struct_size = sizeof sink, .write = take, .context = memory};
    assert_int_equal(libgguf_writer_write(writer, &sink, NULL), LIBGGUF_OK);
    libgguf_writer_free(writer);
    struct libgguf_file *copy;
    struct libgguf_error err;
    if (libgguf_open_memory(memory->data, memory->size, NULL, &copy, &err) != LIBGGUF_OK) {
        fail_msg("the copy: %s", err.text);
    }
    return copy;
}

static void assert_same_string(const struct libgguf_file *file, const struct libgguf_str *one,
                               const struct libgguf_file *copy, const struct libgguf_str *other)
{
    char *texts[2];
    assert_int_equal(one->size, other->size);
    assert_int_equal(libgguf_str_load(file, one, &texts[0], NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_str_load(copy, other, &texts[1], NULL), LIBGGUF_OK);
    assert_memory_equal(texts[0], texts[1], one->size);
    libgguf_free(texts[0]);
    libgguf_free(texts[1]);
}

static void assert_same_value(const struct libgguf_file *file, const struct libgguf_value *one,
                              const struct libgguf_file *copy, const struct libgguf_value *other)
{
    assert_int_equal(one->type, other->type);
    if (one->type == LIBGGUF_VALUE_STRING) {
        assert_same_string(file, &one->as.string, copy, &other->as.string);
    } else if (one->type != LIBGGUF_VALUE_ARRAY) {
        assert_memory_equal(&one->as, &other->as, libgguf_value_type_size(one->type));
    } else {
        struct libgguf_array_iter iters[2];
        struct libgguf_value elements[2];
        assert_int_equal(one->as.array.count, other->as.array.count);
        libgguf_array_begin(&iters[0], &one->as.array);
        libgguf_array_begin(&iters[1], &other->as.array);
        while (libgguf_array_next(&iters[0], &elements[0])) {
            assert_true(libgguf_array_next(&iters[1], &elements[1]));
            if (one->as.array.type == LIBGGUF_VALUE_STRING) {
                assert_int_equal(elements[0].as.string.size, elements[1].as.string.size);
                assert_memory_equal(elements[0].as.string.data, elements[1].as.string.data,
                                    elements[0].as.string.size);
            } else {
                assert_memory_equal(&elements[0].as, &elements[1].as,
                                    libgguf_value_type_size(one->as.array.type));
            }
        }
        assert_int_equal(libgguf_array_status(&iters[0]), LIBGGUF_OK);
        assert_int_equal(libgguf_array_status(&iters[1]), LIBGGUF_OK);
    }
}

static void assert_same_tensor(const struct libgguf_file *file, const struct libgguf_tensor *one,
                               const struct libgguf_file *copy, const struct libgguf_tensor *other)
{
    assert_int_equal(one->type_id, other->type_id);
    assert_memory_equal(one->dims, other->dims, sizeof one->dims);
    assert_int_equal(one->size, other->size);
    unsigned char *data[2] = {malloc((size_t)one->size), malloc((size_t)one->size)};
    assert_int_equal(libgguf_tensor_read(file, one, 0, data[0], (size_t)one->size, NULL),
                     LIBGGUF_OK);
    assert_int_equal(libgguf_tensor_read(copy, other, 0, data[1], (size_t)one->size, NULL),
                     LIBGGUF_OK);
    assert_memory_equal(data[0], data[1], one->size);
    free(data[0]);
    free(data[1]);
}

static void assert_same_content(const struct libgguf_file *file, const struct libgguf_file *copy)
{
    for (size_t i = 0; i < libgguf_kv_count(file); i++) {
        const struct libgguf_kv *one = libgguf_kv_at(file, i);
        const struct libgguf_kv *other = libgguf_kv_at(copy, i);
        assert_non_null(other);
        assert_int_equal(one->key.size, other->key.size);
        assert_memory_equal(one->key.data, other->key.data, one->key.size);
        if (!libgguf_str_equal(&one->key, "general.alignment")) {
            assert_same_value(file, &one->value, copy, &other->value);
        }
    }
    for (size_t i = 0; i < libgguf_tensor_count(copy); i++) {
        assert_same_tensor(file, libgguf_tensor_at(file, i), copy, libgguf_tensor_at(copy, i));
    }
}

static void copies_in_every_version_alignment_and_byte_order_keep_the_content(void **state)
{
    (void)state;
    static const struct libgguf_writer_options copies[] = {
        {sizeof copies[0], 3, false, 16384},
        {sizeof copies[0], 1, false, 0},
        {sizeof copies[0], 2, true, 0},
    };
    for (size_t i = 0; i < MODEL_COUNT; i++) {
        struct libgguf_file *file = open_model(&models[i]);
        for (size_t c = 0; c < sizeof copies / sizeof copies[0]; c++) {
            struct memory memory;
            struct libgguf_file *copy = copied(file, &copies[c], &memory);
            assert_int_equal(libgguf_header(copy)->version, copies[c].version);
            assert_int_equal(libgguf_header(copy)->big_endian, copies[c].big_endian);
            assert_same_content(file, copy);
            libgguf_close(copy);
            free(memory.data);
        }
        libgguf_close(file);
    }
}

/* llama.cpp and other tools wrote these, so this compares their writers with ours. Theirs leave out
 * the padding of a header that no tensor follows. */
static void a_copy_of_the_same_kind_has_the_bytes_of_the_original(void **state)
{
    (void)state;
    for (size_t i = 0; i < MODEL_COUNT; i++) {
        struct libgguf_file *file = open_model(&models[i]);
        const struct libgguf_writer_options options = {.struct_size = sizeof options,
                                                       .version = models[i].version};
        struct memory memory;
        libgguf_close(copied(file, &options, &memory));
        const size_t size = (size_t)libgguf_header(file)->file_size;
        unsigned char *original = malloc(size);
        assert_non_null(original);
        assert_int_equal(libgguf_source_read(libgguf_file_source(file), 0, original, size, NULL),
                         LIBGGUF_OK);
        assert_true(memory.size >= size && memory.size < size + LIBGGUF_DEFAULT_ALIGNMENT);
        assert_true(memory.size == size || models[i].tensor_count == 0);
        assert_true(memcmp(memory.data, original, size) == 0);
        free(original);
        free(memory.data);
        libgguf_close(file);
    }
}

int main(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/models/%s", getenv("GGUF_DATA"), models[0].name);
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        printf("skipped: no real models at %s\n", path);
        return 77;
    }
    fclose(stream);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_opens_with_what_is_known_to_be_in_it),
        cmocka_unit_test(no_model_has_a_finding_but_its_version),
        cmocka_unit_test(a_copy_of_the_same_kind_has_the_bytes_of_the_original),
        cmocka_unit_test(copies_in_every_version_alignment_and_byte_order_keep_the_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
