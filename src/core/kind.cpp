// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/kind.hpp"

#include <algorithm>
#include <format>
#include <stdexcept>

namespace hotreload {

const Kind* Kinds::find(std::string_view word) const {
    if (word.empty())
        return rows_.front();
    const auto row = std::ranges::find(rows_, word, [](const Kind* kind) { return kind->word(); });
    return row == rows_.end() ? nullptr : *row;
}

const Kind& Kinds::of(const MemberDefinition& definition) const {
    if (const auto* const kind = find(definition.kind))
        return *kind;
    throw std::logic_error(std::format("no kind \"{}\"", definition.kind));
}

std::string Kinds::key_of(const MemberDefinition& definition) const {
    return std::format("{}.{}", of(definition).table(), definition.name);
}

} // namespace hotreload
