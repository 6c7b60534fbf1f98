/*
 * A bundle in which something is not as it should be: verify names it, unpack refuses it, and
 * nothing leads out of the bundle.
 */
#define _XOPEN_SOURCE 700

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libgguf.h>

#include "bundle_files.h"

static struct libgguf_manifest *manifest;
static char header_path[FILES_PATH_SIZE]; /* relative to the bundle */
static char gzip_path[FILES_PATH_SIZE];
static char tensors_path[FILES_PATH_SIZE];
static char spare_path[FILES_PATH_SIZE]; /* the variant of the tensors */

static void write_bytes(const char *path, const void *data, size_t size)
{
    (void)unlink(path);
    FILE *const stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

static const char *in_bundle(const char *path)
{
    char name[2 * FILES_PATH_SIZE];
    snprintf(name, sizeof name, "bundle/%s", path);
    return files_path(name);
}

static void fresh_bundle(void)
{
    const struct libgguf_bundle_create_options options = {.struct_size = sizeof options,
                                                          .chunk_size = LIBGGUF_MIN_CHUNK_SIZE,
                                                          .gzip = true,
                                                          .no_sync = true};
    char path[FILES_PATH_SIZE];
    struct libgguf_file *model;
    snprintf(path, sizeof path, "%s/tiny-moe.gguf", getenv("GGUF_FIXTURES"));
    files_remove("bundle");
    assert_int_equal(libgguf_open(path, NULL, &model, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_bundle_create(model, files_path("bundle"), &options, NULL, NULL),
                     LIBGGUF_OK);
    libgguf_close(model);
    libgguf_manifest_free(manifest);
    assert_int_equal(libgguf_bundle_manifest(files_path("bundle"), NULL, 0, &manifest, NULL),
                     LIBGGUF_OK);
    const struct libgguf_chunk *const chunks = manifest->files[0].chunks;
    assert_int_equal(manifest->files[0].chunk_count, 2);
    snprintf(header_path, sizeof header_path, "%s", chunks[0].path);
    snprintf(tensors_path, sizeof tensors_path, "%s", chunks[1].path);
    assert_non_null(chunks[0].gzip);
    assert_non_null(chunks[1].gzip);
    snprintf(spare_path, sizeof spare_path, "%s", chunks[1].gzip->path);
    snprintf(gzip_path, sizeof gzip_path, "%s", chunks[0].gzip->path);
}

static struct libgguf_bundle_report *verified(void)
{
    const struct libgguf_bundle_read_options options = {.struct_size = sizeof options,
                                                        .threads = 1};
    struct libgguf_bundle_report *report;
    struct libgguf_error err;
    if (libgguf_bundle_verify(files_path("bundle"), &options, &report, &err)) {
        fail_msg("%s", err.text);
    }
    return report;
}

/* Exactly this is found. */
static void expect_finding(const char *path, enum libgguf_bundle_fault fault)
{
    struct libgguf_bundle_report *const report = verified();
    assert_int_equal(report->finding_count, 1);
    assert_string_equal(report->findings[0].path, path);
    assert_int_equal(report->findings[0].fault, fault);
    assert_int_equal(report->findings[0].chunk, strcmp(path, tensors_path) == 0 ? 1 : 0);
    libgguf_bundle_report_free(report);
}

static enum libgguf_status unpack(void)
{
    const struct libgguf_bundle_read_options options = {
        .struct_size = sizeof options, .no_sync = true, .force = true};
    struct stat facts;
    (void)unlink(files_path("unpacked"));
    const enum libgguf_status status = libgguf_bundle_unpack(
        files_path("bundle"), manifest, 0, files_path("unpacked"), &options, NULL);
    assert_int_equal(stat(files_path("unpacked"), &facts), status ? -1 : 0);
    assert_int_equal(stat(files_path(".unpacked.partial"), &facts), -1);
    return status;
}

static void every_flipped_byte_is_named(void **state)
{
    (void)state;
    const char *const paths[] = {header_path, gzip_path, tensors_path};
    fresh_bundle();
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        size_t size;
        unsigned char *const bytes = files_read(in_bundle(paths[i]), &size);
        assert_non_null(bytes);
        for (size_t at = 0; at < size; at++) {
            bytes[at] ^= (unsigned char)(1 << at % 8);
            write_bytes(in_bundle(paths[i]), bytes, size);
            expect_finding(paths[i], LIBGGUF_BUNDLE_DIFFERENT);
            if (i != 1 && at % 97 == 0) {
                assert_int_equal(unpack(), LIBGGUF_ERR_DIGEST);
            }
            bytes[at] ^= (unsigned char)(1 << at % 8);
        }
        write_bytes(in_bundle(paths[i]), bytes, size);
        free(bytes);
    }
    struct libgguf_bundle_report *const report = verified();
    assert_int_equal(report->finding_count, 0);
    libgguf_bundle_report_free(report);
    assert_int_equal(unpack(), LIBGGUF_OK);
}

static void every_wrong_size_is_named(void **state)
{
    (void)state;
    fresh_bundle();
    size_t size;
    unsigned char *const bytes = files_read(in_bundle(tensors_path), &size);
    static const struct {
        int change; /* bytes; 0: none are left */
        enum libgguf_bundle_fault fault;
    } rows[] = {{-1, LIBGGUF_BUNDLE_TOO_SHORT},
                {1, LIBGGUF_BUNDLE_TOO_LONG},
                {1 << 20, LIBGGUF_BUNDLE_TOO_LONG},
                {0, LIBGGUF_BUNDLE_EMPTY}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t now = rows[i].change == 0 ? 0 : (size_t)((long)size + rows[i].change);
        unsigned char *const changed = calloc(2, 1 << 20);
        memcpy(changed, bytes, now < size ? now : size);
        write_bytes(in_bundle(tensors_path), changed, now);
        free(changed);
        expect_finding(tensors_path, rows[i].fault);
        assert_int_equal(unpack(), LIBGGUF_ERR_DIGEST);
    }
    free(bytes);
}

static void missing_and_swapped_files_are_named(void **state)
{
    (void)state;
    fresh_bundle();
    assert_int_equal(rename(in_bundle(tensors_path), files_path("kept")), 0);
    expect_finding(tensors_path, LIBGGUF_BUNDLE_MISSING);
    assert_int_equal(rename(in_bundle(spare_path), files_path("spare")), 0);
    assert_int_equal(unpack(), LIBGGUF_ERR_NOT_FOUND);
    assert_int_equal(rename(files_path("spare"), in_bundle(spare_path)), 0);
    assert_int_equal(rename(in_bundle(header_path), in_bundle(tensors_path)), 0);
    assert_int_equal(rename(files_path("kept"), in_bundle(header_path)), 0);
    struct libgguf_bundle_report *const report = verified();
    assert_int_equal(report->finding_count, 2);
    assert_string_equal(report->findings[0].path, header_path);
    assert_int_equal(report->findings[0].fault, LIBGGUF_BUNDLE_SWAPPED);
    assert_string_equal(report->findings[0].other, tensors_path);
    assert_string_equal(report->findings[1].path, tensors_path);
    assert_int_equal(report->findings[1].fault, LIBGGUF_BUNDLE_SWAPPED);
    assert_string_equal(report->findings[1].other, header_path);
    libgguf_bundle_report_free(report);
    assert_int_equal(unpack(), LIBGGUF_ERR_DIGEST);
}

static void a_chunk_that_is_no_regular_file_is_named_and_not_followed(void **state)
{
    (void)state;
    fresh_bundle();
    assert_int_equal(rename(in_bundle(tensors_path), files_path("outside")), 0);
    assert_int_equal(symlink(files_path("outside"), in_bundle(tensors_path)), 0);
    expect_finding(tensors_path, LIBGGUF_BUNDLE_NOT_A_FILE);
    assert_int_equal(unpack(), LIBGGUF_ERR_DIGEST);
    assert_int_equal(unlink(in_bundle(tensors_path)), 0);
    assert_int_equal(mkfifo(in_bundle(tensors_path), 0600), 0);
    expect_finding(tensors_path, LIBGGUF_BUNDLE_NOT_A_FILE);
    assert_int_equal(unlink(in_bundle(tensors_path)), 0);
    assert_int_equal(mkdir(in_bundle(tensors_path), 0700), 0);
    expect_finding(tensors_path, LIBGGUF_BUNDLE_NOT_A_FILE);
}

static void a_directory_that_is_a_link_is_not_followed(void **state)
{
    (void)state;
    struct libgguf_bundle_pruned pruned;
    struct libgguf_bundle_create_options options = {
        .struct_size = sizeof options, .no_sync = true, .force = true};
    struct libgguf_file *model;
    char path[FILES_PATH_SIZE];
    fresh_bundle();
    files_remove("outside");
    assert_int_equal(rename(in_bundle("chunks"), files_path("outside")), 0);
    assert_int_equal(symlink("../outside", in_bundle("chunks")), 0);
    struct libgguf_bundle_report *const report = verified();
    assert_int_equal(report->finding_count, 4);
    assert_int_equal(report->findings[0].fault, LIBGGUF_BUNDLE_NOT_A_FILE);
    libgguf_bundle_report_free(report);
    assert_int_equal(unpack(), LIBGGUF_ERR_DIGEST);
    assert_int_equal(libgguf_bundle_prune(files_path("bundle"), false, &pruned, NULL),
                     LIBGGUF_ERR_IO);
    snprintf(path, sizeof path, "%s/tiny-moe.gguf", getenv("GGUF_FIXTURES"));
    assert_int_equal(libgguf_open(path, NULL, &model, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_bundle_create(model, files_path("bundle"), &options, NULL, NULL),
                     LIBGGUF_ERR_IO);
    libgguf_close(model);
    files_remove("outside");
}

/* The manifest with @p from replaced by @p to, everywhere. */
static void edit_manifest(const char *from, const char *to)
{
    size_t size;
    char *const text = (char *)files_read(in_bundle("manifest.json"), &size);
    char *const edited = malloc(4 * size + 4 * FILES_PATH_SIZE);
    size_t end = 0;
    size_t count = 0;
    for (const char *at = text; *at != '\0';) {
        if (strncmp(at, from, strlen(from)) == 0) {
            memcpy(edited + end, to, strlen(to));
            end += strlen(to);
            at += strlen(from);
            count++;
        } else {
            edited[end++] = *at++;
        }
    }
    assert_true(count > 0);
    write_bytes(in_bundle("manifest.json"), edited, end);
    free(edited);
    free(text);
}

static void a_manifest_that_leads_elsewhere_is_refused_by_all(void **state)
{
    (void)state;
    static const char *const places[] = {"/etc/passwd",
                                         "../outside.bin",
                                         "chunks/../../outside.bin",
                                         "chunks//x.bin",
                                         "./x.bin",
                                         "file:x.bin",
                                         "..",
                                         "chunks\\\\..\\\\x.bin",
                                         "%2e%2e/x.bin",
                                         ""};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct libgguf_bundle_pruned pruned;
        struct libgguf_bundle_report *report;
        struct libgguf_manifest *parsed;
        struct stat facts;
        fresh_bundle();
        edit_manifest(tensors_path, places[i]);
        assert_int_equal(libgguf_bundle_verify(files_path("bundle"), NULL, &report, NULL),
                         LIBGGUF_ERR_MANIFEST);
        assert_int_equal(libgguf_bundle_manifest(files_path("bundle"), NULL, 0, &parsed, NULL),
                         LIBGGUF_ERR_MANIFEST);
        assert_int_equal(libgguf_bundle_prune(files_path("bundle"), false, &pruned, NULL),
                         LIBGGUF_ERR_MANIFEST);
        assert_int_equal(pruned.removed_count, 0);
        assert_int_equal(stat(in_bundle(tensors_path), &facts), 0);
    }
}

static uint64_t most_progress;

static bool note_progress(void *context, enum libgguf_bundle_step step, uint64_t done,
                          uint64_t total)
{
    (void)context;
    (void)step;
    assert_true(done <= total);
    most_progress = done > most_progress ? done : most_progress;
    return true;
}

/* 64 MiB of zeros stand in for a chunk of some kilobytes: digest and size of the file are right. */
static void a_gzip_bomb_stops_at_the_size_of_its_chunk(void **state)
{
    (void)state;
    const struct libgguf_bundle_hooks hooks = {.struct_size = sizeof hooks,
                                               .progress = note_progress};
    const struct libgguf_bundle_read_options options = {
        .struct_size = sizeof options, .threads = 1, .hooks = &hooks};
    char command[4 * FILES_PATH_SIZE];
    char old_hex[LIBGGUF_DIGEST_HEX_SIZE];
    char new_hex[LIBGGUF_DIGEST_HEX_SIZE];
    char before[256];
    char after[256];
    struct libgguf_digest digest;
    struct libgguf_bundle_report *report;
    size_t size;
    fresh_bundle();
    snprintf(command, sizeof command, "head -c 67108864 /dev/zero | gzip -n >'%s'",
             files_path("bomb"));
    assert_int_equal(system(command), 0);
    unsigned char *const bomb = files_read(files_path("bomb"), &size);
    assert_int_equal(libgguf_sha256(bomb, size, &digest, NULL), LIBGGUF_OK);
    write_bytes(in_bundle(gzip_path), bomb, size);
    free(bomb);
    libgguf_digest_hex(&manifest->files[0].chunks[0].gzip->sha256, old_hex);
    libgguf_digest_hex(&digest, new_hex);
    snprintf(before, sizeof before, "\"size\": %llu, \"sha256\": \"%s",
             (unsigned long long)manifest->files[0].chunks[0].gzip->size, old_hex);
    snprintf(after, sizeof after, "\"size\": %zu, \"sha256\": \"%s", size, new_hex);
    edit_manifest(before, after);
    most_progress = 0;
    assert_int_equal(libgguf_bundle_verify(files_path("bundle"), &options, &report, NULL),
                     LIBGGUF_OK);
    assert_int_equal(report->finding_count, 1);
    assert_int_equal(report->findings[0].fault, LIBGGUF_BUNDLE_BAD_GZIP);
    libgguf_bundle_report_free(report);
    libgguf_manifest_free(manifest);
    assert_int_equal(libgguf_bundle_manifest(files_path("bundle"), NULL, 0, &manifest, NULL),
                     LIBGGUF_OK);
    assert_int_equal(unlink(in_bundle(header_path)), 0);
    assert_int_equal(unpack(), LIBGGUF_ERR_DIGEST);
}

static void bytes_behind_a_gzip_variant_are_found(void **state)
{
    (void)state;
    size_t size;
    fresh_bundle();
    unsigned char *const bytes = files_read(in_bundle(gzip_path), &size);
    bytes[size] = 'x';
    write_bytes(in_bundle(gzip_path), bytes, size + 1);
    free(bytes);
    expect_finding(gzip_path, LIBGGUF_BUNDLE_TOO_LONG);
    assert_int_equal(unlink(in_bundle(header_path)), 0);
    assert_int_equal(unpack(), LIBGGUF_ERR_DIGEST);
}

static void a_variant_stands_in_for_a_missing_chunk(void **state)
{
    (void)state;
    fresh_bundle();
    assert_int_equal(unlink(in_bundle(header_path)), 0);
    expect_finding(header_path, LIBGGUF_BUNDLE_MISSING);
    assert_int_equal(unpack(), LIBGGUF_OK);
}

static void what_does_not_belong_is_listed_and_left_alone(void **state)
{
    (void)state;
    static const char *const names[] = {".hidden", "chunks/.partial.0.0", "chunks/notes.txt",
                                        "index.html"};
    struct stat facts;
    fresh_bundle();
    for (size_t i = 0; i < 4; i++) {
        write_bytes(in_bundle(names[i]), "x", 1);
    }
    struct libgguf_bundle_report *const report = verified();
    assert_int_equal(report->finding_count, 0);
    assert_int_equal(report->extra_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(report->extras[i], names[i]);
        assert_int_equal(stat(in_bundle(names[i]), &facts), 0);
    }
    libgguf_bundle_report_free(report);
}

static void prune_leaves_what_has_no_name_of_a_chunk(void **state)
{
    (void)state;
    struct libgguf_bundle_pruned pruned;
    struct stat facts;
    char spare[FILES_PATH_SIZE];
    fresh_bundle();
    snprintf(spare, sizeof spare, "chunks/%064d.bin", 7);
    write_bytes(in_bundle("chunks/notes.txt"), "x", 1);
    write_bytes(in_bundle(spare), "xyz", 3);
    assert_int_equal(libgguf_bundle_prune(files_path("bundle"), true, &pruned, NULL), LIBGGUF_OK);
    assert_int_equal(pruned.removed_count, 1);
    assert_int_equal(stat(in_bundle(spare), &facts), 0);
    assert_int_equal(libgguf_bundle_prune(files_path("bundle"), false, &pruned, NULL), LIBGGUF_OK);
    assert_int_equal(pruned.removed_count, 1);
    assert_int_equal(pruned.removed_size, 3);
    assert_int_equal(pruned.kept_count, 4);
    assert_int_equal(stat(in_bundle(spare), &facts), -1);
    assert_int_equal(stat(in_bundle("chunks/notes.txt"), &facts), 0);
    /* Without a manifest it is no bundle, and without a mark no store: nothing is removed. */
    assert_int_equal(unlink(in_bundle("manifest.json")), 0);
    assert_int_equal(libgguf_bundle_prune(files_path("bundle"), false, &pruned, NULL),
                     LIBGGUF_ERR_NOT_FOUND);
    assert_int_equal(stat(in_bundle(tensors_path), &facts), 0);
}

static int tear_down(void **state)
{
    libgguf_manifest_free(manifest);
    return files_tear_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flipped_byte_is_named),
        cmocka_unit_test(every_wrong_size_is_named),
        cmocka_unit_test(missing_and_swapped_files_are_named),
        cmocka_unit_test(a_chunk_that_is_no_regular_file_is_named_and_not_followed),
        cmocka_unit_test(a_directory_that_is_a_link_is_not_followed),
        cmocka_unit_test(a_manifest_that_leads_elsewhere_is_refused_by_all),
        cmocka_unit_test(a_gzip_bomb_stops_at_the_size_of_its_chunk),
        cmocka_unit_test(bytes_behind_a_gzip_variant_are_found),
        cmocka_unit_test(a_variant_stands_in_for_a_missing_chunk),
        cmocka_unit_test(what_does_not_belong_is_listed_and_left_alone),
        cmocka_unit_test(prune_leaves_what_has_no_name_of_a_chunk),
    };
    return cmocka_run_group_tests(tests, files_set_up, tear_down);
}
