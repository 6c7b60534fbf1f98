/**
 * @file The conditions of an entry by name, as text: what an option of the command line and a
 * member of a configuration file have in common.
 */
#ifndef ESTIMATE_FIELDS_H
#define ESTIMATE_FIELDS_H

#include "entries.h"

/** How a condition is written. */
enum field_kind {
    FIELD_SIZE,   /**< 16777216, 16MiB, 16MB */
    FIELD_NUMBER, /**< decimal digits */
    FIELD_TYPE,   /**< a tensor type */
    FIELD_NAME,   /**< a strategy, runtime or tokenizer */
    FIELD_FLAG,   /**< true or false */
};

/** One condition. */
struct field {
    const char *name; /**< of the member; the option is the same with dashes */
    enum field_kind kind;
    int id;
};

/** The condition called @p name, or NULL. */
const struct field *field_find(const char *name);

/** Room for what field_set() has to say. */
#define FIELD_WHY_SIZE 240

/** Sets @p field of @p entry from @p text; false, and the reason in @p why, which names the text,
 * when that is no value. */
bool field_set(struct entry *entry, const struct field *field, const char *text,
               char why[FIELD_WHY_SIZE]);

#endif
