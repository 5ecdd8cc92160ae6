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

# Of a service, the newest first: the second column, which has a '*' at the applied one.
_hotreloadctl_generations() {
    _hotreloadctl_ask history "$1" | awk 'NR > 1 && $2 ~ /^[0-9]/ { sub(/[*]/, "", $2); print $2 }'
}

# What was completed already of a kind that is no option: the command first.
_hotreloadctl_words() {
    local word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == -* || $word == = ]] || echo "$word"
    done
}

_hotreloadctl_configs() {
    _hotreloadctl_ask status | awk '/^[a-z0-9]/ { project = $1; sub(/:$/, "", project) }
        /^  [A-Z]/ { configs = $1 == "CONFIG" } /^  [a-z0-9]/ && configs { print project "/" $1 }'
}

_hotreloadctl() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} word command='' words
    local commands="up down status list plan reload restart start stop pause resume rollback apply confirm edit history diff get explain check logs monitor metrics sync debug help"
    local options="--user --system --host --machine --json --no-pager --no-ask-password --quiet --help --version"
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ " $commands " == *" $word "* ]]; then
            command=$word
            break
        fi
    done
    case $command in
        up) options+=" --detach --stop" ;;
        plan) options+=" --force --no-validate" ;;
        pause) options+=" --for= --reason=" ;;
        get) options+=" --raw" ;;
        reload) options+=" --dry-run --force --no-validate --strategy= --no-drain --no-wait" ;;
        restart) options+=" --no-drain" ;;
        rollback) options+=" --to= --restore-files --no-drain --no-wait" ;;
        apply) options+=" --confirm= --force --no-wait" ;;
        edit) options+=" --confirm=" ;;
        history) options+=" --lines= --utc" ;;
        logs) options+=" --follow --lines= --since= --priority= --grep=" ;;
        debug) options+=" --lines=" ;;
    esac
    local named=() option=$prev # bash splits words at '='
    mapfile -t named < <(_hotreloadctl_words)
    if [[ $cur == '=' ]]; then
        cur=
    elif [[ $prev == '=' ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $prev == --json ]]; then
        option= # its value is never a word of its own
    fi
    case $option in
        --strategy) words="live reload swap restart" ;;
        --json) words="short pretty off" ;;
        -M | --machine) words=$(machinectl list --no-legend --full 2>/dev/null | awk '{ print $1 }') ;;
        -p | --priority) words="emerg alert crit err warning notice info debug" ;;
        -S | --since) words="today yesterday" ;;
        --to) [[ -n ${named[1]:-} ]] && words=$(_hotreloadctl_generations "${named[1]}") ;;
        -H | --host | -n | --lines | -g | --grep | --for | --reason | --confirm) words= ;;
        *) option= ;;
    esac
    if [[ -n $option ]]; then
        :
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
            list | monitor | metrics | sync) words= ;;
            help) words=$commands ;;
            diff)
                if ((${#named[@]} > 1)); then
                    words=$(_hotreloadctl_generations "${named[1]}")
                else
                    words=$(_hotreloadctl_targets "$cur")
                fi
                ;;
            apply | edit)
                if ((${#named[@]} > 1)); then
                    compopt -o filenames
                    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
                    return
                fi
                words=$(_hotreloadctl_targets "$cur")
                ;;
            get) words=$(_hotreloadctl_configs) ;;
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
