/** @file Runs of bytes (bytes.c). */
#ifndef WASM_STRING_H
#define WASM_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memchr(const void *bytes, int value, size_t size);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strerror_r(int number, char *buffer, size_t size);

#endif
