#include "xml.h"

#include <string.h>

#include "cli/text.h"

void xml_put(const char *text, FILE *stream)
{
    const size_t size = strlen(text);
    for (size_t at = 0; at < size;) {
        const struct cli_unit unit = cli_text_next(text + at, size - at);
        switch (unit.text[0]) {
        case '&':
            fputs("&amp;", stream);
            break;
        case '<':
            fputs("&lt;", stream);
            break;
        case '>':
            fputs("&gt;", stream);
            break;
        case '"':
            fputs("&quot;", stream);
            break;
        default:
            fputs(unit.text, stream);
        }
        at += unit.used;
    }
}
