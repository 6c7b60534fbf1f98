/*
 * What a bundle and an unpacked file promise about a power cut depends on the order in which files
 * are put on the disk and named. A disk that keeps its word cannot be had here, but the order can
 * be seen.
 */
#define _XOPEN_SOURCE 700

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <libgguf.h>

#include "syscalls.h"

#define PATH_SIZE 512
#define MANY_NOTES 1000
#define WHOLE_DISK 0 /* as an inode */

static char scratch[PATH_SIZE / 2];
static struct libgguf_file *model;
static char key[4096];
static size_t key_size;
static struct syscalls_note notes[MANY_NOTES];

static uint64_t inode_of(const char *name)
{
    char path[PATH_SIZE];
    struct stat facts;
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    if (stat(path, &facts) != 0) {
        fail_msg("%s is not there", name);
    }
    return facts.st_ino;
}

/* True when @p inode was synced among the calls from @p from on, before @p to. */
static bool is_synced(uint64_t inode, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (notes[i].kind == SYSCALLS_SYNC && notes[i].inode == inode) {
            return true;
        }
    }
    return false;
}

static bool ends_with(const char *name, const char *end)
{
    const size_t size = strlen(name);
    return size >= strlen(end) && strcmp(name + size - strlen(end), end) == 0;
}

/* The first and the last call that gave a name with this end. */
static void find_names(const char *end, size_t *first, size_t *last)
{
    const size_t count = syscalls_recorded();
    *first = count;
    *last = count;
    for (size_t i = 0; i < count; i++) {
        if (notes[i].kind == SYSCALLS_NAME && ends_with(notes[i].name, end)) {
            *first = *first == count ? i : *first;
            *last = i;
        }
    }
    if (*first == count) {
        fail_msg("nothing was called *%s", end);
    }
}

static struct libgguf_bundle_create_options create_options(void)
{
    return (struct libgguf_bundle_create_options){.struct_size =
                                                      sizeof(struct libgguf_bundle_create_options),
                                                  .chunk_size = LIBGGUF_MIN_CHUNK_SIZE,
                                                  .name = "model",
                                                  .key = key,
                                                  .key_size = key_size};
}

/* The two files are on the disk before they have their names, and the last name is in the end. */
static void check_manifest(size_t after)
{
    size_t manifest;
    size_t signature;
    size_t last;
    find_names("manifest.json", &manifest, &last);
    find_names("manifest.json.sig", &signature, &last);
    assert_true(after < signature && signature < manifest);
    assert_true(is_synced(inode_of("bundle/manifest.json"), 0, manifest));
    assert_true(is_synced(inode_of("bundle/manifest.json.sig"), 0, signature));
    assert_true(is_synced(inode_of("bundle"), signature, manifest));
    assert_true(is_synced(inode_of("bundle"), manifest, syscalls_recorded()));
}

static void a_bundle_is_on_the_disk_before_it_has_its_names(void **state)
{
    char store[PATH_SIZE];
    char bundle[PATH_SIZE];
    size_t first;
    size_t last;
    size_t signature;
    (void)state;
    snprintf(store, sizeof store, "%s/store", scratch);
    snprintf(bundle, sizeof bundle, "%s/bundle", scratch);
    struct libgguf_bundle_create_options options = create_options();
    options.store = store;
    syscalls_record(notes, MANY_NOTES);
    assert_int_equal(libgguf_bundle_create(model, bundle, &options, NULL, NULL), LIBGGUF_OK);
    find_names(".bin", &first, &last);
    find_names("manifest.json.sig", &signature, &(size_t){0});
    /* Ten chunks, here and in the store. */
    assert_true(last - first >= 19);
    assert_true(is_synced(WHOLE_DISK, 0, first));
    assert_true(is_synced(inode_of("bundle/chunks"), last, signature));
    assert_true(is_synced(inode_of("store/chunks"), last, signature));
    assert_true(is_synced(inode_of("bundle"), last, signature));
    check_manifest(last);
}

static void shards_are_on_the_disk_before_they_have_their_names(void **state)
{
    char bundle[PATH_SIZE];
    size_t first;
    size_t last;
    size_t signature;
    (void)state;
    snprintf(bundle, sizeof bundle, "%s/bundle", scratch);
    const struct libgguf_bundle_create_options options = create_options();
    syscalls_record(notes, MANY_NOTES);
    assert_int_equal(libgguf_bundle_create_shards(model, bundle, 262144, &options, NULL, NULL),
                     LIBGGUF_OK);
    find_names(".gguf", &first, &last);
    find_names("manifest.json.sig", &signature, &(size_t){0});
    assert_true(last > first);
    assert_true(is_synced(WHOLE_DISK, 0, first));
    assert_true(is_synced(inode_of("bundle"), last, signature));
    check_manifest(last);
}

/* A file that is written without force is linked, one that replaces another is renamed. */
static void an_unpacked_file_is_on_the_disk_before_it_has_its_name(void **state)
{
    char bundle[PATH_SIZE];
    char output[PATH_SIZE];
    struct libgguf_manifest *manifest;
    struct libgguf_bundle_create_options options = create_options();
    (void)state;
    snprintf(bundle, sizeof bundle, "%s/bundle", scratch);
    snprintf(output, sizeof output, "%s/unpacked", scratch);
    options.no_sync = true;
    assert_int_equal(libgguf_bundle_create(model, bundle, &options, NULL, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_bundle_manifest(bundle, NULL, 0, &manifest, NULL), LIBGGUF_OK);
    for (int force = 0; force < 2; force++) {
        const struct libgguf_bundle_read_options read_options = {.struct_size = sizeof read_options,
                                                                 .force = force != 0};
        size_t named;
        size_t last;
        syscalls_record(notes, MANY_NOTES);
        assert_int_equal(libgguf_bundle_unpack(bundle, manifest, 0, output, &read_options, NULL),
                         LIBGGUF_OK);
        find_names("unpacked", &named, &last);
        assert_int_equal(named, last);
        assert_true(is_synced(inode_of("unpacked"), 0, named));
        assert_true(is_synced(inode_of(""), named, syscalls_recorded()));
    }
    libgguf_manifest_free(manifest);
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *place)
{
    (void)facts;
    (void)type;
    (void)place;
    return remove(path);
}

static int set_up(void **state)
{
    (void)state;
    const char *const fixtures = getenv("GGUF_FIXTURES");
    char text[3 * PATH_SIZE];
    snprintf(scratch, sizeof scratch, "%s/gguf-fault-order.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!fixtures || !mkdtemp(scratch)) {
        return -1;
    }
    snprintf(text, sizeof text, "%s/chunked.gguf", fixtures);
    if (libgguf_open(text, NULL, &model, NULL)) {
        return -1;
    }
    FILE *const stream = popen("openssl genpkey -algorithm ed25519", "r");
    key_size = stream ? fread(key, 1, sizeof key, stream) : 0;
    return stream && pclose(stream) == 0 && key_size > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    syscalls_record(NULL, 0);
    libgguf_close(model);
    (void)nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bundle_is_on_the_disk_before_it_has_its_names, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(shards_are_on_the_disk_before_they_have_their_names, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_unpacked_file_is_on_the_disk_before_it_has_its_name,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
