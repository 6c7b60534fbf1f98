/* Every reference block of the test data decodes to exactly the reference floats. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/decode.h>

static const struct {
    uint32_t type_id;
    const char *name;
} references[] = {
    {1, "01-f16"},     {2, "02-q4_0"},     {3, "03-q4_1"},    {6, "06-q5_0"},     {7, "07-q5_1"},
    {8, "08-q8_0"},    {10, "10-q2_K"},    {11, "11-q3_K"},   {12, "12-q4_K"},    {13, "13-q5_K"},
    {14, "14-q6_K"},   {16, "16-iq2_xxs"}, {17, "17-iq2_xs"}, {18, "18-iq3_xxs"}, {19, "19-iq1_s"},
    {20, "20-iq4_nl"}, {21, "21-iq3_s"},   {22, "22-iq2_s"},  {23, "23-iq4_xs"},  {29, "29-iq1_m"},
    {30, "30-bf16"},   {34, "34-tq1_0"},   {35, "35-tq2_0"},  {39, "39-mxfp4"},   {40, "40-nvfp4"},
    {41, "41-q1_0"},   {42, "42-q2_0"},
};

struct bytes {
    unsigned char data[8192];
    size_t size;
};

static int load(const char *directory, const char *name, const char *suffix, struct bytes *out)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/blocks/%s.%s", directory, name, suffix);
    FILE *file = fopen(path, "rb");
    if (!file) {
        return 0;
    }
    out->size = fread(out->data, 1, sizeof out->data, file);
    fclose(file);
    return out->size > 0 && out->size < sizeof out->data;
}

static uint32_t little_u32(const unsigned char *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static int check(const char *directory, uint32_t type_id, const char *name)
{
    static struct bytes blocks, floats;
    if (!load(directory, name, "bin", &blocks) || !load(directory, name, "f32", &floats)) {
        printf("%s: not readable\n", name);
        return 0;
    }
    const struct libgguf_tensor_type *type = libgguf_tensor_type_find(type_id);
    const size_t count = blocks.size / type->block_size;
    const size_t elements = count * type->block_elements;
    float decoded[2048];
    struct libgguf_error err;
    if (blocks.size % type->block_size != 0 || floats.size != 4 * elements ||
        elements > sizeof decoded / sizeof decoded[0]) {
        printf("%s: %zu bytes of blocks, %zu of floats\n", name, blocks.size, floats.size);
        return 0;
    }
    if (libgguf_blocks_decode(type_id, false, blocks.data, count, decoded, &err) != LIBGGUF_OK) {
        printf("%s: %s\n", name, err.text);
        return 0;
    }
    for (size_t i = 0; i < elements; i++) {
        uint32_t found;
        memcpy(&found, &decoded[i], sizeof found);
        const uint32_t wanted = little_u32(floats.data + 4 * i);
        if (found != wanted) {
            printf("%s: element %zu is %08lx, not %08lx\n", name, i, (unsigned long)found,
                   (unsigned long)wanted);
            return 0;
        }
    }
    return 1;
}

int main(void)
{
    const char *directory = getenv("GGUF_DATA");
    struct bytes probe;
    if (!directory || !load(directory, "01-f16", "bin", &probe)) {
        printf("skipped: no reference blocks under %s\n", directory ? directory : "$GGUF_DATA");
        return 77;
    }
    int failed = 0;
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        failed += !check(directory, references[i].type_id, references[i].name);
    }
    return failed != 0;
}
