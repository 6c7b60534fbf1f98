/**
 * @file The compression function of SHA-256. In a file of its own so that it stays a function: an
 * engine that compiles WebAssembly in tiers replaces functions between calls, not during one.
 */
#ifndef ADMISSION_SHA256_ROUNDS_H
#define ADMISSION_SHA256_ROUNDS_H

#include <stddef.h>
#include <stdint.h>

/** Takes @p count blocks of 64 bytes into @p state. */
void sha256_compress(uint32_t state[8], const unsigned char *blocks, size_t count);

#endif
