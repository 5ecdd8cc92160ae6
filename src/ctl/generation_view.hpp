// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Kept generations as people read them: the daemon's JSON in, lines out. Pure.

#include "client/json.hpp"
#include "ctl/client.hpp"
#include "ctl/output.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hotreload::ctl {

using NameOfUser = std::function<std::string(std::uint32_t uid)>;

struct HistoryStyle {
    std::string directory; // paths below it are shown relative to it
    bool utc = false;
    std::uint64_t most = 0; // rows of each service; 0: all
    NameOfUser name_of_user;
};

// The history as one table, service by service, the newest first: generations with what each
// changed, and what else happened, with its reason.
std::vector<Line> show_history(const Json& history, const HistoryStyle& view);

std::vector<Line> show_difference(const Json& difference, const std::string& directory);

} // namespace hotreload::ctl
