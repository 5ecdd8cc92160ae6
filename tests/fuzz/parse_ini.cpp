// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.hpp"

#include <algorithm>
#include <string>

using namespace hotreload;

namespace {

bool counts(std::string_view line) {
    const auto at = line.find_first_not_of(" \t\r\n");
    return at != std::string_view::npos && line[at] != '#' && line[at] != ';';
}

} // namespace

// Nothing but comments and blank lines may be missed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto document = fuzz::parsed(Format::Ini, text);
    constexpr std::size_t most = 2048;
    if (!document || size > most)
        return 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
        if (counts(text.substr(at, end - at))) {
            std::string without(text.substr(0, at));
            without += text.substr(end);
            const auto rest = parse_document(Format::Ini, without, fuzz::kLimits);
            fuzz::expect(!rest || !(*rest == *document), "a line that is taken away is missed");
            if (rest)
                fuzz::expect(!diff(*document, *rest).empty(), "a difference is told");
        }
        at = end;
    }
    return 0;
}
