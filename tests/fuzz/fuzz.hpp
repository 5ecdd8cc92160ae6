// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The parts that the targets share. A target is one file with LLVMFuzzerTestOneInput; `dev/fuzz`
// links it with libFuzzer, the unit tests with replay.cpp.

#include "core/patch.hpp"
#include "core/secrets.hpp"
#include "document/json.hpp"
#include "document/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace hotreload::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// A finding, also where assert() is compiled out.
inline void expect(bool holds, const char* property) {
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %s\n", property);
    std::abort();
}

// Small enough that libFuzzer's own limits of memory and time are not what is found.
constexpr DocumentLimits kLimits = {.bytes = 1 << 20, .depth = 50, .values = 50'000};

// The document, or nothing; with what has to hold of every document.
inline std::expected<Value, Problem> parsed(Format format, std::string_view text) {
    auto value = parse_document(format, text, kLimits);
    if (!value) {
        expect(!value.error().message.empty(), "an error says what is wrong");
        return value;
    }
    expect(*value == *value, "a document equals itself");
    expect(diff(*value, *value).empty(), "a document does not differ from itself");
    expect(parse_document(format, text, kLimits) == value, "the same text is the same document");
    const auto json =
        parse_document(Format::Json, to_json(*value), {.bytes = std::size_t{1} << 30});
    expect(json.has_value(), "to_json() writes JSON");
    const auto patch = diff(Value{}, *value);
    for (const auto& operation : patch)
        expect(!touched_leaves(operation).empty(), "an operation touches something");
    // Two documents are equal, or a patch says what is not.
    const auto half = parse_document(format, text.substr(0, text.size() / 2), kLimits);
    if (half)
        expect(diff(*half, *value).empty() == (*half == *value), "a difference is told");
    (void)Secrets().masked(patch);
    (void)to_json(patch);
    return value;
}

} // namespace hotreload::fuzz
