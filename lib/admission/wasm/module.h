/**
 * @file What all exports of the module share. docs/admission.md is their reference: every export
 * returns a status, stores its results as 64-bit numbers in the answer, and takes and gives runs of
 * bytes in the window.
 */
#ifndef WASM_MODULE_H
#define WASM_MODULE_H

#include <libgguf/admission.h>

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(name)))
#else
#define EXPORT(name) /* tests call the exports as functions, under the sanitizers */
#endif

#define ANSWER_COUNT 16

extern unsigned char module_window[LIBGGUF_ADMISSION_WINDOW];
extern uint64_t module_answer[ANSWER_COUNT];
extern struct libgguf_error module_error;

/** The only admission of the module, made on first use; NULL when out of memory. */
struct libgguf_admission *module_admission(void);

/**
 * Makes the tables of the tokens of the model or session @p handle, whose header has been parsed,
 * so that memory does not grow when they are looked up. Statuses: MEMORY; what else is wrong with a
 * vocabulary shows when it is used.
 */
enum libgguf_status module_prepare(uint32_t handle);

/** Forgets what was derived from the model or session @p handle, which is about to end. */
void module_forget(uint32_t handle);

#endif
