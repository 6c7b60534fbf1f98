#!/bin/bash
# Every relative link in a Markdown file names a file that is there, and every #anchor a heading;
# docs/README.md leads to every page of docs/.
set -euo pipefail
cd "$GGUF_SOURCE"

anchors() { # FILE: its headings as the anchors that a Markdown renderer makes of them
    sed '/^```/,/^```/d' "$1" | sed -n 's/^##* *//p' | tr -d '`' |
        tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

failed=0
checked=0
while IFS= read -r page; do
    while IFS= read -r target; do
        case $target in
        http://* | https://* | mailto:*) continue ;;
        esac
        checked=$((checked + 1))
        file=${target%%#*}
        anchor=
        [[ $target != *#* ]] || anchor=${target#*#}
        if [ -z "$file" ]; then
            file=$page
        else
            file=$(dirname "$page")/$file
        fi
        if [ ! -e "$file" ]; then
            echo "$page: $target leads nowhere"
            failed=1
        elif [ -n "$anchor" ] && ! anchors "$file" | grep -qxF -- "$anchor"; then
            echo "$page: $target: no such heading"
            failed=1
        fi
    done < <(sed '/^```/,/^```/d' "$page" | grep -oE '\]\([^) ]+' | sed 's/^](//')
done < <(find . \( -name node_modules -o -path ./build -o -name .git \) -prune -o -name '*.md' -print)
for page in docs/*.md docs/man/*.[1-9] docs/schemas/*.json; do
    [ -e "$page" ] && [ "$page" != docs/README.md ] || continue
    if ! grep -qF "](${page#docs/})" docs/README.md; then
        echo "docs/README.md does not lead to $page"
        failed=1
    fi
done
echo "$checked links"
[ "$checked" -gt 0 ]
exit $failed
