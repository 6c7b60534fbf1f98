# Sourced by run.sh: admission.mjs has a clock of its own, in the page.

admission_rows() {
    [ -e "$here/admission.mjs" ] && has node || return 0
    local measured=$scratch/admission
    GGUF_BUILD=$build node "$here/admission.mjs" >"$measured" 2>"$scratch/stderr" || {
        echo "bench: the browser was not measured: $(tail -n 1 "$measured" "$scratch/stderr" | tail -n 1)" >&2
        return 0
    }
    local speed memory
    speed=$(sed -n 's/^ratios: speed \([0-9.]*\).*/\1/p' "$measured")
    memory=$(sed -n 's/.*above idle \([0-9.]*\).*/\1/p' "$measured")
    browser_row 'admission in Chromium, 256 MiB: speed' "$speed" 0.80 least
    browser_row 'memory beyond an idle page' "$memory" 0.75 most
}

browser_row() { # WORK RATIO TARGET least|most
    local verdict='**missed**' sign=≤
    [ "$4" = most ] || sign=≥
    ! awk -v ratio="$2" -v target="$3" -v way="$4" \
        'BEGIN { exit !(way == "most" ? ratio <= target : ratio >= target) }' || verdict=reached
    rows+=("| $1 | | the same fetches, \`arrayBuffer()\`, \`crypto.subtle\` | | $2 | $sign $3 | $verdict |")
}
