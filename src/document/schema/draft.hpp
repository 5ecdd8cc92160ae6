// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The drafts of JSON Schema that are known, and the schemas that describe them (which other schemas
// may refer to: nothing is fetched). Only document/schema/ asks.

#include <optional>
#include <string_view>

namespace hotreload::document {

enum class Draft { Draft4, Draft6, Draft7, Draft2019, Draft2020 };

// The draft of "$schema", however it is spelled (http or https, with "#" or not); nullopt: none
// that is known.
std::optional<Draft> draft_of(std::string_view schema);

// The schema at an address of json-schema.org, in JSON; empty: none of ours. `address` is
// without a fragment.
std::string_view draft_text(std::string_view address);

} // namespace hotreload::document
