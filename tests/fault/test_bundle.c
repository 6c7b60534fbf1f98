/*
 * Bundles made, unpacked and pruned by processes that are killed at every system call they make, or
 * have it fail. Afterwards nothing wrong has a final name, what was interrupted can be finished,
 * and the model is what it was.
 */
#define _XOPEN_SOURCE 700

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <libgguf.h>

#include "syscalls.h"

#define PATH_SIZE 512
/* No operation below makes as many calls. */
#define MANY_CALLS 5000
/* How often two processes race. */
#define RACES 8

static char scratch[PATH_SIZE / 2];
static char model_path[PATH_SIZE];
static struct libgguf_file *model;
static struct libgguf_digest model_digest;
static char key[4096];
static size_t key_size;

static const char *in_scratch(const char *name)
{
    static char paths[8][PATH_SIZE];
    static size_t next;
    char *const path = paths[next++ % 8];
    assert_true(snprintf(path, PATH_SIZE, "%s/%s", scratch, name) < PATH_SIZE);
    return path;
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *place)
{
    (void)facts;
    (void)type;
    (void)place;
    return remove(path);
}

static void remove_all(const char *name)
{
    (void)nftw(in_scratch(name), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool digest_of(const char *path, struct libgguf_digest *out)
{
    struct libgguf_source *source;
    if (libgguf_source_from_path(path, &source, NULL)) {
        return false;
    }
    const uint64_t size = libgguf_source_size(source);
    unsigned char *const data = malloc((size_t)size + 1);
    assert_non_null(data);
    assert_int_equal(libgguf_source_read(source, 0, data, (size_t)size, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_sha256(data, (size_t)size, out, NULL), LIBGGUF_OK);
    free(data);
    libgguf_source_close(source);
    return true;
}

/* A final name in chunks/ of @p directory is the digest of what has it. */
static void check_chunks(const char *directory)
{
    char chunks[PATH_SIZE];
    snprintf(chunks, sizeof chunks, "%s/chunks", directory);
    /* The names that are there are those that can be: of the model's chunks. */
    struct libgguf_plan *plan;
    const struct libgguf_plan_options options = {.struct_size = sizeof options,
                                                 .chunk_size = LIBGGUF_MIN_CHUNK_SIZE};
    assert_int_equal(libgguf_plan_create(model, libgguf_source_size(libgguf_file_source(model)),
                                         &options, &plan, NULL),
                     LIBGGUF_OK);
    for (size_t i = 0; i < libgguf_plan_count(plan); i++) {
        struct libgguf_piece piece;
        struct libgguf_digest wanted;
        struct libgguf_digest found;
        char hex[LIBGGUF_DIGEST_HEX_SIZE];
        char path[2 * PATH_SIZE];
        assert_true(libgguf_plan_at(plan, i, &piece));
        unsigned char *const data = malloc((size_t)piece.size);
        assert_int_equal(libgguf_source_read(libgguf_file_source(model), piece.offset, data,
                                             (size_t)piece.size, NULL),
                         LIBGGUF_OK);
        assert_int_equal(libgguf_sha256(data, (size_t)piece.size, &wanted, NULL), LIBGGUF_OK);
        free(data);
        libgguf_digest_hex(&wanted, hex);
        snprintf(path, sizeof path, "%s/%s.bin", chunks, hex);
        if (digest_of(path, &found)) {
            assert_true(libgguf_digest_equal(&wanted, &found));
        }
    }
    libgguf_plan_free(plan);
}

static bool exists(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) == 0;
}

static void check_good(const char *directory)
{
    const struct libgguf_bundle_read_options options = {.struct_size = sizeof options,
                                                        .threads = 1};
    struct libgguf_bundle_report *report;
    struct libgguf_error err;
    const enum libgguf_status status = libgguf_bundle_verify(directory, &options, &report, &err);
    if (status) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(report->finding_count, 0);
    assert_int_equal(report->extra_count, 0);
    libgguf_bundle_report_free(report);
}

/* What holds after whatever happened. */
static void check_promises(void)
{
    struct libgguf_digest now;
    char manifest[PATH_SIZE];
    assert_true(digest_of(model_path, &now));
    assert_true(libgguf_digest_equal(&now, &model_digest));
    check_chunks(in_scratch("bundle"));
    check_chunks(in_scratch("store"));
    snprintf(manifest, sizeof manifest, "%s/bundle/manifest.json", scratch);
    if (exists(manifest)) {
        const struct libgguf_bundle_read_options options = {.struct_size = sizeof options};
        struct libgguf_bundle_report *report;
        assert_int_equal(libgguf_bundle_verify(in_scratch("bundle"), &options, &report, NULL),
                         LIBGGUF_OK);
        assert_int_equal(report->finding_count, 0);
        libgguf_bundle_report_free(report);
    }
}

static struct libgguf_bundle_create_options create_options(void)
{
    return (struct libgguf_bundle_create_options){.struct_size =
                                                      sizeof(struct libgguf_bundle_create_options),
                                                  .chunk_size = LIBGGUF_MIN_CHUNK_SIZE,
                                                  .gzip = true,
                                                  .store = in_scratch("store"),
                                                  .key = key,
                                                  .key_size = key_size};
}

static enum libgguf_status do_create(void)
{
    const struct libgguf_bundle_create_options options = create_options();
    return libgguf_bundle_create(model, in_scratch("bundle"), &options, NULL, NULL);
}

static enum libgguf_status do_resume(void)
{
    struct libgguf_bundle_create_options options = create_options();
    options.resume = true;
    return libgguf_bundle_create(model, in_scratch("bundle"), &options, NULL, NULL);
}

/* Shards in the place of other shards. */
static enum libgguf_status create_shards(uint64_t limit)
{
    struct libgguf_bundle_create_options options = create_options();
    options.store = NULL;
    options.gzip = false;
    options.force = true;
    options.name = "model";
    return libgguf_bundle_create_shards(model, in_scratch("bundle"), limit, &options, NULL, NULL);
}

static enum libgguf_status do_shards(void)
{
    return create_shards(262144);
}

static enum libgguf_status unpack(bool resume, bool force)
{
    const struct libgguf_bundle_read_options options = {
        .struct_size = sizeof options, .resume = resume, .force = force};
    struct libgguf_manifest *manifest;
    enum libgguf_status status =
        libgguf_bundle_manifest(in_scratch("whole"), NULL, 0, &manifest, NULL);
    if (!status) {
        status = libgguf_bundle_unpack(in_scratch("whole"), manifest, 0, in_scratch("unpacked"),
                                       &options, NULL);
        libgguf_manifest_free(manifest);
    }
    return status;
}

static enum libgguf_status do_unpack(void)
{
    return unpack(false, false);
}

static enum libgguf_status do_unpack_again(void)
{
    return unpack(true, false);
}

static enum libgguf_status do_prune(void)
{
    struct libgguf_bundle_pruned pruned;
    return libgguf_bundle_prune(in_scratch("store"), false, &pruned, NULL);
}

/* How a process of its own ended. */
enum outcome { DONE, REFUSED, KILLED };

static enum outcome run(enum libgguf_status (*work)(void), unsigned kinds, size_t nth,
                        enum syscalls_effect effect, int sys_errno, bool *reached)
{
    int counts[2];
    assert_int_equal(pipe(counts), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        syscalls_plan(kinds, nth, effect, sys_errno);
        const enum libgguf_status status = work();
        const size_t count = syscalls_count();
        syscalls_plan(0, 0, SYSCALLS_FAILS, 0);
        (void)!write(counts[1], &count, sizeof count);
        _exit(status ? 1 : 0);
    }
    close(counts[1]);
    size_t count = 0;
    const bool ended = read(counts[0], &count, sizeof count) == (ssize_t)sizeof count;
    close(counts[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    *reached = !ended || count >= nth;
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return KILLED;
    }
    return WEXITSTATUS(status) == 0 ? DONE : REFUSED;
}

/* As do_create() without what the store knows nothing of. */
static enum libgguf_status create_plain(bool resume)
{
    struct libgguf_bundle_create_options options = create_options();
    options.gzip = false;
    options.resume = resume;
    return libgguf_bundle_create(model, in_scratch("bundle"), &options, NULL, NULL);
}

static enum libgguf_status do_recall(void)
{
    return create_plain(false);
}

static enum libgguf_status do_create_with_page(void)
{
    static const struct libgguf_bundle_extra pages[] = {
        {.path = "page.html", .data = "<p>", .size = 3},
        {.path = "more/page.html", .data = "<p>", .size = 3}};
    struct libgguf_bundle_create_options options = create_options();
    options.extras = pages;
    options.extra_count = 2;
    return libgguf_bundle_create(model, in_scratch("bundle"), &options, NULL, NULL);
}

static void fresh_create(void)
{
    remove_all("bundle");
    remove_all("store");
}

static void after_create(enum outcome outcome)
{
    check_promises();
    if (outcome == DONE) {
        check_good(in_scratch("bundle"));
    }
    assert_int_equal(do_resume(), LIBGGUF_OK);
    check_good(in_scratch("bundle"));
    check_promises();
}

/* A store that has the model already, and a chunk of it damaged. */
static void fresh_recall(void)
{
    fresh_create();
    assert_int_equal(do_recall(), LIBGGUF_OK);
    struct libgguf_manifest *manifest;
    assert_int_equal(libgguf_bundle_manifest(in_scratch("bundle"), NULL, 0, &manifest, NULL),
                     LIBGGUF_OK);
    char path[PATH_SIZE];
    assert_true(snprintf(path, sizeof path, "%s/store/%s", scratch,
                         manifest->files[0].chunks[1].path) < PATH_SIZE);
    libgguf_manifest_free(manifest);
    remove_all("bundle");
    assert_int_equal(truncate(path, 1), 0);
}

static void after_recall(enum outcome outcome)
{
    if (outcome == DONE) {
        check_good(in_scratch("bundle"));
    }
    assert_int_equal(create_plain(true), LIBGGUF_OK);
    check_good(in_scratch("bundle"));
    check_promises();
}

/* What a bundle carries besides is there when the bundle is. */
static void after_create_with_page(enum outcome outcome)
{
    const bool is_bundle = exists(in_scratch("bundle/manifest.json"));
    assert_true(outcome != DONE || is_bundle);
    assert_int_equal(exists(in_scratch("bundle/page.html")), is_bundle);
    assert_int_equal(exists(in_scratch("bundle/more/page.html")), is_bundle);
    assert_int_equal(exists(in_scratch("bundle/more")), is_bundle);
}

/* As many shards as there will be, of other sizes. */
static void fresh_shards(void)
{
    fresh_create();
    assert_int_equal(create_shards(300000), LIBGGUF_OK);
}

static void after_shards(enum outcome outcome)
{
    check_promises();
    assert_true(outcome != DONE || exists(in_scratch("bundle/manifest.json")));
    assert_int_equal(do_shards(), LIBGGUF_OK);
    check_good(in_scratch("bundle"));
}

static void fresh_unpack(void)
{
    (void)unlink(in_scratch("unpacked"));
    (void)unlink(in_scratch(".unpacked.partial"));
}

static void after_unpack(enum outcome outcome)
{
    struct libgguf_digest found;
    const bool there = digest_of(in_scratch("unpacked"), &found);
    /* A failure after the last step may come too late to take it back. */
    assert_true(outcome != DONE || there);
    assert_true(!there || libgguf_digest_equal(&found, &model_digest));
    if (!there) {
        assert_int_equal(do_unpack_again(), LIBGGUF_OK);
        assert_true(digest_of(in_scratch("unpacked"), &found));
        assert_true(libgguf_digest_equal(&found, &model_digest));
    }
    assert_false(exists(in_scratch(".unpacked.partial")) && outcome == REFUSED);
    if (outcome == KILLED) {
        /* What was left does not stand in the way, and does not stay. */
        assert_int_equal(unpack(false, true), LIBGGUF_OK);
        assert_false(exists(in_scratch(".unpacked.partial")));
    }
}

/* A store that one bundle uses, and another one used. */
static void fresh_prune(void)
{
    fresh_create();
    struct libgguf_bundle_create_options options = create_options();
    options.no_sync = true;
    assert_int_equal(libgguf_bundle_create(model, in_scratch("bundle"), &options, NULL, NULL),
                     LIBGGUF_OK);
    options.cut = LIBGGUF_CUT_FIXED;
    assert_int_equal(libgguf_bundle_create(model, in_scratch("other"), &options, NULL, NULL),
                     LIBGGUF_OK);
    remove_all("other");
}

static void after_prune(enum outcome outcome)
{
    (void)outcome;
    check_promises();
    check_good(in_scratch("bundle"));
    assert_int_equal(do_prune(), LIBGGUF_OK);
    check_good(in_scratch("bundle"));
}

/* Something that is done, and what is to be done around it. */
struct operation {
    enum libgguf_status (*work)(void);
    void (*before)(void);
    void (*after)(enum outcome outcome);
};

/* A process with sanitizers takes long to fork: with them, not every call is tried. */
static size_t stride = 1;

static const struct operation create = {do_create, fresh_create, after_create};
static const struct operation paging = {do_create_with_page, fresh_create, after_create_with_page};
static const struct operation recall = {do_recall, fresh_recall, after_recall};
static const struct operation unpacking = {do_unpack, fresh_unpack, after_unpack};
static const struct operation shards = {do_shards, fresh_shards, after_shards};
static const struct operation prune = {do_prune, fresh_prune, after_prune};

/* Every call of the kinds; returns how many were tried. */
static size_t at_calls(const struct operation *operation, unsigned kinds,
                       enum syscalls_effect effect, int sys_errno)
{
    size_t tried = 0;
    bool reached = true;
    for (size_t nth = 1; reached && nth < MANY_CALLS; nth += stride) {
        operation->before();
        const enum outcome outcome = run(operation->work, kinds, nth, effect, sys_errno, &reached);
        operation->after(outcome);
        tried += reached;
    }
    assert_false(reached);
    return tried;
}

static void a_create_killed_at_any_call_can_be_finished(void **state)
{
    (void)state;
    size_t tried =
        at_calls(&create, SYSCALLS_ALL & ~(unsigned)SYSCALLS_STAT, SYSCALLS_KILL_BEFORE, 0);
    tried += at_calls(&create, SYSCALLS_WRITE, SYSCALLS_KILL_HALF, 0);
    assert_true(tried >= 200 / stride);
}

static void a_second_create_stopped_at_any_call_can_be_finished(void **state)
{
    (void)state;
    at_calls(&recall, SYSCALLS_ALL & ~(unsigned)SYSCALLS_STAT, SYSCALLS_KILL_BEFORE, 0);
    at_calls(&recall, SYSCALLS_ALL, SYSCALLS_FAILS, EIO);
}

static void an_unpack_killed_at_any_call_can_be_finished(void **state)
{
    (void)state;
    size_t tried = 0;
    tried += at_calls(&unpacking, SYSCALLS_ALL, SYSCALLS_KILL_BEFORE, 0);
    tried += at_calls(&unpacking, SYSCALLS_ALL, SYSCALLS_KILL_AFTER, 0);
    tried += at_calls(&unpacking, SYSCALLS_WRITE, SYSCALLS_KILL_HALF, 0);
    assert_true(tried >= 200 / stride);
}

static void shards_killed_at_any_call_promise_nothing(void **state)
{
    (void)state;
    at_calls(&shards, SYSCALLS_NAME | SYSCALLS_UNLINK | SYSCALLS_SYNC, SYSCALLS_KILL_BEFORE, 0);
    at_calls(&shards, SYSCALLS_NAME | SYSCALLS_WRITE, SYSCALLS_FAILS, EIO);
    at_calls(&shards, SYSCALLS_SYNC, SYSCALLS_FAILS, EIO);
}

static void a_prune_killed_at_any_call_harms_no_bundle(void **state)
{
    (void)state;
    assert_true(at_calls(&prune, SYSCALLS_ALL, SYSCALLS_KILL_AFTER, 0) >= 80 / stride);
}

static void a_create_whose_calls_fail_promises_nothing(void **state)
{
    (void)state;
    at_calls(&create, SYSCALLS_WRITE | SYSCALLS_SIZE, SYSCALLS_FAILS_HALF, ENOSPC);
    at_calls(&create, SYSCALLS_SYNC, SYSCALLS_FAILS, EIO);
    at_calls(&create, SYSCALLS_NAME, SYSCALLS_FAILS, EIO);
    at_calls(&create, SYSCALLS_READ, SYSCALLS_FAILS, EIO);
    at_calls(&create, SYSCALLS_OPEN | SYSCALLS_MKDIR, SYSCALLS_FAILS, EMFILE);
    at_calls(&create, SYSCALLS_CLOSE, SYSCALLS_FAILS, EIO);
    at_calls(&create, SYSCALLS_UNLINK | SYSCALLS_STAT, SYSCALLS_FAILS, EACCES);
}

static void pages_go_with_a_create_that_fails(void **state)
{
    (void)state;
    at_calls(&paging, SYSCALLS_NAME | SYSCALLS_SYNC | SYSCALLS_WRITE, SYSCALLS_FAILS, EIO);
}

static void an_unpack_whose_calls_fail_leaves_nothing_wrong(void **state)
{
    (void)state;
    at_calls(&unpacking, SYSCALLS_WRITE | SYSCALLS_SIZE, SYSCALLS_FAILS_HALF, ENOSPC);
    at_calls(&unpacking, SYSCALLS_SYNC | SYSCALLS_NAME, SYSCALLS_FAILS, EIO);
    at_calls(&unpacking, SYSCALLS_READ | SYSCALLS_OPEN, SYSCALLS_FAILS, EIO);
    at_calls(&unpacking, SYSCALLS_CLOSE | SYSCALLS_STAT, SYSCALLS_FAILS, EIO);
}

/* An error of what is read has a place, one of what is written has none. */
static void an_unpack_that_fails_says_on_which_side(void **state)
{
    static const unsigned kinds[] = {SYSCALLS_OPEN, SYSCALLS_READ, SYSCALLS_WRITE | SYSCALLS_SIZE,
                                     SYSCALLS_SYNC | SYSCALLS_NAME};
    const struct libgguf_bundle_read_options options = {.struct_size = sizeof options};
    struct libgguf_manifest *manifest;
    size_t of_chunks = 0;
    size_t others = 0;
    (void)state;
    assert_int_equal(libgguf_bundle_manifest(in_scratch("whole"), NULL, 0, &manifest, NULL),
                     LIBGGUF_OK);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct libgguf_error err;
        bool reached = true;
        for (size_t nth = 1; reached; nth++) {
            fresh_unpack();
            syscalls_plan(kinds[i], nth, SYSCALLS_FAILS, EACCES);
            const enum libgguf_status status = libgguf_bundle_unpack(
                in_scratch("whole"), manifest, 0, in_scratch("unpacked"), &options, &err);
            reached = syscalls_count() >= nth;
            syscalls_plan(0, 0, SYSCALLS_FAILS, 0);
            if (status) {
                const bool of_chunk = strstr(err.text, "chunk") != NULL;
                assert_int_equal(status, LIBGGUF_ERR_IO);
                assert_int_equal(err.offset != LIBGGUF_NO_OFFSET, of_chunk);
                of_chunks += of_chunk;
                others += !of_chunk;
            }
        }
    }
    libgguf_manifest_free(manifest);
    /* Each of the ten chunks is opened, read and written. */
    assert_true(of_chunks >= 20);
    assert_true(others >= 10);
}

static void a_prune_whose_calls_fail_harms_no_bundle(void **state)
{
    (void)state;
    at_calls(&prune, SYSCALLS_ALL, SYSCALLS_FAILS, EIO);
}

static void a_failed_call_is_a_failed_create(void **state)
{
    static const struct {
        unsigned kinds;
        int sys_errno;
    } rows[] = {{SYSCALLS_WRITE, ENOSPC}, {SYSCALLS_SYNC, EIO}, {SYSCALLS_READ, EIO}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool reached = true;
        for (size_t nth = 1; nth < 4; nth++) {
            fresh_create();
            assert_int_equal(
                run(do_create, rows[i].kinds, nth, SYSCALLS_FAILS, rows[i].sys_errno, &reached),
                REFUSED);
            assert_true(reached);
            /* Nothing is left of it, not even the directory. */
            assert_false(exists(in_scratch("bundle/manifest.json")));
        }
    }
}

static void a_full_disk_is_an_error_and_no_bundle(void **state)
{
    (void)state;
    static const rlim_t limits[] = {0, 1, 4096, 16384, 32768};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        fresh_create();
        fresh_unpack();
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            const struct rlimit limit = {limits[i], limits[i]};
            signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &limit);
            const bool refused = do_create() == LIBGGUF_ERR_IO && do_unpack() == LIBGGUF_ERR_IO;
            _exit(refused ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_false(exists(in_scratch("bundle")));
        assert_false(exists(in_scratch("unpacked")));
        assert_false(exists(in_scratch(".unpacked.partial")));
        after_create(REFUSED);
    }
}

static enum libgguf_status create_into(const char *bundle)
{
    struct libgguf_bundle_create_options options = create_options();
    options.resume = true;
    return libgguf_bundle_create(model, in_scratch(bundle), &options, NULL, NULL);
}

/* Makes two bundles at once; stores how many were made and how many were told to wait. */
static void race(const char *first, const char *second, size_t *done, size_t *busy)
{
    const char *const names[] = {first, second};
    pid_t children[2];
    for (size_t i = 0; i < 2; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            const enum libgguf_status status = create_into(names[i]);
            _exit(status == LIBGGUF_OK ? 0 : status == LIBGGUF_ERR_BUSY ? 1 : 2);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
        *done += WEXITSTATUS(status) == 0;
        *busy += WEXITSTATUS(status) == 1;
    }
}

static void two_creates_into_one_directory_take_turns(void **state)
{
    (void)state;
    size_t done = 0;
    size_t busy = 0;
    for (size_t i = 0; i < RACES; i++) {
        fresh_create();
        race("bundle", "bundle", &done, &busy);
        check_good(in_scratch("bundle"));
        check_promises();
    }
    assert_true(done >= RACES);
    assert_int_equal(done + busy, 2 * RACES);
}

static void two_creates_into_one_store_share_all_of_it(void **state)
{
    (void)state;
    size_t done = 0;
    size_t busy = 0;
    for (size_t i = 0; i < RACES; i++) {
        fresh_create();
        remove_all("other");
        race("bundle", "other", &done, &busy);
        check_good(in_scratch("bundle"));
        check_good(in_scratch("other"));
        check_promises();
        /* Nothing of it is there twice. */
        struct libgguf_bundle_pruned pruned;
        assert_int_equal(libgguf_bundle_prune(in_scratch("store"), true, &pruned, NULL),
                         LIBGGUF_OK);
        assert_int_equal(pruned.removed_count, 0);
        struct libgguf_manifest *manifest;
        assert_int_equal(libgguf_bundle_manifest(in_scratch("other"), NULL, 0, &manifest, NULL),
                         LIBGGUF_OK);
        for (size_t j = 0; j < manifest->files[0].chunk_count; j++) {
            char path[PATH_SIZE];
            struct stat facts;
            snprintf(path, sizeof path, "%s/other/%s", scratch, manifest->files[0].chunks[j].path);
            assert_int_equal(stat(path, &facts), 0);
            assert_int_equal(facts.st_nlink, 3);
        }
        libgguf_manifest_free(manifest);
    }
    assert_int_equal(done, 2 * RACES);
    remove_all("other");
}

static int set_up(void **state)
{
    (void)state;
    const char *const fixtures = getenv("GGUF_FIXTURES");
    const char *const sanitizers = getenv("GGUF_SANITIZE");
    stride = sanitizers && *sanitizers ? 6 : 1;
    /* What is synced thousands of times had better not be on a disk. */
    snprintf(scratch, sizeof scratch, "%s/gguf-fault-bundle.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!fixtures || !mkdtemp(scratch)) {
        return -1;
    }
    /* A model of its own, so that it can be seen to stay what it is. */
    char command[3 * PATH_SIZE];
    snprintf(model_path, sizeof model_path, "%s/model.gguf", scratch);
    snprintf(command, sizeof command,
             "cp '%s/chunked.gguf' '%s' && openssl genpkey -algorithm ed25519 -out '%s/key.pem'",
             fixtures, model_path, scratch);
    if (system(command) != 0) {
        return -1;
    }
    FILE *const stream = fopen(in_scratch("key.pem"), "rb");
    key_size = stream ? fread(key, 1, sizeof key, stream) : 0;
    if (stream) {
        fclose(stream);
    }
    if (key_size == 0 || libgguf_open(model_path, NULL, &model, NULL) ||
        !digest_of(model_path, &model_digest)) {
        return -1;
    }
    const struct libgguf_bundle_create_options options = {.struct_size = sizeof options,
                                                          .chunk_size = LIBGGUF_MIN_CHUNK_SIZE};
    return libgguf_bundle_create(model, in_scratch("whole"), &options, NULL, NULL) ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    libgguf_close(model);
    (void)nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

/* The two halves are tests of their own: "kills" and "failures". */
int main(int argc, char **argv)
{
    const struct CMUnitTest kills[] = {
        cmocka_unit_test(a_create_killed_at_any_call_can_be_finished),
        cmocka_unit_test(a_second_create_stopped_at_any_call_can_be_finished),
        cmocka_unit_test(an_unpack_killed_at_any_call_can_be_finished),
        cmocka_unit_test(shards_killed_at_any_call_promise_nothing),
        cmocka_unit_test(a_prune_killed_at_any_call_harms_no_bundle),
        cmocka_unit_test(two_creates_into_one_directory_take_turns),
        cmocka_unit_test(two_creates_into_one_store_share_all_of_it),
    };
    const struct CMUnitTest failures[] = {
        cmocka_unit_test(a_create_whose_calls_fail_promises_nothing),
        cmocka_unit_test(pages_go_with_a_create_that_fails),
        cmocka_unit_test(an_unpack_whose_calls_fail_leaves_nothing_wrong),
        cmocka_unit_test(an_unpack_that_fails_says_on_which_side),
        cmocka_unit_test(a_prune_whose_calls_fail_harms_no_bundle),
        cmocka_unit_test(a_failed_call_is_a_failed_create),
        cmocka_unit_test(a_full_disk_is_an_error_and_no_bundle),
    };
    if (argc == 2 && strcmp(argv[1], "kills") == 0) {
        return cmocka_run_group_tests(kills, set_up, tear_down);
    }
    return cmocka_run_group_tests(failures, set_up, tear_down);
}
