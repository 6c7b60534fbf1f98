/** @file The mappings of a file's tensors, released when the file is closed. */
#ifndef FORMAT_TENSOR_MAP_H
#define FORMAT_TENSOR_MAP_H

/** Behind a function pointer, so that a build without mmap needs nothing of it. */
struct tensor_maps {
    void (*release)(struct tensor_maps *maps);
};

#endif
