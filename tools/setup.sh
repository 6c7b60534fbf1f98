#!/bin/bash
# setup.sh build|test [COMMAND [ARGUMENT...]]
#
# Installs what a build (or a build and all tests) needs and this machine lacks, after saying what
# that is; installs nothing when nothing is missing. Then runs COMMAND, as the user who called sudo
# if that is how root was reached. Works with apt (Debian, Ubuntu), dnf (Fedora) and Homebrew (macOS);
# elsewhere it names what is missing and stops.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
group=${1-}
case $group in
build | test) shift ;;
*)
    echo "usage: $0 build|test [COMMAND [ARGUMENT...]]" >&2
    exit 2
    ;;
esac

# What is needed, how its presence is seen, and its packages: comma between several, ? after one that
# not every release has, - for none (part of the system there, or the tests that want it are skipped).
#   group probe               Debian                         Fedora                          Homebrew
needs='
    build header:stdio.h      gcc,libc6-dev                  gcc,glibc-devel                 -
    build command:cmake       cmake                          cmake                           cmake
    build command:ninja       ninja-build                    ninja-build                     ninja
    build command:pkg-config  pkg-config                     pkgconf-pkg-config              pkgconf
    build library:libcrypto   libssl-dev                     openssl-devel                   openssl@3
    build library:zlib        zlib1g-dev                     zlib-devel                      zlib
    build library:jansson     libjansson-dev                 jansson-devel                   jansson
    test  library:cmocka      libcmocka-dev                  libcmocka-devel                 cmocka
    test  gcc:address         gcc                            libasan                         -
    test  gcc:undefined       gcc                            libubsan                        -
    test  gcc:thread          gcc                            libtsan                         -
    test  command:c++         g++                            gcc-c++                         -
    test  command:clang       clang                          clang                           llvm
    test  clang:fuzzer        libclang-rt-dev                compiler-rt                     llvm
    test  format:14           clang-format-14?               -                               -
    test  tidy:14             clang-tidy-14?                 -                               -
    test  command:wasm-ld     lld                            lld                             lld
    test  wasi:libc           wasi-libc                      wasi-libc-devel,wasi-libc-static wasi-libc
    test  command:mandoc      mandoc                         mandoc                          mandoc
    test  command:openssl     openssl                        openssl                         openssl@3
    test  command:xmllint     libxml2-utils                  libxml2                         libxml2
    test  command:valgrind    valgrind                       valgrind                        -
    test  command:mkfs.ext4   e2fsprogs                      e2fsprogs                       -
    test  command:strace      strace                         strace                          -
    test  command:script      bsdutils                       util-linux                      -
    test  command:aria2c      aria2                          aria2                           aria2
    test  command:nginx       nginx                          nginx                           nginx
    test  command:curl        curl                           curl                            curl
    test  command:jq          jq                             jq                              jq
    test  command:file        file                           file                            -
    test  command:xxd         xxd                            vim-common                      -
    test  command:dpkg-shlibdeps dpkg-dev                    -                               -
    test  command:zsh         zsh                            zsh                             -
    test  command:fish        fish                           fish                            fish
    test  chromium:           chromium                       chromium                        -
    test  command:node        nodejs                         nodejs                          node
    test  command:npm         npm                            nodejs-npm                      node
'

say() { echo "setup: $*" >&2; }

has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }

links() { # COMPILER FLAG: a program can be made
    printf '%s\n' "$3" | "$1" -x c "$2" -o /dev/null - >/dev/null 2>&1
}

present() { # KIND:NAME
    local kind=${1%%:*} name=${1#*:}
    case $kind in
    command) has "$name" ;;
    library) pkg-config --exists "$name" 2>/dev/null ;;
    header) echo "#include <$name>" | cc -E - >/dev/null 2>&1 ;;
    gcc) links cc "-fsanitize=$name" 'int main(void) { return 0; }' ;;
    clang)
        links clang "-fsanitize=$name,address" \
            'int LLVMFuzzerTestOneInput(const void *d, unsigned long n) { return !d && n; }'
        ;;
    format) has "clang-format-$name" ;;
    tidy) has "clang-tidy-$name" ;;
    wasi)
        [ -e /usr/include/wasm32-wasi/stdlib.h ] || [ -e /usr/wasm32-wasi/include/stdlib.h ]
        ;;
    chromium) has chromium || has chromium-browser || has google-chrome ;;
    esac
}

missing_packages() { # COLUMN: the packages to install, one a line; no probe is run for those without
    local need probe column=$1 fields
    while read -r -a fields; do
        need=${fields[0]-} probe=${fields[1]-}
        [ -n "$need" ] && [ "${fields[$column]}" != - ] || continue
        [ "$need" = build ] || [ "$group" = test ] || continue
        present "$probe" || printf '%s\n' "${fields[$column]}" | tr , '\n'
    done <<<"$needs" | awk '!seen[$0]++'
}

# Leaves out the optional ones that this release of the system has not.
available() { # PACKAGE...
    local package
    for package in "$@"; do
        case $package in
        *\?) ! apt-cache show "${package%\?}" >/dev/null 2>&1 || printf '%s\n' "${package%\?}" ;;
        *) printf '%s\n' "$package" ;;
        esac
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif has sudo; then
        say "needs root: sudo $*"
        sudo "$@"
    else
        say "needs root and there is no sudo; as root, run: $*"
        exit 3
    fi
}

if [ "$(uname -s)" = Darwin ]; then
    system=macOS column=4 installer='brew install'
elif has apt-get; then
    system='Debian or Ubuntu' column=2 installer='apt-get install'
elif has dnf; then
    system=Fedora column=3 installer='dnf install'
else
    system='this system' column=3 installer=
fi

if [ $column = 4 ] && has brew; then # these two are installed out of the way of Apple's own
    export PKG_CONFIG_PATH="$(brew --prefix)/opt/openssl@3/lib/pkgconfig:${PKG_CONFIG_PATH-}"
    [ "$group" = build ] || export PATH="$(brew --prefix)/opt/llvm/bin:$PATH"
fi

packages=$(missing_packages $column)
[ $column != 2 ] || packages=$(available $packages)
if [ -n "$packages" ]; then
    if [ -z "$installer" ] || { [ $column = 4 ] && ! has brew; }; then
        say "missing on $system (by the names that $([ $column = 4 ] && echo Homebrew || echo Fedora) gives them): "$packages
        say "install them and run this again"
        exit 3
    fi
    say "missing here, to be installed with '$installer' ($system): "$packages
    case $installer in
    apt-get*)
        as_root apt-get update -q >&2
        packages=$(available $(missing_packages $column))
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends $packages </dev/null >&2
        ;;
    dnf*) as_root dnf install -y $packages </dev/null >&2 ;;
    brew*) brew install $packages </dev/null >&2 ;;
    esac
    # Only the program is wanted; Debian's package also starts a server on port 80.
    if [[ " "$packages" " == *" nginx "* ]] && [ -d /run/systemd/system ]; then
        say "turning off the nginx service that came with the package"
        as_root systemctl disable --now nginx >&2
    fi
    left=$(missing_packages $column | grep -v '?$' || true)
    if [ -n "$left" ]; then
        say "installed, but still not found: what is in "$left
        exit 3
    fi
fi

# Give the files made from here on to the one who called sudo.
unprivileged=()
if [ "$(id -u)" = 0 ] && [ "${SUDO_UID:-0}" != 0 ] && has sudo; then
    unprivileged=(sudo -H -u "#$SUDO_UID" --)
fi

node_major() { node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

# Installs what its lock file lists, once; without it tests are skipped. npm is content without a
# package that is for some systems only: FILES, a pattern, are there when it is.
npm_packages() { # DIRECTORY FILES
    local directory=$root/$1 files=$root/$1/node_modules/$2
    if cmp -s "$directory/package-lock.json" "$directory/node_modules/.installed" &&
        compgen -G "$files" >/dev/null; then
        return
    fi
    say "to be installed with 'npm ci' in $1/node_modules:" \
        $(sed -n 's/^    "\(.*\)": "\([0-9.]*\)",*$/\1@\2/p' "$directory/package.json")
    if as_caller npm ci --prefix "$directory" --ignore-scripts --no-audit --no-fund >&2 &&
        compgen -G "$files" >/dev/null; then
        as_caller cp "$directory/package-lock.json" "$directory/node_modules/.installed"
    else
        say "npm could not install them: the tests that need them will be skipped, saying so"
    fi
}

as_caller() { ${unprivileged[@]+"${unprivileged[@]}"} "$@"; }

if [ "$group" = test ]; then
    # Debian 12 has node 18; the loader's tests want 20, which npm has as a package.
    if [ "$(node_major)" -lt 20 ] && [ "$(uname -s)" = Linux ]; then
        npm_packages tests/npm/node-20 'node-linux-*/bin/node'
        for directory in "$root"/tests/npm/node-20/node_modules/node-linux-*/bin; do
            [ ! -x "$directory/node" ] || PATH=$directory:$PATH
        done
    fi
    npm_packages tests/npm playwright-core
fi

if [ $# -gt 0 ]; then
    # sudo would set a PATH of its own.
    exec ${unprivileged[@]+"${unprivileged[@]}"} env PATH="$PATH" "$@"
fi
