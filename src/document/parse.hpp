// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The bytes of a file → the document that they mean. One file here for each format, and one table
// of them; only those files see their libraries (toml++, libfyaml, jsoncons).

#include "base/error.hpp"
#include "core/format.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <expected>
#include <string_view>

namespace hotreload {

// A document beyond these is refused, with an error that names the limit. They keep a file that was
// made to harm (nested brackets, aliases of aliases) from taking the daemon's memory or stack.
struct DocumentLimits {
    std::size_t bytes = std::size_t{16} << 20;
    std::size_t depth = 100;        // arrays and objects in one another
    std::size_t values = 1'000'000; // of the tree, after YAML's aliases are resolved
};

// Errors have line and column, and say what is wrong; the caller knows the file. Duplicate keys,
// bytes that are no UTF-8, and what follows the end of the document are errors (not in INI and unit
// files, whose readers have no such rules), and so is an empty JSON file; an empty file of another
// format is an empty object (YAML: null). The format must not be Bytes.
std::expected<Value, Problem> parse_document(Format format, std::string_view bytes,
                                             const DocumentLimits& limits = {});

} // namespace hotreload
