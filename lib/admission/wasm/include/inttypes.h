/** @file Formats of the fixed-width integers, as the compiler defines them. */
#ifndef WASM_INTTYPES_H
#define WASM_INTTYPES_H

#include <stdint.h>

#define PRIu32 __UINT32_FMTu__
#define PRIx32 __UINT32_FMTx__
#define PRIu64 __UINT64_FMTu__
#define PRIx64 __UINT64_FMTx__
#define PRId64 __INT64_FMTd__

#endif
