cat >wide.recipe <<'RECIPE'
# Items that are wider than what is left of a line.
str general.architecture none
array a.key.that.is.at.least.forty.columns.wide f64 repeat 1000 -1.2345678901234567e-300
array a.key.that.is.at.least.forty.columns.wida f64 repeat 1000 -1.2345678901234567e-300
array a.key.that.is.at.least.forty.columns.two str [ "a string that is longer than what is left x\*400;" b ]
array a.key.that.is.at.least.forty.columns.twa str [ "a string that is longer than what is left x\*400;" b ]
array numbers f64 repeat 12345 -1.2345678901234567e-300
array marks str [ "a\xcc\x81\xcc\x81 two" "b" ]
patch key a.key.that.is.at.least.forty.columns.wida text = text "a.key.that.is.at.least.forty.columns.wide"
patch key a.key.that.is.at.least.forty.columns.twa text = text "a.key.that.is.at.least.forty.columns.two"
RECIPE
cat >narrow.recipe <<'RECIPE'
# Another type.
str general.architecture none
str numbers "no array"
RECIPE
{
    echo '# A name that is nearly all marks without a width.'
    echo 'str general.architecture none'
    printf 'str general.name "a%s"\n' "$(printf '\xcc\x81%.0s' {1..20000})"
} >marks.recipe
compile_fixtures . wide.recipe narrow.recipe marks.recipe
gguf-inspect wide.gguf
gguf-inspect wide.gguf | LC_ALL=C.UTF-8 wc -L
gguf-inspect wide.gguf --diff narrow.gguf
echo "the bytes of a first screen with 20,000 marks: $(gguf-inspect marks.gguf | wc -c)"
