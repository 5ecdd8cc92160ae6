// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// ContentIndex says which copies there are of which watched file: a project's `index.json`.

#include "core/snapshot.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::state {

using ContentIndex = std::map<std::string, std::vector<ContentId>>; // by path, the newest first

// The index that the text is; nullopt: it is damaged, or of another version.
std::optional<ContentIndex> read_index(std::string_view text);
std::string write_index(const ContentIndex& index);

} // namespace hotreload::state
