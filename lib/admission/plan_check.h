/** @file Holding a plan against itself, before a byte is allocated for it. */
#ifndef ADMISSION_PLAN_CHECK_H
#define ADMISSION_PLAN_CHECK_H

#include <libgguf/admission.h>

/** What follows from a plan. */
struct plan_facts {
    size_t header_count;  /* the first chunks of the file, which its header lies in */
    uint64_t header_size; /* bytes of these chunks */
    uint64_t kept_size;   /* bytes that have to be kept here */
};

/** Statuses: ARGUMENT, MANIFEST, RANGE, DIGEST, MEMORY (more than @p memory_limit). */
enum libgguf_status plan_check(const struct libgguf_admission_plan *plan, uint64_t memory_limit,
                               struct plan_facts *out, struct libgguf_error *err);

#endif
