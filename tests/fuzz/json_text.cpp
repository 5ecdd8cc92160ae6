// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/json_text.hpp"

#include "fuzz.hpp"

using namespace hotreload;

// A text that stands within our JSON is JSON to every reader.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto read = parse_document(Format::Json, text, {.bytes = 1 << 20, .depth = 1000});
    // The parser refuses keys that come twice, too, and takes a byte order mark.
    if (read && !text.starts_with("\xEF\xBB\xBF") && !text.contains('\0'))
        fuzz::expect(is_json(text) || std::string_view(text).size() > 256, "what is read is JSON");
    if (!read && read.error().message.contains("deeper"))
        fuzz::expect(!is_json(text), "what is too deep is none");
    return 0;
}
