/* Blocks of any type and byte order: byte 0 is the type number, byte 1 the byte order. */
#include <stdlib.h>

#include <libgguf/decode.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    const struct libgguf_tensor_type *type = libgguf_tensor_type_find(data[0]);
    const bool big_endian = data[1] & 1;
    struct libgguf_block_faults faults;
    if (!libgguf_type_decodable(data[0], big_endian)) {
        if (libgguf_blocks_check(data[0], big_endian, NULL, 0, &faults, NULL) == LIBGGUF_OK) {
            abort();
        }
        return 0;
    }
    const size_t count = (size - 2) / type->block_size;
    float *out = malloc((count * type->block_elements + 1) * sizeof *out);
    if (!out) {
        return 0;
    }
    if (libgguf_blocks_decode(data[0], big_endian, data + 2, count, out, NULL) != LIBGGUF_OK ||
        libgguf_blocks_check(data[0], big_endian, data + 2, count, &faults, NULL) != LIBGGUF_OK ||
        faults.count > count) {
        abort();
    }
    free(out);
    return 0;
}
