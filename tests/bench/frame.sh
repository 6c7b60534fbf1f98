# Sourced by run.sh: what all measurements share. A case is a command with a name; measure() runs all
# new cases round by round, so that what else the machine does falls on all of them alike; rows compare
# the medians. Needs $scratch, $programs and $rounds.

declare -A case_command=() case_before=()
new_cases=()
rows=()
stopwatch=$programs/bench_stopwatch
times=$scratch/times
mkdir -p "$times"

has() { command -v "$1" >/dev/null 2>&1; }

add_case() { # NAME [--before SHELL] COMMAND...: SHELL runs before each round and is not timed
    local name=$1
    shift
    if [ "$1" = --before ]; then
        case_before[$name]=$2
        shift 2
    fi
    case_command[$name]=$(printf '%q ' "$@")
    new_cases+=("$name")
}

measure() { # runs each new case once to warm up, then $rounds times; says to standard error where it is
    local round name
    for ((round = 0; round <= rounds; round++)); do
        for name in ${new_cases[@]+"${new_cases[@]}"}; do
            echo "bench: ${SECONDS} s, round $round of $rounds: $name" >&2
            eval "${case_before[$name]-}"
            eval "'$stopwatch' '$times/$name' ${case_command[$name]}" 2>"$scratch/stderr" || {
                echo "bench: ${case_command[$name]}failed:" >&2
                cat "$scratch/stderr" >&2
                exit 3
            }
            [ "$round" != 0 ] || : >"$times/$name"
        done
    done
    new_cases=()
}

microseconds() { # NAME...: the sum of the medians of these cases
    local name sum=0
    for name; do
        sum=$((sum + $(cut -d ' ' -f 1 "$times/$name" | sort -n | sed -n "$((rounds / 2 + 1))p")))
    done
    echo $sum
}

resident() { # NAME: KiB, the most of all rounds
    cut -d ' ' -f 2 "$times/$1" | sort -n | tail -n 1
}

add_row() { # WORK UNIT OURS AGAINST THEIRS [TARGET]: OURS and THEIRS in us or KiB; TARGET: at most
    rows+=("$(awk -v work="$1" -v unit="$2" -v ours="$3" -v against="$4" -v theirs="$5" -v target="${6-}" '
        function shown(value) {
            if (unit == "KiB") return sprintf("%.1f MiB", value / 1024)
            return value < 1e4 ? sprintf("%.2f ms", value / 1000) : sprintf("%.0f ms", value / 1000)
        }
        BEGIN {
            ratio = theirs > 0 ? sprintf(ours < theirs / 10 ? "%.3f" : "%.2f", ours / theirs) : "–"
            verdict = target == "" ? "" : ours <= target * theirs ? "reached" : "**missed**"
            printf "| %s | %s | %s | %s | %s | %s | %s |\n", work, shown(ours), against, shown(theirs),
                ratio, target == "" ? "" : "≤ " target, verdict
        }')")
}

compare() { # WORK CASE AGAINST "CASE..." [TARGET]: a row for the times of cases
    # shellcheck disable=SC2086 # several names
    add_row "$1" us "$(microseconds "$2")" "$3" "$(microseconds $4)" "${5-}"
}
