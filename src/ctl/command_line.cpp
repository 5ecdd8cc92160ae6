// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command_line.hpp"

#include "base/nearest.hpp"
#include "ctl/help_text.hpp"
#include "ctl/option_values.hpp"

#include <cstdio>
#include <format>

namespace hotreload::ctl {

CommandLine::CommandLine()
    : app_("Controls hotreloadd, which keeps services in step with their configuration",
           "hotreloadctl") {
    app_.formatter(std::make_shared<HelpText>()); // of the commands, too
    app_.require_subcommand(0, 1);
    app_.fallthrough(); // global options are taken after the command, too
    declare_globals();
    for (const auto& row : command_table()) {
        subcommands_.push_back(
            app_.add_subcommand(std::string(row.name), std::string(row.summary)));
        commands_.push_back(row.make());
        commands_.back()->declare(*subcommands_.back());
    }
    app_.footer(
        "Exit status: 0 applied or nothing to do, 1 invalid or failed, 2 usage, 3 something "
        "waits for\n--force, 4 not authorised, 5 no daemon. See hotreloadctl(1).");
}

void CommandLine::declare_globals() {
    auto* user = app_.add_flag("--user", options_.user,
                               "Talk to the user's instance (the default outside root)");
    app_.add_flag("--system", options_.system,
                  "Talk to the system's instance (the default of root)")
        ->excludes(user);
    auto* host = app_.add_option("-H,--host", options_.host, "On another host, over ssh")
                     ->type_name("[USER@]HOST")
                     ->excludes(user);
    app_.add_option("-M,--machine", options_.machine, "In a local container")
        ->type_name("[USER@]MACHINE")
        ->excludes(host);
    // A flag with a value takes no argument after a space, so that a command can follow it.
    app_.add_flag("--json{short}", json_, "Print JSON; MODE is short (the default), pretty or off")
        ->check(one_of({"short", "pretty", "off"}));
    app_.add_flag("--no-pager", options_.no_pager, "Do not pipe output into a pager");
    app_.add_flag("--no-ask-password{false}", options_.ask_password, "Do not ask for a password");
    app_.add_flag("-q,--quiet", options_.quiet, "Print only what waits and what failed");
    app_.set_version_flag("--version", "hotreloadctl " HOTRELOAD_VERSION);
}

// "-=PATH" is a file of ours, standard input, and no option.
std::optional<ExitStatus> CommandLine::parse(int argc, const char* const* argv) {
    std::vector<std::string> words(argv, argv + argc);
    for (auto& word : words)
        if (word.starts_with("-="))
            word.replace(0, 1, kStandardInput);
    std::vector<const char*> given;
    for (const auto& word : words)
        given.push_back(word.c_str());
    try {
        app_.parse(argc, given.data());
    } catch (const CLI::Success& asked) { // --help, --version
        app_.exit(asked);
        return ExitStatus::Ok;
    } catch (const CLI::ParseError& error) {
        std::fprintf(stderr, "hotreloadctl: %s\n", explain(error).c_str());
        return ExitStatus::Usage;
    }
    options_.json = json_ == "short"    ? JsonMode::Short
                    : json_ == "pretty" ? JsonMode::Pretty
                                        : JsonMode::Off;
    return {};
}

Command& CommandLine::chosen() const {
    const CLI::App* status = app_.get_subcommand("status");
    for (std::size_t i = 0; i < commands_.size(); ++i)
        if (subcommands_[i]->parsed())
            return *commands_[i];
    for (std::size_t i = 0; i < commands_.size(); ++i)
        if (subcommands_[i] == status)
            return *commands_[i];
    return *commands_.front();
}

std::string CommandLine::explain(const CLI::ParseError& error) const {
    const auto extras = app_.remaining(true);
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError) || extras.empty())
        return error.what();
    const std::string& word = extras.front();
    std::vector<std::string> known;
    const bool option = word.starts_with('-');
    const CLI::App* parsed = nullptr;
    for (const auto* each : subcommands_)
        if (each->parsed())
            parsed = each;
    if (option) {
        for (const auto* app : {&app_, parsed})
            for (const auto* each : app ? app->get_options() : std::vector<const CLI::Option*>{})
                for (const auto& name : each->get_lnames())
                    known.push_back("--" + name);
    } else if (!parsed) {
        for (const auto& row : command_table())
            known.emplace_back(row.name);
    }
    std::string text = option    ? std::format("unknown option {}", word)
                       : !parsed ? std::format("unknown command \"{}\"", word)
                                 : std::format("unexpected argument \"{}\"", word);
    const std::vector<std::string_view> views(known.begin(), known.end());
    if (const auto near = nearest(word.substr(0, word.find('=')), views))
        text += std::format("; did you mean {}?", *near);
    else
        text += "; see hotreloadctl --help";
    return text;
}

} // namespace hotreload::ctl
