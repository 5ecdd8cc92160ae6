// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/live_properties.hpp"
#include "fuzz.hpp"

#include <string>
#include <vector>

using namespace hotreload;

// "DIRECTIVE", and a value on each line after it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = fuzz::text_of(data, size);
    std::vector<std::string> lines(1);
    for (const char c : text)
        c == '\n' ? lines.emplace_back() : lines.back() += c;
    const auto directive = lines.front();
    lines.erase(lines.begin());
    const auto value = parse_live_property(directive, lines);
    if (!value) {
        fuzz::expect(!value.error().message.empty(), "an error says what is wrong");
        return 0;
    }
    fuzz::expect(is_live_property(directive), "only what can be set live is parsed");
    fuzz::expect(value->property.starts_with(directive.substr(0, 3)),
                 "it is the property asked for");
    fuzz::expect(parse_live_property(directive, lines) == *value,
                 "the same text is the same value");
    return 0;
}
