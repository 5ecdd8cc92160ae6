// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: check-manual FILE…: each file has every command and every option of the table.
#include "ctl/command_line.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

using namespace hotreload::ctl;

namespace {

std::string read(const char* path) {
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    // roff writes a hyphen that is meant as \-
    for (auto at = text.find("\\-"); at != std::string::npos; at = text.find("\\-", at))
        text.erase(at, 1);
    return text;
}

// The word stands by itself: `--json` is not found in `--json-lines`, nor `up` in `upset`.
bool has_word(const std::string& text, const std::string& word) {
    return std::regex_search(text, std::regex("(^|[^a-z-])" + word + "($|[^a-z-])"));
}

// The option as the kind of file writes it: mdoc marks it, fish has no hyphens.
std::string option_in(const std::string& kind, const std::string& name) {
    return kind == ".1" ? "Fl -" + name : kind == ".fish" ? "-l " + name : "--" + name;
}

std::string command_in(const std::string& kind, const std::string& name) {
    return kind == ".1" ? "It Ic " + name : name;
}

int missing(const char* path, const CLI::App& app, const std::string& command) {
    const auto text = read(path);
    const auto kind = std::filesystem::path(path).extension().string();
    int count = 0;
    const auto complain = [&](const std::string& what) {
        std::fprintf(stderr, "%s: %s is missing\n", path, what.c_str());
        ++count;
    };
    if (text.empty())
        complain("everything");
    if (!command.empty() && !has_word(text, command_in(kind, command)))
        complain("command " + command);
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames())
            if (!has_word(text, option_in(kind, name)))
                complain((command.empty() ? "" : command + " ") + "--" + name);
    for (const auto* subcommand : app.get_subcommands({}))
        count += missing(path, *subcommand, subcommand->get_name());
    return count;
}

} // namespace

int main(int argc, char** argv) {
    const CommandLine line;
    int count = argc < 2 ? 1 : 0;
    for (int i = 1; i < argc; ++i)
        count += missing(argv[i], line.app(), "");
    return count == 0 ? 0 : 1;
}
