#!/bin/bash
# run.sh [--smoke] [--rounds N] [--payload MIB] [--sizes "MIB..."] [--counts "N..."] [--build DIRECTORY]
#        [--into FILE] [GROUP...]
#
# Measures the tools against what people use today, in one run on one machine. Every time is the median
# of N rounds (5) after a round to warm up, with the page cache warm. Groups: inspect manifest bundle
# admission growth. Files to hash and to copy have --payload MiB; --sizes and --counts are those that
# growth is measured over.
#
# Without a GROUP everything is measured and the table in FILE (docs/performance.md) is replaced, as are
# the plots beside it; with some, their rows go to standard output. Wants a quiet machine, node for the
# rows about it, and 24 GB of memory or disk for its files: TMPDIR says where they go. --smoke measures
# tiny files once, which says nothing but that measuring works, and replaces nothing but a given FILE.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
build=$source/build/release
into=
rounds=5
vocabulary=262144
largest=$((8 << 30))
payload_size=$((640 << 20))
counts=(1000 3000 10000 30000 100000)
sizes=($((64 << 20)) $((256 << 20)) $((1 << 30)) $((4 << 30)) $((8 << 30)))
wanted=()
smoke=
command_line="tests/bench/run.sh$([ $# = 0 ] || printf ' %q' "$@")"
while [ $# -gt 0 ]; do
    case $1 in
    --smoke)
        smoke=1 rounds=1 vocabulary=1000 largest=$((16 << 20)) payload_size=$((2 << 20))
        counts=(10 100 1000) sizes=($((1 << 20)) $((4 << 20)))
        ;;
    --rounds) rounds=$2 && shift ;;
    --payload) payload_size=$(($2 << 20)) && shift ;;
    --sizes) sizes=($(for mib in $2; do echo $((mib << 20)); done)) && shift ;;
    --counts) read -ra counts <<<"$2" && shift ;;
    --build) build=$2 && shift ;;
    --into) into=$2 && shift ;;
    -*) sed -n '2,3s/^# /       /p' "$0" >&2 && exit 2 ;;
    *) wanted+=("$1") ;;
    esac
    shift
done
[ -n "$smoke" ] || into=${into:-$source/docs/performance.md}
bin=$build/bin programs=$build/tests
for program in "$bin/gguf-inspect" "$programs/bench_stopwatch"; do
    [ -x "$program" ] || { echo "bench: no $program: cmake --preset release && cmake --build --preset release" >&2; exit 3; }
done
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

load=$(uptime | sed 's/.*average: //; s/,.*//')
warning=
if [ -z "$smoke" ] && awk -v load="$load" 'BEGIN { exit !(load > 0.5) }'; then
    echo "bench: the machine has a load of $load: the numbers will not be worth much" >&2
    warning=' **The machine was busy with other work: these numbers are a hint, no more, and to be made again.**'
fi

for part in frame inspect manifest bundle admission growth; do
    . "$here/$part.sh"
done
for group in ${wanted[@]+"${wanted[@]}"}; do
    declare -F "${group}_rows" >/dev/null || { echo "bench: there is no group '$group'" >&2; exit 2; }
done

everything=(inspect manifest bundle growth)
[ -n "$smoke" ] || everything+=(admission)
groups=(${wanted[@]+"${wanted[@]}"})
[ ${#wanted[@]} -gt 0 ] || groups=("${everything[@]}")
for group in "${groups[@]}"; do
    ! declare -F "${group}_cases" >/dev/null || "${group}_cases"
    measure
    "${group}_rows"
done

print_table() {
    echo '| work | median | against | median | ratio | target | |'
    echo '|---|--:|---|--:|--:|--:|---|'
    printf '%s\n' "${rows[@]}"
}

print_machine() {
    local model cores
    # lscpu fails where /sys is not mounted, as in a bare container.
    model=$({ lscpu 2>/dev/null || true; } | sed -n 's/^Model name: *//p' | head -n 1)
    model=${model:-a machine that does not say what it is}
    cores=$(getconf _NPROCESSORS_ONLN)
    grep -qw sha_ni /proc/cpuinfo 2>/dev/null && model="$model with SHA instructions"
    echo "\`$command_line\` at $(git -C "$source" describe --always 2>/dev/null || echo an unknown revision)," \
        "on $(date -u +%Y-%m-%d): $model, $cores cores, $(. /etc/os-release && echo "$PRETTY_NAME")," \
        "$(openssl version | cut -d ' ' -f 1,2); medians of $rounds rounds, load $load at the start.$warning"
}

if [ ${#wanted[@]} -gt 0 ] || [ -z "$into" ]; then
    print_table
    exit
fi
growth_plots "$(dirname "$into")"
{ print_table; echo; print_machine; } >"$scratch/table"
awk -v table="$scratch/table" '
    /^<!-- measured -->$/ { print; while ((getline line < table) > 0) print line; inside = 1; next }
    /^<!-- end -->$/ { inside = 0 }
    !inside { print }' "$into" >"$scratch/page"
cat "$scratch/page" >"$into"
print_table
