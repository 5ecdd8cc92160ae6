// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The contents that were read in this turn of the loop: a file that several sets watch is read for
// the first of them. They are known until the next turn, or as long as somebody who takes several
// turns holds them, or until an event tells that some file may be another by now: a file that
// changed within the clock's granularity has the same stamp.

#include "base/executor.hpp"
#include "base/shared_bytes.hpp"
#include "watch/content.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hotreload::watch {

class RecentContents {
public:
    // More files than this are not one save that concerns many, and are not remembered.
    static constexpr std::size_t kMost = 64;
    static constexpr std::size_t kMostBytes = std::size_t{32} << 20; // of all that are kept

    // The executor outlives it.
    explicit RecentContents(Executor& executor) : executor_(executor) {}
    ~RecentContents() { *alive_ = false; }
    RecentContents(const RecentContents&) = delete;
    RecentContents& operator=(const RecentContents&) = delete;

    struct Known {
        Content content;
        std::optional<SharedBytes> bytes; // nullopt: they were not kept, or are too many
    };
    // nullptr: not read in this turn. Valid until forget().
    [[nodiscard]] const Known* find(const Stamp& stamp) const;
    // Shares the bytes with the caller where they are `shared`, and else copies them.
    void note(const Content& content, std::optional<std::string_view> bytes,
              const std::optional<SharedBytes>& shared = std::nullopt);
    void forget();
    void hold() { held_ = true; }
    void let_go();

private:
    Executor& executor_;
    std::map<Stamp, Known> known_;
    std::size_t bytes_ = 0;                                      // in it
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for what is posted
    bool posted_ = false;
    bool held_ = false;
};

} // namespace hotreload::watch
