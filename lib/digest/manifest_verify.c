#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "digest/manifest.h"
#include "digest/plan.h"

#define WINDOW_SIZE ((size_t)262144)

/* A file being held against its entry. */
struct verifier {
    const struct libgguf_manifest *manifest;
    size_t file_index;
    const struct libgguf_manifest_file *file;
    const struct libgguf_source *source;
    const struct libgguf_digest_hooks *hooks; /* the caller's, or NULL */
    bool *nonzero;                            /* by chunk: a byte that is not zero was seen */
    struct libgguf_error *err;
};

/* The chunk with some digest. */
struct owner {
    const struct libgguf_digest *sha256;
    size_t file;
    size_t chunk;
};

static bool is_zero(const unsigned char *data, size_t size)
{
    return size == 0 || (data[0] == 0 && memcmp(data, data + 1, size - 1) == 0);
}

static bool pass_progress(void *context, uint64_t bytes)
{
    const struct verifier *const verifier = context;
    return !verifier->hooks || !verifier->hooks->progress ||
           verifier->hooks->progress(verifier->hooks->context, bytes);
}

static enum libgguf_status begin_chunk(void *context, size_t file, size_t index,
                                       const struct libgguf_piece *piece, void **state,
                                       struct libgguf_error *err)
{
    (void)file;
    (void)piece;
    (void)err;
    const struct verifier *const verifier = context;
    *state = index < verifier->file->chunk_count ? &verifier->nonzero[index] : NULL;
    return LIBGGUF_OK;
}

static enum libgguf_status look_at_data(void *context, void *state, const void *data, size_t size,
                                        struct libgguf_error *err)
{
    (void)context;
    (void)err;
    bool *const nonzero = state;
    if (nonzero && !*nonzero) {
        *nonzero = !is_zero(data, size);
    }
    return LIBGGUF_OK;
}

/* The chunks that are at least partly there; for a stream all of them, and what may follow. */
static struct libgguf_plan *plan_present(const struct verifier *verifier, uint64_t size)
{
    const struct libgguf_manifest_file *const file = verifier->file;
    size_t count = 0;
    while (count < file->chunk_count && file->chunks[count].piece.offset < size) {
        count++;
    }
    struct libgguf_piece *const pieces = malloc((count + 1) * sizeof *pieces);
    if (!pieces) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        pieces[i] = file->chunks[i].piece;
    }
    struct libgguf_plan *const plan =
        plan_from_pieces(pieces, count, size, verifier->manifest->max_size);
    if (!plan) {
        free(pieces);
    }
    return plan;
}

static int by_digest(const void *a, const void *b)
{
    const struct owner *const left = a;
    const struct owner *const right = b;
    const int order = memcmp(left->sha256->bytes, right->sha256->bytes, sizeof left->sha256->bytes);
    if (order != 0) {
        return order;
    }
    if (left->file != right->file) {
        return left->file < right->file ? -1 : 1;
    }
    return left->chunk < right->chunk ? -1 : left->chunk > right->chunk;
}

static struct owner *list_owners(const struct libgguf_manifest *manifest, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < manifest->file_count; i++) {
        *count += manifest->files[i].chunk_count;
    }
    struct owner *const owners = malloc((*count + 1) * sizeof *owners);
    size_t next = 0;
    for (size_t i = 0; owners && i < manifest->file_count; i++) {
        for (size_t j = 0; j < manifest->files[i].chunk_count; j++) {
            owners[next++] = (struct owner){&manifest->files[i].chunks[j].sha256, i, j};
        }
    }
    if (owners) {
        qsort(owners, *count, sizeof *owners, by_digest);
    }
    return owners;
}

/* The first of the sorted @p owners that has this digest, or NULL. */
static const struct owner *find_owner(const struct owner *owners, size_t count,
                                      const struct libgguf_digest *digest)
{
    const struct owner key = {.sha256 = digest};
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (by_digest(&owners[middle], &key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && libgguf_digest_equal(owners[low].sha256, digest) ? &owners[low] : NULL;
}

static bool chunk_is_good(const struct verifier *verifier,
                          const struct libgguf_source_digests *found, size_t index)
{
    const struct libgguf_chunk *const chunk = &verifier->file->chunks[index];
    return chunk->piece.offset + chunk->piece.size <= found->size &&
           libgguf_digest_equal(&chunk->sha256, &found->chunks[index]);
}

static struct libgguf_bad_chunk describe_fault(const struct verifier *verifier,
                                               const struct libgguf_source_digests *found,
                                               size_t index, const struct owner *owners,
                                               size_t owner_count)
{
    const struct libgguf_piece *const piece = &verifier->file->chunks[index].piece;
    struct libgguf_bad_chunk bad = {.index = index, .fault = LIBGGUF_CHUNK_DIFFERENT};
    if (piece->offset >= found->size) {
        bad.fault = LIBGGUF_CHUNK_MISSING;
        return bad;
    }
    if (piece->size > found->size - piece->offset) {
        bad.fault = LIBGGUF_CHUNK_CUT_SHORT;
        return bad;
    }
    if (!verifier->nonzero[index]) {
        bad.fault = LIBGGUF_CHUNK_ZEROED;
        return bad;
    }
    const struct owner *const owner = find_owner(owners, owner_count, &found->chunks[index]);
    if (owner) {
        bad.fault = LIBGGUF_CHUNK_MISPLACED;
        bad.other_file = owner->file;
        bad.other_chunk = owner->chunk;
    }
    return bad;
}

static enum libgguf_status list_bad(const struct verifier *verifier,
                                    const struct libgguf_source_digests *found,
                                    struct libgguf_verification *out)
{
    size_t bad_count = 0;
    for (size_t i = 0; i < verifier->file->chunk_count; i++) {
        bad_count += !chunk_is_good(verifier, found, i);
    }
    if (bad_count == 0) {
        return LIBGGUF_OK;
    }
    size_t owner_count;
    struct owner *const owners = list_owners(verifier->manifest, &owner_count);
    out->bad = malloc(bad_count * sizeof *out->bad);
    if (!owners || !out->bad) {
        free(owners);
        return failure_memory(verifier->err);
    }
    for (size_t i = 0; i < verifier->file->chunk_count; i++) {
        if (!chunk_is_good(verifier, found, i)) {
            out->bad[out->bad_count++] = describe_fault(verifier, found, i, owners, owner_count);
        }
    }
    free(owners);
    return LIBGGUF_OK;
}

/* How many zero bytes [0, end) of the source ends in. */
static enum libgguf_status count_zero_tail(const struct verifier *verifier, uint64_t end,
                                           uint64_t *out)
{
    unsigned char *const window = malloc(WINDOW_SIZE);
    if (!window) {
        return failure_memory(verifier->err);
    }
    enum libgguf_status status = LIBGGUF_OK;
    uint64_t start = end;
    bool more = true;
    while (more && start > 0 && !status) {
        const size_t step = start < WINDOW_SIZE ? (size_t)start : WINDOW_SIZE;
        status = libgguf_source_read(verifier->source, start - step, window, step, verifier->err);
        size_t zeros = 0;
        while (!status && zeros < step && window[step - 1 - zeros] == 0) {
            zeros++;
        }
        start -= zeros;
        more = zeros == step;
    }
    free(window);
    *out = end - start;
    return status;
}

/* A stream cannot be read again, so of one only whole chunks of zeros are counted. */
static enum libgguf_status measure_zero_tail(const struct verifier *verifier, bool is_stream,
                                             struct libgguf_verification *out)
{
    const struct libgguf_manifest_file *const file = verifier->file;
    const uint64_t end = out->found_size < file->size ? out->found_size : file->size;
    size_t last;
    size_t next = out->bad_count;
    if (end == 0 || next == 0 || !libgguf_manifest_chunk_at(file, end - 1, &last)) {
        return LIBGGUF_OK;
    }
    while (next > 0 && out->bad[next - 1].index > last) {
        next--;
    }
    if (next == 0 || out->bad[next - 1].index != last) {
        return LIBGGUF_OK;
    }
    if (!is_stream) {
        return count_zero_tail(verifier, end, &out->zero_tail);
    }
    while (next > 0 && out->bad[next - 1].index == last &&
           out->bad[next - 1].fault == LIBGGUF_CHUNK_ZEROED) {
        out->zero_tail += file->chunks[last].piece.size;
        last--;
        next--;
    }
    return LIBGGUF_OK;
}

static enum libgguf_status run(struct verifier *verifier,
                               const struct libgguf_verify_options *options,
                               struct libgguf_verification *out)
{
    const struct libgguf_digest_hooks hooks = {.struct_size = sizeof hooks,
                                               .context = verifier,
                                               .progress = pass_progress,
                                               .chunk_begin = begin_chunk,
                                               .chunk_data = look_at_data};
    const struct libgguf_digest_options digest_options = {.struct_size = sizeof digest_options,
                                                          .threads = options->threads,
                                                          .no_source_digest = !options->file_digest,
                                                          .file = verifier->file_index,
                                                          .hooks = &hooks};
    const uint64_t size = libgguf_source_size(verifier->source);
    const bool is_stream = size == LIBGGUF_SIZE_UNKNOWN;
    const uint64_t present = is_stream || size < verifier->file->size ? size : verifier->file->size;
    struct libgguf_plan *const plan = plan_present(verifier, present);
    if (!plan) {
        return failure_memory(verifier->err);
    }
    struct libgguf_source_digests found;
    enum libgguf_status status =
        libgguf_source_digest(verifier->source, plan, &digest_options, &found, verifier->err);
    libgguf_plan_free(plan);
    if (status) {
        return status;
    }
    out->found_size = is_stream ? found.size : size;
    out->has_sha256 = options->file_digest && verifier->file->has_sha256;
    out->sha256_matches = out->has_sha256 && out->found_size == verifier->file->size &&
                          libgguf_digest_equal(&found.source, &verifier->file->sha256);
    status = list_bad(verifier, &found, out);
    libgguf_source_digests_free(&found);
    return status ? status : measure_zero_tail(verifier, is_stream, out);
}

enum libgguf_status libgguf_manifest_verify(const struct libgguf_manifest *manifest, size_t file,
                                            const struct libgguf_source *source,
                                            const struct libgguf_verify_options *options,
                                            struct libgguf_verification *out,
                                            struct libgguf_error *err)
{
    static const struct libgguf_verify_options defaults = {.struct_size = sizeof defaults};
    *out = (struct libgguf_verification){0};
    options = options ? options : &defaults;
    if (file >= manifest->file_count || options->struct_size < sizeof *options ||
        (options->hooks && options->hooks->struct_size < sizeof *options->hooks)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "the manifest has no file %zu, or options are incomplete", file);
    }
    struct verifier verifier = {.manifest = manifest,
                                .file_index = file,
                                .file = &manifest->files[file],
                                .source = source,
                                .hooks = options->hooks,
                                .err = err};
    verifier.nonzero = calloc(verifier.file->chunk_count + 1, sizeof *verifier.nonzero);
    enum libgguf_status status = LIBGGUF_OK;
    if (verifier.nonzero) {
        status = run(&verifier, options, out);
    } else {
        status = failure_memory(err);
    }
    free(verifier.nonzero);
    if (status) {
        libgguf_verification_free(out);
    }
    return status;
}

void libgguf_verification_free(struct libgguf_verification *verification)
{
    free(verification->bad);
    *verification = (struct libgguf_verification){0};
}
