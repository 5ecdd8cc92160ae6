# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for hotreloadctl(1)

function __hotreloadctl_ask
    hotreloadctl (string match -r -- '^--(?:user|system)$' (commandline -xpc)) $argv 2>/dev/null
end

function __hotreloadctl_projects
    __hotreloadctl_ask list | awk 'NR > 1 { print $1 }'
end

# Projects, and after "PROJECT/" its services: the rows of the status tables are indented by two.
function __hotreloadctl_targets
    __hotreloadctl_projects
    set -l project (string match -r -- '^([^/]+)/' (commandline -ct))[2]
    if test -n "$project"
        __hotreloadctl_ask status $project | awk -v p="$project" \
            '/^  [A-Z]/ { s = $1 == "SERVICE" } /^  [a-z0-9]/ && s { print p "/" $1 }'
    end
end

function __hotreloadctl_generations
    set -l target (commandline -xpc | string match -r -- '^[a-z0-9][^/=]*/[^/=]+$')[1]
    test -n "$target"; and __hotreloadctl_ask history $target | awk 'NR > 1 && $2 ~ /^[0-9]/ { sub(/[*]/, "", $2); print $2 }'
end

function __hotreloadctl_configs
    __hotreloadctl_ask status | awk '/^[a-z0-9]/ { p = $1; sub(/:$/, "", p) }
        /^  [A-Z]/ { c = $1 == "CONFIG" } /^  [a-z0-9]/ && c { print p "/" $1 }'
end

function __hotreloadctl_machines
    machinectl list --no-legend --full 2>/dev/null | awk '{ print $1 }'
end

complete -c hotreloadctl -f
complete -c hotreloadctl -l user -d 'The instance of the user'
complete -c hotreloadctl -l system -d 'The instance of the system'
complete -c hotreloadctl -s H -l host -x -a '(__fish_print_hostnames)' -d 'On another host'
complete -c hotreloadctl -s M -l machine -x -a '(__hotreloadctl_machines)' -d 'In a container'
complete -c hotreloadctl -l json -d 'Print JSON'
complete -c hotreloadctl -l no-pager -d 'Do not use a pager'
complete -c hotreloadctl -l no-ask-password -d 'Do not ask for a password'
complete -c hotreloadctl -s q -l quiet -d 'Only what waits and what failed'
complete -c hotreloadctl -s h -l help -d 'Show a help'
complete -c hotreloadctl -l version -d 'Show the version'

set -l commands up down status list plan reload restart start stop pause resume rollback \
    apply confirm edit history diff get explain check logs monitor metrics sync debug help
set -l none "not __fish_seen_subcommand_from $commands"
complete -c hotreloadctl -n $none -a up -d 'Register a project and start its services'
complete -c hotreloadctl -n $none -a down -d 'Stop the services of a project and forget it'
complete -c hotreloadctl -n $none -a status -d 'Show services, what waits and the last problem'
complete -c hotreloadctl -n $none -a list -d 'List the registered projects'
complete -c hotreloadctl -n $none -a plan -d 'Show what a reload would do, and why'
complete -c hotreloadctl -n $none -a reload -d 'Apply what changed on disk'
complete -c hotreloadctl -n $none -a restart -d 'Read the disk, validate, and restart services'
complete -c hotreloadctl -n $none -a start -d 'Start services that were stopped'
complete -c hotreloadctl -n $none -a stop -d 'Stop services until they are started again'
complete -c hotreloadctl -n $none -a pause -d 'Hold changes back until resume'
complete -c hotreloadctl -n $none -a resume -d 'Apply what was held back, and watch what was suspended'
complete -c hotreloadctl -n $none -a rollback -d 'Go back to an earlier generation'
complete -c hotreloadctl -n $none -a apply -d 'Check files, write them, and put them into effect'
complete -c hotreloadctl -n $none -a confirm -d 'Keep what was applied for a time'
complete -c hotreloadctl -n $none -a edit -d 'Edit a watched file, and apply it'
complete -c hotreloadctl -n $none -a history -d 'List the generations that are kept'
complete -c hotreloadctl -n $none -a diff -d 'Show what differs between two generations'
complete -c hotreloadctl -n $none -a get -d 'Show the value of a published document'
complete -c hotreloadctl -n $none -a help -d 'Show a help'
complete -c hotreloadctl -n $none -a explain -d 'Say why a path is watched or not'
complete -c hotreloadctl -n $none -a check -d 'Validate a project file'
complete -c hotreloadctl -n $none -a logs -d 'Show the journal of the services'
complete -c hotreloadctl -n $none -a monitor -d 'Show events as they happen'
complete -c hotreloadctl -n $none -a metrics -d 'Print numbers for a monitoring system'
complete -c hotreloadctl -n $none -a sync -d 'Wait until everything that was written is seen'
complete -c hotreloadctl -n $none -a debug -d 'Show what the watcher saw'

complete -c hotreloadctl -n '__fish_seen_subcommand_from up check explain apply edit' -F
complete -c hotreloadctl -n '__fish_seen_subcommand_from down' -a '(__hotreloadctl_projects)'
complete -c hotreloadctl -a '(__hotreloadctl_targets)' \
    -n '__fish_seen_subcommand_from status plan reload restart start stop pause resume rollback apply confirm edit history diff logs'
complete -c hotreloadctl -n '__fish_seen_subcommand_from debug' -a events
complete -c hotreloadctl -n '__fish_seen_subcommand_from help' -a "$commands"
complete -c hotreloadctl -n '__fish_seen_subcommand_from get' -a '(__hotreloadctl_configs)'
complete -c hotreloadctl -n '__fish_seen_subcommand_from get' -s r -l raw -d 'A string without quotes'
complete -c hotreloadctl -n '__fish_seen_subcommand_from diff' -k -a '(__hotreloadctl_generations)'
complete -c hotreloadctl -n '__fish_seen_subcommand_from plan' -l force -d 'Of what waits, too'
complete -c hotreloadctl -n '__fish_seen_subcommand_from plan reload' -l no-validate \
    -d 'Run no validator'
complete -c hotreloadctl -n '__fish_seen_subcommand_from pause' -l for -x -d 'Resume by itself after'
complete -c hotreloadctl -n '__fish_seen_subcommand_from pause' -l reason -x -d 'Shown with it'
complete -c hotreloadctl -n '__fish_seen_subcommand_from history' -l utc -d 'Show times in UTC'
complete -c hotreloadctl -n '__fish_seen_subcommand_from logs' -s S -l since -x \
    -a 'today yesterday' -d 'Written since'
complete -c hotreloadctl -n '__fish_seen_subcommand_from logs' -s p -l priority -x \
    -a 'emerg alert crit err warning notice info debug' -d 'As important'
complete -c hotreloadctl -n '__fish_seen_subcommand_from logs' -s g -l grep -x -d 'That match'
complete -c hotreloadctl -n '__fish_seen_subcommand_from up' -s d -l detach -d 'Do not follow'
complete -c hotreloadctl -n '__fish_seen_subcommand_from up' -l stop -d 'Take it down at the end'
complete -c hotreloadctl -n '__fish_seen_subcommand_from reload' -l dry-run -d 'Only show the plan'
complete -c hotreloadctl -n '__fish_seen_subcommand_from reload' -l force -d 'Carry out what waits'
complete -c hotreloadctl -n '__fish_seen_subcommand_from reload' -l strategy -x \
    -a 'live reload swap restart' -d 'At least this'
complete -c hotreloadctl -n '__fish_seen_subcommand_from reload restart rollback' -l no-drain \
    -d 'Cut off what is in hand'
complete -c hotreloadctl -n '__fish_seen_subcommand_from rollback' -l to -x -k -a '(__hotreloadctl_generations)' -d 'A generation'
complete -c hotreloadctl -n '__fish_seen_subcommand_from rollback' -l restore-files \
    -d 'Write files back, too'
complete -c hotreloadctl -n '__fish_seen_subcommand_from rollback' -l no-wait -d 'Do not wait'
complete -c hotreloadctl -n '__fish_seen_subcommand_from apply edit' -l confirm -x -d 'Put it back after'
complete -c hotreloadctl -n '__fish_seen_subcommand_from apply' -l force -d 'Carry out what waits'
complete -c hotreloadctl -n '__fish_seen_subcommand_from apply' -l no-wait -d 'Do not wait'
complete -c hotreloadctl -n '__fish_seen_subcommand_from history' -s n -l lines -x \
    -d 'Of each service'
complete -c hotreloadctl -n '__fish_seen_subcommand_from reload' -l no-wait -d 'Do not wait'
complete -c hotreloadctl -n '__fish_seen_subcommand_from logs' -s f -l follow -d 'Go on'
complete -c hotreloadctl -n '__fish_seen_subcommand_from logs' -s n -l lines -x -d 'The last lines'
complete -c hotreloadctl -n '__fish_seen_subcommand_from debug' -s n -l lines -x -d 'The last lines'
