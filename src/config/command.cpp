// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/keys.hpp"
#include "config/paths.hpp"

namespace hotreload {

void read_command(Reading& reading, const Entry& entry, std::vector<std::string>& command) {
    command = entry.texts();
    if (command.empty() || command.front().empty()) {
        reading.problem(entry.key, "is empty: give a program and its arguments");
        return;
    }
    if (auto program = resolve_program(reading.project.directory, command.front()))
        command.front() = std::move(*program);
    else
        reading.problem(entry.key, program.error().message);
}

} // namespace hotreload
