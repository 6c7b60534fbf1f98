# Run by cpack on the staged tree. Debian's zsh does not look into the directory that zsh itself, and the
# other systems, keep for packages.
if(CPACK_GENERATOR STREQUAL "DEB")
    set(zsh ${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/share/zsh)
    if(EXISTS ${zsh}/site-functions)
        file(RENAME ${zsh}/site-functions ${zsh}/vendor-completions)
    endif()
endif()
