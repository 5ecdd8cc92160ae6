// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A command: its own options and what it does. Each has a file of its own (command_NAME.cpp) and a
// row in the table; manual, completions and help are checked against the table.

#include "ctl/answer.hpp"
#include "ctl/session.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace hotreload::ctl {

class Command {
public:
    virtual ~Command() = default;
    virtual void declare(CLI::App& app) = 0;
    // Failures that concern one target among several are reported by the command itself.
    virtual Answer<ExitStatus> run(Session& session) = 0;
};

struct CommandRow {
    std::string_view name;
    std::string_view summary;
    std::unique_ptr<Command> (*make)();
};

std::span<const CommandRow> command_table();

std::unique_ptr<Command> make_up();
std::unique_ptr<Command> make_down();
std::unique_ptr<Command> make_status();
std::unique_ptr<Command> make_list();
std::unique_ptr<Command> make_plan();
std::unique_ptr<Command> make_reload();
std::unique_ptr<Command> make_restart();
std::unique_ptr<Command> make_start();
std::unique_ptr<Command> make_stop();
std::unique_ptr<Command> make_pause();
std::unique_ptr<Command> make_resume();
std::unique_ptr<Command> make_rollback();
std::unique_ptr<Command> make_apply();
std::unique_ptr<Command> make_confirm();
std::unique_ptr<Command> make_edit();
std::unique_ptr<Command> make_history();
std::unique_ptr<Command> make_diff();
std::unique_ptr<Command> make_get();
std::unique_ptr<Command> make_explain();
std::unique_ptr<Command> make_check();
std::unique_ptr<Command> make_logs();
std::unique_ptr<Command> make_monitor();
std::unique_ptr<Command> make_metrics();
std::unique_ptr<Command> make_sync();
std::unique_ptr<Command> make_debug();
std::unique_ptr<Command> make_help();

} // namespace hotreload::ctl
