# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for hotreloadctl(1)

_hotreloadctl_ask() {
    local scope=() word
    for word in "${COMP_WORDS[@]}"; do
        [[ $word == --user || $word == --system ]] && scope+=("$word")
    done
    hotreloadctl "${scope[@]}" "$@" 2>/dev/null
}

_hotreloadctl_projects() {
    _hotreloadctl_ask list | awk 'NR > 1 { print $1 }'
}

# Projects, and after "PROJECT/" its services: the rows of the status tables are indented by two.
_hotreloadctl_targets() {
    _hotreloadctl_projects
    if [[ $1 == */* ]]; then
        _hotreloadctl_ask status "${1%%/*}" |
            awk -v project="${1%%/*}" '/^  [A-Z]/ { services = $1 == "SERVICE" }
                /^  [a-z0-9]/ && services { print project "/" $1 }'
    fi
}

_hotreloadctl() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} word command='' words
    local commands="up down status list plan reload restart start stop pause resume rollback history diff explain check logs monitor sync debug"
    local options="--user --system --host --machine --json --no-pager --quiet --help --version"
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ " $commands " == *" $word "* ]]; then
            command=$word
            break
        fi
    done
    case $command in
        up) options+=" --detach --stop" ;;
        reload) options+=" --dry-run --force --strategy= --no-drain --no-wait" ;;
        restart) options+=" --no-drain" ;;
        rollback) options+=" --to= --restore-files --no-drain --no-wait" ;;
        history) options+=" --lines=" ;;
        logs) options+=" --follow --lines=" ;;
        debug) options+=" --lines=" ;;
    esac
    if [[ $cur == '=' || $prev == '=' || $prev == --strategy ]]; then # bash splits words at '='
        words="live reload swap restart short pretty off"
        [[ $cur == '=' ]] && cur=
    elif [[ $cur == -* ]]; then
        words=$options
    else
        case $command in
            '') words=$commands ;;
            up | check | explain)
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "$cur")
                return
                ;;
            list | monitor | sync) words= ;;
            debug) words=events ;;
            down) words=$(_hotreloadctl_projects) ;;
            *) words=$(_hotreloadctl_targets "$cur") ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    if [[ ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
    fi
}

complete -F _hotreloadctl hotreloadctl
