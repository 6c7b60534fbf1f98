#!/bin/bash
# Each public header compiles alone, without warnings, as C99, C17 and C++17.
set -euo pipefail
cd "$GGUF_SOURCE/lib/include"
command -v c++ >/dev/null || { echo "skipped: no C++ compiler"; exit 77; }

flags=(-I. -Wall -Wextra -Wpedantic -Wconversion -Werror -fsyntax-only)
failed=0
for header in libgguf.h libgguf/*.h; do
    line="#include <$header>"$'\n''extern int one_declaration_at_least;'
    for standard in c99 c17; do
        echo "$line" | cc -x c -std=$standard "${flags[@]}" - || { echo "$header as $standard"; failed=1; }
    done
    echo "$line" | c++ -x c++ -std=c++17 "${flags[@]}" - || { echo "$header as c++17"; failed=1; }
    if [ "$header" != libgguf.h ] && ! grep -qx "#include <$header>" libgguf.h; then
        # export.h comes with every other header; admission.h is for the receiving side alone.
        case $header in
        libgguf/export.h) ;;
        *) echo "libgguf.h does not include $header"; failed=1 ;;
        esac
    fi
done
exit $failed
