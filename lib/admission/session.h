/** @file What an admission is made of. */
#ifndef ADMISSION_SESSION_H
#define ADMISSION_SESSION_H

#include <libgguf/admission.h>

#include "admission/sha256.h"

enum chunk_state {
    CHUNK_MISSING,
    CHUNK_OPEN,
    CHUNK_ACCEPTED,
};

struct chunk {
    struct libgguf_admission_chunk entry;
    enum chunk_state state;
};

/** A model: on its way, or active. Its handle is 0 when there is none. */
struct model {
    uint32_t handle;
    enum libgguf_admission_store store;
    uint64_t size;             /* of the file */
    uint64_t kept_size;        /* bytes at data: all of the file, or its header chunks */
    void *allocation;          /* the artefact */
    unsigned char *data;       /* in it, aligned */
    struct libgguf_file *file; /* the parsed header; NULL before */
};

/** A chunk that is being filled. */
struct slot {
    uint32_t generation; /* odd while open */
    size_t chunk;
    uint64_t filled; /* bytes */
    struct sha256 hash;
};

struct libgguf_admission {
    uint64_t memory_limit; /* 0: none */
    uint32_t last_handle;  /* of a session */
    struct model active;

    enum libgguf_admission_state state;
    struct model pending;
    struct chunk *chunks; /* of the file */
    size_t chunk_count;
    size_t header_count; /* the first chunks, which the header lies in */
    size_t header_accepted;
    size_t accepted_count;
    uint64_t verified_size;
    size_t open_count;
    struct slot slots[LIBGGUF_ADMISSION_MAX_OPEN];
};

/** Frees what @p model holds and makes it none. */
void model_free(struct model *model);

/** LIBGGUF_OK when @p session is the handle of the session, else HANDLE. */
enum libgguf_status session_check(const struct libgguf_admission *admission, uint32_t session,
                                  struct libgguf_error *err);

/** As session_check(), and STATE unless the session is in @p state. @p verb: what was asked. */
enum libgguf_status session_expect(const struct libgguf_admission *admission, uint32_t session,
                                   enum libgguf_admission_state state, const char *verb,
                                   struct libgguf_error *err);

#endif
