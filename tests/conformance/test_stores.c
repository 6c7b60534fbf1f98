/*
 * What a second bundle of a model takes from the store unread, and what it does not: a chunk that
 * is the file it was when its bytes were proven, and the digest of a file whose chunks are all the
 * same.
 */
#define _XOPEN_SOURCE 700

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include <libgguf.h>

#include "bundle_files.h"

/* Where the digest of the whole file is in a record. */
#define RECORD_SHA256 16
/* Where its chunks are: a digest and four numbers each. */
#define RECORD_CHUNKS 48

static struct libgguf_bundle_created created;
static unsigned char *model_bytes;
static size_t model_size;

static void write_bytes(const char *path, const void *data, size_t size)
{
    FILE *const stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

static struct libgguf_bundle_create_options usual(void)
{
    return (struct libgguf_bundle_create_options){.struct_size =
                                                      sizeof(struct libgguf_bundle_create_options),
                                                  .chunk_size = LIBGGUF_MIN_CHUNK_SIZE,
                                                  .store = files_path("store")};
}

/* How many descriptors are open; the first that is not. */
static size_t open_descriptors(int *first_closed)
{
    size_t count = 0;
    *first_closed = -1;
    for (int fd = 0; fd < 256; fd++) {
        const bool is_open = fcntl(fd, F_GETFD) >= 0;
        count += is_open;
        if (!is_open && *first_closed < 0) {
            *first_closed = fd;
        }
    }
    return count;
}

/* Bundles the file @p model; its manifest. */
static struct libgguf_manifest *bundle(const char *model,
                                       struct libgguf_bundle_create_options options)
{
    struct libgguf_file *file;
    struct libgguf_manifest *manifest;
    struct libgguf_error err;
    if (!options.force) {
        files_remove("bundle");
    }
    assert_int_equal(libgguf_open(model, NULL, &file, NULL), LIBGGUF_OK);
    int first;
    int first_after;
    const size_t count = open_descriptors(&first);
    if (libgguf_bundle_create(file, files_path("bundle"), &options, &created, &err)) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(open_descriptors(&first_after), count);
    assert_int_equal(first_after, first);
    libgguf_close(file);
    assert_int_equal(libgguf_bundle_manifest(files_path("bundle"), NULL, 0, &manifest, NULL),
                     LIBGGUF_OK);
    return manifest;
}

/* As bundle(), of which nobody wants to see the manifest. */
static void bundle_again(struct libgguf_bundle_create_options options)
{
    libgguf_manifest_free(bundle(files_path("model.gguf"), options));
}

/* A model of the test's own, and a store that has it. */
static void fresh_store(void)
{
    files_remove("store");
    write_bytes(files_path("model.gguf"), model_bytes, model_size);
    bundle_again(usual());
    assert_int_equal(created.written_count, created.distinct_count);
}

/* How much of the bundle is not what its manifest says. */
static size_t wrong_parts(void)
{
    const struct libgguf_bundle_read_options options = {.struct_size = sizeof options,
                                                        .file_digest = true};
    struct libgguf_bundle_report *report;
    assert_int_equal(libgguf_bundle_verify(files_path("bundle"), &options, &report, NULL),
                     LIBGGUF_OK);
    const size_t count = report->finding_count + report->file_digest_wrong;
    libgguf_bundle_report_free(report);
    return count;
}

static void name_in_store(const struct libgguf_manifest *manifest, size_t chunk,
                          char out[FILES_PATH_SIZE])
{
    char name[FILES_PATH_SIZE / 2];
    snprintf(name, sizeof name, "store/%s", manifest->files[0].chunks[chunk].path);
    strcpy(out, files_path(name));
}

/* Writes another byte into a file that is not writable. */
static void damage(const char *path)
{
    assert_int_equal(chmod(path, 0644), 0);
    const int fd = open(path, O_RDWR);
    unsigned char byte;
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, 5), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, 5), 1);
    assert_int_equal(close(fd), 0);
}

static struct stat facts_of(const char *path)
{
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    return facts;
}

static void date(const char *path, struct timespec modified)
{
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, modified};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* A fresh store with two bundles of the model; the path of a chunk in it. */
static void fresh_store_and_chunk(char chunk[FILES_PATH_SIZE])
{
    fresh_store();
    struct libgguf_manifest *const manifest = bundle(files_path("model.gguf"), usual());
    name_in_store(manifest, 1, chunk);
    libgguf_manifest_free(manifest);
}

/* Damages a file, and dates it so much later than it was: with zeros, without a trace. */
static void damage_and_date(const char *chunk, long seconds, long nanoseconds)
{
    struct timespec modified = facts_of(chunk).st_mtim;
    damage(chunk);
    modified.tv_sec += seconds;
    modified.tv_nsec = (modified.tv_nsec + nanoseconds) % 1000000000;
    date(chunk, modified);
}

/* How many records the store has; @p path is that of one. */
static size_t find_record(char path[FILES_PATH_SIZE])
{
    DIR *const stream = opendir(files_path("store/index"));
    size_t count = 0;
    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (entry->d_name[0] != '.') {
            char name[FILES_PATH_SIZE / 2];
            snprintf(name, sizeof name, "store/index/%s", entry->d_name);
            strcpy(path, files_path(name));
            count++;
        }
    }
    closedir(stream);
    return count;
}

static void a_second_bundle_changes_nothing_in_the_store(void **state)
{
    (void)state;
    char record[FILES_PATH_SIZE];
    fresh_store();
    assert_int_equal(find_record(record), 1);
    const struct stat before = facts_of(record);
    struct libgguf_manifest *const manifest = bundle(files_path("model.gguf"), usual());
    assert_int_equal(created.written_count, 0);
    assert_int_equal(created.shared_count, created.distinct_count);
    assert_int_equal(wrong_parts(), 0);
    assert_int_equal(find_record(record), 1);
    const struct stat after = facts_of(record);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_int_equal(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
    assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    for (size_t i = 0; i < manifest->files[0].chunk_count; i++) {
        char chunk[FILES_PATH_SIZE];
        name_in_store(manifest, i, chunk);
        assert_int_equal(facts_of(chunk).st_nlink, 2);
    }
    libgguf_manifest_free(manifest);
}

/* Seen by what is not noticed: damage behind the back of the file system. */
static void a_chunk_that_was_proven_is_not_read_again(void **state)
{
    (void)state;
    char chunk[FILES_PATH_SIZE];
    fresh_store_and_chunk(chunk);
    damage_and_date(chunk, 0, 0);
    bundle_again(usual());
    assert_int_equal(created.written_count, 0);
    assert_int_equal(wrong_parts(), 1);

    /* Who resumes has everything read. */
    struct libgguf_bundle_create_options options = usual();
    options.resume = true;
    bundle_again(options);
    assert_int_equal(created.written_count, 1);
    assert_int_equal(wrong_parts(), 0);
}

static bool wait_once(void *context, enum libgguf_bundle_step step, uint64_t done, uint64_t total)
{
    bool *const waited = context;
    (void)step;
    (void)done;
    (void)total;
    if (!*waited) {
        const struct timespec time = {.tv_sec = 1, .tv_nsec = 100000000};
        nanosleep(&time, NULL);
        *waited = true;
    }
    return true;
}

static void chunks_of_a_long_creation_are_remembered(void **state)
{
    (void)state;
    char chunk[FILES_PATH_SIZE];
    bool waited = false;
    const struct libgguf_bundle_hooks hooks = {
        .struct_size = sizeof hooks, .context = &waited, .progress = wait_once};
    struct libgguf_bundle_create_options options = usual();
    options.hooks = &hooks;
    files_remove("store");
    struct libgguf_manifest *const manifest = bundle(files_path("model.gguf"), options);
    assert_true(waited);
    name_in_store(manifest, manifest->files[0].chunk_count - 1, chunk);
    libgguf_manifest_free(manifest);
    damage_and_date(chunk, 0, 0);
    bundle_again(usual());
    assert_int_equal(wrong_parts(), 1);
}

static bool write_page(void *context, enum libgguf_bundle_step step, uint64_t done, uint64_t total)
{
    (void)context;
    (void)done;
    (void)total;
    if (step == LIBGGUF_BUNDLE_SYNC) {
        write_bytes(files_path("bundle/page.html"), "mine", 4);
    }
    return true;
}

static void a_page_that_came_meanwhile_is_not_replaced(void **state)
{
    (void)state;
    static const struct libgguf_bundle_extra page = {"page.html", "yours", 5};
    const struct libgguf_bundle_hooks hooks = {.struct_size = sizeof hooks, .progress = write_page};
    struct libgguf_bundle_create_options options = usual();
    struct libgguf_file *file;
    struct stat facts;
    fresh_store();
    files_remove("bundle");
    options.hooks = &hooks;
    options.extras = &page;
    options.extra_count = 1;
    assert_int_equal(libgguf_open(files_path("model.gguf"), NULL, &file, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_bundle_create(file, files_path("bundle"), &options, NULL, NULL),
                     LIBGGUF_ERR_EXISTS);
    libgguf_close(file);
    assert_int_equal(facts_of(files_path("bundle/page.html")).st_size, 4);
    assert_int_equal(stat(files_path("bundle/manifest.json"), &facts), -1);
}

/* Ways to have other bytes under a chunk's name. */
static void replace_with_its_date(const char *chunk)
{
    const struct stat before = facts_of(chunk);
    size_t size;
    unsigned char *const bytes = files_read(chunk, &size);
    bytes[0] ^= 1;
    assert_int_equal(unlink(chunk), 0);
    write_bytes(chunk, bytes, size);
    date(chunk, before.st_mtim);
    free(bytes);
}

static void date_a_second_later(const char *chunk)
{
    damage_and_date(chunk, 1, 0);
}

static void date_a_nanosecond_later(const char *chunk)
{
    damage_and_date(chunk, 0, 1);
}

static void cut_with_its_date(const char *chunk)
{
    const struct stat before = facts_of(chunk);
    assert_int_equal(chmod(chunk, 0644), 0);
    assert_int_equal(truncate(chunk, before.st_size - 1), 0);
    date(chunk, before.st_mtim);
}

static void link_elsewhere(const char *chunk)
{
    const char *const elsewhere = files_path("elsewhere");
    (void)unlink(elsewhere);
    assert_int_equal(rename(chunk, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, chunk), 0);
}

static void remove_it(const char *chunk)
{
    assert_int_equal(unlink(chunk), 0);
}

static void a_chunk_that_changed_is_read_and_replaced(void **state)
{
    void (*const changes[])(const char *chunk) = {damage,
                                                  date_a_second_later,
                                                  date_a_nanosecond_later,
                                                  replace_with_its_date,
                                                  cut_with_its_date,
                                                  link_elsewhere,
                                                  remove_it};
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char chunk[FILES_PATH_SIZE];
        fresh_store_and_chunk(chunk);
        changes[i](chunk);
        bundle_again(usual());
        assert_int_equal(created.written_count, 1);
        assert_int_equal(wrong_parts(), 0);
        /* And is the right one from now on. */
        bundle_again(usual());
        assert_int_equal(created.written_count, 0);
        assert_int_equal(created.shared_count, created.distinct_count);
        assert_int_equal(wrong_parts(), 0);
    }
}

/* Digests a record anew that was changed. */
static void write_record(const char *path, unsigned char *bytes, size_t size)
{
    struct libgguf_digest digest;
    const size_t covered = size - LIBGGUF_DIGEST_SIZE;
    assert_int_equal(libgguf_sha256(bytes, covered, &digest, NULL), LIBGGUF_OK);
    memcpy(bytes + covered, digest.bytes, LIBGGUF_DIGEST_SIZE);
    write_bytes(path, bytes, size);
}

/* Gives the store's record of the model another digest of the whole file. */
static void forge_record(const char *path)
{
    size_t size;
    unsigned char *const bytes = files_read(path, &size);
    memset(bytes + RECORD_SHA256, 0xab, LIBGGUF_DIGEST_SIZE);
    write_record(path, bytes, size);
    free(bytes);
}

static bool has_forged_digest(const struct libgguf_manifest *manifest)
{
    return manifest->files[0].has_sha256 && manifest->files[0].sha256.bytes[7] == 0xab &&
           manifest->files[0].sha256.bytes[17] == 0xab;
}

/* A file that has the same name in the index, since it differs in a byte that is no part of it:
 * one of @p part of 31. */
static void write_twin(size_t part)
{
    const size_t sample = (model_size - 4096) / 31;
    const size_t at = sample * part + 4096 + (sample - 4096) / 2;
    model_bytes[at] ^= 1;
    write_bytes(files_path("other.gguf"), model_bytes, model_size);
    model_bytes[at] ^= 1;
}

static void a_chunk_under_the_name_of_another_is_not_believed(void **state)
{
    (void)state;
    fresh_store();
    struct libgguf_manifest *const manifest = bundle(files_path("model.gguf"), usual());
    write_twin(20);
    struct libgguf_manifest *const other = bundle(files_path("other.gguf"), usual());
    assert_int_equal(created.written_count, 1);
    for (size_t i = 0; i < manifest->files[0].chunk_count; i++) {
        char right[FILES_PATH_SIZE];
        char wrong[FILES_PATH_SIZE];
        name_in_store(manifest, i, right);
        name_in_store(other, i, wrong);
        if (strcmp(right, wrong) != 0) {
            assert_int_equal(unlink(right), 0);
            assert_int_equal(link(wrong, right), 0);
        }
    }
    bundle_again(usual());
    assert_int_equal(created.written_count, 1);
    assert_int_equal(wrong_parts(), 0);
    libgguf_manifest_free(manifest);
    libgguf_manifest_free(other);
}

/* What is written into it now may not show in its date, whatever date the directory has. */
static void a_chunk_of_this_moment_is_not_remembered(void **state)
{
    (void)state;
    for (int again = 0; again < 2; again++) {
        char record[FILES_PATH_SIZE];
        char chunk[FILES_PATH_SIZE];
        fresh_store_and_chunk(chunk);
        assert_int_equal(find_record(record), 1);
        assert_int_equal(unlink(record), 0);
        struct timespec time;
        assert_int_equal(clock_gettime(CLOCK_REALTIME, &time), 0);
        time.tv_sec += 60;
        date(chunk, time);
        struct libgguf_bundle_create_options options = usual();
        if (again) {
            options.force = true;
            date(files_path("bundle/chunks"), (struct timespec){.tv_sec = time.tv_sec + 60});
        }
        bundle_again(options);
        assert_int_equal(find_record(record), 1);
        damage(chunk);
        date(chunk, time);
        bundle_again(usual());
        assert_int_equal(created.written_count, 1);
        assert_int_equal(wrong_parts(), 0);
    }
}

static void the_digest_of_a_file_is_remembered_for_the_same_chunks(void **state)
{
    (void)state;
    char record[FILES_PATH_SIZE];
    fresh_store();
    assert_int_equal(find_record(record), 1);
    forge_record(record);
    struct libgguf_manifest *manifest = bundle(files_path("model.gguf"), usual());
    assert_true(has_forged_digest(manifest));
    libgguf_manifest_free(manifest);

    /* Not for one that is called the same, and is another one. */
    for (size_t part = 10; part <= 30; part += 10) {
        fresh_store();
        forge_record(record);
        write_twin(part);
        manifest = bundle(files_path("other.gguf"), usual());
        assert_int_equal(find_record(record), 1);
        assert_int_equal(created.written_count, 1);
        assert_false(has_forged_digest(manifest));
        assert_int_equal(wrong_parts(), 0);
        libgguf_manifest_free(manifest);
    }

    /* Nor where everything is read, or tensors are hashed besides. */
    for (int i = 0; i < 2; i++) {
        struct libgguf_bundle_create_options options = usual();
        fresh_store();
        forge_record(record);
        options.resume = i == 0;
        options.tensor_digests = i == 1;
        manifest = bundle(files_path("model.gguf"), options);
        assert_false(has_forged_digest(manifest));
        assert_int_equal(wrong_parts(), 0);
        libgguf_manifest_free(manifest);
    }
}

static void a_damaged_record_is_none(void **state)
{
    (void)state;
    char record[FILES_PATH_SIZE];
    char chunk[FILES_PATH_SIZE];
    size_t size;
    fresh_store_and_chunk(chunk);
    assert_int_equal(find_record(record), 1);
    unsigned char *const bytes = files_read(record, &size);
    for (size_t at = 0; at < size; at += 7) {
        bytes[at] ^= 1;
        write_bytes(record, bytes, size);
        bytes[at] ^= 1;
        damage_and_date(chunk, 0, 0);
        bundle_again(usual());
        assert_int_equal(created.written_count, 1);
        assert_int_equal(wrong_parts(), 0);
    }
    free(bytes);
}

/* What may stand where a record is to be written. */
static void the_index_is_done_without(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        char record[FILES_PATH_SIZE];
        struct libgguf_bundle_pruned pruned;
        fresh_store();
        assert_int_equal(find_record(record), 1);
        if (kind == 0) {
            assert_int_equal(unlink(record), 0);
            assert_int_equal(mkdir(record, 0777), 0);
        } else {
            files_remove("store/index");
        }
        const char *const index = files_path("store/index");
        if (kind == 1) {
            write_bytes(index, "x", 1);
        } else if (kind == 2) {
            assert_int_equal(symlink("/", index), 0);
        } else if (kind == 3) {
            assert_int_equal(mkfifo(index, 0666), 0);
        }
        bundle_again(usual());
        assert_int_equal(created.written_count, 0);
        assert_int_equal(wrong_parts(), 0);
        files_remove("bundle");
        assert_int_equal(libgguf_bundle_prune(files_path("store"), false, &pruned, NULL),
                         LIBGGUF_OK);
        assert_int_equal(pruned.removed_count, created.distinct_count);
    }
}

static void nothing_is_written_through_the_name_of_a_record_in_the_making(void **state)
{
    (void)state;
    char record[FILES_PATH_SIZE];
    char partial[FILES_PATH_SIZE + 16];
    size_t size;
    fresh_store();
    assert_int_equal(find_record(record), 1);
    snprintf(partial, sizeof partial, "%s.%ld", record, (long)getpid());
    assert_int_equal(unlink(record), 0);
    assert_int_equal(mkfifo(partial, 0666), 0);
    bundle_again(usual());
    assert_int_equal(find_record(record), 1);

    write_bytes(files_path("precious"), "x", 1);
    assert_int_equal(unlink(record), 0);
    assert_int_equal(link(files_path("precious"), partial), 0);
    bundle_again(usual());
    free(files_read(files_path("precious"), &size));
    assert_int_equal(size, 1);
    assert_int_equal(find_record(record), 1);
}

static void put_number(unsigned char *to, uint64_t value)
{
    for (size_t i = 0; i < 8; i++) {
        to[i] = (unsigned char)(value >> 8 * i);
    }
}

static void a_link_is_no_chunk_whatever_a_record_says(void **state)
{
    (void)state;
    char record[FILES_PATH_SIZE];
    char chunk[FILES_PATH_SIZE];
    char target[FILES_PATH_SIZE];
    size_t size;
    struct stat facts;
    fresh_store();
    struct libgguf_manifest *const manifest = bundle(files_path("model.gguf"), usual());
    const uint64_t length = manifest->files[0].chunks[0].piece.size;
    assert_true(length < sizeof target);
    memset(target, '/', (size_t)length);
    memcpy(target + length - 10, "etc/passwd", 11);
    name_in_store(manifest, 0, chunk);
    assert_int_equal(unlink(chunk), 0);
    assert_int_equal(symlink(target, chunk), 0);
    assert_int_equal(lstat(chunk, &facts), 0);
    assert_int_equal(find_record(record), 1);
    unsigned char *const bytes = files_read(record, &size);
    unsigned char *const stamp = bytes + RECORD_CHUNKS + LIBGGUF_DIGEST_SIZE;
    put_number(stamp, facts.st_ino);
    put_number(stamp + 8, (uint64_t)facts.st_size);
    put_number(stamp + 16, (uint64_t)facts.st_mtim.tv_sec);
    put_number(stamp + 24, (uint64_t)facts.st_mtim.tv_nsec);
    write_record(record, bytes, size);
    free(bytes);
    bundle_again(usual());
    assert_int_equal(created.written_count, 1);
    assert_int_equal(wrong_parts(), 0);
    libgguf_manifest_free(manifest);
}

static void an_old_bundle_made_anew_forgets_nothing(void **state)
{
    (void)state;
    char chunk[FILES_PATH_SIZE];
    fresh_store_and_chunk(chunk);
    struct libgguf_bundle_create_options options = usual();
    options.force = true;
    date(files_path("bundle/chunks"), (struct timespec){.tv_sec = 1});
    bundle_again(options);
    damage_and_date(chunk, 0, 0);
    bundle_again(usual());
    assert_int_equal(created.written_count, 0);
    assert_int_equal(wrong_parts(), 1);
}

static void a_model_with_the_name_of_a_temporary_file_stays(void **state)
{
    static const char *const names[] = {"bundle/chunks/.partial.0.1",
                                        "bundle/chunks/.partial.0.1.store",
                                        "bundle/.partial.manifest", "bundle/.partial.extra"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct libgguf_bundle_create_options options = usual();
        struct libgguf_file *file;
        struct stat facts;
        fresh_store();
        const char *const path = files_path(names[i]);
        write_bytes(path, model_bytes, model_size);
        assert_int_equal(libgguf_open(path, NULL, &file, NULL), LIBGGUF_OK);
        options.force = true;
        options.name = "x.gguf";
        assert_int_equal(libgguf_bundle_create(file, files_path("bundle"), &options, NULL, NULL),
                         LIBGGUF_ERR_SAME_FILE);
        if (i >= 2) {
            assert_int_equal(libgguf_bundle_create_shards(file, files_path("bundle"), 262144,
                                                          &options, NULL, NULL),
                             LIBGGUF_ERR_SAME_FILE);
        }
        libgguf_close(file);
        assert_int_equal(stat(path, &facts), 0);
        assert_int_equal(facts.st_size, model_size);
    }
}

/* Bytes of which one is another one when it is read again: none of those that a record is named by.
 */
#define FICKLE_SIZE ((size_t)262144)
#define FICKLE_BYTE ((uint64_t)105000)

static int read_fickle(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    int *const readings = context;
    *got = size < FICKLE_SIZE - offset ? size : (size_t)(FICKLE_SIZE - offset);
    memset(buffer, 'a', *got);
    if (offset <= FICKLE_BYTE && FICKLE_BYTE - offset < *got && ++*readings > 1) {
        ((char *)buffer)[FICKLE_BYTE - offset] = 'b';
    }
    return 0;
}

static uint64_t fickle_size(void *context)
{
    (void)context;
    return FICKLE_SIZE;
}

/* A chunk that is read again, since the store has one of its size, is hashed again. */
static void a_model_that_reads_differently_again_is_refused(void **state)
{
    (void)state;
    int readings = 0;
    const struct libgguf_source_ops ops = {
        .struct_size = sizeof ops, .read = read_fickle, .size = fickle_size};
    struct libgguf_bundle_create_options options = usual();
    struct libgguf_source *source;
    struct libgguf_error err;
    struct stat facts;
    options.cut = LIBGGUF_CUT_FIXED;
    options.chunk_size = FICKLE_SIZE;
    options.name = "x";
    files_remove("store");
    files_remove("bundle");
    char *const zeros = calloc(1, FICKLE_SIZE);
    assert_int_equal(libgguf_source_from_memory(zeros, FICKLE_SIZE, &source, NULL), LIBGGUF_OK);
    assert_int_equal(
        libgguf_bundle_create_from_source(source, files_path("bundle"), &options, NULL, NULL),
        LIBGGUF_OK);
    libgguf_source_close(source);
    free(zeros);
    files_remove("bundle");
    options.store = files_path("store");
    assert_int_equal(libgguf_source_from_ops(&ops, &readings, &source, NULL), LIBGGUF_OK);
    assert_int_equal(
        libgguf_bundle_create_from_source(source, files_path("bundle"), &options, NULL, &err),
        LIBGGUF_ERR_CHANGED);
    assert_int_equal(readings, 2);
    libgguf_source_close(source);
    assert_int_equal(stat(files_path("bundle"), &facts), -1);
}

static bool stop_at_proof(void *context, enum libgguf_bundle_step step, uint64_t done,
                          uint64_t total)
{
    (void)context;
    (void)done;
    (void)total;
    return step != LIBGGUF_BUNDLE_VERIFY;
}

/* Of shards that are there the bytes are looked at, which takes time, and can be stopped. */
static void taking_shards_over_can_be_stopped(void **state)
{
    (void)state;
    const struct libgguf_bundle_hooks hooks = {.struct_size = sizeof hooks,
                                               .progress = stop_at_proof};
    struct libgguf_bundle_create_options options = {.struct_size = sizeof options, .name = "x"};
    struct libgguf_file *file;
    struct stat facts;
    fresh_store();
    files_remove("bundle");
    assert_int_equal(libgguf_open(files_path("model.gguf"), NULL, &file, NULL), LIBGGUF_OK);
    assert_int_equal(
        libgguf_bundle_create_shards(file, files_path("bundle"), 262144, &options, NULL, NULL),
        LIBGGUF_OK);
    assert_int_equal(unlink(files_path("bundle/manifest.json")), 0);
    const struct stat before = facts_of(files_path("bundle/x-00001-of-00003.gguf"));
    options.resume = true;
    options.hooks = &hooks;
    assert_int_equal(
        libgguf_bundle_create_shards(file, files_path("bundle"), 262144, &options, NULL, NULL),
        LIBGGUF_ERR_CANCELLED);
    /* Before anything was named. */
    assert_int_equal(facts_of(files_path("bundle/x-00001-of-00003.gguf")).st_ino, before.st_ino);
    assert_int_equal(stat(files_path("bundle/manifest.json"), &facts), -1);
    options.hooks = NULL;
    assert_int_equal(
        libgguf_bundle_create_shards(file, files_path("bundle"), 262144, &options, NULL, NULL),
        LIBGGUF_OK);
    libgguf_close(file);
}

static void shards_leave_all_descriptors_open(void **state)
{
    (void)state;
    struct libgguf_bundle_create_options options = {.struct_size = sizeof options, .name = "x"};
    struct libgguf_file *file;
    int first;
    int first_after;
    fresh_store();
    files_remove("bundle");
    assert_int_equal(libgguf_open(files_path("model.gguf"), NULL, &file, NULL), LIBGGUF_OK);
    const size_t count = open_descriptors(&first);
    assert_true(first != 0);
    assert_int_equal(
        libgguf_bundle_create_shards(file, files_path("bundle"), 262144, &options, NULL, NULL),
        LIBGGUF_OK);
    assert_int_equal(open_descriptors(&first_after), count);
    assert_int_equal(first_after, first);
    libgguf_close(file);
}

static void what_was_not_synced_is_not_remembered(void **state)
{
    (void)state;
    char record[FILES_PATH_SIZE];
    struct libgguf_bundle_create_options options = usual();
    files_remove("store");
    options.no_sync = true;
    bundle_again(options);
    assert_int_equal(find_record(record), 0);
    bundle_again(usual());
    assert_int_equal(find_record(record), 1);
}

static struct libgguf_bundle_create_options without_digest(void)
{
    struct libgguf_bundle_create_options options = usual();
    options.no_file_digest = true;
    return options;
}

static void a_digest_that_was_left_out_is_not_lost(void **state)
{
    (void)state;
    char record[FILES_PATH_SIZE];
    files_remove("store");
    bundle_again(without_digest());
    assert_int_equal(find_record(record), 1);
    struct libgguf_manifest *manifest = bundle(files_path("model.gguf"), usual());
    assert_true(manifest->files[0].has_sha256);
    assert_int_equal(wrong_parts(), 0);
    libgguf_manifest_free(manifest);

    forge_record(record);
    for (int resume = 0; resume < 2; resume++) {
        struct libgguf_bundle_create_options without = without_digest();
        without.resume = resume;
        manifest = bundle(files_path("model.gguf"), without);
        assert_false(manifest->files[0].has_sha256);
        libgguf_manifest_free(manifest);
    }
    manifest = bundle(files_path("model.gguf"), usual());
    assert_true(has_forged_digest(manifest));
    libgguf_manifest_free(manifest);
}

static void every_shard_is_remembered(void **state)
{
    (void)state;
    char path[FILES_PATH_SIZE];
    char record[FILES_PATH_SIZE];
    snprintf(path, sizeof path, "%s/split-00001-of-00003.gguf", getenv("GGUF_FIXTURES"));
    files_remove("store");
    libgguf_manifest_free(bundle(path, usual()));
    assert_int_equal(find_record(record), 3);
    libgguf_manifest_free(bundle(path, usual()));
    assert_int_equal(created.written_count, 0);
    assert_int_equal(wrong_parts(), 0);
    /* One that was forgotten, and two that were not. */
    assert_int_equal(unlink(record), 0);
    libgguf_manifest_free(bundle(path, usual()));
    assert_int_equal(wrong_parts(), 0);
    assert_int_equal(find_record(record), 3);
}

static void pruning_forgets_what_is_gone(void **state)
{
    (void)state;
    char record[FILES_PATH_SIZE];
    struct libgguf_bundle_pruned pruned;
    fresh_store();
    assert_int_equal(find_record(record), 1);
    char rest[FILES_PATH_SIZE + 8];
    snprintf(rest, sizeof rest, "%s.12", record);
    write_bytes(rest, "ggufrec1...", 11);
    char others[6][FILES_PATH_SIZE + 80];
    static const char *const endings[] = {"-mine", ".json", ".12", ".", ".12x"};
    for (size_t i = 0; i < 5; i++) {
        snprintf(others[i], sizeof others[i], "%s%s", record, endings[i]);
        others[i][strlen(files_path("store/index/"))] = 'a';
        const char *const content = i == 2 ? "not a record" : "ggufrec1...";
        write_bytes(others[i], content, strlen(content));
    }
    snprintf(others[5], sizeof others[5], "%s/%064d", files_path("store/index"), 7);
    write_bytes(others[5], "not a record", 12);
    char torn[FILES_PATH_SIZE + 80];
    snprintf(torn, sizeof torn, "%s/%064d", files_path("store/index"), 8);
    write_bytes(torn, "", 0); /* as a power cut leaves it */
    assert_int_equal(libgguf_bundle_prune(files_path("store"), false, &pruned, NULL), LIBGGUF_OK);
    assert_int_equal(pruned.removed_count, 0);
    struct stat facts;
    assert_int_equal(stat(rest, &facts), -1);
    assert_int_equal(stat(torn, &facts), -1);
    assert_int_equal(stat(record, &facts), 0);

    files_remove("bundle");
    assert_int_equal(libgguf_bundle_prune(files_path("store"), true, &pruned, NULL), LIBGGUF_OK);
    assert_int_equal(stat(record, &facts), 0);
    assert_int_equal(libgguf_bundle_prune(files_path("store"), false, &pruned, NULL), LIBGGUF_OK);
    assert_int_equal(stat(record, &facts), -1);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(stat(others[i], &facts), 0);
    }
}

static int set_up(void **state)
{
    char path[FILES_PATH_SIZE];
    snprintf(path, sizeof path, "%s/chunked.gguf", getenv("GGUF_FIXTURES"));
    if (files_set_up(state) != 0) {
        return -1;
    }
    model_bytes = files_read(path, &model_size);
    return model_bytes ? 0 : -1;
}

static int tear_down(void **state)
{
    free(model_bytes);
    return files_tear_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_bundle_changes_nothing_in_the_store),
        cmocka_unit_test(a_chunk_that_was_proven_is_not_read_again),
        cmocka_unit_test(chunks_of_a_long_creation_are_remembered),
        cmocka_unit_test(a_chunk_that_changed_is_read_and_replaced),
        cmocka_unit_test(a_chunk_under_the_name_of_another_is_not_believed),
        cmocka_unit_test(a_chunk_of_this_moment_is_not_remembered),
        cmocka_unit_test(the_digest_of_a_file_is_remembered_for_the_same_chunks),
        cmocka_unit_test(a_damaged_record_is_none),
        cmocka_unit_test(the_index_is_done_without),
        cmocka_unit_test(nothing_is_written_through_the_name_of_a_record_in_the_making),
        cmocka_unit_test(a_link_is_no_chunk_whatever_a_record_says),
        cmocka_unit_test(an_old_bundle_made_anew_forgets_nothing),
        cmocka_unit_test(a_model_with_the_name_of_a_temporary_file_stays),
        cmocka_unit_test(a_model_that_reads_differently_again_is_refused),
        cmocka_unit_test(a_page_that_came_meanwhile_is_not_replaced),
        cmocka_unit_test(taking_shards_over_can_be_stopped),
        cmocka_unit_test(shards_leave_all_descriptors_open),
        cmocka_unit_test(what_was_not_synced_is_not_remembered),
        cmocka_unit_test(a_digest_that_was_left_out_is_not_lost),
        cmocka_unit_test(every_shard_is_remembered),
        cmocka_unit_test(pruning_forgets_what_is_gone),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
