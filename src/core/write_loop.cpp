// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/write_loop.hpp"

namespace hotreload {

namespace {

// The time until a signal was handled, or until a new process has come to its writing, on a machine
// that is busy. A suspicion that comes to nothing costs little.
constexpr Duration kAfterAction = std::chrono::seconds(2);
constexpr unsigned kRounds = 4;
constexpr unsigned kSpared = 100;

} // namespace

void WriteLoop::action_began(Duration now) {
    began_ = now;
    ended_.reset();
}

void WriteLoop::action_ended(Duration now) {
    ended_ = now;
}

bool WriteLoop::caused(Duration when) const {
    return began_ && when >= *began_ && (!ended_ || when <= *ended_ + kAfterAction);
}

void WriteLoop::changed(const std::vector<std::string>& paths, Duration when) {
    std::map<std::string, unsigned> rounds;
    if (spared_ > 0)
        --spared_;
    else if (caused(when))
        for (const auto& path : paths) {
            const auto before = rounds_.find(path);
            rounds[path] = (before == rounds_.end() ? 0 : before->second) + 1;
        }
    rounds_ = std::move(rounds);
}

std::vector<std::string> WriteLoop::suspects() const {
    std::vector<std::string> paths;
    for (const auto& [path, rounds] : rounds_)
        if (rounds >= kRounds)
            paths.push_back(path);
    return paths;
}

void WriteLoop::written_by_another() {
    rounds_.clear();
    spared_ = kSpared;
}

} // namespace hotreload
