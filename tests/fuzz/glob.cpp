// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/glob.hpp"

#include "fuzz.hpp"

using namespace hotreload;

// A pattern, a newline, a path.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto end = std::min(text.find('\n'), text.size());
    const auto glob = Glob::parse(text.substr(0, end));
    if (!glob)
        return 0;
    const auto path = text.substr(std::min(end + 1, text.size()));
    (void)glob->matches(path);
    (void)glob->may_match_below(path);
    (void)glob->base();
    if (glob->literal())
        fuzz::expect(glob->matches(glob->literal_path()),
                     "a literal matches the file that it names");
    return 0;
}
