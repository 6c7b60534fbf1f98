#!/bin/bash
# Installs this build, moves the tree, and builds an outside project against it by pkg-config and by
# find_package; then runs what was installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-package.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

version=$(sed -n 's/^project(libgguf VERSION \([0-9.]*\).*/\1/p' "$GGUF_SOURCE/CMakeLists.txt")
fail() { echo "$*"; exit 1; }

try_both_ways() { # PREFIX
    local prefix=$1 pc flags
    pc=$(dirname "$(find "$prefix" -name libgguf.pc)")
    [ "$(PKG_CONFIG_PATH=$pc pkg-config --modversion libgguf)" = "$version" ]
    flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs libgguf)
    # shellcheck disable=SC2086 -- the flags are words
    cc -std=c99 -Wall -Werror -o by-pkg-config "$here/outside/outside.c" $flags
    [ "$(LD_LIBRARY_PATH=$(dirname "$pc") ./by-pkg-config)" = "$version" ] ||
        fail "built by pkg-config, it says another version than $version"

    rm -rf by-cmake
    cmake -S "$here/outside" -B by-cmake -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >cmake.log ||
        { cat cmake.log; exit 1; }
    cmake --build by-cmake >cmake.log || { cat cmake.log; exit 1; }
    [ "$(by-cmake/outside)" = "$version" ] || fail "built by CMake, it says another version"
}

cmake --install "$GGUF_BUILD" --prefix "$scratch/first" >install.log

# The same below DESTDIR, where packagers collect what goes to the prefix of the build.
prefix=$(sed -n 's/^CMAKE_INSTALL_PREFIX:PATH=//p' "$GGUF_BUILD/CMakeCache.txt")
DESTDIR=$scratch/stage cmake --install "$GGUF_BUILD" >install.log
diff <(cd first && find . | sort) <(cd "stage$prefix" && find . | sort) || fail "DESTDIR gets other files"
[ "$(find stage -type f | wc -l)" = "$(find first -type f | wc -l)" ] || fail "DESTDIR gets files outside $prefix"
[ "$(env -i "stage$prefix/bin/gguf-inspect" --version)" = "gguf-inspect $version (libgguf $version)" ]
rm -r stage
try_both_ways "$scratch/first"
mv first moved
try_both_ways "$scratch/moved"

# The examples of libgguf(3) compile, and the first, a program, works.
mkdir examples
awk '/^\.Sh/ { examples = /EXAMPLES/ } /^\.Ed/ { inside = 0 }
     inside { gsub(/\\e/, "\\"); print > file }
     examples && /^\.Bd/ { inside = 1; file = "examples/" ++count ".c" }' "$GGUF_SOURCE/docs/man/libgguf.3"
pc=$(dirname "$(find moved -name libgguf.pc)")
flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs libgguf)
for example in examples/*.c; do
    # shellcheck disable=SC2086
    cc -std=c99 -Wall -Wextra -Wno-unused-function -Werror -include libgguf.h -include stdio.h \
        -c -o "$example.o" "$example" $flags
done
# shellcheck disable=SC2086
cc -o example examples/1.c.o $flags
if [ -e "$GGUF_FIXTURES/tiny-llama.gguf" ]; then
    [[ $(LD_LIBRARY_PATH=$(dirname "$pc") ./example "$GGUF_FIXTURES/tiny-llama.gguf") == *" tensors" ]]
fi

library=$(find moved -name 'libgguf.so.*.*.*')
readelf -d "$library" | grep -q 'SONAME.*\[libgguf\.so\.[0-9]*\]' || fail "no SONAME"
! readelf -d "$library" | grep -E 'RPATH|RUNPATH' || fail "the library carries a search path"
if grep -rIl -e "$GGUF_BUILD" -e "$GGUF_SOURCE" -e "$scratch/first" moved; then
    fail "an installed file names a path of the build"
fi

for tool in moved/bin/gguf-*; do
    [ -e "$tool" ] || continue
    readelf -d "$tool" | grep -qF '$ORIGIN/../lib' || fail "$tool does not look beside itself"
    env -i "$tool" --version | grep -F "$version" || fail "$tool does not run from where it was moved to"
    [ -e "moved/share/man/man1/$(basename "$tool").1" ] || fail "$tool has no manual page"
    for script in bash-completion/completions/NAME zsh/site-functions/_NAME fish/vendor_completions.d/NAME.fish; do
        script=moved/share/${script//NAME/$(basename "$tool")}
        [ -s "$script" ] || fail "$script is missing"
    done
done
[ "$(ls moved/bin 2>/dev/null)" = "$(cd "$GGUF_SOURCE/tools" && ls -d gguf-* 2>/dev/null)" ] ||
    fail "the tools installed are not the tools there are"
[ -e moved/share/man/man3/libgguf.3 ]

if [ -e "$GGUF_FIXTURES/tiny-llama.gguf" ]; then
    [ "$(by-cmake/outside "$GGUF_FIXTURES/tiny-llama.gguf")" = "GGUF version 3" ]
fi
