#!/bin/bash
# run.sh: installs what the tests need, then runs all of them: the sanitizer build's, warning-free
# builds with gcc and clang, what only an unsanitized build can show (installed package, memory,
# speed), the thread sanitizer over what uses threads, and a short run of each fuzzer. The last line is
# the sum.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
if [ "${1-}" != --installed ]; then
    exec "$root/tools/setup.sh" test "$root/tests/run.sh" --installed "$@"
fi
cd "$root"

passed=0 failed=0 skipped=0
logs=build/logs
mkdir -p "$logs"

step() { # NAME COMMAND...: counts as one test; its output is shown when it fails
    local name=$1 log=$logs/${1//[^a-z]/-}.log started=$SECONDS
    shift
    local status=0
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" = 0 ]; then
        passed=$((passed + 1))
        echo "passed: $name ($((SECONDS - started)) s)"
    elif [ "$status" = 77 ]; then
        skipped=$((skipped + 1))
        tail -n 1 "$log"
    else
        failed=$((failed + 1))
        tail -n 100 "$log"
        echo "FAILED: $name (all of it: $log)"
        return 1
    fi
}

build() { # PRESET [OPTION...]
    cmake --preset "$1" && cmake --build --preset "$@"
}

suite_attribute() { # FILE NAME
    sed -n "/<testsuite/,/>/s/.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

run_ctest() { # PRESET ARGUMENT...: each CTest counts
    local preset=$1 report=$root/$logs/ctest-$1.xml total bad left_out
    shift
    rm -f "$report"
    ctest --preset "$preset" -j "$(getconf _NPROCESSORS_ONLN)" --output-junit "$report" "$@" \
        </dev/null || true
    if [ ! -s "$report" ]; then
        failed=$((failed + 1))
        echo "FAILED: ctest --preset $preset left no report"
        return
    fi
    total=$(suite_attribute "$report" tests)
    bad=$(suite_attribute "$report" failures)
    left_out=$(($(suite_attribute "$report" skipped) + $(suite_attribute "$report" disabled)))
    # Why; ctest itself only says which.
    sed -n 's/.*\(skipped: [^<]*\).*/\1/p' "$report" | sort | uniq -c
    passed=$((passed + total - bad - left_out))
    failed=$((failed + bad))
    skipped=$((skipped + left_out))
}

if step "build with gcc and sanitizers, no warnings" build dev; then
    run_ctest dev
fi
step "clang-tidy finds nothing" bash tests/tree/tidy.sh build/dev || true
if step "optimised build, no warnings" build release; then
    run_ctest release -L release
fi
step "optimised build with clang, no warnings" build clang || true
if step "configure for the thread sanitizer" cmake --preset tsan &&
    [ "$(ctest --preset tsan -N -L threads | sed -n 's/^Total Tests: //p')" != 0 ] &&
    step "build with the thread sanitizer" cmake --build --preset tsan; then
    run_ctest tsan -L threads
fi

if step "fuzzers, with clang and libFuzzer" build fuzz --target fuzzers; then
    run_ctest fuzz -L fuzz
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
