// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/recent_contents.hpp"

#include <utility>

namespace hotreload::watch {

const RecentContents::Known* RecentContents::find(const Stamp& stamp) const {
    const auto found = known_.find(stamp);
    return found == known_.end() ? nullptr : &found->second;
}

void RecentContents::note(const Content& content, std::optional<std::string_view> bytes,
                          const std::optional<SharedBytes>& shared) {
    if (known_.size() >= kMost)
        return;
    auto& known = known_[content.stamp];
    known.content = content;
    if (bytes) {
        if (known.bytes)
            bytes_ -= known.bytes->size();
        known.bytes.reset();
        if (bytes->size() <= kMostBytes - bytes_)
            known.bytes = shared ? *shared : SharedBytes(std::string(*bytes));
        if (known.bytes)
            bytes_ += known.bytes->size();
    }
    if (std::exchange(posted_, true))
        return;
    executor_.post([this, alive = alive_] {
        if (!*alive)
            return;
        posted_ = false;
        if (!held_)
            forget();
    });
}

void RecentContents::forget() {
    known_.clear();
    bytes_ = 0;
}

void RecentContents::let_go() {
    if (std::exchange(held_, false))
        forget();
}

} // namespace hotreload::watch
