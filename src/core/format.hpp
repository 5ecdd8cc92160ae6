// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Format is how the content of a watched file is understood. Bytes are compared as they are; all
// others are parsed into a Value, and compared by what they mean.

#include <optional>
#include <string_view>

namespace hotreload {

enum class Format { Bytes, Toml, Yaml, Json, Jsonc, Ini, Unit };

// The format that a file's name tells: .toml, .yaml and .yml, .json, .jsonc, .ini, and the suffixes
// of systemd.unit(5), systemd.network(5), systemd.nspawn(5) and their drop-ins. Bytes for every
// other name.
Format format_of(std::string_view path);

std::string_view to_string(Format format); // the word of `format =`
std::optional<Format> parse_format(std::string_view word);

} // namespace hotreload
