#!/bin/bash
# Includes point one way: a room of lib/ to itself and to rooms before it, through their private or
# public headers; a tool to the public headers, tools/cli and itself. The library keeps quiet, and a third-party header has one home.
set -euo pipefail
cd "$GGUF_SOURCE"

# The order is the one that lib/CMakeLists.txt builds in.
rooms=$(sed -n 's/^set(LIBGGUF_ROOMS \(.*\))$/\1/p' lib/CMakeLists.txt)
[ -n "$rooms" ]
# The rooms that public headers belong to: what they declare is there.
homes='
    base:export,error,float_text,json,source,utf8
    format:check,file,tensor,value,writer
    model:decode,model,stats,tokenizer
    digest:digest,manifest,plan,signature
    memory:estimate
    bundle:bundle,recast
    admission:admission,loader'
findings=$(
    grep -rnE '^ *# *include' --include='*.[ch]' lib tools | awk -v rooms="$rooms" -v homes="$(echo $homes)" '
        BEGIN {
            count = split(rooms, name, " ")
            for (i = 1; i <= count; i++) { rank[name[i]] = i }
            count = split(homes, home_of, " ")
            for (i = 1; i <= count; i++) {
                split(home_of[i], part, /[:,]/)
                for (j = 2; j in part; j++) { home["libgguf/" part[j] ".h"] = part[1] }
            }
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
            if (step[1] == "lib" && !quoted && target ~ /^libgguf\// && path != "lib/include/libgguf.h") {
                own = path
                sub(/^lib\/include\//, "", own)
                from = own in home ? home[own] : step[2]
                if (!(target in home)) {
                    print where ": " target " is of no room that this test knows"
                } else if (!(from in rank)) {
                    print where ": this header is of no room that this test knows"
                } else if (rank[home[target]] > rank[from]) {
                    print where ": " from " reaches ahead into " home[target] " by " target
                }
            }
            if (!quoted && target ~ /^(openssl\/|jansson|zlib)/) {
                if (path ~ /\.h$/) { print where ": " target " in a header" }
                user = step[1] " " target
                if (user in first && first[user] != path && step[1] == "lib") {
                    print where ": " target " is included by " first[user] " too"
                }
                first[user] = path
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
