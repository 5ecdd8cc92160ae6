// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/recent_contents.hpp"

#include <utility>

namespace hotreload::watch {

const RecentContents::Known* RecentContents::find(const Stamp& stamp) const {
    const auto found = known_.find(stamp);
    return found == known_.end() ? nullptr : &found->second;
}

void RecentContents::note(const Content& content, std::optional<std::string_view> bytes) {
    if (known_.size() >= kMost)
        return;
    auto& known = known_[content.stamp];
    known.content = content;
    if (bytes)
        known.bytes = *bytes;
    if (!std::exchange(posted_, true))
        forget_next_turn();
}

void RecentContents::forget_next_turn() {
    executor_.post([this, alive = alive_] {
        if (!*alive)
            return;
        if (std::exchange(keep_, false))
            return forget_next_turn();
        posted_ = false;
        forget();
    });
}

} // namespace hotreload::watch
