// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// JSON as the daemon sends it: read without exceptions, and without trust in its shape.

#include "base/error.hpp"
#include "base/words.hpp"

#include <jsoncons/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hotreload::client {

using Json = jsoncons::ojson; // members keep their order

// Numbers with a fraction or an exponent come out as they went in.
std::optional<Json> parse_json(std::string_view text);

// Members of an object; a default when it is missing or of another type.
std::string text_of(const Json& object, std::string_view key);
std::uint64_t number_of(const Json& object, std::string_view key);
bool flag_of(const Json& object, std::string_view key);
// The enumerator of a word; nullopt, too, for a word of a later version of the daemon, which is
// shown as it is.
template <HasWords Enum>
std::optional<Enum> word_of(const Json& object, std::string_view key) {
    return parse_word<Enum>(text_of(object, key));
}
const Json& array_of(const Json& object, std::string_view key);

// The problem that an object with path, line, column and message tells.
Problem problem_in(const Json& object);

} // namespace hotreload::client
