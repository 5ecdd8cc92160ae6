// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/trust.hpp"

#include "config/paths.hpp"
#include "os/trust.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <format>
#include <span>
#include <sstream>
#include <string_view>

namespace hotreload {

namespace {

using Words = std::span<const std::string>;

std::string_view last_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

// "python3.13" is python.
std::string_view plain_name(std::string_view program) {
    const auto name = last_name(program);
    return name.substr(0, name.find_last_not_of("0123456789.") + 1);
}

bool is_shell(std::string_view program) {
    static constexpr auto known = std::to_array<std::string_view>(
        {"ash", "bash", "busybox", "dash", "fish", "ksh", "sh", "zsh"});
    return std::ranges::contains(known, plain_name(program));
}

bool is_interpreter(std::string_view program) {
    static constexpr auto known =
        std::to_array<std::string_view>({"deno", "java", "lua", "node", "nodejs", "perl", "php",
                                         "pypy", "python", "ruby", "tclsh"});
    return is_shell(program) || std::ranges::contains(known, plain_name(program));
}

// Runs the program that its arguments name.
bool is_wrapper(std::string_view program) {
    static constexpr auto known = std::to_array<std::string_view>(
        {"choom", "chrt", "env", "flock", "ionice", "nice", "nohup", "prlimit", "runuser",
         "setpriv", "setsid", "stdbuf", "sudo", "taskset", "timeout", "unshare"});
    return std::ranges::contains(known, last_name(program));
}

bool is_file(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// The program that a word of a command leads to.
std::string program_path(Programs& programs, const std::string& word,
                         const std::string& directory) {
    return word.contains('/') && !directory.empty() ? absolute_path(directory, word)
                                                    : programs.find(word);
}

// The words from the first one on that is a program: options have arguments of their own ("env -u
// NAME").
Words wrapped(Programs& programs, Words words, const std::string& directory) {
    while (!words.empty()) {
        const auto program = program_path(programs, words.front(), directory);
        if (program.starts_with('/') && is_file(program) && ::access(program.c_str(), X_OK) == 0)
            break;
        words = words.subspan(1);
    }
    return words;
}

// The program is given as text: `sh -ec`, `perl -e`. To a shell, -e is another thing.
bool gives_text(std::string_view option, bool shell) {
    if (shell)
        return option.starts_with('-') && !option.starts_with("--") && option.contains('c');
    return option == "-c" || option == "-e" || option == "-m" || option == "--eval";
}

// The script that an interpreter is given: the first word that is a file, for options have
// arguments here, too ("bash -o pipefail"). Nothing when the program is text.
std::optional<std::string> script_of(Words words, bool shell, const std::string& directory) {
    for (const auto& word : words) {
        if (word.starts_with('-') || word.starts_with('+')) {
            if (gives_text(word, shell))
                return std::nullopt;
        } else if (word.starts_with('/') || !directory.empty()) {
            if (auto path = absolute_path(directory, word); is_file(path))
                return path;
        }
    }
    return std::nullopt;
}

// The files that decide what the command does: the program, and what it is given to run.
std::vector<std::string> deciding(Programs& programs, Words command, const std::string& directory) {
    std::vector<std::string> files;
    while (!command.empty()) {
        const auto& program = command.front();
        files.push_back(program_path(programs, program, directory));
        const auto arguments = command.subspan(1);
        if (is_interpreter(program))
            if (auto script = script_of(arguments, is_shell(program), directory))
                files.push_back(*std::move(script));
        command = is_wrapper(program) ? wrapped(programs, arguments, directory) : Words();
    }
    return files;
}

// "ExecStartPre" and its like, which systemd runs.
bool is_command(std::string_view directive) {
    return directive.starts_with("Exec") && directive != "ExecPaths" &&
           directive != "ExecSearchPath";
}

// The words of a line as systemd has it, without the signs before its program ("-", "+").
std::vector<std::string> words_of(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of("@-:+!|"), line.size()));
    std::vector<std::string> words;
    std::istringstream text{std::string(line)};
    for (std::string word; text >> word;)
        words.push_back(std::move(word));
    return words;
}

std::optional<std::string> judge(const os::PathWalk& walk, const std::string& user) {
    auto& known = os::system_accounts();
    std::optional<uid_t> id; // without an account, nobody but root may change anything
    bool unknown = false;
    if (!user.empty()) {
        const auto told = known.user_id(user);
        id = told ? std::optional(*told) : std::nullopt;
        unknown = !told && told.error() == os::SystemAccounts::Unfound::Unknown;
    }
    auto found = os::changeable(walk, id, known);
    if (found && unknown) // still found, whatever has become known since
        return why_no_user(user).value_or(*found);
    if (found)
        *found = std::format("{}, and root acts only on what {} alone can change", *found,
                             user.empty() ? "root" : std::format("root and {}", user));
    return found;
}

bool only_owner_writes(const struct stat& status) {
    return (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

} // namespace

std::optional<std::string> distrusted(const std::string& path, const std::string& user) {
    if (::geteuid() != 0 || !path.starts_with('/'))
        return {};
    return judge(os::walk_path(path), user);
}

std::optional<std::string> led_astray(const std::string& path) {
    if (::geteuid() != 0)
        return {};
    return os::replaceable(os::walk_path(path), os::system_accounts());
}

Trust::Trust(Programs& programs) : programs_(programs), judges_(::geteuid() == 0) {}

// Nearly all programs are files of root's alone in a directory in which nobody else makes or
// replaces anything: one look at the file is enough then.
bool Trust::is_roots_alone(const std::string& path, const ForUser& directory) const {
    struct stat status{};
    return closed_.contains(directory) && ::lstat(path.c_str(), &status) == 0 &&
           S_ISREG(status.st_mode) && status.st_uid == 0 && only_owner_writes(status);
}

std::optional<std::string> Trust::distrusted(const std::string& path, const std::string& user) {
    if (!judges_ || !path.starts_with('/'))
        return {};
    const auto [known, is_new] = known_.try_emplace({path, user});
    auto& why = known->second;
    const ForUser directory(path.substr(0, path.rfind('/') + 1), user);
    if (!is_new || is_roots_alone(path, directory))
        return why;
    const auto walk = os::walk_path(path);
    why = judge(walk, user);
    struct stat status{};
    if (!why && walk.error == 0 && ::stat(directory.first.c_str(), &status) == 0 &&
        only_owner_writes(status))
        closed_.insert(directory);
    return why;
}

std::vector<Distrust> Trust::programs(const MemberDefinition& service, bool starts) {
    std::vector<Distrust> all;
    if (!judges_)
        return all;
    const auto judge = [&](std::string_view key, const std::vector<std::string>& command) {
        for (const auto& file : deciding(programs_, command, service.working_dir))
            if (auto why = distrusted(file, service.user)) {
                if (service.user.empty() && !service.attached())
                    *why += ", unless the service has a user of its own (user = \"…\")";
                all.push_back({std::string(key), *std::move(why)});
                break;
            }
    };
    if (starts)
        judge("command", service.command);
    judge("validate", service.validate);
    judge("reload", service.reload);
    if (service.ready)
        judge("ready.command", service.ready->command);
    if (!starts)
        return all;
    for (const auto& [name, lines] : service.properties)
        if (is_command(name))
            for (const auto& line : lines)
                judge("properties." + name, words_of(line));
    return all;
}

std::optional<Problem> distrust_of_programs(const ProjectDefinition& project, const Kinds& kinds,
                                            const MemberDefinition& service, bool starts) {
    Programs programs;
    const auto found = Trust(programs).programs(service, starts);
    if (found.empty())
        return std::nullopt;
    const auto key = kinds.key_of(service) + "." + found.front().key;
    return project.problem_at(key, std::format("{}: {}", key, found.front().why)).for_everybody();
}

} // namespace hotreload
