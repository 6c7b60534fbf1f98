# The WebAssembly module: base, format, the tokenizer's views and admission, with a C library of its
# own. One object per source, so that only what changed is compiled again.
set(sources
    base/arena.c base/cursor.c base/error.c base/hash_index.c base/list.c base/siphash.c base/source.c
    format/array.c format/file.c format/index.c format/look_alike.c format/tensor.c
    format/tensor_type.c format/value.c format/walk.c
    model/token_table.c model/token_text.c model/tokenizer.c
    admission/chunk.c admission/plan_check.c admission/session.c admission/sha256.c
    admission/sha256_rounds.c admission/verify.c
    admission/wasm/bytes.c admission/wasm/exports_model.c admission/wasm/exports_session.c
    admission/wasm/heap.c admission/wasm/multiply.c admission/wasm/text.c)

# gguf_wasm_module(TARGET OUTPUT): compiles the module for wasm32 or wasm64.
function(gguf_wasm_module target output)
    set(flags --target=${target} -std=c17 -Os -nostdlibinc -mbulk-memory -fvisibility=hidden
        -D_POSIX_C_SOURCE=200809L -DLIBGGUF_VERSION="${PROJECT_VERSION}"
        -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.
        -I${PROJECT_SOURCE_DIR}/lib -I${PROJECT_SOURCE_DIR}/lib/include
        -I${PROJECT_SOURCE_DIR}/lib/admission/wasm/include
        -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes)
    if(LIBGGUF_WERROR)
        list(APPEND flags -Werror)
    endif()
    set(objects)
    foreach(source IN LISTS sources)
        string(REPLACE "/" "-" name ${target}/${source})
        set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.o)
        # Speed matters in one place; everywhere else bytes do. What memcpy and calloc are made of
        # must not become calls of memcpy and calloc.
        set(special)
        if(source STREQUAL admission/sha256_rounds.c)
            set(special -O3)
            # clang 14 cannot take a lane out of a vector on wasm64, and makes scalars of them there.
            if(target STREQUAL wasm32)
                list(APPEND special -msimd128)
            endif()
        elseif(source MATCHES "^admission/wasm/(bytes|heap)\\.c$")
            set(special -fno-builtin)
        endif()
        add_custom_command(OUTPUT ${object}
            COMMAND ${LIBGGUF_WASM_CLANG} ${flags} ${special} -MD -MF ${object}.d
                -c ${PROJECT_SOURCE_DIR}/lib/${source} -o ${object}
            DEPENDS ${PROJECT_SOURCE_DIR}/lib/${source}
            DEPFILE ${object}.d
            COMMENT "Building ${target} object ${source}" VERBATIM)
        list(APPEND objects ${object})
    endforeach()
    # The stack comes first: one that overflows traps instead of writing over data.
    set(wide)
    if(target STREQUAL wasm64)
        set(wide -mwasm64)
    endif()
    add_custom_command(OUTPUT ${output}
        COMMAND ${LIBGGUF_WASM_LD} ${wide} --no-entry --gc-sections --strip-all --stack-first
            -z stack-size=131072 ${objects} -o ${output}
        DEPENDS ${objects}
        COMMENT "Linking ${output}" VERBATIM)
endfunction()

gguf_wasm_module(wasm32 ${LIBGGUF_LOADER_DIRECTORY}/gguf-admission/gguf-admission.wasm)
if(LIBGGUF_WASM64)
    gguf_wasm_module(wasm64 ${LIBGGUF_LOADER_DIRECTORY}/gguf-admission/gguf-admission-64.wasm)
    add_custom_target(gguf_wasm64 ALL
        DEPENDS ${LIBGGUF_LOADER_DIRECTORY}/gguf-admission/gguf-admission-64.wasm)
endif()
