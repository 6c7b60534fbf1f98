# What every room of tests/ registers its tests with. A test exits with 0 (passed), 77 (skipped, and
# says why) or anything else (failed). docs/CONTRIBUTING.md says which room a new test belongs to.

find_package(PkgConfig REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

# Where a test finds what it works on; the same names for programs and for scripts.
set(GGUF_TEST_ENVIRONMENT
    LC_ALL=C TZ=UTC
    GGUF_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
    GGUF_SOURCE=${PROJECT_SOURCE_DIR}
    GGUF_BUILD=${PROJECT_BINARY_DIR}
    GGUF_FIXTURES=${PROJECT_BINARY_DIR}/fixtures
    GGUF_DATA=${LIBGGUF_TEST_DATA}
    GGUF_SANITIZE=${LIBGGUF_SANITIZE})

# gguf_add_test(NAME COMMAND...): a CTest in the frame's environment, which may report 77.
function(gguf_add_test name)
    add_test(NAME ${name} COMMAND ${ARGN})
    set_tests_properties(${name} PROPERTIES
        SKIP_RETURN_CODE 77
        TIMEOUT 120
        ENVIRONMENT "${GGUF_TEST_ENVIRONMENT}"
        ENVIRONMENT_MODIFICATION "NO_COLOR=unset:;CLICOLOR_FORCE=unset:;COLUMNS=unset:")
endfunction()

# gguf_script_test(NAME SCRIPT ARGUMENT...): a bash script beside the calling CMakeLists.txt.
function(gguf_script_test name script)
    gguf_add_test(${name} bash ${CMAKE_CURRENT_SOURCE_DIR}/${script} ${ARGN})
endfunction()

# gguf_unit_test(NAME): the cmocka program test_NAME.c, linked with the library's objects so that
# private functions can be called.
function(gguf_unit_test name)
    add_executable(test_${name} test_${name}.c)
    target_link_libraries(test_${name} PRIVATE gguf_cli gguf_objects PkgConfig::CMOCKA)
    gguf_add_test(unit.${name} test_${name})
endfunction()

# gguf_conformance_test(NAME): the program test_NAME.c, linked with the shared library only: it sees
# what a user sees.
function(gguf_conformance_test name)
    add_executable(conformance_${name} test_${name}.c)
    target_link_libraries(conformance_${name} PRIVATE
        gguf_build_flags libgguf::gguf PkgConfig::CMOCKA)
    gguf_add_test(conformance.${name} conformance_${name})
endfunction()

# gguf_fault_test(NAME): the cmocka program test_NAME.c, in which the library's allocations go
# through tests/fault/allocator.h and can be made to fail.
function(gguf_fault_test name)
    add_executable(fault_${name} test_${name}.c ${PROJECT_SOURCE_DIR}/tests/fault/allocator.c)
    target_include_directories(fault_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fault)
    target_link_libraries(fault_${name} PRIVATE gguf_objects PkgConfig::CMOCKA)
    target_link_options(fault_${name} PRIVATE
        LINKER:--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free)
    gguf_add_test(fault.${name} fault_${name})
endfunction()

# gguf_fuzz_target(NAME [SEED_DIRECTORY...]): fuzz_NAME.c with an LLVMFuzzerTestOneInput and seeds in
# corpus/NAME and the directories given. Every build replays the seeds once, as a CTest; the `fuzz`
# preset makes a libFuzzer program of it, and the CTest a short run that starts the same each time.
# What that finds worth keeping is left in the build's tests/found/NAME.
function(gguf_fuzz_target name)
    add_executable(fuzz_${name} fuzz_${name}.c)
    target_link_libraries(fuzz_${name} PRIVATE gguf_objects)
    set(arguments ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name} ${ARGN})
    if(LIBGGUF_FUZZ)
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
        set(found ${PROJECT_BINARY_DIR}/tests/found/${name})
        file(MAKE_DIRECTORY ${found})
        list(PREPEND arguments -seed=1 -runs=50000 -max_total_time=15 -timeout=10
            -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix=${found}/ ${found})
    else()
        target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c)
    endif()
    gguf_add_test(fuzz.${name} fuzz_${name} ${arguments})
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz)
    if(NOT TARGET fuzzers)
        add_custom_target(fuzzers)
    endif()
    add_dependencies(fuzzers fuzz_${name})
endfunction()
