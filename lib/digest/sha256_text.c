#include <string.h>

#include <libgguf/digest.h>

bool libgguf_digest_equal(const struct libgguf_digest *a, const struct libgguf_digest *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void libgguf_digest_hex(const struct libgguf_digest *digest, char out[LIBGGUF_DIGEST_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < LIBGGUF_DIGEST_SIZE; i++) {
        out[2 * i] = digits[digest->bytes[i] >> 4];
        out[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    out[2 * LIBGGUF_DIGEST_SIZE] = '\0';
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool libgguf_digest_from_hex(const char *text, size_t size, struct libgguf_digest *out)
{
    if (size != 2 * LIBGGUF_DIGEST_SIZE) {
        return false;
    }
    struct libgguf_digest digest;
    for (size_t i = 0; i < LIBGGUF_DIGEST_SIZE; i++) {
        const int high = hex_value(text[2 * i]);
        const int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        digest.bytes[i] = (unsigned char)(high << 4 | low);
    }
    *out = digest;
    return true;
}

void libgguf_digest_sri(const struct libgguf_digest *digest, char out[LIBGGUF_DIGEST_SRI_SIZE])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char prefix[] = "sha256-";
    memcpy(out, prefix, sizeof prefix - 1);
    char *to = out + sizeof prefix - 1;
    for (size_t i = 0; i < LIBGGUF_DIGEST_SIZE; i += 3) {
        uint32_t group = (uint32_t)digest->bytes[i] << 16 | (uint32_t)digest->bytes[i + 1] << 8;
        const bool whole = i + 2 < LIBGGUF_DIGEST_SIZE;
        if (whole) {
            group |= digest->bytes[i + 2];
        }
        *to++ = letters[group >> 18];
        *to++ = letters[group >> 12 & 63];
        *to++ = letters[group >> 6 & 63];
        *to++ = whole ? letters[group & 63] : '=';
    }
    *to = '\0';
}
