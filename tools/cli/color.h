/**
 * @file Colour, for people only: `auto` means a terminal on stdout, TERM other than "dumb" and no
 * NO_COLOR in the environment.
 */
#ifndef CLI_COLOR_H
#define CLI_COLOR_H

#include <stdbool.h>

/** What a piece of output is; the colours follow from it. */
enum cli_style {
    CLI_PLAIN,   /**< back to normal */
    CLI_HEADING, /**< a title, a name */
    CLI_FAINT,   /**< units, what was left out */
    CLI_GOOD,    /**< yes, fits, passed */
    CLI_WARN,    /**< worth a look */
    CLI_BAD,     /**< no, too large, failed */
};

/** Sets --color from its argument; false when that is none of auto, always and never. */
bool cli_set_color(const char *when);

/** The bytes that switch to @p style on stdout: "" when there is no colour. */
const char *cli_style(enum cli_style style);

#endif
