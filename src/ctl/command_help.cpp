// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/nearest.hpp"
#include "ctl/command.hpp"

#include <format>

namespace hotreload::ctl {

namespace {

class Help final : public Command {
public:
    void declare(CLI::App& app) override {
        all_ = app.get_parent();
        app.add_option("COMMAND", command_, "Of which; without it, of all");
    }

    Answer<ExitStatus> run(Session& session) override {
        const auto* chosen = find();
        if (!chosen)
            return give_up(ExitStatus::Usage,
                           std::format("unknown command \"{}\"{}", command_, nearest_command()));
        session.out().page();
        // App::help() would tell of the command that was given, which is this one.
        auto name = all_->get_name();
        if (chosen != all_)
            name += " " + chosen->get_name();
        session.out().text(chosen->get_formatter()->make_help(chosen, std::move(name),
                                                              CLI::AppFormatMode::Normal));
        return ExitStatus::Ok;
    }

private:
    [[nodiscard]] const CLI::App* find() const {
        if (command_.empty())
            return all_;
        for (const auto* each : all_->get_subcommands({}))
            if (each->get_name() == command_)
                return each;
        return nullptr;
    }

    [[nodiscard]] std::string nearest_command() const {
        std::vector<std::string_view> names;
        for (const auto& row : command_table())
            names.push_back(row.name);
        const auto near = nearest(command_, names);
        return near ? std::format("; did you mean {}?", *near) : "; see hotreloadctl help";
    }

    const CLI::App* all_ = nullptr;
    std::string command_;
};

} // namespace

std::unique_ptr<Command> make_help() {
    return std::make_unique<Help>();
}

} // namespace hotreload::ctl
