#!/bin/bash
# The Debian package installs into a small system that has what it depends on and nothing else, its
# tools run there and find the library, and removing it leaves nothing behind. Needs no network.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
for command in dpkg-shlibdeps dpkg-query unshare chroot; do
    command -v $command >/dev/null || { echo "skipped: no $command"; exit 77; }
done
as_root=(unshare --map-root-user)
[ "$(id -u)" != 0 ] || as_root=()
${as_root[@]+"${as_root[@]}"} chroot / true 2>/dev/null || { echo "skipped: cannot change the root directory"; exit 77; }

scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-deb.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
fail() { echo "$*"; exit 1; }

cpack --config "$GGUF_BUILD/CPackConfig.cmake" -G DEB -B "$scratch/made" >cpack.log || { cat cpack.log; exit 1; }
package=$(echo made/*.deb)
[ -e "$package" ] || fail "there is not one package: $package"
name=$(dpkg-deb -f "$package" Package)
version=$(sed -n 's/^project(libgguf VERSION \([0-9.]*\).*/\1/p' "$GGUF_SOURCE/CMakeLists.txt")
[ "$(dpkg-deb -f "$package" Version)" = "$version" ] || fail "the package has another version than $version"
depends=$(dpkg-deb -f "$package" Depends | sed 's/([^)]*)//g' | tr -d ' ' | tr , ' ')

# The system: a shell and ldconfig for the maintainer scripts, the libraries of the packages depended
# on, and a database in which those are installed.
root=$scratch/root
mkdir -p "$root"/{tmp,etc,var/lib/dpkg/{info,updates,triggers}}
put() { # FILE...: with the directories above it
    local file
    for file; do
        mkdir -p "$root/$(dirname "$file")"
        cp -L "$file" "$root/$file"
    done
}
libraries() { ldd "$1" 2>/dev/null | grep -oE '/[^ ]+' || true; }
for program in /bin/sh /sbin/ldconfig; do
    put "$program" $(libraries "$program")
done
for dependency in $depends; do
    for library in $(dpkg-query -L "$dependency" | grep -E '\.so\.[0-9.]+$'); do
        put "$library" $(libraries "$library")
    done
    dpkg-query -s "$dependency" >>"$root/var/lib/dpkg/status"
    echo >>"$root/var/lib/dpkg/status"
done
: >"$root/var/lib/dpkg/available"
everything() { (cd "$root" && find . -path ./var -prune -o -path ./etc/ld.so.cache -prune -o -print | LC_ALL=C sort); }
everything >before
run_dpkg() {
    ${as_root[@]+"${as_root[@]}"} dpkg --root="$root" --log="$scratch/dpkg.log" "$@" >dpkg.out 2>&1 || { cat dpkg.out; exit 1; }
}
in_root() { ${as_root[@]+"${as_root[@]}"} chroot "$root" "$@"; }

run_dpkg --install "$package"
grep -A 1 "^Package: $name$" "$root/var/lib/dpkg/status" | grep -q 'install ok installed' || fail "it is not installed"
tools=$(cd "$GGUF_SOURCE/tools" && ls -d gguf-*)
[ "$(ls "$root"/usr/bin | grep '^gguf-')" = "$tools" ] || fail "the tools installed are not the tools there are"
for tool in $tools; do
    [ "$(in_root "/usr/bin/$tool" --version)" = "$tool $version (libgguf $version)" ] || fail "$tool does not run"
done
if [ -e "$GGUF_FIXTURES/tiny-llama.gguf" ]; then
    cp "$GGUF_FIXTURES/tiny-llama.gguf" "$root/tmp/"
    [ "$(in_root /usr/bin/gguf-inspect -k general.architecture /tmp/tiny-llama.gguf)" = llama ] ||
        fail "gguf-inspect cannot read a model there"
    rm "$root/tmp/tiny-llama.gguf"
fi
for file in include/libgguf.h lib/pkgconfig/libgguf.pc share/man/man1/gguf-inspect.1 share/doc/$name/copyright; do
    [ -s "$root/usr/$file" ] || fail "the package has no /usr/$file"
done
# Where this system's zsh and fish look; bash-completion has one place only.
[ -s "$root/usr/share/bash-completion/completions/gguf-inspect" ] || fail "no completion for bash"
look_for() { # FILE SHELL ARGUMENT...: in the directories that the shell prints
    local file=$1 directory
    shift
    command -v "$1" >/dev/null || return 0
    for directory in $(HOME=$scratch "$@"); do
        [ ! -s "$root/$directory/$file" ] || return 0
    done
    fail "no $file where $1 looks"
}
look_for _gguf-inspect zsh -fc 'print -l $fpath'
look_for gguf-inspect.fish fish -c 'printf "%s\n" $fish_complete_path'
if grep -rIl -e "$GGUF_BUILD" -e "$GGUF_SOURCE" -e "$scratch" "$root/usr"; then
    fail "an installed file names a path of the build"
fi
[ -z "$(cd "$root/usr" && find . \( -name 'gguf-*' -o -name 'libgguf*' \) -perm /022 ! -type l)" ] || fail "others can write to what is installed"

run_dpkg --purge "$name"
everything >after
diff before after || fail "removing it leaves these behind"
echo "installed, run and removed: $(basename "$package"), which depends on" $depends
