// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A published document as it lies below the run-time directory, hotreloadd(8): written by
// hotreloadd, we hope, and read with no trust in that. Pure.

#include "base/error.hpp"
#include "core/format.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace hotreload::library {

struct Published {
    std::uint64_t revision = 0;     // of the value
    std::optional<Value> value;     // nothing: the document has never been valid
    std::optional<Problem> problem; // why the document is not valid now; the first of them

    bool operator==(const Published&) const = default;
};

// A larger file is none of hotreloadd's: a document of the largest size, of which each byte is
// escaped, is smaller.
inline constexpr std::size_t kPublishedBytes = std::size_t{128} << 20;

// Errors: why this is no published document, for people. Members that are not known are passed
// over; a format that is not known is an error.
std::expected<Published, std::string> read_published(std::string_view bytes);

// The value of a document that nobody has published, as it would have been: what JSON can tell.
std::expected<Value, Problem> read_document(Format format, std::string_view bytes);

} // namespace hotreload::library
