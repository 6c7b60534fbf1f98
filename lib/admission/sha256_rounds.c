/*
 * FIPS 180-4, section 6.2.2. The message schedule is computed four words at a time in vectors, and
 * the rounds in scalars: a processor has units for both, and does them at the same time.
 */
#include "admission/sha256_rounds.h"

#include <string.h>

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint32_t words4 __attribute__((vector_size(16)));

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, unsigned bits)
{
    return value >> bits | value << (32 - bits);
}

/* Four words in the byte order of the machine. */
static words4 load(const unsigned char *bytes)
{
    bytes16 vector;
    memcpy(&vector, bytes, sizeof vector);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    vector = __builtin_shufflevector(vector, vector, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14,
                                     13, 12);
#endif
    return (words4)vector;
}

/* The small sigma 0 of four words. */
static words4 sigma0(words4 w)
{
    return (w >> 7 ^ w << 25) ^ (w >> 18 ^ w << 14) ^ w >> 3;
}

static words4 sigma1(words4 w)
{
    return (w >> 17 ^ w << 15) ^ (w >> 19 ^ w << 13) ^ w >> 10;
}

/* Words 16 to 19 of the schedule, from words 0 to 15. */
static words4 expand(words4 w0, words4 w4, words4 w8, words4 w12)
{
    const words4 zero = {0};
    const words4 w1 = __builtin_shufflevector(w0, w4, 1, 2, 3, 4);
    const words4 w9 = __builtin_shufflevector(w8, w12, 1, 2, 3, 4);
    /* The last two depend on the first two. */
    words4 next = w0 + sigma0(w1) + w9;
    next += sigma1(__builtin_shufflevector(w12, zero, 2, 3, 4, 4));
    return next + sigma1(__builtin_shufflevector(next, zero, 4, 4, 0, 1));
}

/*
 * One round; the variables turn their roles, so that none is moved. The majority of a, b and c is
 * b ^ ((a ^ b) & (b ^ c)), and b ^ c is the a ^ b of the round before.
 */
#define ROUND(a, b, c, d, e, f, g, h, word)                                                        \
    do {                                                                                           \
        (h) += (rotate((e), 6) ^ rotate((e), 11) ^ rotate((e), 25)) +                              \
               ((g) ^ ((e) & ((f) ^ (g)))) + (word);                                               \
        (d) += (h);                                                                                \
        const uint32_t differs = (a) ^ (b);                                                        \
        (h) +=                                                                                     \
            (rotate((a), 2) ^ rotate((a), 13) ^ rotate((a), 22)) + ((b) ^ (differs & differed));   \
        differed = differs;                                                                        \
    } while (0)

/* Sixteen words in four vectors; each is replaced by the one that comes sixteen words later. */
#define FOUR_ROUNDS(a, b, c, d, e, f, g, h, i, w0)                                                 \
    do {                                                                                           \
        words4 k;                                                                                  \
        memcpy(&k, constants + (i), sizeof k);                                                     \
        k += (w0);                                                                                 \
        uint32_t word[4];                                                                          \
        memcpy(word, &k, sizeof word);                                                             \
        ROUND(a, b, c, d, e, f, g, h, word[0]);                                                    \
        ROUND(h, a, b, c, d, e, f, g, word[1]);                                                    \
        ROUND(g, h, a, b, c, d, e, f, word[2]);                                                    \
        ROUND(f, g, h, a, b, c, d, e, word[3]);                                                    \
    } while (0)

#define SIXTEEN_ROUNDS(i, NEXT)                                                                    \
    FOUR_ROUNDS(a, b, c, d, e, f, g, h, (i), w0);                                                  \
    NEXT(w0, w4, w8, w12);                                                                         \
    FOUR_ROUNDS(e, f, g, h, a, b, c, d, (i) + 4, w4);                                              \
    NEXT(w4, w8, w12, w0);                                                                         \
    FOUR_ROUNDS(a, b, c, d, e, f, g, h, (i) + 8, w8);                                              \
    NEXT(w8, w12, w0, w4);                                                                         \
    FOUR_ROUNDS(e, f, g, h, a, b, c, d, (i) + 12, w12);                                            \
    NEXT(w12, w0, w4, w8)

#define EXPAND(w0, w4, w8, w12) (w0) = expand(w0, w4, w8, w12)
#define KEEP(w0, w4, w8, w12) (void)0

static void compress(uint32_t state[8], const unsigned char *block)
{
    words4 w0 = load(block), w4 = load(block + 16), w8 = load(block + 32), w12 = load(block + 48);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    uint32_t differed = b ^ c;
    SIXTEEN_ROUNDS(0, EXPAND);
    SIXTEEN_ROUNDS(16, EXPAND);
    SIXTEEN_ROUNDS(32, EXPAND);
    SIXTEEN_ROUNDS(48, KEEP);
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

void sha256_compress(uint32_t state[8], const unsigned char *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        compress(state, blocks + 64 * i);
    }
}
