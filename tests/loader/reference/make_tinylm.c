/** @file `make_tinylm TYPE FILE`: writes TinyLM-16M, with matrices of a tensor type, all zeros. */
#include <stdio.h>
#include <string.h>

#include "unit/model_header.h"

static int write_bytes(void *context, const void *data, size_t size)
{
    return fwrite(data, 1, size, context) == size ? 0 : 5;
}

int main(int argc, char **argv)
{
    struct model_header model;
    struct libgguf_error err;
    const struct libgguf_tensor_type *type =
        argc == 3 ? libgguf_tensor_type_by_name(argv[1]) : NULL;
    FILE *file = type ? fopen(argv[2], "wb") : NULL;
    if (!file) {
        fprintf(stderr, "usage: make_tinylm TYPE FILE\n");
        return 2;
    }
    const struct libgguf_sink sink = {
        .struct_size = sizeof sink, .write = write_bytes, .context = file};
    header_tinylm(&model, type->id);
    header_check(libgguf_writer_write(model.writer, &sink, &err), &err);
    header_free(&model);
    return fclose(file) == 0 ? 0 : 1;
}
