#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <libgguf/bundle.h>

#include "base/error.h"
#include "bundle/chunk_source.h"
#include "bundle/crew.h"
#include "bundle/extras.h"
#include "bundle/manifest_file.h"
#include "bundle/place.h"
#include "bundle/prove.h"
#include "bundle/stored.h"

static const struct libgguf_bundle_read_options default_options = {.struct_size =
                                                                       sizeof default_options};

/* A bundle being looked at. */
struct verifier {
    int root;
    const struct libgguf_bundle_read_options *options;
    struct stored_list stored;
    uint64_t largest;                       /* bytes of any file */
    struct libgguf_bundle_finding *by_file; /* by index of the stored file */
    bool *is_bad;
    struct libgguf_bundle_report *report;
};

static enum libgguf_bundle_fault fault_of_size(uint64_t found, uint64_t size)
{
    return found == 0     ? LIBGGUF_BUNDLE_EMPTY
           : found < size ? LIBGGUF_BUNDLE_TOO_SHORT
                          : LIBGGUF_BUNDLE_TOO_LONG;
}

/* Whether a compressed variant with the right digest stands for its chunk. */
static enum libgguf_status check_variant(struct verifier *verifier, struct crew_member *member,
                                         int fd, const struct stored *stored, bool *good,
                                         struct libgguf_error *err)
{
    const struct libgguf_chunk *const chunk =
        &verifier->report->manifest->files[stored->file].chunks[stored->chunk];
    struct proof proof;
    const enum libgguf_status status =
        prove_gzip(member, fd, chunk->piece.size, NULL, NULL, stored->path, good, &proof, err);
    *good = !status && *good && libgguf_digest_equal(&proof.sha256, &chunk->sha256);
    return status;
}

/* A shard without a digest of its own is known by those of its chunks. */
static enum libgguf_status check_chunks(const struct verifier *verifier, struct crew_member *member,
                                        int fd, const struct stored *stored, bool *good,
                                        struct libgguf_error *err)
{
    const struct libgguf_manifest_file *const file =
        &verifier->report->manifest->files[stored->file];
    enum libgguf_status status = LIBGGUF_OK;
    *good = true;
    for (size_t i = 0; i < file->chunk_count && *good && !status; i++) {
        const struct libgguf_chunk *const chunk = &file->chunks[i];
        struct proof proof;
        status = prove_range(member, fd, chunk->piece.offset, chunk->piece.size, NULL, NULL,
                             stored->path, &proof, err);
        *good = !status && proof.size == chunk->piece.size &&
                libgguf_digest_equal(&proof.sha256, &chunk->sha256);
    }
    return status;
}

/* Compares the bytes of an open file. What is too long to be any of the bundle's is not read. */
static enum libgguf_status check_bytes(struct verifier *verifier, struct crew_member *member,
                                       int fd, const struct stored *stored,
                                       struct libgguf_bundle_finding *finding, bool *good,
                                       struct libgguf_error *err)
{
    struct proof proof = {0};
    *good = false;
    finding->fault = fault_of_size(finding->found, stored->size);
    if (finding->found == 0 || finding->found > verifier->largest) {
        *good = finding->found == stored->size && stored->size == 0;
        return LIBGGUF_OK;
    }
    if (!stored->sha256 && finding->found == stored->size) {
        finding->fault = LIBGGUF_BUNDLE_DIFFERENT;
        return check_chunks(verifier, member, fd, stored, good, err);
    }
    enum libgguf_status status =
        prove_range(member, fd, 0, finding->found, NULL, NULL, stored->path, &proof, err);
    if (status) {
        return status;
    }
    if (proof.size == stored->size && stored->sha256 &&
        libgguf_digest_equal(&proof.sha256, stored->sha256)) {
        *good = true;
        finding->fault = LIBGGUF_BUNDLE_BAD_GZIP;
        return stored->is_gzip ? check_variant(verifier, member, fd, stored, good, err)
                               : LIBGGUF_OK;
    }
    const struct stored *const other = stored_with_digest(&verifier->stored, &proof.sha256);
    if (other) {
        finding->fault = LIBGGUF_BUNDLE_SWAPPED;
        finding->other = other->path;
    } else if (proof.size == stored->size) {
        finding->fault = LIBGGUF_BUNDLE_DIFFERENT;
    }
    return LIBGGUF_OK;
}

static enum libgguf_status check_file(void *context, struct crew_member *member, size_t index,
                                      struct libgguf_error *err)
{
    struct verifier *const verifier = context;
    const struct stored *const stored = &verifier->stored.files[index];
    struct libgguf_bundle_finding *const finding = &verifier->by_file[index];
    *finding = (struct libgguf_bundle_finding){.path = stored->path,
                                               .file = stored->file,
                                               .chunk = stored->chunk,
                                               .is_gzip = stored->is_gzip,
                                               .size = stored->size};
    int fd;
    bool good = false;
    enum libgguf_status status = LIBGGUF_OK;
    const int failed = place_open_file(verifier->root, stored->path, &fd, &finding->found);
    if (failed) {
        finding->fault = failed == ENOENT  ? LIBGGUF_BUNDLE_MISSING
                         : failed == ELOOP ? LIBGGUF_BUNDLE_NOT_A_FILE
                                           : LIBGGUF_BUNDLE_UNREADABLE;
        finding->sys_errno = failed;
        status = crew_progress(member->crew, stored->size, err);
    } else {
        struct libgguf_error detail;
        status = check_bytes(verifier, member, fd, stored, finding, &good, &detail);
        close(fd);
        if (status == LIBGGUF_ERR_IO) {
            finding->fault = LIBGGUF_BUNDLE_UNREADABLE;
            finding->sys_errno = detail.sys_errno;
            status = LIBGGUF_OK;
        } else if (status && err) {
            *err = detail;
        }
    }
    verifier->is_bad[index] = !good;
    return status;
}

static enum libgguf_status check_files(struct verifier *verifier, struct libgguf_error *err)
{
    struct libgguf_bundle_report *const report = verifier->report;
    const size_t count = verifier->stored.count;
    struct crew crew = {.work = check_file,
                        .context = verifier,
                        .count = count,
                        .threads = verifier->options->threads,
                        .hooks = verifier->options->hooks,
                        .step = LIBGGUF_BUNDLE_VERIFY};
    verifier->by_file = calloc(count + 1, sizeof *verifier->by_file);
    verifier->is_bad = calloc(count + 1, sizeof *verifier->is_bad);
    if (!verifier->by_file || !verifier->is_bad) {
        return failure_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const struct stored *const stored = &verifier->stored.files[i];
        verifier->largest = stored->size > verifier->largest ? stored->size : verifier->largest;
        crew.total += stored->size;
        if (stored->is_gzip) {
            crew.total += report->manifest->files[stored->file].chunks[stored->chunk].piece.size;
        }
    }
    const enum libgguf_status status = crew_run(&crew, err);
    if (status) {
        return status;
    }
    report->findings = malloc((count + 1) * sizeof *report->findings);
    if (!report->findings) {
        return failure_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        report->checked_count++;
        report->checked_size += verifier->by_file[i].found;
        if (verifier->is_bad[i]) {
            report->findings[report->finding_count++] = verifier->by_file[i];
        }
    }
    return LIBGGUF_OK;
}

/* Progress of one file after the other. */
struct whole_progress {
    const struct libgguf_bundle_hooks *hooks;
    uint64_t before;
    uint64_t total;
};

static bool tell_whole(void *context, uint64_t bytes)
{
    const struct whole_progress *const state = context;
    return crew_tell(state->hooks, LIBGGUF_BUNDLE_VERIFY, state->before + bytes, state->total);
}

/* Once all chunks are right, what they make is read in order. */
static enum libgguf_status check_file_digests(struct verifier *verifier, struct libgguf_error *err)
{
    struct libgguf_bundle_report *const report = verifier->report;
    enum libgguf_status status = LIBGGUF_OK;
    struct whole_progress state = {.hooks = verifier->options->hooks};
    const struct libgguf_digest_hooks hooks = {
        .struct_size = sizeof hooks, .context = &state, .progress = tell_whole};
    for (size_t i = 0; i < report->manifest->file_count; i++) {
        state.total += report->manifest->files[i].has_sha256 ? report->manifest->files[i].size : 0;
    }
    for (size_t i = 0; i < report->manifest->file_count && !status; i++) {
        struct libgguf_source *source;
        struct libgguf_verification found;
        const struct libgguf_verify_options options = {.struct_size = sizeof options,
                                                       .threads = verifier->options->threads,
                                                       .file_digest = true,
                                                       .hooks = &hooks};
        if (!report->manifest->files[i].has_sha256) {
            continue;
        }
        status = chunk_source_open(verifier->root, report->manifest, i, &source, err);
        if (!status) {
            status = libgguf_manifest_verify(report->manifest, i, source, &options, &found, err);
            libgguf_source_close(source);
        }
        if (!status) {
            report->file_digest_wrong = report->file_digest_wrong || !found.sha256_matches;
            libgguf_verification_free(&found);
            state.before += report->manifest->files[i].size;
        }
    }
    return status;
}

static enum libgguf_status verify(struct verifier *verifier, struct libgguf_error *err)
{
    const struct libgguf_bundle_read_options *const options = verifier->options;
    struct libgguf_bundle_report *const report = verifier->report;
    enum libgguf_status status =
        manifest_file_read(verifier->root, options->key, options->key_size, &report->manifest, err);
    if (!status) {
        status = stored_list(report->manifest, &verifier->stored, err);
    }
    if (!status) {
        status = check_files(verifier, err);
    }
    if (!status && options->file_digest && report->manifest->is_bundle &&
        report->finding_count == 0) {
        status = check_file_digests(verifier, err);
    }
    return status ? status
                  : extras_list(verifier->root, &verifier->stored, &report->extras,
                                &report->extra_count, err);
}

enum libgguf_status libgguf_bundle_verify(const char *directory,
                                          const struct libgguf_bundle_read_options *options,
                                          struct libgguf_bundle_report **out,
                                          struct libgguf_error *err)
{
    struct verifier verifier = {.options = options ? options : &default_options};
    *out = NULL;
    if (!crew_options_are_whole(verifier.options)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "bundle options are incomplete");
    }
    const int failed = place_open_directory(directory, false, &verifier.root, NULL);
    if (failed) {
        return failure_errno(err, failed, "cannot open the bundle");
    }
    enum libgguf_status status = LIBGGUF_OK;
    verifier.report = calloc(1, sizeof *verifier.report);
    if (verifier.report) {
        status = verify(&verifier, err);
    } else {
        status = failure_memory(err);
    }
    close(verifier.root);
    stored_free(&verifier.stored);
    free(verifier.by_file);
    free(verifier.is_bad);
    if (status) {
        libgguf_bundle_report_free(verifier.report);
        return status;
    }
    *out = verifier.report;
    return LIBGGUF_OK;
}

void libgguf_bundle_report_free(struct libgguf_bundle_report *report)
{
    if (!report) {
        return;
    }
    for (size_t i = 0; i < report->extra_count; i++) {
        free(report->extras[i]);
    }
    free(report->extras);
    free(report->findings);
    libgguf_manifest_free(report->manifest);
    free(report);
}
