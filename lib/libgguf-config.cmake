include(${CMAKE_CURRENT_LIST_DIR}/libgguf-targets.cmake)
