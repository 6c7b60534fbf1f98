for last in a b; do
    {
        echo '# A text of bytes that only continue a character.'
        echo 'str general.architecture none'
        printf 'str text "%s%s"\n' "$(printf '\\x80%.0s' {1..100})" $last
    } >$last.recipe
    compile_fixtures . $last.recipe
done
gguf-inspect a.gguf --diff b.gguf
