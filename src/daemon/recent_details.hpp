// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The details of the last events, by id, as they were: nothing is rendered before somebody asks.
// The oldest go when there are many or they are large; of one id, documents that would be too many
// are left out, but for the first.

#include "core/details.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

namespace hotreload::daemon {

class RecentDetails {
public:
    static constexpr std::size_t kMostIds = 512;
    static constexpr std::size_t kMostBytes = 8 << 20; // of their texts; the newest id stays anyhow

    void add(const ReloadId& id, Plan plan);
    void add(Outcome outcome); // with its id
    void add(const ReloadId& id, Announced problem);
    void add(const ReloadId& id, ConfigChange change);

    // nullptr: nothing is kept of it, any more or at all.
    [[nodiscard]] std::shared_ptr<const Details> find(const ReloadId& id) const;

private:
    struct Entry {
        std::shared_ptr<Details> details;
        std::size_t bytes = 0;
    };
    // The details to add to; they are about to be larger by so much.
    Details& grow(const ReloadId& id, std::size_t bytes);

    std::deque<Entry> entries_; // by when their id was first seen
    std::size_t bytes_ = 0;
};

} // namespace hotreload::daemon
