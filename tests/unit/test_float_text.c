#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/value.h>

static void floats_have_their_shortest_text(void **state)
{
    (void)state;
    const struct {
        float value;
        const char *text;
    } cases[] = {
        {1e-05F, "1e-05"},
        {0.1F, "0.1"},
        {10000.0F, "10000"},
        {1000000.0F, "1000000"},
        {0.0F, "0"},
        {-0.0F, "-0"},
        {1.5F, "1.5"},
        {0.0001F, "0.0001"},
        {-2.5e-7F, "-2.5e-07"},
        {FLT_MAX, "3.4028235e+38"},
        {FLT_TRUE_MIN, "1e-45"},
        {16777216.0F, "16777216"},
        {0x1p-96F, "1.2621775e-29"},
        {0x1p87F, "1.5474251e+26"},
        {0x1p90F, "1.2379401e+27"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
        {-NAN, "nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[LIBGGUF_FLOAT_TEXT_SIZE];
        assert_int_equal(libgguf_f32_text(cases[i].value, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static void doubles_have_their_shortest_text(void **state)
{
    (void)state;
    const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.1, "0.1"},
        {0x1p-44, "5.684341886080802e-14"},
        {1e15, "1000000000000000"},
        {1e16, "1e+16"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_TRUE_MIN, "5e-324"},
        {-0.00012345678901234567, "-0.00012345678901234567"},
        {123456789012345.6, "123456789012345.6"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[LIBGGUF_FLOAT_TEXT_SIZE];
        libgguf_f64_text(cases[i].value, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void every_text_reads_back_as_the_same_number(void **state)
{
    (void)state;
    uint32_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        float value;
        char text[LIBGGUF_FLOAT_TEXT_SIZE];
        bits = bits * 1664525u + 1013904223u;
        memcpy(&value, &bits, sizeof value);
        if (isnan(value)) {
            continue;
        }
        const size_t size = libgguf_f32_text(value, text);
        assert_true(size < sizeof text && strlen(text) == size);
        assert_true(strtof(text, NULL) == value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats_have_their_shortest_text),
        cmocka_unit_test(doubles_have_their_shortest_text),
        cmocka_unit_test(every_text_reads_back_as_the_same_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
