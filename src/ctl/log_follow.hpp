// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Prints entries of the journal, those that there are and those that come: `logs` and `up`.

#include "ctl/journal_reader.hpp"
#include "ctl/output.hpp"
#include "os/event_loop.hpp"

#include <memory>
#include <vector>

namespace hotreload::ctl {

// Sources for targets, with the attached units that the states tell of.
std::vector<LogSource> log_sources(const std::vector<Target>& targets,
                                   const std::vector<ProjectState>& projects);

class LogFollow {
public:
    // Each line has its time where `begin` asks for what there was.
    static Answer<std::unique_ptr<LogFollow>> open(Output& out, std::vector<LogSource> sources,
                                                   bool user_instance, LogBegin begin);

    // hotreload's own messages say what `up` reports anyhow.
    void leave_out_ours() { ours_ = false; }

    void print(); // up to the present end
    void follow(os::EventLoop& loop);

private:
    LogFollow(Output& out, bool several_projects, bool times)
        : out_(out), painter_(out.colours(), several_projects, times) {}

    Output& out_;
    LogPainter painter_;
    bool ours_ = true;
    std::unique_ptr<JournalReader> reader_;
    std::unique_ptr<os::Readable> readable_;
};

} // namespace hotreload::ctl
