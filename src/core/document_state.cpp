// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/document_state.hpp"

namespace hotreload {

namespace {

constexpr std::size_t kOfEach = 100; // beside its texts

std::size_t size_of(const KeyPath& path) {
    std::size_t bytes = 0;
    for (const auto& step : path) {
        const auto* const key = std::get_if<std::string>(&step);
        bytes += sizeof step + (key ? key->size() : 0);
    }
    return bytes;
}

} // namespace

std::size_t size_of(const KeyDifference& difference) {
    std::size_t bytes =
        kOfEach + size_of(difference.path) + difference.before.size() + difference.after.size();
    for (const auto& leaf : difference.leaves)
        bytes += size_of(leaf);
    return bytes;
}

} // namespace hotreload
