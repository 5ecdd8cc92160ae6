// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"

#include <array>

namespace hotreload::ctl {

std::span<const CommandRow> command_table() {
    static constexpr std::array rows = {
        CommandRow{"up", "Register a project and start its services", make_up},
        CommandRow{"down", "Stop a project's services and forget the project", make_down},
        CommandRow{"status", "Show services: state, generation, what waits, the last problem",
                   make_status},
        CommandRow{"list", "List the registered projects", make_list},
        CommandRow{"plan", "Show what a reload would do, and why", make_plan},
        CommandRow{"reload", "Apply what changed on disk", make_reload},
        CommandRow{"restart", "Read the disk, validate, and restart services", make_restart},
        CommandRow{"start", "Start services that were stopped", make_start},
        CommandRow{"stop", "Stop services until they are started again", make_stop},
        CommandRow{"pause", "Hold changes back until resume", make_pause},
        CommandRow{"resume", "Apply what was held back, and watch what was suspended", make_resume},
        CommandRow{"rollback", "Go back to an earlier generation", make_rollback},
        CommandRow{"apply", "Check files, write them, and put them into effect", make_apply},
        CommandRow{"confirm", "Keep what was applied for a time", make_confirm},
        CommandRow{"edit", "Edit a watched file, and apply it", make_edit},
        CommandRow{"history", "List the generations that are kept", make_history},
        CommandRow{"diff", "Show what differs between two generations", make_diff},
        CommandRow{"get", "Show the value of a published document, or a part of it", make_get},
        CommandRow{"explain", "Say why a path is watched or not, and what a change would do",
                   make_explain},
        CommandRow{"check", "Validate a project file", make_check},
        CommandRow{"logs", "Show the journal of a project's services", make_logs},
        CommandRow{"monitor", "Show events as they happen", make_monitor},
        CommandRow{"metrics", "Print numbers for a monitoring system", make_metrics},
        CommandRow{"sync", "Wait until everything that was written is seen and applied", make_sync},
        CommandRow{"debug", "Show what the watcher saw", make_debug},
        CommandRow{"help", "Show a help, of a command when one is named", make_help},
    };
    return rows;
}

} // namespace hotreload::ctl
