#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include <libgguf.h>

struct memory {
    unsigned char *data;
    size_t size;
    size_t calls;       /* of the sink */
    size_t fail_call;   /* the call that fails, counted from 1; 0 for none */
    int fail_errno;     /* with which it fails */
    uint64_t hole_size; /* zeros taken as holes */
};

static int take(void *context, const void *data, size_t size)
{
    struct memory *memory = context;
    if (++memory->calls == memory->fail_call) {
        return memory->fail_errno;
    }
    memory->data = realloc(memory->data, memory->size + size);
    assert_non_null(memory->data);
    memcpy(memory->data + memory->size, data, size);
    memory->size += size;
    return 0;
}

static int take_hole(void *context, uint64_t size)
{
    struct memory *memory = context;
    if (++memory->calls == memory->fail_call) {
        return memory->fail_errno;
    }
    memory->hole_size += size;
    return 0;
}

static struct libgguf_sink sink_into(struct memory *memory)
{
    return (struct libgguf_sink){
        .struct_size = sizeof(struct libgguf_sink), .write = take, .context = memory};
}

static struct libgguf_writer *new_writer(uint32_t version, bool big_endian, uint64_t alignment)
{
    const struct libgguf_writer_options options = {.struct_size = sizeof options,
                                                   .version = version,
                                                   .big_endian = big_endian,
                                                   .alignment = alignment};
    struct libgguf_writer *writer;
    assert_int_equal(libgguf_writer_create(&options, &writer, NULL), LIBGGUF_OK);
    return writer;
}

static struct libgguf_file *written(struct libgguf_writer *writer, struct memory *memory)
{
    *memory = (struct memory){0};
    const struct libgguf_sink sink = sink_into(memory);
    struct libgguf_error err = {0};
    if (libgguf_writer_write(writer, &sink, &err) != LIBGGUF_OK) {
        fail_msg("%s", err.text);
    }
    struct libgguf_file *file;
    if (libgguf_open_memory(memory->data, memory->size, NULL, &file, &err) != LIBGGUF_OK) {
        fail_msg("%s", err.text);
    }
    return file;
}

static enum libgguf_status read_counting(void *context, uint64_t from, void *buffer, size_t size,
                                         struct libgguf_error *err)
{
    (void)err;
    uint64_t *next = context;
    assert_int_equal(from, *next);
    for (size_t i = 0; i < size; i++) {
        ((unsigned char *)buffer)[i] = (unsigned char)((from + i) % 251);
    }
    *next += size;
    return LIBGGUF_OK;
}

static const char *const words[] = {"", "one", "\xff\x00 two"};

static void add_arrays(struct libgguf_writer *writer)
{
    static const int16_t numbers[] = {-1, 2, INT16_MIN};
    const struct libgguf_str strings[] = {{words[0], 0, 0}, {words[1], 3, 0}, {words[2], 6, 0}};
    const struct libgguf_array_input flat = {LIBGGUF_VALUE_I16, 3, numbers};
    const struct libgguf_array_input texts = {LIBGGUF_VALUE_STRING, 3, strings};
    const struct libgguf_array_input pair[] = {flat, texts};
    const struct libgguf_array_input second = {LIBGGUF_VALUE_ARRAY, 2, pair};
    const struct libgguf_array_input third = {LIBGGUF_VALUE_ARRAY, 1, &second};
    const struct libgguf_array_input fourth = {LIBGGUF_VALUE_ARRAY, 1, &third};
    const struct libgguf_array_input empty = {LIBGGUF_VALUE_F64, 0, NULL};
    assert_int_equal(libgguf_writer_add_array(writer, "a.flat", &flat, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_array(writer, "a.texts", &texts, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_array(writer, "a.deep", &third, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_array(writer, "a.empty", &empty, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_array(writer, "a.deepest", &fourth, NULL), LIBGGUF_OK);
    const struct libgguf_array_input fifth = {LIBGGUF_VALUE_ARRAY, 1, &fourth};
    assert_int_equal(libgguf_writer_add_array(writer, "a.fifth", &fifth, NULL), LIBGGUF_ERR_DEPTH);
}

static void add_everything(struct libgguf_writer *writer, char *long_text, size_t long_size)
{
    memset(long_text, 'x', long_size);
    long_text[long_size - 1] = 'y';
    assert_int_equal(libgguf_writer_add_u8(writer, "u8", UINT8_MAX, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_i8(writer, "i8", INT8_MIN, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_u16(writer, "u16", 0xfffe, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_i16(writer, "i16", INT16_MIN, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_u32(writer, "u32", 0xfedcba98, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_i32(writer, "i32", INT32_MIN, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_u64(writer, "u64", UINT64_MAX, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_i64(writer, "i64", INT64_MIN, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_f32(writer, "f32", 1e-5f, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_f64(writer, "f64", -0.1, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_bool(writer, "bool", true, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_str(writer, "str", "tiny", 4, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_str(writer, "long", long_text, long_size, NULL),
                     LIBGGUF_OK);
    add_arrays(writer);
}

static void add_counted_tensor(struct libgguf_writer *writer, uint64_t *next)
{
    const struct libgguf_tensor_input tensor = {.struct_size = sizeof tensor,
                                                .name = "blk.0.w",
                                                .name_size = 7,
                                                .type_id = 8,
                                                .dim_count = 3,
                                                .dims = {64, 33, 2},
                                                .read = read_counting,
                                                .context = next};
    assert_int_equal(libgguf_writer_add_tensor(writer, &tensor, NULL), LIBGGUF_OK);
    const struct libgguf_tensor_input scalar = {
        .struct_size = sizeof scalar, .name = "scalar", .name_size = 6, .type_id = 0};
    assert_int_equal(libgguf_writer_add_tensor(writer, &scalar, NULL), LIBGGUF_OK);
}

static void assert_deep_arrays(const struct libgguf_file *file)
{
    struct libgguf_array array;
    assert_int_equal(libgguf_get_array(file, "a.deep", &array, NULL), LIBGGUF_OK);
    struct libgguf_array_iter iters[3];
    struct libgguf_value value;
    libgguf_array_begin(&iters[0], &array);
    assert_true(libgguf_array_next(&iters[0], &value));
    struct libgguf_array second = value.as.array;
    libgguf_array_begin(&iters[1], &second);
    assert_true(libgguf_array_next(&iters[1], &value));
    struct libgguf_array numbers = value.as.array;
    assert_int_equal(numbers.type, LIBGGUF_VALUE_I16);
    libgguf_array_begin(&iters[2], &numbers);
    assert_true(libgguf_array_next(&iters[2], &value));
    assert_int_equal(value.as.i16, -1);
    assert_true(libgguf_array_next(&iters[2], &value) && libgguf_array_next(&iters[2], &value));
    assert_int_equal(value.as.i16, INT16_MIN);
    assert_true(libgguf_array_next(&iters[1], &value));
    struct libgguf_array texts = value.as.array;
    libgguf_array_begin(&iters[2], &texts);
    for (size_t i = 0; i < 3; i++) {
        assert_true(libgguf_array_next(&iters[2], &value));
        assert_int_equal(value.as.string.size, i == 0 ? 0 : i * 3);
        assert_memory_equal(value.as.string.data, words[i], value.as.string.size);
    }
    assert_false(libgguf_array_next(&iters[1], &value));
    assert_false(libgguf_array_next(&iters[0], &value));
    assert_int_equal(libgguf_get_array(file, "a.empty", &array, NULL), LIBGGUF_OK);
    assert_int_equal(array.count, 0);
    assert_null(libgguf_kv_find(file, "a.fifth"));
}

static void assert_scalars(const struct libgguf_file *file)
{
    assert_int_equal(libgguf_kv_find(file, "u8")->value.as.u8, UINT8_MAX);
    assert_int_equal(libgguf_kv_find(file, "i8")->value.as.i8, INT8_MIN);
    assert_int_equal(libgguf_kv_find(file, "u16")->value.as.u16, 0xfffe);
    assert_int_equal(libgguf_kv_find(file, "i16")->value.as.i16, INT16_MIN);
    assert_int_equal(libgguf_kv_find(file, "u32")->value.as.u32, 0xfedcba98);
    assert_int_equal(libgguf_kv_find(file, "i32")->value.as.i32, INT32_MIN);
    assert_true(libgguf_kv_find(file, "u64")->value.as.u64 == UINT64_MAX);
    assert_true(libgguf_kv_find(file, "i64")->value.as.i64 == INT64_MIN);
    assert_true(libgguf_kv_find(file, "f32")->value.as.f32 == 1e-5f);
    assert_true(libgguf_kv_find(file, "f64")->value.as.f64 == -0.1);
    assert_int_equal(libgguf_kv_find(file, "bool")->value.as.boolean, 1);
    assert_true(libgguf_str_equal(&libgguf_kv_find(file, "str")->value.as.string, "tiny"));
}

static void assert_everything(const struct libgguf_file *file, const char *long_text,
                              size_t long_size)
{
    assert_scalars(file);
    assert_deep_arrays(file);
    char *loaded;
    const struct libgguf_kv *kv = libgguf_kv_find(file, "long");
    assert_non_null(kv);
    assert_int_equal(libgguf_str_load(file, &kv->value.as.string, &loaded, NULL), LIBGGUF_OK);
    assert_int_equal(strlen(loaded), long_size);
    assert_memory_equal(loaded, long_text, long_size);
    libgguf_free(loaded);
    const struct libgguf_tensor *tensor = libgguf_tensor_find(file, "blk.0.w");
    assert_non_null(tensor);
    assert_int_equal(tensor->dim_count, 3);
    assert_int_equal(tensor->size, 66 * 68);
    unsigned char bytes[66 * 68];
    assert_int_equal(libgguf_tensor_read(file, tensor, 0, bytes, sizeof bytes, NULL), LIBGGUF_OK);
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], i % 251);
    }
    const struct libgguf_tensor *scalar = libgguf_tensor_find(file, "scalar");
    assert_non_null(scalar);
    assert_int_equal(scalar->dim_count, 0);
    assert_int_equal(scalar->size, 4);
}

enum { LONG_SIZE = 600000 };
static char long_text[LONG_SIZE];

static void every_type_comes_back_in_every_version_and_byte_order(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 6; i++) {
        struct libgguf_writer *writer = new_writer(1 + i / 2, i % 2 != 0, i == 5 ? 4096 : 0);
        uint64_t next = 0;
        add_everything(writer, long_text, LONG_SIZE);
        add_counted_tensor(writer, &next);
        struct memory memory;
        struct libgguf_file *file = written(writer, &memory);
        assert_int_equal(libgguf_header(file)->version, 1 + i / 2);
        assert_int_equal(libgguf_header(file)->big_endian, i % 2 != 0);
        assert_int_equal(libgguf_header(file)->alignment, i == 5 ? 4096 : 32);
        assert_everything(file, long_text, LONG_SIZE);
        libgguf_close(file);
        free(memory.data);
        libgguf_writer_free(writer);
    }
}

static void copies_are_equal_between_all_versions_and_byte_orders(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 36; i++) {
        struct libgguf_writer *first = new_writer(1 + i % 3, i / 3 % 2 != 0, 0);
        struct libgguf_writer *second = new_writer(1 + i / 6 % 3, i / 18 != 0, 0);
        add_everything(first, long_text, LONG_SIZE);
        struct memory memory[2];
        struct libgguf_file *file = written(first, &memory[0]);
        for (size_t k = 0; k < libgguf_kv_count(file); k++) {
            assert_int_equal(libgguf_writer_copy_kv(second, file, libgguf_kv_at(file, k), NULL),
                             LIBGGUF_OK);
        }
        uint64_t next = 0;
        add_counted_tensor(second, &next);
        struct libgguf_file *copy = written(second, &memory[1]);
        assert_everything(copy, long_text, LONG_SIZE);
        libgguf_close(copy);
        libgguf_close(file);
        free(memory[0].data);
        free(memory[1].data);
        libgguf_writer_free(first);
        libgguf_writer_free(second);
    }
}

static void copy_all(struct libgguf_writer *writer, const struct libgguf_file *file)
{
    for (size_t i = 0; i < libgguf_kv_count(file); i++) {
        assert_int_equal(libgguf_writer_copy_kv(writer, file, libgguf_kv_at(file, i), NULL),
                         LIBGGUF_OK);
    }
    for (size_t i = 0; i < libgguf_tensor_count(file); i++) {
        assert_int_equal(libgguf_writer_copy_tensor(writer, file, libgguf_tensor_at(file, i), NULL),
                         LIBGGUF_OK);
    }
}

static void a_whole_copy_has_the_same_bytes_and_a_realigned_one_the_same_content(void **state)
{
    (void)state;
    struct libgguf_writer *writers[4] = {new_writer(3, false, 0), new_writer(3, false, 0),
                                         new_writer(3, false, 16384), new_writer(3, false, 32)};
    struct memory memory[4];
    struct libgguf_file *files[4];
    uint64_t next = 0;
    add_everything(writers[0], long_text, LONG_SIZE);
    add_counted_tensor(writers[0], &next);
    files[0] = written(writers[0], &memory[0]);
    for (size_t i = 1; i < 4; i++) {
        copy_all(writers[i], files[i - 1]);
        files[i] = written(writers[i], &memory[i]);
        assert_everything(files[i], long_text, LONG_SIZE);
    }
    assert_int_equal(memory[0].size, memory[1].size);
    assert_memory_equal(memory[0].data, memory[1].data, memory[0].size);
    assert_int_equal(libgguf_header(files[2])->alignment, 16384);
    for (size_t i = 0; i < libgguf_tensor_count(files[2]); i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_at(files[2], i);
        assert_int_equal(tensor->offset % 16384, 0);
        assert_string_equal(tensor->type->name, libgguf_tensor_at(files[0], i)->type->name);
    }
    /* Back at 32, the entry stays, with its new value. */
    uint32_t alignment;
    assert_int_equal(libgguf_get_u32(files[3], "general.alignment", &alignment, NULL), LIBGGUF_OK);
    assert_int_equal(alignment, 32);
    for (size_t i = 0; i < 4; i++) {
        libgguf_close(files[i]);
        free(memory[i].data);
        libgguf_writer_free(writers[i]);
    }
}

static void layout_says_what_is_written(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 6; i++) {
        struct libgguf_writer *writer = new_writer(1 + i / 2, false, i % 2 != 0 ? 128 : 0);
        uint64_t next = 0;
        add_everything(writer, long_text, LONG_SIZE);
        add_counted_tensor(writer, &next);
        struct libgguf_header expected;
        assert_int_equal(libgguf_writer_layout(writer, &expected, NULL), LIBGGUF_OK);
        struct memory memory;
        struct libgguf_file *file = written(writer, &memory);
        const struct libgguf_header *header = libgguf_header(file);
        assert_int_equal(expected.version, header->version);
        assert_int_equal(expected.alignment, header->alignment);
        assert_int_equal(expected.kv_offset, header->kv_offset);
        assert_int_equal(expected.tensor_info_offset, header->tensor_info_offset);
        assert_int_equal(expected.info_end, header->info_end);
        assert_int_equal(expected.data_offset, header->data_offset);
        assert_int_equal(expected.data_end, header->data_end);
        assert_int_equal(expected.file_size, memory.size);
        for (size_t t = 0; t < libgguf_tensor_count(file); t++) {
            uint64_t offset;
            uint64_t size;
            assert_int_equal(libgguf_writer_tensor_place(writer, t, &offset, &size, NULL),
                             LIBGGUF_OK);
            assert_int_equal(offset, libgguf_tensor_at(file, t)->offset);
            assert_int_equal(size, libgguf_tensor_at(file, t)->size);
        }
        struct memory head = {0};
        const struct libgguf_sink sink = sink_into(&head);
        assert_int_equal(libgguf_writer_write_header(writer, &sink, NULL), LIBGGUF_OK);
        assert_int_equal(head.size, header->data_offset);
        assert_memory_equal(head.data, memory.data, head.size);
        libgguf_close(file);
        free(memory.data);
        free(head.data);
        libgguf_writer_free(writer);
    }
}

static void a_refused_addition_leaves_no_trace(void **state)
{
    (void)state;
    struct libgguf_writer *writer = new_writer(1, false, 0);
    assert_int_equal(libgguf_writer_add_u8(writer, "k", 1, NULL), LIBGGUF_OK);
    struct libgguf_tensor_input tensor = {.struct_size = sizeof tensor,
                                          .name = "t",
                                          .name_size = 1,
                                          .type_id = 2,
                                          .dim_count = 1,
                                          .dims = {32}};
    assert_int_equal(libgguf_writer_add_tensor(writer, &tensor, NULL), LIBGGUF_OK);
    struct memory before;
    libgguf_close(written(writer, &before));

    static const uint8_t byte = 1;
    const struct libgguf_array_input no_elements = {LIBGGUF_VALUE_U8, 1, NULL};
    const struct libgguf_array_input unknown = {(enum libgguf_value_type)13, 1, &byte};
    const struct libgguf_str lazy = {.data = NULL, .size = 5};
    const struct libgguf_array_input not_there = {LIBGGUF_VALUE_STRING, 1, &lazy};
    struct libgguf_error err = {0};
    assert_int_equal(libgguf_writer_add_u8(writer, "k", 2, &err), LIBGGUF_ERR_DUPLICATE_KEY);
    assert_string_equal(err.text, "key 'k' is there already");
    assert_int_equal(libgguf_writer_add_u8(writer, "", 2, NULL), LIBGGUF_ERR_EMPTY_KEY);
    assert_int_equal(libgguf_writer_add_array(writer, "a", &no_elements, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_writer_add_array(writer, "a", &unknown, NULL), LIBGGUF_ERR_VALUE_TYPE);
    assert_int_equal(libgguf_writer_add_array(writer, "a", &not_there, NULL), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_writer_add_u32(writer, "general.alignment", 0, NULL),
                     LIBGGUF_ERR_ALIGNMENT);
    assert_int_equal(libgguf_writer_add_u32(writer, "general.alignment", 12, NULL),
                     LIBGGUF_ERR_ALIGNMENT);
    assert_int_equal(libgguf_writer_add_u64(writer, "general.alignment", 32, NULL),
                     LIBGGUF_ERR_ALIGNMENT);
    assert_int_equal(libgguf_writer_add_tensor(writer, &tensor, NULL),
                     LIBGGUF_ERR_DUPLICATE_TENSOR);
    tensor.name = "u";
    static const struct {
        uint32_t type_id;
        uint32_t dim_count;
        uint64_t dims[4];
        enum libgguf_status status;
    } refused[] = {
        {0, 5, {1, 1, 1, 1}, LIBGGUF_ERR_DIMENSIONS},
        {2, 1, {33}, LIBGGUF_ERR_DIMENSIONS},
        {4, 1, {32}, LIBGGUF_ERR_UNSUPPORTED},
        {99, 1, {32}, LIBGGUF_ERR_UNSUPPORTED},
        {0, 1, {UINT64_C(1) << 32}, LIBGGUF_ERR_RANGE},
        {0, 4, {0xffffffff, 0xffffffff, 0xffffffff, 1}, LIBGGUF_ERR_DIMENSIONS},
        {0, 2, {0xffffffff, 0x7fffffff}, LIBGGUF_ERR_DIMENSIONS},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        tensor.type_id = refused[i].type_id;
        tensor.dim_count = refused[i].dim_count;
        memcpy(tensor.dims, refused[i].dims, sizeof tensor.dims);
        assert_int_equal(libgguf_writer_add_tensor(writer, &tensor, &err), refused[i].status);
    }
    struct memory after;
    libgguf_close(written(writer, &after));
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, before.size);
    free(before.data);
    free(after.data);
    libgguf_writer_free(writer);
}

static void a_file_beyond_2_to_the_63_has_no_layout(void **state)
{
    (void)state;
    struct libgguf_writer *writer = new_writer(3, false, 0);
    struct libgguf_tensor_input tensor = {.struct_size = sizeof tensor,
                                          .name = "a",
                                          .name_size = 1,
                                          .type_id = 24,
                                          .dim_count = 1,
                                          .dims = {INT64_MAX}};
    struct libgguf_header header;
    assert_int_equal(libgguf_writer_add_tensor(writer, &tensor, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_layout(writer, &header, NULL), LIBGGUF_ERR_RANGE);
    tensor.name = "b";
    assert_int_equal(libgguf_writer_add_tensor(writer, &tensor, NULL), LIBGGUF_OK);
    tensor.name = "c";
    assert_int_equal(libgguf_writer_add_tensor(writer, &tensor, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_layout(writer, &header, NULL), LIBGGUF_ERR_RANGE);
    libgguf_writer_free(writer);
}

static void options_that_make_no_file_are_refused(void **state)
{
    (void)state;
    struct libgguf_writer *writer = (struct libgguf_writer *)&state;
    struct libgguf_writer_options options = {.struct_size = sizeof options, .version = 4};
    assert_int_equal(libgguf_writer_create(&options, &writer, NULL), LIBGGUF_ERR_VERSION);
    assert_null(writer);
    options.version = 3;
    options.alignment = 12;
    assert_int_equal(libgguf_writer_create(&options, &writer, NULL), LIBGGUF_ERR_ALIGNMENT);
    options.alignment = LIBGGUF_MAX_ALIGNMENT * 2;
    assert_int_equal(libgguf_writer_create(&options, &writer, NULL), LIBGGUF_ERR_ALIGNMENT);
    options.struct_size = 1;
    assert_int_equal(libgguf_writer_create(&options, &writer, NULL), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_writer_create(NULL, &writer, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_write(writer, NULL, NULL), LIBGGUF_ERR_ARGUMENT);
    libgguf_writer_free(writer);
    libgguf_writer_free(NULL);
}

static void a_sink_that_fails_at_any_call_ends_the_writing(void **state)
{
    (void)state;
    struct libgguf_writer *writer = new_writer(3, false, 0);
    add_everything(writer, long_text, LONG_SIZE);
    const struct libgguf_tensor_input hole = {.struct_size = sizeof hole,
                                              .name = "hole",
                                              .name_size = 4,
                                              .type_id = 24,
                                              .dim_count = 1,
                                              .dims = {1000000}};
    assert_int_equal(libgguf_writer_add_tensor(writer, &hole, NULL), LIBGGUF_OK);
    uint64_t next = 0;
    add_counted_tensor(writer, &next);
    struct memory memory = {0};
    struct libgguf_sink sink = sink_into(&memory);
    sink.zeros = take_hole;
    assert_int_equal(libgguf_writer_write(writer, &sink, NULL), LIBGGUF_OK);
    assert_int_equal(memory.hole_size, 1000000);
    assert_true(memory.calls > 4);
    free(memory.data);
    const size_t calls = memory.calls;
    for (size_t call = 1; call <= calls; call++) {
        memory = (struct memory){.fail_call = call, .fail_errno = call % 2 ? ENOSPC : ECANCELED};
        struct libgguf_error err = {0};
        next = 0;
        assert_int_equal(libgguf_writer_write(writer, &sink, &err),
                         call % 2 ? LIBGGUF_ERR_IO : LIBGGUF_ERR_CANCELLED);
        assert_int_equal(err.sys_errno, call % 2 ? ENOSPC : 0);
        assert_int_equal(memory.calls, call);
        free(memory.data);
    }
    libgguf_writer_free(writer);
}

static enum libgguf_status read_failing(void *context, uint64_t from, void *buffer, size_t size,
                                        struct libgguf_error *err)
{
    (void)context;
    (void)from;
    (void)buffer;
    (void)size;
    err->status = LIBGGUF_ERR_CHANGED;
    return LIBGGUF_ERR_CHANGED;
}

static void a_tensor_that_cannot_be_read_ends_the_writing(void **state)
{
    (void)state;
    struct libgguf_writer *writer = new_writer(3, false, 0);
    const struct libgguf_tensor_input tensor = {.struct_size = sizeof tensor,
                                                .name = "t",
                                                .name_size = 1,
                                                .type_id = 0,
                                                .dim_count = 1,
                                                .dims = {4},
                                                .read = read_failing};
    assert_int_equal(libgguf_writer_add_tensor(writer, &tensor, NULL), LIBGGUF_OK);
    struct memory memory = {0};
    const struct libgguf_sink sink = sink_into(&memory);
    struct libgguf_error err = {0};
    assert_int_equal(libgguf_writer_write(writer, &sink, &err), LIBGGUF_ERR_CHANGED);
    assert_int_equal(err.status, LIBGGUF_ERR_CHANGED);
    free(memory.data);
    libgguf_writer_free(writer);
}

static void tensors_of_the_other_byte_order_are_not_copied(void **state)
{
    (void)state;
    struct libgguf_writer *little = new_writer(3, false, 0);
    struct libgguf_writer *big = new_writer(3, true, 0);
    uint64_t next = 0;
    add_counted_tensor(little, &next);
    struct memory memory;
    struct libgguf_file *file = written(little, &memory);
    assert_int_equal(libgguf_writer_copy_tensor(big, file, libgguf_tensor_at(file, 0), NULL),
                     LIBGGUF_ERR_UNSUPPORTED);
    libgguf_close(file);
    free(memory.data);
    libgguf_writer_free(little);
    libgguf_writer_free(big);
}

static void a_file_of_nothing_is_a_file(void **state)
{
    (void)state;
    struct libgguf_writer *writer = new_writer(0, false, 0);
    struct memory memory;
    struct libgguf_file *file = written(writer, &memory);
    assert_int_equal(libgguf_kv_count(file), 0);
    assert_int_equal(libgguf_tensor_count(file), 0);
    assert_int_equal(memory.size, 32);
    libgguf_close(file);
    free(memory.data);
    libgguf_writer_free(writer);
}

static void a_tensor_without_a_name_can_be_all_there_is(void **state)
{
    (void)state;
    struct libgguf_writer *writer = new_writer(3, false, 0);
    const struct libgguf_tensor_input tensor = {.struct_size = sizeof tensor};
    assert_int_equal(libgguf_writer_add_tensor(writer, &tensor, NULL), LIBGGUF_OK);
    struct memory memory;
    struct libgguf_file *file = written(writer, &memory);
    assert_int_equal(libgguf_tensor_at(file, 0)->name.size, 0);
    libgguf_close(file);
    free(memory.data);
    libgguf_writer_free(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_comes_back_in_every_version_and_byte_order),
        cmocka_unit_test(copies_are_equal_between_all_versions_and_byte_orders),
        cmocka_unit_test(a_whole_copy_has_the_same_bytes_and_a_realigned_one_the_same_content),
        cmocka_unit_test(layout_says_what_is_written),
        cmocka_unit_test(a_refused_addition_leaves_no_trace),
        cmocka_unit_test(a_file_beyond_2_to_the_63_has_no_layout),
        cmocka_unit_test(options_that_make_no_file_are_refused),
        cmocka_unit_test(a_sink_that_fails_at_any_call_ends_the_writing),
        cmocka_unit_test(a_tensor_that_cannot_be_read_ends_the_writing),
        cmocka_unit_test(tensors_of_the_other_byte_order_are_not_copied),
        cmocka_unit_test(a_file_of_nothing_is_a_file),
        cmocka_unit_test(a_tensor_without_a_name_can_be_all_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
