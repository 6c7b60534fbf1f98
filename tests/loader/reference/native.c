/**
 * @file Drives the reference loader natively: `loader_native MODEL STRATEGY HEADER CHUNK PARALLEL
 * CONTEXT KV_TYPE`. Prints a JSON object with what each phase held.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader.h"

#define MAX_PARALLEL 16

static struct {
    enum loader_strategy strategy;
    int file;
    uint32_t file_size;
    uint32_t header_size;
    uint32_t piece_size;
    uint32_t parallel;
    unsigned char *buffers[MAX_PARALLEL]; /* what a page would hold in ArrayBuffers */
    uint32_t outside;                     /* bytes of all of them */
    uint32_t fetched;
    long resident;
} run;

static void fail(const char *what)
{
    fprintf(stderr, "loader_native: %s\n", what);
    exit(1);
}

/* Resident bytes, the second number of the file; 0 where the kernel does not tell. */
static long resident(void)
{
    char line[128] = "";
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        (void)!fgets(line, sizeof line, file);
        fclose(file);
    }
    const char *second = strchr(line, ' ');
    return second ? strtol(second, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

static uint32_t number(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 10);
}

static bool is_whole(void)
{
    return run.strategy != LOADER_CHUNKED && run.strategy != LOADER_STREAM_DECODE &&
           run.strategy != LOADER_STREAM_DECODE_F32;
}

static void read_into(unsigned char *buffer, uint32_t offset, uint32_t size)
{
    for (uint32_t done = 0; done < size;) {
        const ssize_t got = pread(run.file, buffer + done, size - done, (off_t)(offset + done));
        if (got <= 0) {
            fail("the model cannot be read");
        }
        done += (uint32_t)got;
    }
}

static void phase_end(const char *name, bool last)
{
    printf("    {\"name\": \"%s\", \"js\": %" PRIu32 ", \"live\": %" PRIu32
           ", \"growth\": %ld}%s\n",
           name, run.outside, last ? loader_live() : loader_peak(), resident() - run.resident,
           last ? "" : ",");
    loader_mark();
}

/* Buffers as large as what is fetched into them, all of them in use. */
static void fetch(void)
{
    const uint32_t count = is_whole() ? 1 : run.parallel;
    const uint32_t size = is_whole() ? run.file_size : run.piece_size;
    for (uint32_t i = 0; i < count; i++) {
        run.buffers[i] = malloc(size);
        if (!run.buffers[i]) {
            fail("out of memory");
        }
        memset(run.buffers[i], 1, size);
        run.outside += size;
    }
    if (is_whole()) {
        read_into(run.buffers[0], 0, size);
    }
}

/* Appends pieces until @p end bytes have been. */
static void append_until(uint32_t end)
{
    for (uint32_t turn = 0; run.fetched < end; turn++) {
        const uint32_t left = run.file_size - run.fetched;
        const uint32_t size = left < run.piece_size ? left : run.piece_size;
        unsigned char *buffer = run.buffers[turn % run.parallel];
        read_into(buffer, run.fetched, size);
        memcpy(loader_receive(), buffer, size);
        run.fetched += size;
        if (!loader_append(size)) {
            fail("a piece is not taken");
        }
    }
}

static void copy(uint32_t context, uint32_t kv_type)
{
    if (!loader_begin(run.strategy, run.file_size, run.header_size, run.piece_size, context,
                      kv_type)) {
        fail("out of memory");
    }
    if (is_whole()) {
        memcpy(loader_receive(), run.buffers[0], run.file_size);
    } else {
        append_until(run.strategy == LOADER_CHUNKED ? run.file_size : run.header_size);
    }
}

static void map(uint32_t context, uint32_t kv_type)
{
    const unsigned char *bytes = mmap(NULL, run.file_size, PROT_READ, MAP_PRIVATE, run.file, 0);
    if (bytes == MAP_FAILED ||
        !loader_begin(run.strategy, run.file_size, run.header_size, 0, context, kv_type) ||
        !loader_map(bytes)) {
        fail("the model cannot be mapped");
    }
}

static void load(uint32_t context, uint32_t kv_type)
{
    const bool mapped = run.strategy == LOADER_MAPPED;
    run.resident = resident();
    if (!mapped) {
        fetch();
    }
    phase_end("fetch", false);
    if (mapped) {
        map(context, kv_type);
    } else {
        copy(context, kv_type);
    }
    phase_end(mapped ? "map" : is_whole() ? "copy" : "append", false);
    if (!loader_materialise()) {
        fail("the model is none the loader knows");
    }
    if (!is_whole()) {
        append_until(run.file_size);
    }
    phase_end("materialise", false);
    if (!loader_runtime()) {
        fail("out of memory");
    }
    phase_end("runtime", false);
    if (!loader_release()) {
        fail("cannot be released");
    }
    for (uint32_t i = 0; i < MAX_PARALLEL; i++) {
        free(run.buffers[i]);
    }
    run.outside = 0;
    phase_end("release", true);
}

int main(int argc, char **argv)
{
    struct stat status;
    if (argc != 8) {
        fail("usage: MODEL STRATEGY HEADER CHUNK PARALLEL CONTEXT KV_TYPE");
    }
    run.file = open(argv[1], O_RDONLY);
    if (run.file < 0 || fstat(run.file, &status) != 0) {
        fail("the model cannot be opened");
    }
    run.strategy = (enum loader_strategy)number(argv[2]);
    run.file_size = (uint32_t)status.st_size;
    run.header_size = number(argv[3]);
    run.piece_size = number(argv[4]);
    run.parallel = number(argv[5]);
    if (run.parallel < 1 || run.parallel > MAX_PARALLEL) {
        fail("1 to 16 fetches");
    }
    printf("{\n  \"phases\": [\n");
    load(number(argv[6]), number(argv[7]));
    printf("  ],\n  \"checksum\": %" PRIu32 "\n}\n", loader_checksum());
    return 0;
}
