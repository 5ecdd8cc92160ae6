// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Entries of the journal as lines prefixed with their service, as compose tools show them. Pure.

#include "client/json.hpp"
#include "ctl/client.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace hotreload::ctl {

struct LogEntry {
    std::uint64_t realtime_usec = 0;
    std::string project;
    std::string service; // "" for what concerns the project as a whole
    std::string unit;
    std::string message;
    std::uint32_t pid = 0;
    int priority = 6;
    bool ours = false; // hotreload's own message
};

// The service (or SERVICE-KIND of a validator) in the name of one of a project's own units:
// "web" of "hotreload-shop.web@7.service"; "" for another project's unit.
std::string service_in_unit(std::string_view unit, std::string_view project);

Json to_json(const LogEntry& entry);

// Gives each service its colour, in the order in which they turn up, and one width to all.
class LogPainter {
public:
    LogPainter(bool colours, bool several_projects, bool times = false)
        : colours_(colours), several_projects_(several_projects), times_(times) {}

    // The lines of the message, each with the prefix; without a line feed at the end.
    std::string paint(const LogEntry& entry);

    // Lines up the prefixes of the names that are known beforehand.
    void expect(const std::string& project, const std::string& service); // "": our own

private:
    std::string label(const std::string& project, const std::string& service) const;

    bool colours_;
    bool several_projects_;
    bool times_; // when it was written is in front
    std::size_t width_ = 0;
    std::map<std::string, std::size_t> order_;
};

} // namespace hotreload::ctl
