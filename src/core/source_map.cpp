// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/source_map.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace hotreload {

namespace {

constexpr std::size_t kFewestSlots = 16;

std::uint64_t hash_of(std::string_view key) {
    return std::max<std::uint64_t>(std::hash<std::string_view>()(key), 1);
}

// "services.web" of "services.web.env.LEVEL".
std::string_view member_of(std::string_view key) {
    const auto dot = key.find('.');
    return dot == std::string_view::npos ? key : key.substr(0, key.find('.', dot + 1));
}

} // namespace

// The slot where the hash is, or would be.
std::size_t SourceMap::Places::slot_of(std::uint64_t hash) const {
    const auto mask = slots_.size() - 1;
    auto at = hash & mask;
    while (slots_[at].hash != 0 && slots_[at].hash != hash)
        at = (at + 1) & mask;
    return at;
}

void SourceMap::Places::grow() {
    const auto before =
        std::exchange(slots_, std::vector<Slot>(std::max(2 * slots_.size(), kFewestSlots)));
    for (const auto& slot : before)
        if (slot.hash != 0)
            slots_[slot_of(slot.hash)] = slot;
}

void SourceMap::Places::add(std::string_view key, Place place) {
    if (2 * taken_ >= slots_.size())
        grow();
    const auto hash = hash_of(key);
    auto& slot = slots_[slot_of(hash)];
    if (slot.hash != 0)
        return;
    slot = {hash, place};
    ++taken_;
}

const SourceMap::Place* SourceMap::Places::find(std::string_view key) const {
    if (slots_.empty())
        return nullptr;
    const auto& slot = slots_[slot_of(hash_of(key))];
    return slot.hash == 0 ? nullptr : &slot.place;
}

void SourceMap::add_member(std::string_view member, std::shared_ptr<const Places> places,
                           unsigned line) {
    members_[hash_of(member)] = {std::move(places), line};
}

std::optional<SourceMap::Place> SourceMap::find(std::string_view key) const {
    if (const auto member = members_.find(hash_of(member_of(key))); member != members_.end())
        if (const auto* const place = member->second.places->find(key)) {
            auto whole = *place;
            whole.line += member->second.line;
            return whole;
        }
    const auto* const place = places_.find(key);
    return place ? std::optional(*place) : std::nullopt;
}

} // namespace hotreload
