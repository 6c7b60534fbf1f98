# `cpack`, run in the build directory: one package with the tools, the library and what building
# against it needs. Whoever compiles against the library has the tools at hand, and the other way
# round the headers do not weigh; a split would only add versions that have to match.
set(CPACK_PACKAGE_VENDOR "libgguf")
set(CPACK_PACKAGE_CONTACT "libgguf maintainers <libgguf@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "inspect, verify, estimate and repackage GGUF models")
set(CPACK_PACKAGE_DESCRIPTION
    "gguf-inspect shows and checks what is in a model, gguf-manifest covers every byte of it with
digests, gguf-estimate holds the memory that loading it takes against limits, and gguf-bundle cuts
it into pieces that a web page can fetch and verify. libgguf is the library below them.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian-layout.cmake)
set(CPACK_VERBATIM_VARIABLES ON)

find_program(LIBGGUF_DPKG_SHLIBDEPS dpkg-shlibdeps)
mark_as_advanced(LIBGGUF_DPKG_SHLIBDEPS)
if(LIBGGUF_DPKG_SHLIBDEPS)
    set(CPACK_GENERATOR DEB)
else()
    set(CPACK_GENERATOR TGZ)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
