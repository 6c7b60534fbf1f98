/* A whole file, opened strictly and leniently, and everything read that it then offers. */
#include <stdlib.h>

#include <libgguf.h>

#include "walk_everything.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int lenient = 0; lenient < 2; lenient++) {
        const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                     .allow_missing_data = lenient,
                                                     .allow_duplicates = lenient};
        struct libgguf_file *file;
        struct libgguf_error err = {.status = LIBGGUF_OK};
        const enum libgguf_status status = libgguf_open_memory(data, size, &options, &file, &err);
        if (status == LIBGGUF_OK) {
            walk_everything(file);
            libgguf_close(file);
        } else if (file || err.status != status || !err.text[0]) {
            abort();
        }
    }
    return 0;
}
