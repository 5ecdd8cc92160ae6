// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Which values of documents are never shown: those whose key, or a key above it, matches
// *password*, *secret*, *token* or *_key (in any case of letters), and the project's `secrets`.

#include "core/key_pattern.hpp"
#include "core/patch.hpp"

#include <string>
#include <vector>

namespace hotreload {

// A line of a text, which is no document: what stands behind a word that sounds secret, and the
// password of a URL, is "***".
std::string masked_line(std::string_view line);

class Secrets {
public:
    explicit Secrets(std::vector<KeyPattern> patterns = {}) : patterns_(std::move(patterns)) {}

    // The value at `path` is secret, as a whole.
    [[nodiscard]] bool covers(const KeyPath& path) const;

    // `value`, which stands at `path`, with "***" for every secret in it.
    [[nodiscard]] Value masked(const Value& value, const KeyPath& path = {}) const;
    [[nodiscard]] Patch masked(Patch patch) const;

private:
    std::vector<KeyPattern> patterns_;
};

} // namespace hotreload
