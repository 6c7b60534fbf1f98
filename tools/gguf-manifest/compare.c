#include <stdlib.h>
#include <string.h>

#include "manifest_diff.h"

static enum sharing share(bool before_present, const struct libgguf_digest *before,
                          bool after_present, const struct libgguf_digest *after)
{
    if (!before_present && !after_present) {
        return SHARING_NONE;
    }
    return before_present && after_present && libgguf_digest_equal(before, after) ? SHARING_SAME
                                                                                  : SHARING_OTHER;
}

/* What is known of a whole from what is known of its parts. */
static enum sharing join(enum sharing a, enum sharing b)
{
    if (a == SHARING_NONE || b == SHARING_NONE) {
        return a == SHARING_NONE ? b : a;
    }
    if (a == SHARING_OTHER || b == SHARING_OTHER) {
        return SHARING_OTHER;
    }
    return a == SHARING_SAME ? b : a;
}

static enum sharing share_chunks(const struct libgguf_manifest_file *before,
                                 const struct libgguf_manifest_file *after)
{
    if (before->chunk_count != after->chunk_count) {
        return SHARING_UNKNOWN;
    }
    for (size_t i = 0; i < before->chunk_count; i++) {
        if (before->chunks[i].piece.size != after->chunks[i].piece.size) {
            return SHARING_UNKNOWN;
        }
    }
    for (size_t i = 0; i < before->chunk_count; i++) {
        if (!libgguf_digest_equal(&before->chunks[i].sha256, &after->chunks[i].sha256)) {
            return SHARING_OTHER;
        }
    }
    return SHARING_SAME;
}

static enum sharing share_file(const struct libgguf_manifest_file *before,
                               const struct libgguf_manifest_file *after)
{
    if (before->size != after->size || before->is_gguf != after->is_gguf) {
        return SHARING_OTHER;
    }
    if (before->has_sha256 && after->has_sha256) {
        return share(true, &before->sha256, true, &after->sha256);
    }
    return share_chunks(before, after);
}

static void compare_file(const struct libgguf_manifest_file *before,
                         const struct libgguf_manifest_file *after, struct comparison *out)
{
    const struct libgguf_identity *const a = &before->gguf.identity;
    const struct libgguf_identity *const b = &after->gguf.identity;
    out->bytes = join(out->bytes, share_file(before, after));
    out->header = join(
        out->header, share(before->is_gguf, &a->header_sha256, after->is_gguf, &b->header_sha256));
    out->tokenizer = join(out->tokenizer, share(a->has_tokenizer, &a->tokenizer_sha256,
                                                b->has_tokenizer, &b->tokenizer_sha256));
    out->chat_template =
        join(out->chat_template, share(a->has_chat_template, &a->chat_template_sha256,
                                       b->has_chat_template, &b->chat_template_sha256));
}

/* A tensor of one of the manifests, to be sorted by name. */
struct named_tensor {
    const struct libgguf_manifest_tensor *tensor;
    uint64_t data_offset; /* from the start of the tensor data of its file */
    size_t file;
    size_t index;
};

struct tensor_list {
    struct named_tensor *tensors;
    size_t count;
    bool have_digests;
};

static int compare_names(const struct named_tensor *a, const struct named_tensor *b)
{
    const struct libgguf_manifest_text *const left = &a->tensor->name;
    const struct libgguf_manifest_text *const right = &b->tensor->name;
    const int order =
        memcmp(left->data, right->data, left->size < right->size ? left->size : right->size);
    if (order != 0 || left->size == right->size) {
        return order;
    }
    return left->size < right->size ? -1 : 1;
}

static int by_name(const void *a, const void *b)
{
    const struct named_tensor *const left = a;
    const struct named_tensor *const right = b;
    const int order = compare_names(left, right);
    if (order != 0) {
        return order;
    }
    if (left->file != right->file) {
        return left->file < right->file ? -1 : 1;
    }
    return left->index < right->index ? -1 : 1;
}

static bool list_tensors(const struct libgguf_manifest *manifest, struct tensor_list *out)
{
    size_t count = 0;
    for (size_t i = 0; i < manifest->file_count; i++) {
        count += manifest->files[i].tensor_count;
    }
    *out = (struct tensor_list){.tensors = malloc((count + 1) * sizeof *out->tensors),
                                .have_digests = true};
    if (!out->tensors) {
        return false;
    }
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct libgguf_manifest_file *const file = &manifest->files[i];
        for (size_t j = 0; j < file->tensor_count; j++) {
            const struct libgguf_manifest_tensor *const tensor = &file->tensors[j];
            out->tensors[out->count++] =
                (struct named_tensor){tensor, tensor->offset.value - file->gguf.data_offset, i, j};
            out->have_digests = out->have_digests && tensor->has_sha256;
        }
    }
    qsort(out->tensors, out->count, sizeof *out->tensors, by_name);
    return true;
}

static bool same_kind(const struct libgguf_manifest_tensor *a,
                      const struct libgguf_manifest_tensor *b)
{
    return a->type_id == b->type_id && a->type.size == b->type.size &&
           (a->type.size == 0 || memcmp(a->type.data, b->type.data, a->type.size) == 0) &&
           a->has_dims == b->has_dims && a->dim_count == b->dim_count &&
           memcmp(a->dims, b->dims, sizeof a->dims) == 0;
}

static void add_difference(struct comparison *out, enum tensor_change change,
                           const struct libgguf_manifest_tensor *before,
                           const struct libgguf_manifest_tensor *after)
{
    out->differences[out->difference_count++] = (struct tensor_difference){change, before, after};
}

/* Walks both sorted lists. True when all tensors lie alike, so that their chunks can be compared.
 */
static bool compare_lists(const struct tensor_list *before, const struct tensor_list *after,
                          struct comparison *out)
{
    bool alike = true;
    size_t i = 0;
    size_t j = 0;
    while (i < before->count || j < after->count) {
        const struct named_tensor *const a = i < before->count ? &before->tensors[i] : NULL;
        const struct named_tensor *const b = j < after->count ? &after->tensors[j] : NULL;
        const int order = !a ? 1 : !b ? -1 : compare_names(a, b);
        if (order < 0) {
            add_difference(out, TENSOR_REMOVED, a->tensor, NULL);
        } else if (order > 0) {
            add_difference(out, TENSOR_ADDED, NULL, b->tensor);
        } else if (!same_kind(a->tensor, b->tensor) ||
                   (a->tensor->has_sha256 && b->tensor->has_sha256 &&
                    !libgguf_digest_equal(&a->tensor->sha256, &b->tensor->sha256))) {
            add_difference(out, TENSOR_CHANGED, a->tensor, b->tensor);
        } else {
            alike = alike && a->file == b->file && a->data_offset == b->data_offset;
        }
        i += order <= 0;
        j += order >= 0;
    }
    return alike && out->difference_count == 0;
}

/* The next chunk of tensor data at or after file @p file, chunk @p chunk; NULL at the end. */
static const struct libgguf_chunk *next_weights(const struct libgguf_manifest *manifest,
                                                size_t *file, size_t *chunk)
{
    for (; *file < manifest->file_count; ++*file, *chunk = 0) {
        while (*chunk < manifest->files[*file].chunk_count) {
            const struct libgguf_chunk *const found = &manifest->files[*file].chunks[(*chunk)++];
            if (found->piece.role == LIBGGUF_ROLE_TENSORS) {
                return found;
            }
        }
    }
    return NULL;
}

static bool weight_chunks_are_equal(const struct libgguf_manifest *before,
                                    const struct libgguf_manifest *after)
{
    size_t at[4] = {0};
    for (;;) {
        const struct libgguf_chunk *const a = next_weights(before, &at[0], &at[1]);
        const struct libgguf_chunk *const b = next_weights(after, &at[2], &at[3]);
        if (!a || !b) {
            return !a && !b;
        }
        if (!libgguf_digest_equal(&a->sha256, &b->sha256)) {
            return false;
        }
    }
}

static bool compare_weights(const struct libgguf_manifest *before,
                            const struct libgguf_manifest *after, struct comparison *out)
{
    struct tensor_list a = {0};
    struct tensor_list b = {0};
    bool done = list_tensors(before, &a) && list_tensors(after, &b);
    if (done) {
        out->differences = malloc((a.count + b.count + 1) * sizeof *out->differences);
        done = out->differences != NULL;
    }
    if (done) {
        const bool alike = compare_lists(&a, &b, out);
        if (a.count + b.count == 0) {
            out->weights = SHARING_NONE;
        } else if (out->difference_count > 0) {
            out->weights = SHARING_OTHER;
        } else if ((a.have_digests && b.have_digests) || out->bytes == SHARING_SAME) {
            out->weights = SHARING_SAME;
        } else if (alike && before->cut == LIBGGUF_CUT_TENSOR && after->cut == before->cut &&
                   after->target_size == before->target_size) {
            out->weights = weight_chunks_are_equal(before, after) ? SHARING_SAME : SHARING_OTHER;
        } else {
            out->weights = SHARING_UNKNOWN;
        }
    }
    free(a.tensors);
    free(b.tensors);
    return done;
}

static int by_digest(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct libgguf_digest));
}

static bool count_new_chunks(const struct libgguf_manifest *before,
                             const struct libgguf_manifest *after, struct comparison *out)
{
    size_t count = 0;
    for (size_t i = 0; i < before->file_count; i++) {
        count += before->files[i].chunk_count;
    }
    struct libgguf_digest *const known = malloc((count + 1) * sizeof *known);
    if (!known) {
        return false;
    }
    count = 0;
    for (size_t i = 0; i < before->file_count; i++) {
        out->size_before += before->files[i].size;
        for (size_t j = 0; j < before->files[i].chunk_count; j++) {
            known[count++] = before->files[i].chunks[j].sha256;
        }
    }
    qsort(known, count, sizeof *known, by_digest);
    for (size_t i = 0; i < after->file_count; i++) {
        out->size_after += after->files[i].size;
        out->chunk_count += after->files[i].chunk_count;
        for (size_t j = 0; j < after->files[i].chunk_count; j++) {
            const struct libgguf_chunk *const chunk = &after->files[i].chunks[j];
            if (!bsearch(&chunk->sha256, known, count, sizeof *known, by_digest)) {
                out->new_count++;
                out->new_size += chunk->piece.size;
            }
        }
    }
    free(known);
    return true;
}

bool comparison_make(const struct libgguf_manifest *before, const struct libgguf_manifest *after,
                     struct comparison *out)
{
    const size_t pairs =
        before->file_count < after->file_count ? before->file_count : after->file_count;
    *out = (struct comparison){0};
    for (size_t i = 0; i < pairs; i++) {
        compare_file(&before->files[i], &after->files[i], out);
    }
    if (before->file_count != after->file_count) {
        out->bytes = SHARING_OTHER;
    }
    if (!compare_weights(before, after, out) || !count_new_chunks(before, after, out)) {
        comparison_free(out);
        return false;
    }
    if (out->header == SHARING_OTHER || out->weights == SHARING_OTHER) {
        out->bytes = SHARING_OTHER;
    }
    return true;
}

void comparison_free(struct comparison *comparison)
{
    free(comparison->differences);
    *comparison = (struct comparison){0};
}
