#include "cli/color.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color = COLOR_AUTO;

bool cli_set_color(const char *when)
{
    static const char *const names[] = {"auto", "always", "never"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(when, names[i]) == 0) {
            color = i == 0 ? COLOR_AUTO : i == 1 ? COLOR_ALWAYS : COLOR_NEVER;
            return true;
        }
    }
    return false;
}

static bool wanted(void)
{
    if (color == COLOR_AUTO) {
        const char *no_color = getenv("NO_COLOR");
        const char *term = getenv("TERM");
        const bool refused = (no_color && *no_color) || (term && strcmp(term, "dumb") == 0);
        color = !refused && isatty(STDOUT_FILENO) ? COLOR_ALWAYS : COLOR_NEVER;
    }
    return color == COLOR_ALWAYS;
}

const char *cli_style(enum cli_style style)
{
    static const char *const sequences[] = {
        [CLI_PLAIN] = "\033[0m", [CLI_HEADING] = "\033[1m", [CLI_FAINT] = "\033[2m",
        [CLI_GOOD] = "\033[32m", [CLI_WARN] = "\033[33m",   [CLI_BAD] = "\033[31m",
    };
    return wanted() ? sequences[style] : "";
}
