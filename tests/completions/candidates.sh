#!/bin/bash
# candidates.sh bash|zsh|fish: types the lines of `cases` into that shell, and every option that
# --help lists, and compares what is offered. bash and zsh are run on a terminal of their own.
set -euo pipefail
shell=$1
here=$(cd "$(dirname "$0")" && pwd)
for command in "$shell" $([ "$shell" = fish ] || echo script); do
    command -v "$command" >/dev/null || { echo "skipped: no $command"; exit 77; }
done
[ "$shell" = fish ] || script -qec true /dev/null </dev/null >/dev/null 2>&1 ||
    { echo "skipped: this system's script cannot run a command"; exit 77; }
scripts=$GGUF_BUILD/tools/completions/$shell
[ -d "$scripts" ] || { echo "skipped: this build made no completions"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-completions.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/here" "$scratch/home"
cd "$scratch/here"
mkdir dir
touch one.gguf 'two words.gguf'
export HOME=$scratch/home TERM=dumb INPUTRC=$here/inputrc

# Each answers the lines of standard input with "= LINE", and before that a candidate a line.
ask_bash() {
    { echo "PS1='> '; for f in '$scripts'/*; do . \"\$f\"; done"
      while IFS= read -r line; do
          printf '#= %s\n%s\e?\e#' "$line" "$line"
      done
      echo exit
    } >../keys
    timeout 60 script -qec 'bash --norc -i' /dev/null <../keys >../screen
    # The line as a comment, as typed, the candidates, then the line again, drawn over and made a
    # comment. After a line without candidates readline does not list a single one but inserts it.
    tr -d '\r' <../screen | awk '
        sub(/^> #= /, "") { line = $0; next }
        line == "" || /^> gguf-.*[^#]$/ { next }
        !/^> / { print; next }
        {
            sub(/ *> #$/, ""); sub(/.*> #/, "")
            if ($0 != line && $0 " " != line) print $NF
            print "= " line
            line = ""
        }'
}

ask_zsh() {
    { echo ". '$here/probe.zsh'"
      sed 's/$/\x1b?/' | tr -d '\n'
      echo exit
    } >../keys
    : >../answers
    SCRIPTS=$scripts ANSWERS=$scratch/answers timeout 60 script -qec 'zsh -f -i' /dev/null <../keys >../screen
    cat ../answers
}

ask_fish() {
    { echo "for f in '$scripts'/*; source \$f; end"
      sed "s/.*/complete -C '&'; echo '= &'/"
    } >../keys
    timeout 60 fish -N ../keys
}

# From what was offered for one line to what the tables say: no description, no "--name=" in front, no
# quoting of spaces; without duplicates, sorted, between bars.
settle() {
    awk -F '\t' '
        /^= / { print substr($0, 3) " ->" offered; offered = ""; next }
        { offered = offered "\n" $1 }' ORS='\f' |
        while IFS= read -r -d $'\f' answer; do
            candidates=$(sed '1d; s/^--[a-z0-9-]*=//; s/\\ / /g; s,/$,,' <<<"$answer" | LC_ALL=C sort -u | paste -sd '|')
            printf '%s%s\n' "$(head -n 1 <<<"$answer")" "${candidates:+ $candidates}"
        done
}

long_options() { # those in the help on standard input
    sed -nE 's/^  (-[a-z]+, |--[a-z-]+, |-., |    )?(--[a-z0-9-]+).*/\2/p' | LC_ALL=C sort -u
}

help_cases() {
    local tool command commands
    for tool in "$GGUF_BUILD"/bin/gguf-*; do
        commands=$("$tool" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
        for command in ${commands:-''}; do
            # shellcheck disable=SC2086 # no command is no argument
            printf '%s %s--l -> %s\n' "${tool##*/}" "${command:+$command }" \
                "$("$tool" $command --help | long_options | paste -sd '|')"
        done
    done | sed 's/--l ->/-- ->/'
}

{ grep -v '^#' "$here/cases"; help_cases; } >../wanted
# One that is no option but an alias may be offered, too; only long names are compared there.
sed 's/ ->.*//' ../wanted | "ask_$shell" | settle |
    awk '/ -- -> / && !/ -- [a-z]/ { n = split($0, a, " -> "); m = split(a[2], w, "|"); out = ""
              for (i = 1; i <= m; i++) if (w[i] ~ /^--/ && w[i] != "--ctx-size") out = out "|" w[i]
              print a[1] " -> " substr(out, 2); next } { print }' >../got
diff ../wanted ../got || { echo "'<' is what should be offered, '>' what is"; exit 1; }
echo "$(wc -l <../got) lines"
