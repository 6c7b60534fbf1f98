#!/bin/bash
# Includes point one way: a room of lib/ to itself and to rooms before it, a tool to the public
# headers, tools/cli and itself. The library keeps quiet, and a third-party header has one home.
set -euo pipefail
cd "$GGUF_SOURCE"

# The order is the one that lib/CMakeLists.txt builds in.
rooms=$(sed -n 's/^set(LIBGGUF_ROOMS \(.*\))$/\1/p' lib/CMakeLists.txt)
[ -n "$rooms" ]
findings=$(
    grep -rnE '^ *# *include' --include='*.[ch]' lib tools | awk -v rooms="$rooms" '
        BEGIN {
            count = split(rooms, name, " ")
            for (i = 1; i <= count; i++) { rank[name[i]] = i }
        }
        {
            split($0, part, ":")
            path = part[1]
            where = part[1] ":" part[2]
            target = $0
            sub(/^[^<"]*[<"]/, "", target)
            sub(/[>"].*$/, "", target)
            quoted = $0 ~ /include *"/
            split(path, step, "/")
            split(target, to, "/")
            if (step[1] == "lib" && step[2] == "include") {
                if (quoted) { print where ": a public header includes the private " target }
            } else if (step[1] == "lib" && quoted) {
                if (!(to[1] in rank)) {
                    if (target ~ /\//) { print where ": " target " is in no room" }
                } else if (rank[to[1]] > rank[step[2]]) {
                    print where ": " step[2] " reaches ahead into " to[1]
                }
            } else if (step[1] == "tools") {
                if (quoted && (to[1] in rank || target ~ /\.\./ || to[1] == "lib")) {
                    print where ": a tool includes the private " target
                }
            }
            if (!quoted && target ~ /^(openssl\/|jansson|zlib)/) {
                if (path ~ /\.h$/) { print where ": " target " in a header" }
                home = step[1] " " target
                if (home in first && first[home] != path && step[1] == "lib") {
                    print where ": " target " is included by " first[home] " too"
                }
                first[home] = path
            }
        }'
    grep -rnE '\b(printf|vprintf|puts|putchar|perror|f?printf\((stdout|stderr)|exit|_exit|abort|getenv|time|clock_gettime|gettimeofday)\(' \
        --include='*.c' --include='*.h' lib | sed 's/$/   (lib prints, exits, or asks the environment or clock)/' || true
    grep -rn 'gguf_objects' tools --include=CMakeLists.txt | sed 's/$/   (a tool links private objects)/' || true
    find . \( -name node_modules -o -path ./build -o -name .git \) -prune -o -type f -print |
        grep -E '/(util|utils|common|misc|helpers?)(\.[a-z]+)?$' | sed 's/$/   (a name says what is inside)/' || true
    # Data tables do not count; what is longer holds two ideas.
    find lib tools -name '*.[ch]' -print0 | xargs -0 wc -l |
        awk '$2 != "total" && $1 > 650 { print $2 ": " $1 " lines" }' | grep -v '_table\.[ch]:' || true
)
if [ -n "$findings" ]; then
    printf '%s\n' "$findings"
    exit 1
fi
