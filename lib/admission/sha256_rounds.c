#include "admission/sha256_rounds.h"

#include <string.h>

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

#if defined(__wasm__)
/* There is no instruction that swaps bytes; this is a tenth faster than what compilers make up. */
static uint32_t load(const unsigned char *bytes)
{
    uint32_t swapped;
    memcpy(&swapped, bytes, sizeof swapped);
    return (rotate(swapped, 24) & 0x00ff00ff) | (rotate(swapped, 8) & 0xff00ff00);
}
#else
static uint32_t load(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}
#endif

/* Sixteen rounds are written out with the roles of the variables turned, so that none is moved. */
#define ROUND(a, b, c, d, e, f, g, h, i, word)                                                     \
    do {                                                                                           \
        (h) += (rotate((e), 6) ^ rotate((e), 11) ^ rotate((e), 25)) +                              \
               ((g) ^ ((e) & ((f) ^ (g)))) + constants[i] + (word);                                \
        (d) += (h);                                                                                \
        (h) += (rotate((a), 2) ^ rotate((a), 13) ^ rotate((a), 22)) +                              \
               (((a) & (b)) | ((c) & ((a) | (b))));                                                \
    } while (0)

#define EXPAND(i)                                                                                  \
    (w[(i)&15] +=                                                                                  \
     (rotate(w[((i) + 14) & 15], 17) ^ rotate(w[((i) + 14) & 15], 19) ^                            \
      w[((i) + 14) & 15] >> 10) +                                                                  \
     w[((i) + 9) & 15] +                                                                           \
     (rotate(w[((i) + 1) & 15], 7) ^ rotate(w[((i) + 1) & 15], 18) ^ w[((i) + 1) & 15] >> 3))

#define EIGHT_ROUNDS(i, WORD)                                                                      \
    ROUND(a, b, c, d, e, f, g, h, (i) + 0, WORD((i) + 0));                                         \
    ROUND(h, a, b, c, d, e, f, g, (i) + 1, WORD((i) + 1));                                         \
    ROUND(g, h, a, b, c, d, e, f, (i) + 2, WORD((i) + 2));                                         \
    ROUND(f, g, h, a, b, c, d, e, (i) + 3, WORD((i) + 3));                                         \
    ROUND(e, f, g, h, a, b, c, d, (i) + 4, WORD((i) + 4));                                         \
    ROUND(d, e, f, g, h, a, b, c, (i) + 5, WORD((i) + 5));                                         \
    ROUND(c, d, e, f, g, h, a, b, (i) + 6, WORD((i) + 6));                                         \
    ROUND(b, c, d, e, f, g, h, a, (i) + 7, WORD((i) + 7))

#define FIRST(i) w[i]

static void compress(uint32_t state[8], const unsigned char *block)
{
    uint32_t w[16];
    for (size_t i = 0; i < 16; i++) {
        w[i] = load(block + 4 * i);
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    EIGHT_ROUNDS(0, FIRST);
    EIGHT_ROUNDS(8, FIRST);
    EIGHT_ROUNDS(16, EXPAND);
    EIGHT_ROUNDS(24, EXPAND);
    EIGHT_ROUNDS(32, EXPAND);
    EIGHT_ROUNDS(40, EXPAND);
    EIGHT_ROUNDS(48, EXPAND);
    EIGHT_ROUNDS(56, EXPAND);
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
