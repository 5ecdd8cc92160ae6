// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/duration.hpp"

#include "fuzz.hpp"

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto duration = parse_duration(fuzz::text_of(data, size));
    if (!duration)
        fuzz::expect(!duration.error().message.empty(), "an error says what is wrong");
    else
        fuzz::expect(parse_duration(format_duration(*duration)).has_value(),
                     "what is written is read back");
    return 0;
}
