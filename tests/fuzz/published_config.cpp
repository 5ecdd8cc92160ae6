// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/json.hpp"
#include "fuzz.hpp"
#include "libhotreload/pointer.hpp"
#include "libhotreload/published.hpp"

using namespace hotreload;

// A published document that somebody else has written, or half.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto published = library::read_published(text);
    if (!published)
        fuzz::expect(!published.error().empty(), "an error says what is wrong");
    else if (published->value)
        fuzz::expect(parse_document(Format::Json, to_json(*published->value),
                                    {.bytes = std::size_t{1} << 30, .depth = 102})
                         .has_value(),
                     "a value is told as JSON");
    const auto place = library::resolve(Value{}, text);
    fuzz::expect(place.has_value() == text.empty(), "nothing is in null");
    return 0;
}
