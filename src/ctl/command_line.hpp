// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The command line as a whole: the global options and a subcommand for each row of the table.

#include "ctl/command.hpp"
#include "ctl/options.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::ctl {

// The file that "-" is in "-=PATH".
inline constexpr const char* kStandardInput = "/dev/stdin";

class CommandLine {
public:
    CommandLine();

    // A status when there is nothing left to run: help, version, or a mistake that was told.
    std::optional<ExitStatus> parse(int argc, const char* const* argv);

    [[nodiscard]] const GlobalOptions& options() const { return options_; }
    [[nodiscard]] Command& chosen() const; // `status` when none was named
    [[nodiscard]] const CLI::App& app() const { return app_; }

private:
    void declare_globals();
    [[nodiscard]] std::string explain(const CLI::ParseError& error) const;

    CLI::App app_;
    GlobalOptions options_;
    std::string json_;
    std::vector<std::unique_ptr<Command>> commands_; // as the rows of the table
    std::vector<CLI::App*> subcommands_;
};

} // namespace hotreload::ctl
