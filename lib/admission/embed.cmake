# Writes TABLE, a C source that holds the files NAMES below ROOT as loader_files (loader.h).
set(arrays "")
set(rows "")
set(number 0)
foreach(name IN LISTS NAMES)
    file(READ ${ROOT}/${name} content HEX)
    string(LENGTH "${content}" digits)
    math(EXPR size "${digits} / 2")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," content "${content}")
    string(APPEND arrays "static const unsigned char file_${number}[] = {${content}};\n")
    string(APPEND rows "    {\"${name}\", file_${number}, ${size}},\n")
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${TABLE} "#include \"admission/loader.h\"\n\n${arrays}
const struct libgguf_loader_file loader_files[] = {\n${rows}    {0, 0, 0}};
const size_t loader_file_count = ${number};\n")
