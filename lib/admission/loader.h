/** @file The table that the build makes of the loader's files. */
#ifndef ADMISSION_LOADER_H
#define ADMISSION_LOADER_H

#include <libgguf/loader.h>

extern const struct libgguf_loader_file loader_files[]; /* and one of nothing at the end */
extern const size_t loader_file_count;

#endif
