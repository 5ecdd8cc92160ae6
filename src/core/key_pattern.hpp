// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The patterns of `keys` and `secrets`: `log.*`, `database.**`, `servers[*].weight`. Between the
// dots stand keys, with `*` and `?` as in file names; `**` is any number of keys and indexes (none,
// too); `[3]` is an index and `[*]` any; a key may be quoted ("a.b") and then has no wildcards.
// A pattern that names no index behind a key means each: `server.port` is `server[1].port[0]`, too,
// which is what it becomes when an INI section or its key comes again.

#include "base/error.hpp"
#include "core/key_path.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

class KeyPattern {
public:
    // Errors: Invalid, with the place in the pattern and what would be right there.
    static Result<KeyPattern> parse(std::string_view pattern);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool matches(const KeyPath& path) const;

    // The more specific of two patterns that match the same path decides. The first part in which
    // they differ tells: a literal key or index is more specific than one with wildcards, that than
    // `*` and `[*]`, those than an index that is not named, and that than `**`. Of wildcards, the
    // longer literal text. Equal patterns: false.
    [[nodiscard]] bool more_specific_than(const KeyPattern& other) const;

    bool operator==(const KeyPattern& other) const { return text_ == other.text_; }

private:
    struct Part {
        enum class Kind { Any, AnyOne, AnyIndex, Wildcard, Index, Literal };
        Kind kind = Kind::Literal;
        std::string text;
        std::size_t index = 0;
    };

    std::string text_;
    std::vector<Part> parts_;
};

// Which of the patterns decides about the path: the most specific one that matches. nullopt: none
// matches.
std::optional<std::size_t> deciding(std::span<const KeyPattern> patterns, const KeyPath& path);

} // namespace hotreload
