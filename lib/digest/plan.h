/** @file A chunk plan in the making. */
#ifndef DIGEST_PLAN_H
#define DIGEST_PLAN_H

#include <libgguf/plan.h>

/*
 * First come the pieces of the list, then a tail of equal pieces without end, and all of it is cut
 * off at size. A fixed plan has no list.
 */
struct libgguf_plan {
    uint64_t size; /* bytes of the file; LIBGGUF_SIZE_UNKNOWN: endless */
    uint64_t step; /* bytes of a piece in the tail: the chunk size */
    uint64_t end;  /* of the list; where the tail begins */
    size_t count;  /* in the list */
    size_t capacity;
    struct libgguf_piece *pieces;
    uint64_t header_end;  /* roles in the tail: header below this, */
    uint64_t tensors_end; /* tensors below this, data from here on */
};

/*
 * Appends the piece from the end of the list to @p end; nothing when that is empty or the list has
 * reached the size of the file. Statuses: RANGE, MEMORY.
 */
enum libgguf_status plan_append(struct libgguf_plan *plan, uint64_t end,
                                enum libgguf_chunk_role role, struct libgguf_error *err);

/* Appends what comes before the tensor data. plan_header.c */
enum libgguf_status plan_header(struct libgguf_plan *plan, const struct libgguf_file *file,
                                struct libgguf_error *err);

/* Appends the tensor data. plan_tensors.c */
enum libgguf_status plan_tensors(struct libgguf_plan *plan, const struct libgguf_file *file,
                                 struct libgguf_error *err);

/* The end of the tensor data with its padding, data_offset when there is none. plan_tensors.c */
uint64_t plan_tensors_end(const struct libgguf_file *file);

/*
 * A plan that takes over the list @p pieces (from malloc()) of contiguous pieces, for a file of
 * @p size bytes, which may be LIBGGUF_SIZE_UNKNOWN. NULL when out of memory.
 */
struct libgguf_plan *plan_from_pieces(struct libgguf_piece *pieces, size_t count, uint64_t size,
                                      uint64_t step);

#endif
