#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/json.h>

struct collected {
    char text[20000];
    size_t size;
    size_t room;
};

static int collect(void *context, const char *data, size_t size)
{
    struct collected *out = context;
    if (size > out->room - out->size) {
        return 28;
    }
    memcpy(out->text + out->size, data, size);
    out->size += size;
    out->text[out->size] = '\0';
    return 0;
}

static struct collected out;
static struct libgguf_json json;

static int begin(void **state)
{
    (void)state;
    out.size = 0;
    out.room = sizeof out.text - 1;
    libgguf_json_init(&json, collect, &out);
    return 0;
}

static void expect(const char *text)
{
    assert_int_equal(libgguf_json_finish(&json, NULL), LIBGGUF_OK);
    assert_string_equal(out.text, text);
}

static void expect_misuse(void)
{
    struct libgguf_error err;
    assert_int_equal(libgguf_json_finish(&json, &err), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(err.offset, LIBGGUF_NO_OFFSET);
}

static void lines_are_indented_and_line_containers_stay_on_one(void **state)
{
    (void)state;
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", "x/1");
    libgguf_json_key(&json, "dims");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINE);
    libgguf_json_u64(&json, 1);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_bool(&json, "a", true);
    libgguf_json_member_text(&json, "b", NULL);
    libgguf_json_object_end(&json);
    libgguf_json_array_end(&json);
    libgguf_json_key(&json, "empty");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_array_end(&json);
    libgguf_json_object_end(&json);
    expect("{\n  \"schema\": \"x/1\",\n  \"dims\": [1, {\"a\": true, \"b\": null}],\n"
           "  \"empty\": []\n}\n");
}

static void dense_output_has_no_white_space(void **state)
{
    (void)state;
    libgguf_json_array_begin(&json, LIBGGUF_JSON_DENSE);
    libgguf_json_i64(&json, -1);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_u64(&json, "a", 2);
    libgguf_json_object_end(&json);
    libgguf_json_array_end(&json);
    expect("[-1,{\"a\":2}]\n");
}

static void integers_keep_all_64_bits(void **state)
{
    (void)state;
    libgguf_json_array_begin(&json, LIBGGUF_JSON_DENSE);
    libgguf_json_u64(&json, 0);
    libgguf_json_u64(&json, UINT64_MAX);
    libgguf_json_i64(&json, INT64_MIN);
    libgguf_json_i64(&json, INT64_MAX);
    libgguf_json_array_end(&json);
    expect("[0,18446744073709551615,-9223372036854775808,9223372036854775807]\n");
}

static void floats_are_shortest_and_those_without_a_number_are_strings(void **state)
{
    (void)state;
    libgguf_json_array_begin(&json, LIBGGUF_JSON_DENSE);
    libgguf_json_f32(&json, 1e-5f);
    libgguf_json_f64(&json, 0.1);
    libgguf_json_f32(&json, 10000.0f);
    libgguf_json_f32(&json, NAN);
    libgguf_json_f64(&json, -NAN);
    libgguf_json_f64(&json, INFINITY);
    libgguf_json_f32(&json, -INFINITY);
    libgguf_json_array_end(&json);
    expect("[1e-05,0.1,10000,\"NaN\",\"NaN\",\"Infinity\",\"-Infinity\"]\n");
}

static void strings_are_escaped_so_that_a_terminal_is_safe_too(void **state)
{
    (void)state;
    static const char text[] = "\"\\/\n\t\r\b\f\x1b[2J\0\x7f é 日 \xe2\x80\xae \xc2\x9b 🦙";
    libgguf_json_string(&json, text, sizeof text - 1);
    expect("\"\\\"\\\\/\\n\\t\\r\\b\\f\\u001b[2J\\u0000\\u007f é 日 \\u202e \\u009b 🦙\"\n");
}

static void what_is_not_shown_is_escaped_beyond_16_bits_too(void **state)
{
    (void)state;
    static const char text[] = "\xc2\xad\xe1\xa0\x8e\xef\xb8\x8f\xe3\x85\xa4\xf3\xa0\x81\x81"
                               "\xf3\xa0\x87\xaf";
    libgguf_json_string(&json, text, sizeof text - 1);
    expect("\"\\u00ad\\u180e\\ufe0f\\u3164\\udb40\\udc41\\udb40\\uddef\"\n");
}

static void bytes_that_are_not_utf8_become_hex(void **state)
{
    (void)state;
    static const char *const texts[] = {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                        "a\xe2\x82"};
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        libgguf_json_text(&json, texts[i]);
    }
    libgguf_json_array_end(&json);
    expect("[\n  {\"hex\": \"ff\"},\n  {\"hex\": \"c080\"},\n  {\"hex\": \"eda080\"},\n"
           "  {\"hex\": \"f4908080\"},\n  {\"hex\": \"61e282\"}\n]\n");
}

static void output_larger_than_the_buffer_arrives_whole(void **state)
{
    (void)state;
    static char text[3 * LIBGGUF_JSON_BUFFER_SIZE];
    memset(text, 'x', sizeof text);
    libgguf_json_string(&json, text, sizeof text);
    assert_int_equal(libgguf_json_finish(&json, NULL), LIBGGUF_OK);
    assert_int_equal(out.size, sizeof text + 3);
    assert_memory_equal(out.text + 1, text, sizeof text);
}

static void a_sink_that_fails_is_reported_with_its_reason(void **state)
{
    (void)state;
    struct libgguf_error err;
    out.room = 3;
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINE);
    for (int i = 0; i < 10000; i++) {
        libgguf_json_u64(&json, 1);
    }
    assert_int_equal(libgguf_json_status(&json), LIBGGUF_ERR_IO);
    libgguf_json_array_end(&json);
    assert_int_equal(libgguf_json_finish(&json, &err), LIBGGUF_ERR_IO);
    assert_int_equal(err.sys_errno, 28);
}

static void calls_that_make_no_document_are_refused(void **state)
{
    (void)state;
    expect_misuse();
    begin(NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINE);
    expect_misuse();
    begin(NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINE);
    libgguf_json_u64(&json, 1);
    expect_misuse();
    begin(NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINE);
    libgguf_json_array_end(&json);
    expect_misuse();
    begin(NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINE);
    libgguf_json_key(&json, "a");
    libgguf_json_object_end(&json);
    expect_misuse();
    begin(NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINE);
    libgguf_json_key(&json, "\xff");
    expect_misuse();
    begin(NULL);
    libgguf_json_key(&json, "a");
    expect_misuse();
    begin(NULL);
    libgguf_json_null(&json);
    libgguf_json_null(&json);
    expect_misuse();
    begin(NULL);
    for (int i = 0; i <= LIBGGUF_JSON_MAX_DEPTH; i++) {
        libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    }
    expect_misuse();
}

static void nesting_is_possible_to_the_documented_depth(void **state)
{
    (void)state;
    for (int i = 0; i < LIBGGUF_JSON_MAX_DEPTH; i++) {
        libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    }
    for (int i = 0; i < LIBGGUF_JSON_MAX_DEPTH; i++) {
        libgguf_json_array_end(&json);
    }
    assert_int_equal(libgguf_json_finish(&json, NULL), LIBGGUF_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(lines_are_indented_and_line_containers_stay_on_one, begin),
        cmocka_unit_test_setup(dense_output_has_no_white_space, begin),
        cmocka_unit_test_setup(integers_keep_all_64_bits, begin),
        cmocka_unit_test_setup(floats_are_shortest_and_those_without_a_number_are_strings, begin),
        cmocka_unit_test_setup(strings_are_escaped_so_that_a_terminal_is_safe_too, begin),
        cmocka_unit_test_setup(what_is_not_shown_is_escaped_beyond_16_bits_too, begin),
        cmocka_unit_test_setup(bytes_that_are_not_utf8_become_hex, begin),
        cmocka_unit_test_setup(output_larger_than_the_buffer_arrives_whole, begin),
        cmocka_unit_test_setup(a_sink_that_fails_is_reported_with_its_reason, begin),
        cmocka_unit_test_setup(calls_that_make_no_document_are_refused, begin),
        cmocka_unit_test_setup(nesting_is_possible_to_the_documented_depth, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
