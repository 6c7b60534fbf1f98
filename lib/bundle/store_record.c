#include "bundle/store_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libgguf/plan.h>

#include "bundle/place.h"

/* A record: the magic, whether the digest of the file is known and that digest; of each chunk its
 * digest, inode, size and time; and the digest of all this. Numbers are little-endian. */
static const char magic[8] = {'g', 'g', 'u', 'f', 'r', 'e', 'c', '1'};
#define NUMBER_SIZE 8
#define HEAD_SIZE (sizeof magic + NUMBER_SIZE + LIBGGUF_DIGEST_SIZE)
#define CHUNK_SIZE (LIBGGUF_DIGEST_SIZE + 4 * NUMBER_SIZE)
#define FRAME_SIZE (HEAD_SIZE + LIBGGUF_DIGEST_SIZE)

/* Enough to tell models apart that were trained differently, in less time than a chunk takes. */
#define SAMPLE_COUNT 32
#define SAMPLE_SIZE ((size_t)4096)

/* The name while it is written: "<64 digits>.<process>". */
#define PARTIAL_SIZE (LIBGGUF_DIGEST_HEX_SIZE + 32)

static void put_number(unsigned char **to, uint64_t value)
{
    for (size_t i = 0; i < NUMBER_SIZE; i++) {
        *(*to)++ = (unsigned char)(value >> 8 * i);
    }
}

static uint64_t take_number(const unsigned char **from)
{
    uint64_t value = 0;
    for (size_t i = 0; i < NUMBER_SIZE; i++) {
        value |= (uint64_t) * (*from)++ << 8 * i;
    }
    return value;
}

static void put_digest(unsigned char **to, const struct libgguf_digest *digest)
{
    memcpy(*to, digest->bytes, LIBGGUF_DIGEST_SIZE);
    *to += LIBGGUF_DIGEST_SIZE;
}

static void take_digest(const unsigned char **from, struct libgguf_digest *out)
{
    memcpy(out->bytes, *from, LIBGGUF_DIGEST_SIZE);
    *from += LIBGGUF_DIGEST_SIZE;
}

static enum libgguf_status add_samples(const struct libgguf_source *source, uint64_t size,
                                       struct libgguf_hasher *hasher, struct libgguf_error *err)
{
    unsigned char sample[SAMPLE_SIZE];
    const uint64_t room = size > SAMPLE_SIZE ? size - SAMPLE_SIZE : 0;
    enum libgguf_status status = LIBGGUF_OK;
    for (uint64_t i = 0; i < SAMPLE_COUNT && !status; i++) {
        const uint64_t offset = room / (SAMPLE_COUNT - 1) * i;
        const size_t step = size - offset < SAMPLE_SIZE ? (size_t)(size - offset) : SAMPLE_SIZE;
        status = libgguf_source_read(source, offset, sample, step, err);
        if (!status) {
            libgguf_hasher_update(hasher, sample, step);
        }
    }
    return status;
}

enum libgguf_status store_record_key(const struct libgguf_source *source,
                                     const struct libgguf_plan_options *plan_options,
                                     struct libgguf_digest *out, struct libgguf_error *err)
{
    unsigned char numbers[3 * NUMBER_SIZE];
    unsigned char *to = numbers;
    const uint64_t size = libgguf_source_size(source);
    struct libgguf_hasher *hasher;
    enum libgguf_status status = libgguf_hasher_create(&hasher, err);
    if (status) {
        return status;
    }
    put_number(&to, size);
    put_number(&to, (uint64_t)plan_options->cut);
    put_number(&to, plan_options->chunk_size ? plan_options->chunk_size
                                             : (uint64_t)LIBGGUF_DEFAULT_CHUNK_SIZE);
    libgguf_hasher_update(hasher, magic, sizeof magic);
    libgguf_hasher_update(hasher, numbers, sizeof numbers);
    status = add_samples(source, size, hasher, err);
    if (!status) {
        status = libgguf_hasher_finish(hasher, out, err);
    }
    libgguf_hasher_free(hasher);
    return status;
}

/* Parses what is known to have the right digest and size. */
static bool parse(const unsigned char *data, size_t count, struct store_record *out)
{
    if (memcmp(data, magic, sizeof magic) != 0) {
        return false;
    }
    data += sizeof magic;
    out->has_sha256 = take_number(&data) != 0;
    take_digest(&data, &out->sha256);
    for (size_t i = 0; i < count; i++) {
        struct store_record_chunk *const chunk = &out->chunks[i];
        take_digest(&data, &chunk->sha256);
        chunk->stamp.inode = take_number(&data);
        chunk->stamp.size = take_number(&data);
        chunk->stamp.seconds = (int64_t)take_number(&data);
        chunk->stamp.nanoseconds = (int64_t)take_number(&data);
    }
    out->count = count;
    return true;
}

/* @p data has room for all @p size bytes of the file. */
static enum libgguf_status read_checked(int fd, unsigned char *data, size_t size, bool *good,
                                        struct libgguf_error *err)
{
    struct libgguf_digest digest;
    size_t got = 0;
    *good = place_read_at(fd, data, size, 0, &got) == 0 && got == size;
    if (!*good) {
        return LIBGGUF_OK;
    }
    const size_t covered = size - LIBGGUF_DIGEST_SIZE;
    const enum libgguf_status status = libgguf_sha256(data, covered, &digest, err);
    *good = !status && memcmp(digest.bytes, data + covered, LIBGGUF_DIGEST_SIZE) == 0;
    return status;
}

static enum libgguf_status read_open(int fd, size_t size, struct store_record *out,
                                     struct libgguf_error *err)
{
    const size_t count = (size - FRAME_SIZE) / CHUNK_SIZE;
    unsigned char *const data = malloc(size);
    bool good = false;
    out->chunks = malloc(count * sizeof *out->chunks + 1);
    enum libgguf_status status = data && out->chunks ? read_checked(fd, data, size, &good, err)
                                                     : (enum libgguf_status)failure_memory(err);
    if (!status && good) {
        good = parse(data, count, out);
    }
    if (status || !good) {
        store_record_free(out);
    }
    free(data);
    return status;
}

static enum libgguf_status read_named(int at, const char *name, struct store_record *out,
                                      struct libgguf_error *err)
{
    int fd;
    uint64_t size;
    *out = (struct store_record){0};
    if (place_open_file(at, name, &fd, &size) != 0) {
        return LIBGGUF_OK;
    }
    enum libgguf_status status = LIBGGUF_OK;
    if (size >= FRAME_SIZE && (size - FRAME_SIZE) % CHUNK_SIZE == 0 &&
        (size - FRAME_SIZE) / CHUNK_SIZE <= LIBGGUF_MAX_CHUNKS) {
        status = read_open(fd, (size_t)size, out, err);
    }
    close(fd);
    return status;
}

enum libgguf_status store_record_read(int at, const struct libgguf_digest *key,
                                      struct store_record *out, struct libgguf_error *err)
{
    char name[LIBGGUF_DIGEST_HEX_SIZE];
    libgguf_digest_hex(key, name);
    return read_named(at, name, out, err);
}

static void format(const struct store_record *record, unsigned char *to)
{
    memcpy(to, magic, sizeof magic);
    to += sizeof magic;
    put_number(&to, record->has_sha256);
    put_digest(&to, &record->sha256);
    for (size_t i = 0; i < record->count; i++) {
        const struct store_record_chunk *const chunk = &record->chunks[i];
        put_digest(&to, &chunk->sha256);
        put_number(&to, chunk->stamp.inode);
        put_number(&to, chunk->stamp.size);
        put_number(&to, (uint64_t)chunk->stamp.seconds);
        put_number(&to, (uint64_t)chunk->stamp.nanoseconds);
    }
}

static int write_bytes(int at, const char *name, const unsigned char *data, size_t size)
{
    char partial[PARTIAL_SIZE];
    snprintf(partial, sizeof partial, "%s.%ld", name, (long)getpid());
    (void)unlinkat(at, partial, 0); /* of an earlier process with this number */
    const int fd = openat(at, partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        return errno;
    }
    int failed = place_write(fd, data, size);
    if (close(fd) != 0 && !failed) {
        failed = errno;
    }
    if (!failed && renameat(at, partial, at, name) != 0) {
        failed = errno;
    }
    if (failed) {
        (void)unlinkat(at, partial, 0);
    }
    return failed;
}

int store_record_write(int at, const struct libgguf_digest *key, const struct store_record *record)
{
    char name[LIBGGUF_DIGEST_HEX_SIZE];
    struct libgguf_digest digest;
    const size_t size = FRAME_SIZE + record->count * CHUNK_SIZE;
    unsigned char *const data = malloc(size);
    if (!data) {
        return ENOMEM;
    }
    format(record, data);
    int failed = libgguf_sha256(data, size - LIBGGUF_DIGEST_SIZE, &digest, NULL) ? ENOMEM : 0;
    if (!failed) {
        memcpy(data + size - LIBGGUF_DIGEST_SIZE, digest.bytes, LIBGGUF_DIGEST_SIZE);
        libgguf_digest_hex(key, name);
        failed = write_bytes(at, name, data, size);
    }
    free(data);
    return failed;
}

void store_record_free(struct store_record *record)
{
    free(record->chunks);
    *record = (struct store_record){0};
}

bool store_record_equal(const struct store_record *a, const struct store_record *b)
{
    bool equal = a->count == b->count && a->has_sha256 == b->has_sha256 &&
                 (!a->has_sha256 || libgguf_digest_equal(&a->sha256, &b->sha256));
    for (size_t i = 0; i < a->count && equal; i++) {
        equal = libgguf_digest_equal(&a->chunks[i].sha256, &b->chunks[i].sha256) &&
                file_stamp_equal(&a->chunks[i].stamp, &b->chunks[i].stamp);
    }
    return equal;
}

struct pruning {
    int at;
    int chunks;
};

/* "<64 digits>", or that and a process. */
static bool is_name(const char *name, bool *is_partial)
{
    struct libgguf_digest digest;
    const size_t digits = LIBGGUF_DIGEST_HEX_SIZE - 1;
    if (strlen(name) < digits || !libgguf_digest_from_hex(name, digits, &digest)) {
        return false;
    }
    const char *const rest = name + digits;
    *is_partial =
        rest[0] == '.' && rest[1] != '\0' && rest[1 + strspn(rest + 1, "0123456789")] == '\0';
    return rest[0] == '\0' || *is_partial;
}

/* Files of others are let be: a record begins like one, however it goes on, or was not written. */
static bool is_record(int at, const char *name)
{
    int fd;
    uint64_t size;
    char start[sizeof magic];
    size_t got = 0;
    if (place_open_file(at, name, &fd, &size) != 0) {
        return false;
    }
    const bool is_read = place_read_at(fd, start, sizeof start, 0, &got) == 0;
    close(fd);
    return is_read && (got == sizeof start || size == 0) && memcmp(start, magic, got) == 0;
}

static bool is_used(const struct pruning *pruning, const char *name)
{
    struct store_record record;
    if (read_named(pruning->at, name, &record, NULL) != LIBGGUF_OK || !record.chunks) {
        return false;
    }
    bool used = true;
    for (size_t i = 0; i < record.count && used; i++) {
        char chunk[PLACE_CHUNK_NAME_SIZE];
        struct stat facts;
        place_chunk_name(&record.chunks[i].sha256, false, chunk);
        used = fstatat(pruning->chunks, chunk, &facts, AT_SYMLINK_NOFOLLOW) == 0;
    }
    store_record_free(&record);
    return used;
}

static bool prune_one(void *context, const char *name)
{
    struct pruning *const pruning = context;
    bool is_partial;
    if (is_name(name, &is_partial) && is_record(pruning->at, name) &&
        (is_partial || !is_used(pruning, name))) {
        (void)unlinkat(pruning->at, name, 0);
    }
    return true;
}

void store_record_prune(int at, int chunks)
{
    struct pruning pruning = {.at = at, .chunks = chunks};
    (void)place_list(at, prune_one, &pruning);
}
