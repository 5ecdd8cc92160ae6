// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Reads what the services of projects wrote to the journal of this machine, and what hotreload
// wrote about them. The journal matches whole values only, so own services are found by their
// project's slice, and one of them is picked by name afterwards.

#include "ctl/answer.hpp"
#include "ctl/grep.hpp"
#include "ctl/log_text.hpp"
#include "ctl/target.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct sd_journal;

namespace hotreload::ctl {

struct LogSource {
    Target target;
    std::map<std::string, std::string> attached; // unit → service: they are in other slices
    std::vector<std::string> services;           // that are known
};

// LogFilter says which entries are wanted.
struct LogFilter {
    int priority = 7; // and more important ones
    std::optional<Grep> pattern;

    [[nodiscard]] bool admits(const LogEntry& entry) const;
};

struct LogBegin {
    std::optional<std::uint64_t> last_lines; // only so many of those that there are
    std::uint64_t since_usec = 0;            // CLOCK_REALTIME
    bool times = false;                      // show when each was written
    LogFilter filter = {};
};

class JournalReader {
public:
    static Answer<std::unique_ptr<JournalReader>> open(std::vector<LogSource> sources,
                                                       bool user_instance, LogFilter filter);

    void seek(const LogBegin& begin);

    // The next entry; nullopt at the (present) end.
    std::optional<LogEntry> next();

    // The descriptor for following: it is readable when next() may give more; then acknowledge().
    [[nodiscard]] int fd() const;
    void acknowledge();

private:
    void seek_last(std::uint64_t lines, std::uint64_t since_usec);

    struct Close {
        void operator()(sd_journal* journal) const noexcept;
    };

    JournalReader() = default;
    void match(const std::string& field, const std::string& value);
    void match_source(const LogSource& source);
    [[nodiscard]] std::vector<std::string> units_of(const std::string& attached) const;
    [[nodiscard]] std::string field(const char* name) const;
    [[nodiscard]] std::optional<LogEntry> current() const;

    std::unique_ptr<sd_journal, Close> journal_;
    std::vector<LogSource> sources_;
    bool user_instance_ = false;
    LogFilter filter_;
};

} // namespace hotreload::ctl
