#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "diff_data.h"
#include "name_match.h"

bool diff_entry_is_tokenizer(const struct diff_entry *entry)
{
    static const char prefix[] = "tokenizer.";
    const struct libgguf_kv *kv = entry->old_kv ? entry->old_kv : entry->new_kv;
    return kv && kv->key.size >= sizeof prefix - 1 &&
           memcmp(kv->key.data, prefix, sizeof prefix - 1) == 0;
}

static void count_entry(struct diff *diff, const struct diff_entry *entry)
{
    struct diff_counts *counts =
        diff_entry_is_tokenizer(entry) ? &diff->tokenizer : &diff->metadata;
    if (!entry->old_kv) {
        counts->added++;
    } else if (!entry->new_kv) {
        counts->removed++;
    } else if (entry->difference.different) {
        counts->changed++;
    } else {
        counts->same++;
        return;
    }
    diff->entries[diff->entry_count++] = *entry;
}

static bool compare_entry(struct diff *diff, struct diff_entry *entry)
{
    struct libgguf_error err = {0};
    const enum libgguf_status status = value_compare(
        (struct value_ref){diff->old_model->file, &entry->old_kv->value},
        (struct value_ref){diff->new_model->file, &entry->new_kv->value}, &entry->difference, &err);
    if (status != LIBGGUF_OK) {
        cli_error(diff->old_model->label, "cannot be compared with '%s': %s",
                  diff->new_model->label, err.text[0] ? err.text : libgguf_status_name(status));
    }
    return status == LIBGGUF_OK;
}

static bool compare_metadata(struct diff *diff, const struct name_list *old_keys,
                             const struct name_list *new_keys)
{
    for (size_t i = 0; i < old_keys->count; i++) {
        struct diff_entry entry = {.old_kv = libgguf_kv_at(diff->old_model->file, i)};
        if (old_keys->partners[i] != NAME_ALONE) {
            entry.new_kv = libgguf_kv_at(diff->new_model->file, old_keys->partners[i]);
            if (!compare_entry(diff, &entry)) {
                return false;
            }
        }
        count_entry(diff, &entry);
    }
    for (size_t i = 0; i < new_keys->count; i++) {
        if (new_keys->partners[i] == NAME_ALONE) {
            count_entry(diff,
                        &(struct diff_entry){.new_kv = libgguf_kv_at(diff->new_model->file, i)});
        }
    }
    return true;
}

static unsigned changes_of(const struct libgguf_tensor *a, const struct libgguf_tensor *b)
{
    unsigned changes = 0;
    changes |= a->type_id != b->type_id ? DIFF_TYPE : 0;
    changes |= a->dim_count != b->dim_count || memcmp(a->dims, b->dims, sizeof a->dims) != 0
                   ? DIFF_SHAPE
                   : 0;
    changes |= a->data_offset != b->data_offset || a->shard != b->shard ? DIFF_MOVED : 0;
    return changes;
}

static void compare_tensors(struct diff *diff, const struct name_list *old_names,
                            const struct name_list *new_names)
{
    for (size_t i = 0; i < old_names->count; i++) {
        struct diff_tensor tensor = {.old_tensor = libgguf_tensor_at(diff->old_model->file, i)};
        if (old_names->partners[i] != NAME_ALONE) {
            tensor.new_tensor = libgguf_tensor_at(diff->new_model->file, old_names->partners[i]);
            tensor.changes = changes_of(tensor.old_tensor, tensor.new_tensor);
        }
        diff->tensors[diff->tensor_count++] = tensor;
    }
    for (size_t i = 0; i < new_names->count; i++) {
        if (new_names->partners[i] == NAME_ALONE) {
            diff->tensors[diff->tensor_count++] =
                (struct diff_tensor){.new_tensor = libgguf_tensor_at(diff->new_model->file, i)};
        }
    }
}

/* Only one model has it, and the other lacks shards, of which nobody knows what is in them. */
static bool may_be_missing(const struct diff *diff, const struct diff_tensor *tensor)
{
    return (!tensor->old_tensor && diff->old_model->shards_missing > 0) ||
           (!tensor->new_tensor && diff->new_model->shards_missing > 0);
}

/* Counts, and keeps only what is different. */
static void sum_up_tensors(struct diff *diff)
{
    struct diff_counts *counts = &diff->tensor_counts;
    size_t kept = 0;
    for (size_t i = 0; i < diff->tensor_count; i++) {
        const struct diff_tensor tensor = diff->tensors[i];
        if (may_be_missing(diff, &tensor)) {
            diff->unmatched++;
            continue;
        }
        if (!tensor.old_tensor) {
            counts->added++;
        } else if (!tensor.new_tensor) {
            counts->removed++;
        } else if (tensor.changes == 0) {
            counts->same++;
            continue;
        } else if (tensor.changes == DIFF_MOVED) {
            diff->moved++;
        } else {
            counts->changed++;
        }
        diff->tensors[kept++] = tensor;
    }
    diff->tensor_count = kept;
}

static bool key_names(const struct model_file *model, struct name_list *out)
{
    if (!name_list_create(out, libgguf_kv_count(model->file))) {
        return false;
    }
    for (size_t i = 0; i < out->count; i++) {
        out->names[i] = &libgguf_kv_at(model->file, i)->key;
    }
    return true;
}

static bool tensor_names(const struct model_file *model, struct name_list *out)
{
    if (!name_list_create(out, libgguf_tensor_count(model->file))) {
        return false;
    }
    for (size_t i = 0; i < out->count; i++) {
        out->names[i] = &libgguf_tensor_at(model->file, i)->name;
    }
    return true;
}

enum cli_exit diff_compute(const struct model_file *old_model, const struct model_file *new_model,
                           bool data, struct diff *out)
{
    struct name_list keys[2] = {{0}, {0}};
    struct name_list tensors[2] = {{0}, {0}};
    *out = (struct diff){.old_model = old_model, .new_model = new_model, .data = data};
    bool done = key_names(old_model, &keys[0]) && key_names(new_model, &keys[1]) &&
                tensor_names(old_model, &tensors[0]) && tensor_names(new_model, &tensors[1]) &&
                name_match(&keys[0], &keys[1]) && name_match(&tensors[0], &tensors[1]);
    if (done) {
        out->entries = calloc(keys[0].count + keys[1].count + 1, sizeof *out->entries);
        out->tensors = calloc(tensors[0].count + tensors[1].count + 1, sizeof *out->tensors);
        done = out->entries && out->tensors;
    }
    if (!done) {
        cli_error(old_model->label, "out of memory");
    } else if (!compare_metadata(out, &keys[0], &keys[1])) {
        done = false;
    } else {
        compare_tensors(out, &tensors[0], &tensors[1]);
        done = !data || diff_data_compare(out);
        sum_up_tensors(out);
    }
    for (size_t i = 0; i < 2; i++) {
        name_list_free(&keys[i]);
        name_list_free(&tensors[i]);
    }
    if (!done) {
        diff_free(out);
    }
    return done ? CLI_YES : CLI_FAILED;
}

void diff_free(struct diff *diff)
{
    free(diff->entries);
    free(diff->tensors);
    *diff = (struct diff){0};
}

bool diff_header(const struct diff *diff)
{
    const struct libgguf_header *a = libgguf_header(diff->old_model->file);
    const struct libgguf_header *b = libgguf_header(diff->new_model->file);
    return a->version != b->version || a->big_endian != b->big_endian ||
           a->alignment != b->alignment;
}

enum cli_exit diff_verdict(const struct diff *diff)
{
    if (diff->entry_count > 0 || diff->tensor_count > 0 || diff_header(diff)) {
        return CLI_NO;
    }
    const bool all_there =
        diff->old_model->shards_missing == 0 && diff->new_model->shards_missing == 0;
    return diff->not_compared > 0 || !all_there ? CLI_FAILED : CLI_YES;
}
