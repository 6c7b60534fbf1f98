/* collide COUNT KEY0 KEY1: a GGUF file with COUNT entries. With keys other than 0, one whose names
 * all begin their search in one sixteenth of a table with that key, in a run of used slots. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/siphash.h"

static void put(uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        putchar((int)(value >> (8 * i) & 0xff));
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        return 2;
    }
    const uint64_t count = strtoull(argv[1], NULL, 10);
    const uint64_t key[2] = {strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10)};
    uint64_t capacity = 16;
    while (capacity / 2 < count) {
        capacity *= 2;
    }
    const uint64_t wanted = key[0] || key[1] ? capacity / 16 : capacity;
    fputs("GGUF", stdout);
    put(3, 4);
    put(0, 8);
    put(count, 8);
    uint64_t done = 0;
    for (unsigned i = 0; done < count; i++) {
        char name[16];
        const int size = snprintf(name, sizeof name, "%07x", i);
        if ((siphash_u32(key, name, (size_t)size) & (capacity - 1)) < wanted) {
            put((uint64_t)size, 8);
            fputs(name, stdout);
            put(0, 4);
            put(1, 1);
            done++;
        }
    }
    return fflush(stdout) ? 3 : 0;
}
