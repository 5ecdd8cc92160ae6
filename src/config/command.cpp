// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/command_words.hpp"
#include "config/keys.hpp"
#include "config/lookups.hpp"
#include "config/paths.hpp"

#include <format>

namespace hotreload {

namespace {

// An array's words stand as they are, but for the program's "~/".
std::vector<CommandWord> words_of_array(const Entry& entry) {
    std::vector<CommandWord> words;
    for (std::string& text : entry.texts())
        words.push_back({std::move(text), false});
    return words;
}

// A hint for a program that is a whole command line.
std::string split_hint(const std::string& program, std::string_view variable) {
    if (!program.contains(' '))
        return "";
    const auto words = split_command(program, variable);
    constexpr std::string_view rule = ": each string of an array is one word";
    if (!words)
        return std::format("{}; {}", rule, words.error().message);
    return std::format("{}; write {}, or the string {} alone", rule, command_array(*words),
                       toml_string(program));
}

} // namespace

void read_command(Reading& reading, const Entry& entry, std::vector<std::string>& command,
                  std::string_view variable) {
    auto split = entry.value.is_string() ? split_command(entry.text(), variable)
                                         : Result<std::vector<CommandWord>>(words_of_array(entry));
    if (!split)
        return reading.problem(entry.key, split.error().message);
    command.clear();
    for (CommandWord& word : *split) {
        const bool is_program = command.empty();
        if (word.home && !is_program) {
            const auto start = look_up_start(reading, word.text);
            if (!start)
                return reading.problem(entry.key, start.error().message);
            word.text = absolute_path(start->directory, start->rest);
        }
        command.push_back(std::move(word.text));
    }
    if (command.empty() || command.front().empty())
        return reading.problem(entry.key, "is empty: give a program and its arguments");
    if (auto program = look_up_program(reading, command.front()))
        command.front() = *std::move(program);
    else
        reading.problem(entry.key, program.error().message + split_hint(command.front(), variable));
}

} // namespace hotreload
