#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/plan.h>
#include <libgguf/tensor.h>

/* A header in the making; no data follows it, whatever its tensors say. */
struct image {
    unsigned char *bytes;
    size_t size;
    size_t capacity;
    uint64_t tensors;
    uint64_t kvs;
};

static uint32_t seed;

static uint32_t draw(uint32_t limit)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(seed >> 4) * limit >> 28);
}

static void put(struct image *image, const void *data, size_t size)
{
    if (image->capacity - image->size < size) {
        image->capacity = 2 * image->capacity + size;
        image->bytes = realloc(image->bytes, image->capacity);
    }
    if (data) {
        memcpy(image->bytes + image->size, data, size);
    } else {
        memset(image->bytes + image->size, 'x', size);
    }
    image->size += size;
}

static void put_u32(struct image *image, uint32_t value)
{
    unsigned char bytes[4];
    for (int i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(value >> 8 * i);
    }
    put(image, bytes, sizeof bytes);
}

static void put_u64(struct image *image, uint64_t value)
{
    put_u32(image, (uint32_t)value);
    put_u32(image, (uint32_t)(value >> 32));
}

static void put_text(struct image *image, const char *text)
{
    put_u64(image, strlen(text));
    put(image, text, strlen(text));
}

static void begin(struct image *image)
{
    *image = (struct image){0};
    put(image, "GGUF", 4);
    put_u32(image, 3);
    put_u64(image, 0);
    put_u64(image, 0);
}

static void put_string_kv(struct image *image, const char *key, size_t size)
{
    put_text(image, key);
    put_u32(image, LIBGGUF_VALUE_STRING);
    put_u64(image, size);
    put(image, NULL, size);
    image->kvs++;
}

static void put_array_kv(struct image *image, const char *key, enum libgguf_value_type type,
                         uint64_t count, size_t element)
{
    put_text(image, key);
    put_u32(image, LIBGGUF_VALUE_ARRAY);
    put_u32(image, type);
    put_u64(image, count);
    if (type != LIBGGUF_VALUE_STRING) {
        put(image, NULL, count * element);
    }
    for (uint64_t i = 0; type == LIBGGUF_VALUE_STRING && i < count; i++) {
        const size_t size = element / 2 + draw((uint32_t)element + 1);
        put_u64(image, size);
        put(image, NULL, size);
    }
    image->kvs++;
}

static void put_tensor(struct image *image, const char *name, uint32_t type, uint64_t columns,
                       uint64_t rows, uint64_t offset)
{
    put_text(image, name);
    put_u32(image, 2);
    put_u64(image, columns);
    put_u64(image, rows);
    put_u32(image, type);
    put_u64(image, offset);
    image->tensors++;
}

static struct libgguf_file *open_image(struct image *image)
{
    for (int i = 0; i < 8; i++) {
        image->bytes[8 + i] = (unsigned char)(image->tensors >> 8 * i);
        image->bytes[16 + i] = (unsigned char)(image->kvs >> 8 * i);
    }
    const struct libgguf_open_options options = {
        .struct_size = sizeof options, .allow_missing_data = true, .allow_duplicates = true};
    struct libgguf_file *file;
    struct libgguf_error err;
    if (libgguf_open_memory(image->bytes, image->size, &options, &file, &err)) {
        fail_msg("%s", err.text);
    }
    return file;
}

static void close_image(struct image *image, struct libgguf_file *file)
{
    libgguf_close(file);
    free(image->bytes);
}

static struct libgguf_plan *plan_of(const struct libgguf_file *file, uint64_t size,
                                    enum libgguf_cut cut, uint64_t chunk_size)
{
    const struct libgguf_plan_options options = {
        .struct_size = sizeof options, .cut = cut, .chunk_size = chunk_size};
    struct libgguf_plan *plan;
    struct libgguf_error err;
    if (libgguf_plan_create(file, size, &options, &plan, &err)) {
        fail_msg("%s", err.text);
    }
    return plan;
}

/* What holds for every plan. */
static void check_cover(const struct libgguf_plan *plan, uint64_t size, uint64_t chunk_size)
{
    uint64_t end = 0;
    struct libgguf_piece piece;
    for (size_t i = 0; i < libgguf_plan_count(plan); i++) {
        assert_true(libgguf_plan_at(plan, i, &piece));
        assert_int_equal(piece.offset, end);
        assert_in_range(piece.size, 1, chunk_size);
        end = piece.offset + piece.size;
    }
    assert_int_equal(end, size);
    assert_false(libgguf_plan_at(plan, libgguf_plan_count(plan), &piece));
}

static void check_prefix(const struct libgguf_plan *plan, const struct libgguf_plan *endless)
{
    const size_t count = libgguf_plan_count(plan);
    for (size_t i = 0; i < count; i++) {
        struct libgguf_piece a;
        struct libgguf_piece b;
        assert_true(libgguf_plan_at(plan, i, &a));
        assert_true(libgguf_plan_at(endless, i, &b));
        assert_int_equal(a.offset, b.offset);
        assert_int_equal(a.role, b.role);
        if (i + 1 < count) {
            assert_int_equal(a.size, b.size);
        } else {
            assert_true(a.size <= b.size);
        }
    }
}

/* A file that makes no sense at all, but can be opened. */
static void draw_image(struct image *image)
{
    static const char *const keys[] = {
        "tokenizer.ggml.tokens", "tokenizer.ggml.scores", "tokenizer.ggml.token_type",
        "tokenizer.ggml.merges", "general.name",          "tokenizer.chat_template"};
    static const uint32_t types[] = {0, 2, 8, 12, 30, 4, 999};
    begin(image);
    for (uint32_t i = draw(8); i > 0; i--) {
        const char *const key = keys[draw(6)];
        switch (draw(4)) {
        case 0:
            put_string_kv(image, key, draw(2) ? draw(100) : draw(300000));
            break;
        case 1:
            put_array_kv(image, key, LIBGGUF_VALUE_STRING, draw(5000), draw(60));
            break;
        case 2:
            put_array_kv(image, key, LIBGGUF_VALUE_F32, draw(60000), 4);
            break;
        default:
            put_array_kv(image, key, LIBGGUF_VALUE_STRING, draw(4), draw(200000));
        }
    }
    uint64_t offset = 0;
    for (uint32_t i = draw(3) ? draw(60) : 0; i > 0; i--) {
        const uint64_t columns = 256 * (uint64_t)draw(300);
        const uint64_t rows = draw(3) ? draw(2000) : draw(3);
        char name[16];
        snprintf(name, sizeof name, "t%u", i % 40);
        put_tensor(image, name, types[draw(7)], columns, rows, offset);
        offset = draw(6) ? offset + draw(3) * (32 * (uint64_t)draw(100000)) : draw(1000000);
    }
}

static void every_plan_is_contiguous_total_and_a_prefix_of_the_endless_one(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 300; round++) {
        seed = round;
        struct image image;
        draw_image(&image);
        struct libgguf_file *const file = open_image(&image);
        const uint64_t chunk_size = LIBGGUF_MIN_CHUNK_SIZE + (draw(2) ? 0 : draw(4000000));
        const struct libgguf_header *const header = libgguf_header(file);
        const uint64_t sizes[] = {0,
                                  1,
                                  image.size,
                                  header->data_offset + draw(1000000),
                                  header->data_end,
                                  header->data_end + 10000000};
        for (int cut = LIBGGUF_CUT_TENSOR; cut <= LIBGGUF_CUT_FIXED; cut++) {
            struct libgguf_plan *const endless =
                plan_of(file, LIBGGUF_SIZE_UNKNOWN, (enum libgguf_cut)cut, chunk_size);
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
                struct libgguf_plan *const plan =
                    plan_of(file, sizes[i], (enum libgguf_cut)cut, chunk_size);
                check_cover(plan, sizes[i], chunk_size);
                check_prefix(plan, endless);
                libgguf_plan_free(plan);
            }
            libgguf_plan_free(endless);
        }
        close_image(&image, file);
    }
}

static void check_piece(const struct libgguf_plan *plan, size_t index, uint64_t offset,
                        uint64_t size, enum libgguf_chunk_role role)
{
    struct libgguf_piece piece;
    assert_true(libgguf_plan_at(plan, index, &piece));
    assert_int_equal(piece.offset, offset);
    assert_int_equal(piece.size, size);
    assert_int_equal(piece.role, role);
}

static void tensors_are_packed_whole_with_their_padding(void **state)
{
    (void)state;
    struct image image;
    begin(&image);
    /* 40,000 and 20,000 bytes fit one chunk of 65,536; with 30,000 more they do not. */
    put_tensor(&image, "a", 0, 100, 100, 0);
    put_tensor(&image, "b", 0, 50, 100, 40000);
    put_tensor(&image, "c", 0, 75, 100, 60000);
    put_tensor(&image, "d", 0, 1, 1, 90016);
    struct libgguf_file *const file = open_image(&image);
    const uint64_t start = libgguf_header(file)->data_offset;
    struct libgguf_plan *const plan =
        plan_of(file, start + 90048, LIBGGUF_CUT_TENSOR, LIBGGUF_MIN_CHUNK_SIZE);
    assert_int_equal(libgguf_plan_count(plan), 3);
    check_piece(plan, 0, 0, start, LIBGGUF_ROLE_HEADER);
    check_piece(plan, 1, start, 60000, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 2, start + 60000, 30048, LIBGGUF_ROLE_TENSORS);
    libgguf_plan_free(plan);
    close_image(&image, file);
}

static void a_large_tensor_is_cut_into_even_parts_on_rows(void **state)
{
    (void)state;
    struct image image;
    begin(&image);
    put_tensor(&image, "a", 0, 8, 1, 0);
    put_tensor(&image, "big", 0, 1000, 100, 32); /* 100 rows of 4,000 bytes: 16 of them fit */
    put_tensor(&image, "b", 0, 8, 1, 400032);
    struct libgguf_file *const file = open_image(&image);
    const uint64_t start = libgguf_header(file)->data_offset;
    struct libgguf_plan *const plan =
        plan_of(file, start + 400064, LIBGGUF_CUT_TENSOR, LIBGGUF_MIN_CHUNK_SIZE);
    assert_int_equal(libgguf_plan_count(plan), 10);
    check_piece(plan, 1, start, 32, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 2, start + 32, 60000, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 3, start + 32 + 60000, 60000, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 4, start + 32 + 120000, 56000, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 8, start + 32 + 344000, 56000, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 9, start + 400032, 32, LIBGGUF_ROLE_TENSORS);
    libgguf_plan_free(plan);
    close_image(&image, file);
}

static void a_row_larger_than_a_chunk_is_cut_on_blocks(void **state)
{
    (void)state;
    struct image image;
    begin(&image);
    put_tensor(&image, "wide", 8, 32 * 10000, 1, 0); /* Q8_0: 10,000 blocks of 34 bytes */
    struct libgguf_file *const file = open_image(&image);
    const uint64_t start = libgguf_header(file)->data_offset;
    struct libgguf_plan *const plan =
        plan_of(file, start + 340000, LIBGGUF_CUT_TENSOR, LIBGGUF_MIN_CHUNK_SIZE);
    assert_int_equal(libgguf_plan_count(plan), 7);
    for (size_t i = 1; i < 7; i++) {
        struct libgguf_piece piece;
        assert_true(libgguf_plan_at(plan, i, &piece));
        assert_int_equal((piece.offset - start) % 34, 0);
        assert_in_range(piece.size, 34 * 1666, 34 * 1667);
    }
    libgguf_plan_free(plan);
    close_image(&image, file);
}

static void gaps_and_trailing_bytes_are_covered(void **state)
{
    (void)state;
    struct image image;
    begin(&image);
    put_tensor(&image, "late", 0, 8, 1, 200000);
    put_tensor(&image, "early", 0, 8, 1, 64);
    struct libgguf_file *const file = open_image(&image);
    const uint64_t start = libgguf_header(file)->data_offset;
    struct libgguf_plan *const plan =
        plan_of(file, start + 200032 + 70000, LIBGGUF_CUT_TENSOR, LIBGGUF_MIN_CHUNK_SIZE);
    assert_int_equal(libgguf_plan_count(plan), 9);
    check_piece(plan, 1, start, 64 + 32, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 2, start + 96, 49976, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 5, start + 96 + 3 * 49976, 49976, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 6, start + 200000, 32, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 7, start + 200032, 65536, LIBGGUF_ROLE_DATA);
    check_piece(plan, 8, start + 200032 + 65536, 70000 - 65536, LIBGGUF_ROLE_DATA);
    libgguf_plan_free(plan);
    close_image(&image, file);
}

/* The header of a model whose chat template has @p template_size bytes. */
static void draw_model(struct image *image, size_t template_size, uint64_t tokens)
{
    seed = 1;
    begin(image);
    put_string_kv(image, "general.name", 20);
    put_array_kv(image, "tokenizer.ggml.tokens", LIBGGUF_VALUE_STRING, tokens, 8);
    put_array_kv(image, "tokenizer.ggml.scores", LIBGGUF_VALUE_F32, tokens, 4);
    put_string_kv(image, "tokenizer.ggml.model", 5);
    put_array_kv(image, "tokenizer.ggml.merges", LIBGGUF_VALUE_STRING, tokens, 12);
    put_string_kv(image, "tokenizer.chat_template", template_size);
    put_tensor(image, "a", 0, 1000, 1000, 0);
}

static size_t pieces_of_role(const struct libgguf_plan *plan, enum libgguf_chunk_role role,
                             uint64_t sizes[100])
{
    size_t count = 0;
    struct libgguf_piece piece;
    for (size_t i = 0; libgguf_plan_at(plan, i, &piece); i++) {
        if (piece.role == role) {
            assert_true(count < 100);
            sizes[count++] = piece.size;
        }
    }
    return count;
}

static void a_changed_chat_template_changes_no_other_chunk(void **state)
{
    (void)state;
    static const size_t template_sizes[] = {10, 5000};
    uint64_t sizes[2][2][100];
    size_t counts[2][2];
    for (int i = 0; i < 2; i++) {
        struct image image;
        draw_model(&image, template_sizes[i], 20000);
        struct libgguf_file *const file = open_image(&image);
        struct libgguf_plan *const plan =
            plan_of(file, libgguf_header(file)->data_offset + 4000000, LIBGGUF_CUT_TENSOR, 100000);
        counts[i][0] = pieces_of_role(plan, LIBGGUF_ROLE_TOKENIZER, sizes[i][0]);
        counts[i][1] = pieces_of_role(plan, LIBGGUF_ROLE_TENSORS, sizes[i][1]);
        libgguf_plan_free(plan);
        close_image(&image, file);
    }
    for (int role = 0; role < 2; role++) {
        assert_true(counts[0][role] > 3);
        assert_int_equal(counts[0][role], counts[1][role]);
        assert_memory_equal(sizes[0][role], sizes[1][role], counts[0][role] * sizeof(uint64_t));
    }
}

static void large_tokenizer_arrays_are_cut_out_at_key_boundaries(void **state)
{
    (void)state;
    struct image image;
    draw_model(&image, 100, 3000);
    struct libgguf_file *const file = open_image(&image);
    struct libgguf_plan *const plan =
        plan_of(file, image.size, LIBGGUF_CUT_TENSOR, LIBGGUF_DEFAULT_CHUNK_SIZE);
    const struct libgguf_kv *const tokens = libgguf_kv_at(file, 1);
    const struct libgguf_kv *const model = libgguf_kv_at(file, 3);
    const struct libgguf_kv *const merges = libgguf_kv_at(file, 4);
    const uint64_t merges_end = merges->offset + merges->size;
    check_piece(plan, 0, 0, tokens->offset, LIBGGUF_ROLE_HEADER);
    check_piece(plan, 1, tokens->offset, model->offset - tokens->offset, LIBGGUF_ROLE_TOKENIZER);
    check_piece(plan, 2, model->offset, model->size, LIBGGUF_ROLE_HEADER);
    check_piece(plan, 3, merges->offset, merges->size, LIBGGUF_ROLE_TOKENIZER);
    check_piece(plan, 4, merges_end, image.size - merges_end, LIBGGUF_ROLE_HEADER);
    libgguf_plan_free(plan);
    close_image(&image, file);
}

static void a_small_tokenizer_stays_in_the_header(void **state)
{
    (void)state;
    struct image image;
    draw_model(&image, 100, 1000);
    struct libgguf_file *const file = open_image(&image);
    struct libgguf_plan *const plan =
        plan_of(file, image.size, LIBGGUF_CUT_TENSOR, LIBGGUF_DEFAULT_CHUNK_SIZE);
    assert_int_equal(libgguf_plan_count(plan), 1);
    libgguf_plan_free(plan);
    close_image(&image, file);
}

static void tokenizer_chunks_end_where_elements_end(void **state)
{
    (void)state;
    struct image image;
    draw_model(&image, 100, 30000);
    struct libgguf_file *const file = open_image(&image);
    struct libgguf_plan *const plan =
        plan_of(file, image.size, LIBGGUF_CUT_TENSOR, LIBGGUF_MIN_CHUNK_SIZE);
    const struct libgguf_array *const tokens = &libgguf_kv_at(file, 1)->value.as.array;
    size_t checked = 0;
    struct libgguf_piece piece;
    for (size_t i = 0; libgguf_plan_at(plan, i, &piece); i++) {
        const uint64_t end = piece.offset + piece.size;
        if (end <= tokens->offset || end >= tokens->offset + tokens->size) {
            continue;
        }
        struct libgguf_array_iter iter;
        struct libgguf_value element;
        bool found = false;
        libgguf_array_begin(&iter, tokens);
        while (libgguf_array_next(&iter, &element)) {
            found = found || element.offset + element.size == end;
        }
        assert_true(found);
        checked++;
    }
    assert_true(checked > 3);
    libgguf_plan_free(plan);
    close_image(&image, file);
}

static void fixed_cuts_know_what_their_bytes_are(void **state)
{
    (void)state;
    struct image image;
    begin(&image);
    put_tensor(&image, "a", 0, 10000, 4, 0);
    struct libgguf_file *const file = open_image(&image);
    struct libgguf_plan *const plan =
        plan_of(file, 300000, LIBGGUF_CUT_FIXED, LIBGGUF_MIN_CHUNK_SIZE);
    assert_int_equal(libgguf_plan_count(plan), 5);
    check_piece(plan, 0, 0, 65536, LIBGGUF_ROLE_HEADER);
    check_piece(plan, 2, 131072, 65536, LIBGGUF_ROLE_TENSORS);
    check_piece(plan, 3, 196608, 65536, LIBGGUF_ROLE_DATA);
    check_piece(plan, 4, 262144, 300000 - 262144, LIBGGUF_ROLE_DATA);
    libgguf_plan_free(plan);
    close_image(&image, file);
}

static void what_cannot_be_planned_is_refused(void **state)
{
    (void)state;
    struct libgguf_plan_options options = {.struct_size = sizeof options};
    struct libgguf_plan *plan;
    assert_int_equal(libgguf_plan_create(NULL, 1, &options, &plan, NULL), LIBGGUF_ERR_ARGUMENT);
    options.cut = LIBGGUF_CUT_FIXED;
    options.chunk_size = LIBGGUF_MIN_CHUNK_SIZE - 1;
    assert_int_equal(libgguf_plan_create(NULL, 1, &options, &plan, NULL), LIBGGUF_ERR_RANGE);
    options.chunk_size = LIBGGUF_MAX_CHUNK_SIZE + 1;
    assert_int_equal(libgguf_plan_create(NULL, 1, &options, &plan, NULL), LIBGGUF_ERR_RANGE);
    options.chunk_size = LIBGGUF_MIN_CHUNK_SIZE;
    const uint64_t most = (uint64_t)LIBGGUF_MIN_CHUNK_SIZE * LIBGGUF_MAX_CHUNKS;
    assert_int_equal(libgguf_plan_create(NULL, most + 1, &options, &plan, NULL), LIBGGUF_ERR_RANGE);
    assert_null(plan);
    assert_int_equal(libgguf_plan_create(NULL, most, &options, &plan, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_plan_count(plan), LIBGGUF_MAX_CHUNKS);
    libgguf_plan_free(plan);
}

static void tensors_far_beyond_the_file_cost_nothing(void **state)
{
    (void)state;
    struct image image;
    begin(&image);
    put_tensor(&image, "huge", 0, (uint64_t)1 << 30, (uint64_t)1 << 28, 0);
    put_tensor(&image, "far", 0, 8, 1, (uint64_t)1 << 61);
    struct libgguf_file *const file = open_image(&image);
    struct libgguf_plan *const plan =
        plan_of(file, 1000000, LIBGGUF_CUT_TENSOR, LIBGGUF_MIN_CHUNK_SIZE);
    check_cover(plan, 1000000, LIBGGUF_MIN_CHUNK_SIZE);
    struct libgguf_plan *const endless =
        plan_of(file, LIBGGUF_SIZE_UNKNOWN, LIBGGUF_CUT_TENSOR, LIBGGUF_MIN_CHUNK_SIZE);
    check_prefix(plan, endless);
    assert_int_equal(libgguf_plan_count(endless), LIBGGUF_MAX_CHUNKS);
    libgguf_plan_free(endless);
    libgguf_plan_free(plan);
    close_image(&image, file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_plan_is_contiguous_total_and_a_prefix_of_the_endless_one),
        cmocka_unit_test(tensors_are_packed_whole_with_their_padding),
        cmocka_unit_test(a_large_tensor_is_cut_into_even_parts_on_rows),
        cmocka_unit_test(a_row_larger_than_a_chunk_is_cut_on_blocks),
        cmocka_unit_test(gaps_and_trailing_bytes_are_covered),
        cmocka_unit_test(a_changed_chat_template_changes_no_other_chunk),
        cmocka_unit_test(large_tokenizer_arrays_are_cut_out_at_key_boundaries),
        cmocka_unit_test(a_small_tokenizer_stays_in_the_header),
        cmocka_unit_test(tokenizer_chunks_end_where_elements_end),
        cmocka_unit_test(fixed_cuts_know_what_their_bytes_are),
        cmocka_unit_test(what_cannot_be_planned_is_refused),
        cmocka_unit_test(tensors_far_beyond_the_file_cost_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
