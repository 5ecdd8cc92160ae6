// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Format is how the content of a watched file is understood. Bytes are compared as they are; all
// others are parsed into a Value, and compared by what they mean.

#include "base/words.hpp"

#include <string_view>

namespace hotreload {

enum class Format { Bytes, Toml, Yaml, Json, Jsonc, Ini, Unit };

template <>
inline constexpr auto kWordsOf<Format> = words<Format>({
    // of `format =`
    {Format::Bytes, "bytes"},
    {Format::Toml, "toml"},
    {Format::Yaml, "yaml"},
    {Format::Json, "json"},
    {Format::Jsonc, "jsonc"},
    {Format::Ini, "ini"},
    {Format::Unit, "unit"},
});

// The format that a file's name tells: .toml, .yaml and .yml, .json, .jsonc, .ini, and the suffixes
// of systemd.unit(5), systemd.network(5), systemd.nspawn(5) and their drop-ins. Bytes for every
// other name.
Format format_of(std::string_view path);

} // namespace hotreload
