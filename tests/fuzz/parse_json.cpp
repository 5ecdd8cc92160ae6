// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.hpp"

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    if (const auto value = fuzz::parsed(Format::Json, text))
        fuzz::expect(parse_document(Format::Jsonc, text, fuzz::kLimits) == value, "JSON is JSONC");
    return 0;
}
