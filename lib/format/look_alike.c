#include "format/look_alike.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct signature {
    const char *bytes;
    size_t size;
    const char *name;
};

#define SIGNATURE(text, name)                                                                      \
    {                                                                                              \
        (text), sizeof(text) - 1, (name)                                                           \
    }

static const struct signature signatures[] = {
    SIGNATURE("version https://git-lfs",
              "a Git LFS pointer: fetch the file itself with 'git lfs pull'"),
    SIGNATURE("\x1f\x8b", "gzip: decompress it first"),
    SIGNATURE("PK\x03\x04", "a zip archive, as PyTorch checkpoints are: convert it to GGUF first"),
    SIGNATURE("\x28\xb5\x2f\xfd", "zstd: decompress it first"),
    SIGNATURE("\xfd"
              "7zXZ",
              "xz: decompress it first"),
    /* Magic numbers of the formats before GGUF, stored as little-endian words. */
    SIGNATURE("lmgg", "a GGML file from before GGUF: convert it to GGUF first"),
    SIGNATURE("fmgg", "a GGMF file from before GGUF: convert it to GGUF first"),
    SIGNATURE("tjgg", "a GGJT file from before GGUF: convert it to GGUF first"),
    SIGNATURE("algg", "a GGLA adapter from before GGUF: convert it to GGUF first"),
};

static bool begins_with_ignoring_case(const unsigned char *bytes, size_t size, const char *text)
{
    for (size_t i = 0; text[i]; i++) {
        if (i >= size) {
            return false;
        }
        const unsigned char byte = bytes[i];
        const int lower = byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
        if (lower != text[i]) {
            return false;
        }
    }
    return true;
}

static bool is_html(const unsigned char *bytes, size_t size)
{
    while (size > 0 && (*bytes == ' ' || *bytes == '\t' || *bytes == '\r' || *bytes == '\n')) {
        bytes++;
        size--;
    }
    return begins_with_ignoring_case(bytes, size, "<!doctype") ||
           begins_with_ignoring_case(bytes, size, "<html") ||
           begins_with_ignoring_case(bytes, size, "<?xml");
}

static bool is_zeros(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return size > 0;
}

/* A u64 length of the JSON header, then its opening brace. */
static bool is_safetensors(const unsigned char *bytes, size_t size)
{
    return size >= 10 && bytes[8] == '{' && bytes[5] == 0 && bytes[6] == 0 && bytes[7] == 0;
}

const char *look_alike_name(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        if (size >= signatures[i].size &&
            memcmp(bytes, signatures[i].bytes, signatures[i].size) == 0) {
            return signatures[i].name;
        }
    }
    if (is_html(bytes, size)) {
        return "an HTML or XML page: the download gave a page instead of the file";
    }
    if (is_zeros(bytes, size)) {
        return "zeros: the header was never written, as after an interrupted write";
    }
    if (is_safetensors(bytes, size)) {
        return "a safetensors file: convert it to GGUF first";
    }
    return NULL;
}
