/** @file Everything of libgguf: reading, checking and writing GGUF model files. */
#ifndef LIBGGUF_H
#define LIBGGUF_H

#include <libgguf/admission.h>
#include <libgguf/bundle.h>
#include <libgguf/check.h>
#include <libgguf/decode.h>
#include <libgguf/digest.h>
#include <libgguf/error.h>
#include <libgguf/estimate.h>
#include <libgguf/file.h>
#include <libgguf/float_text.h>
#include <libgguf/json.h>
#include <libgguf/loader.h>
#include <libgguf/manifest.h>
#include <libgguf/model.h>
#include <libgguf/plan.h>
#include <libgguf/recast.h>
#include <libgguf/signature.h>
#include <libgguf/source.h>
#include <libgguf/stats.h>
#include <libgguf/tensor.h>
#include <libgguf/tokenizer.h>
#include <libgguf/utf8.h>
#include <libgguf/value.h>
#include <libgguf/writer.h>

#endif
