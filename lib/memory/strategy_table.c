#include "memory/strategy.h"

#include <stddef.h>

/* Built when the header is parsed. */
#define PARSED (TERM(INDEX) | TERM(TOKENIZER))
#define PARSING (PARSED | TERM(TOKENIZER_LOAD))
/* What a model that runs has besides its weights; packed ones may be held in a second layout. */
#define RUN_F32 (PARSED | TERM(KV) | TERM(STATE) | TERM(SCRATCH) | TERM(LOGITS))
#define RUN (RUN_F32 | TERM(REPACKED))
#define EAGER (TERM(WEIGHTS_F32) | TERM(CACHE_F32) | TERM(STAGING))

/* Each row: the phase; what is live in js, in linear, in host and in mapped memory. */
static const struct phase_row full_copy[] = {
    {"fetch", {TERM(FILE), 0, 0, 0}},
    {"copy", {TERM(FILE), TERM(FILE), 0, 0}},
    {"materialise", {TERM(FILE), TERM(FILE) | TERM(WEIGHTS) | TERM(REPACKED) | PARSING, 0, 0}},
    {"runtime", {TERM(FILE), TERM(FILE) | TERM(WEIGHTS) | RUN, 0, 0}},
    {"release", {0, TERM(WEIGHTS) | RUN, 0, 0}},
};

static const struct phase_row full_copy_f32[] = {
    {"fetch", {TERM(FILE), 0, 0, 0}},
    {"copy", {TERM(FILE), TERM(FILE), 0, 0}},
    {"materialise", {TERM(FILE), TERM(FILE) | TERM(WEIGHTS_F32) | PARSING, 0, 0}},
    {"runtime", {TERM(FILE), TERM(FILE) | TERM(WEIGHTS_F32) | RUN_F32, 0, 0}},
    {"release", {0, TERM(WEIGHTS_F32) | RUN_F32, 0, 0}},
};

static const struct phase_row eager_f32[] = {
    {"fetch", {TERM(FILE), 0, 0, 0}},
    {"copy", {TERM(FILE), TERM(FILE), 0, 0}},
    {"materialise", {TERM(FILE), TERM(FILE) | EAGER, 0, 0}},
    {"runtime", {TERM(FILE), TERM(FILE) | EAGER | TERM(KV_MAX) | TERM(STATE), 0, 0}},
    {"release", {0, TERM(WEIGHTS_F32) | TERM(KV_MAX) | TERM(STATE), 0, 0}},
};

static const struct phase_row lazy_f32[] = {
    {"fetch", {TERM(FILE), 0, 0, 0}},
    {"copy", {TERM(FILE), TERM(FILE), 0, 0}},
    {"materialise", {TERM(FILE), TERM(FILE) | TERM(WEIGHTS_F32) | PARSING, 0, 0}},
    {"runtime", {TERM(FILE), TERM(FILE) | TERM(WEIGHTS_F32) | RUN_F32, 0, 0}},
    {"release", {0, TERM(FILE) | TERM(WEIGHTS_F32) | RUN_F32, 0, 0}},
};

static const struct phase_row lazy_f32_release[] = {
    {"fetch", {TERM(FILE), 0, 0, 0}},
    {"copy", {TERM(FILE), TERM(FILE), 0, 0}},
    {"materialise", {TERM(FILE), TERM(SHRINKING) | PARSING, 0, 0}},
    {"runtime", {TERM(FILE), TERM(WEIGHTS_F32) | RUN_F32, 0, 0}},
    {"release", {0, TERM(WEIGHTS_F32) | RUN_F32, 0, 0}},
};

static const struct phase_row quantized[] = {
    {"fetch", {TERM(FILE), 0, 0, 0}},
    {"copy", {TERM(FILE), TERM(FILE), 0, 0}},
    {"materialise", {TERM(FILE), TERM(FILE) | TERM(REPACKED) | PARSING, 0, 0}},
    {"runtime", {TERM(FILE), TERM(FILE) | TERM(ROW) | RUN, 0, 0}},
    {"release", {0, TERM(FILE) | TERM(ROW) | RUN, 0, 0}},
};

static const struct phase_row chunked[] = {
    {"fetch", {TERM(FETCHES), 0, 0, 0}},
    {"append", {TERM(FETCHES), TERM(FILE) | TERM(WINDOW), 0, 0}},
    {"materialise", {TERM(FETCHES), TERM(FILE) | TERM(WINDOW) | TERM(REPACKED) | PARSING, 0, 0}},
    {"runtime", {TERM(FETCHES), TERM(FILE) | TERM(WINDOW) | RUN, 0, 0}},
    {"release", {0, TERM(FILE) | RUN, 0, 0}},
};

static const struct phase_row stream_decode[] = {
    {"fetch", {TERM(FETCHES), 0, 0, 0}},
    {"append", {TERM(FETCHES), TERM(HEADER) | TERM(CHUNK), 0, 0}},
    {"materialise",
     {TERM(FETCHES), TERM(HEADER) | TERM(CHUNK) | TERM(WEIGHTS) | TERM(REPACKED) | PARSING, 0, 0}},
    {"runtime", {TERM(FETCHES), TERM(HEADER) | TERM(CHUNK) | TERM(WEIGHTS) | RUN, 0, 0}},
    {"release", {0, TERM(HEADER) | TERM(WEIGHTS) | RUN, 0, 0}},
};

static const struct phase_row stream_decode_f32[] = {
    {"fetch", {TERM(FETCHES), 0, 0, 0}},
    {"append", {TERM(FETCHES), TERM(HEADER) | TERM(CHUNK), 0, 0}},
    {"materialise",
     {TERM(FETCHES), TERM(HEADER) | TERM(CHUNK) | TERM(WEIGHTS_F32) | PARSING, 0, 0}},
    {"runtime", {TERM(FETCHES), TERM(HEADER) | TERM(CHUNK) | TERM(WEIGHTS_F32) | RUN_F32, 0, 0}},
    {"release", {0, TERM(HEADER) | TERM(WEIGHTS_F32) | RUN_F32, 0, 0}},
};

static const struct phase_row mapped[] = {
    {"fetch", {0, 0, 0, 0}},
    {"map", {0, 0, 0, TERM(MAPPED_PAGES)}},
    {"materialise", {0, 0, TERM(REPACKED) | PARSING, TERM(MAPPED_PAGES)}},
    {"runtime", {0, 0, RUN, TERM(MAPPED_PAGES)}},
    {"release", {0, 0, RUN, TERM(MAPPED_PAGES)}},
};

static const struct strategy_row rows[LIBGGUF_STRATEGY_COUNT] = {
    [LIBGGUF_STRATEGY_FULL_COPY] = {.name = "full-copy",
                                    .summary =
                                        "fetch the whole file, copy it into the module, copy every "
                                        "packed tensor out of that, free the copy",
                                    .phases = full_copy,
                                    .transfer = TRANSFER_WHOLE,
                                    .form = TENSOR_PACKED},
    [LIBGGUF_STRATEGY_FULL_COPY_F32] = {.name = "full-copy-f32",
                                        .summary = "as full-copy, with every tensor decoded to f32",
                                        .phases = full_copy_f32,
                                        .transfer = TRANSFER_WHOLE,
                                        .form = TENSOR_F32},
    [LIBGGUF_STRATEGY_EAGER_F32] = {.name = "eager-f32",
                                    .summary =
                                        "weights preallocated as f32, a cache of decoded tensors "
                                        "copied into them, KV cache at the model's context",
                                    .phases = eager_f32,
                                    .transfer = TRANSFER_WHOLE,
                                    .form = TENSOR_F32,
                                    .by_layer = true},
    [LIBGGUF_STRATEGY_LAZY_F32] = {.name = "lazy-f32",
                                   .summary = "decode tensor by tensor to f32, keep the file",
                                   .phases = lazy_f32,
                                   .transfer = TRANSFER_WHOLE,
                                   .form = TENSOR_F32},
    [LIBGGUF_STRATEGY_LAZY_F32_RELEASE] =
        {.name = "lazy-f32-release",
         .summary =
             "decode tensor by tensor to f32 from the last one on, releasing the file from its end",
         .phases = lazy_f32_release,
         .transfer = TRANSFER_WHOLE,
         .form = TENSOR_F32,
         .fragments = true},
    [LIBGGUF_STRATEGY_QUANTIZED] =
        {.name = "quantized",
         .summary = "copy the file whole, keep it packed, decode one row at a time",
         .phases = quantized,
         .transfer = TRANSFER_WHOLE,
         .form = TENSOR_PACKED},
    [LIBGGUF_STRATEGY_CHUNKED] =
        {.name = "chunked",
         .summary = "one exact allocation, chunks appended through a window, activated in place",
         .phases = chunked,
         .transfer = TRANSFER_WINDOWS,
         .form = TENSOR_PACKED},
    [LIBGGUF_STRATEGY_STREAM_DECODE] =
        {.name = "stream-decode",
         .summary = "take each chunk's tensors out of it and drop the chunk",
         .phases = stream_decode,
         .transfer = TRANSFER_CHUNKS,
         .form = TENSOR_PACKED},
    [LIBGGUF_STRATEGY_STREAM_DECODE_F32] =
        {.name = "stream-decode-f32",
         .summary = "as stream-decode, with every tensor decoded to f32",
         .phases = stream_decode_f32,
         .transfer = TRANSFER_CHUNKS,
         .form = TENSOR_F32},
    [LIBGGUF_STRATEGY_MAPPED] =
        {.name = "mapped",
         .summary = "map the file (native, unified memory): its pages can be evicted",
         .phases = mapped,
         .transfer = TRANSFER_NONE,
         .form = TENSOR_MAPPED},
    [LIBGGUF_STRATEGY_MEMORY64] = {.name = "memory64",
                                   .summary = "full-copy in a module with 64-bit addresses",
                                   .phases = full_copy,
                                   .transfer = TRANSFER_WHOLE,
                                   .form = TENSOR_PACKED,
                                   .memory64 = true},
};

const struct strategy_row *strategy_row(enum libgguf_strategy strategy)
{
    return (unsigned)strategy < LIBGGUF_STRATEGY_COUNT ? &rows[strategy] : NULL;
}
