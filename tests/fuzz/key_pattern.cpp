// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/key_pattern.hpp"

#include "base/utf8.hpp"
#include "fuzz.hpp"

using namespace hotreload;

// Patterns, one a line; the last is also taken for a path, whose keys are between its dots.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = fuzz::text_of(data, size);
    std::vector<KeyPattern> patterns;
    for (;;) {
        const auto end = text.find('\n');
        if (auto pattern = KeyPattern::parse(text.substr(0, end)))
            patterns.push_back(*std::move(pattern));
        if (end == std::string_view::npos)
            break;
        text.remove_prefix(end + 1);
    }
    KeyPath path;
    for (;;) {
        const auto end = text.find('.');
        const auto key = text.substr(0, end);
        if (key.size() == 1)
            path.emplace_back(static_cast<std::size_t>(key.front()) & 0xff);
        else
            path.emplace_back(std::string(key));
        if (end == std::string_view::npos)
            break;
        text.remove_prefix(end + 1);
    }
    for (const auto& a : patterns) {
        (void)a.matches(path);
        fuzz::expect(!a.more_specific_than(a), "no pattern is more specific than itself");
        for (const auto& b : patterns)
            fuzz::expect(!a.more_specific_than(b) || !b.more_specific_than(a),
                         "of two patterns, one is more specific");
    }
    const auto key = to_key(path);
    if (is_utf8(key) && key.size() <= 4096 && key.find_first_of("*?") == std::string::npos) {
        const auto own = KeyPattern::parse(key);
        fuzz::expect(own && own->matches(path), "a key is a pattern that matches it");
    }
    return 0;
}
