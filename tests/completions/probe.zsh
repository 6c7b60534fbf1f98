# Makes Escape ? write what completion offers at the cursor to $ANSWERS, and start a new line.
PS1='> '
fpath=($SCRIPTS $fpath)
autoload -Uz compinit && compinit -D
compadd() {
    local -a offered
    # Calls with these are questions of the completion system, not offers.
    [[ " ${(j: :)argv[1,(i)(-|--)]} " == *' -'[OAD]' '* ]] || builtin compadd -O offered "$@"
    (( $#offered == 0 )) || print -rl -- $offered >>$ANSWERS
    builtin compadd "$@"
}
zle -C candidates list-choices _main_complete
show-candidates() {
    zle candidates
    print -r -- "= $BUFFER" >>$ANSWERS
    zle kill-buffer
}
zle -N show-candidates
bindkey '^[?' show-candidates
