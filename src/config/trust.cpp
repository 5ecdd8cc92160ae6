// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/trust.hpp"

#include "config/paths.hpp"
#include "os/trust.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <format>
#include <span>
#include <string_view>

namespace hotreload {

namespace {

using Words = std::span<const std::string>;

std::string_view last_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

// "python3.13" is python.
bool is_interpreter(std::string_view program) {
    static constexpr auto known = std::to_array<std::string_view>(
        {"ash", "bash", "busybox", "dash", "deno", "fish", "java", "ksh", "lua", "node", "nodejs",
         "perl", "php", "pypy", "python", "ruby", "sh", "tclsh", "zsh"});
    const auto name = last_name(program);
    return std::ranges::contains(known, name.substr(0, name.find_last_not_of("0123456789.") + 1));
}

// The words after the options; none when the program is given as text (`sh -c`).
Words after_options(Words words) {
    while (!words.empty() && (words.front().starts_with('-') || words.front().contains('='))) {
        const std::string_view option = words.front();
        if (option == "-c" || option == "-e" || option == "-m" || option == "--eval")
            return {};
        words = words.subspan(1);
    }
    return words;
}

// The files that decide what the command does: the program, and what it is given to run.
std::vector<std::string> deciding(Words command, const std::string& directory) {
    std::vector<std::string> files;
    while (!command.empty()) {
        const auto& program = command.front();
        files.push_back(find_program(program));
        const bool env = last_name(program) == "env";
        const bool interpreter = is_interpreter(program);
        command = env || interpreter ? after_options(command.subspan(1)) : Words();
        if (env || command.empty())
            continue;
        if (const auto& script = command.front(); script.starts_with('/') || !directory.empty())
            files.push_back(absolute_path(directory, script));
        break;
    }
    return files;
}

} // namespace

std::optional<std::string> distrusted(const std::string& path, const std::string& user) {
    if (::geteuid() != 0 || !path.starts_with('/'))
        return {};
    auto& known = os::system_accounts();
    const auto id = user.empty() ? std::nullopt : known.user_id(user);
    auto found = os::changeable(os::walk_path(path), id, known);
    if (found)
        *found = std::format("{}, and root acts only on what {} alone can change", *found,
                             user.empty() ? "root" : std::format("root and {}", user));
    return found;
}

std::vector<Distrust> distrusted_programs(const ServiceDefinition& service) {
    std::vector<Distrust> all;
    if (::geteuid() != 0)
        return all;
    const auto judge = [&](std::string_view key, const std::vector<std::string>& command) {
        for (const auto& file : deciding(command, service.working_dir))
            if (auto why = distrusted(file, service.user)) {
                if (service.user.empty() && !service.attached())
                    *why += ", unless the service has a user of its own (user = \"…\")";
                all.push_back({std::string(key), *std::move(why)});
                break;
            }
    };
    judge("command", service.command);
    judge("validate", service.validate);
    judge("reload", service.reload);
    if (service.ready)
        judge("ready.command", service.ready->command);
    return all;
}

std::optional<Problem> distrust_of_programs(const ProjectDefinition& project,
                                            const ServiceDefinition& service) {
    const auto found = distrusted_programs(service);
    if (found.empty())
        return std::nullopt;
    const auto key = std::format("services.{}.{}", service.name, found.front().key);
    return project.problem_at(key, std::format("{}: {}", key, found.front().why)).for_everybody();
}

} // namespace hotreload
