#include "admission/loader.h"

size_t libgguf_loader_file_count(void)
{
    return loader_file_count;
}

const struct libgguf_loader_file *libgguf_loader_file_at(size_t index)
{
    return index < loader_file_count ? &loader_files[index] : NULL;
}
