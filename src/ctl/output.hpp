// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Standard output: report lines with their marks, colours only on a terminal and without NO_COLOR,
// JSON in the chosen form, and the pager.

#include "client/json.hpp"
#include "ctl/client.hpp"
#include "ctl/options.hpp"
#include "ctl/report.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace hotreload::ctl {

class Output {
public:
    explicit Output(const GlobalOptions& options);
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output(); // waits for the pager to be left

    // Sends what follows through $SYSTEMD_PAGER, $PAGER or less, when on a terminal.
    void page();

    void line(const Line& line);
    void lines(const std::vector<Line>& lines);
    void text(const std::string& text); // as it is, with a line feed: not what others wrote
    void json(const Json& json);        // one document, flushed

    [[nodiscard]] bool wants_json() const { return options_.json != JsonMode::Off; }
    [[nodiscard]] bool on_terminal() const { return terminal_; }
    [[nodiscard]] bool colours() const { return colours_; }

private:
    const GlobalOptions& options_;
    bool terminal_;
    bool colours_;
    pid_t pager_ = 0;
};

// A line as it is printed.
std::string render(const Line& line, bool colours);

} // namespace hotreload::ctl
