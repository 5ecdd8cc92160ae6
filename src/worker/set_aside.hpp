// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Requests that a worker did not survive, or did not answer in time: they are not asked again until
// a file changes or somebody asks for it. In memory: another daemon tries once more. Pure.

#include "core/snapshot.hpp"
#include "worker/messages.hpp"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::worker {

class SetAside {
public:
    static constexpr std::size_t kMost = 64; // the oldest are forgotten

    // A worker has ended over the request. Answers how many have by now.
    unsigned count_death(const std::string& project, const Request& request);
    // The request was answered: the workers before had other reasons to end.
    void forget(const std::string& project, const Request& request);

    // The request is not asked any more, and `why` is what people are told instead.
    void add(const std::string& project, const Request& request, std::string why);
    // The reason why the request is not asked; nullptr: it is asked.
    [[nodiscard]] const std::string* find(const std::string& project, const Request& request) const;
    // Somebody asks for the project: its requests are asked again.
    void forgive(const std::string& project);

private:
    // The contents that a request is about, and how they are understood.
    using Subject = std::vector<std::pair<ContentId, Format>>;
    static Subject subject_of(const Request& request);

    struct Entry {
        std::string project;
        Subject subject;
        unsigned deaths = 0;
        std::string why = {}; // "": it is asked
    };
    using Entries = std::deque<Entry>;
    [[nodiscard]] Entries::const_iterator entry_of(const std::string& project,
                                                   const Request& request) const;
    Entry& entry_for(const std::string& project, const Request& request);

    Entries entries_; // the oldest first
};

} // namespace hotreload::worker
