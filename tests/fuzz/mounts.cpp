// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/mounts.hpp"

#include "fuzz.hpp"

using namespace hotreload;

// Two tables, parted by a NUL.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto end = text.find('\0');
    const auto before = os::parse_mounts(text.substr(0, end));
    const auto after = os::parse_mounts(end == std::string_view::npos ? "" : text.substr(end + 1));
    for (const auto& [id, mount] : before)
        fuzz::expect(!mount.point.empty(), "a mount is somewhere");
    fuzz::expect(os::changed_points(before, before).empty(), "nothing differs from itself");
    fuzz::expect(os::changed_points(before, after) == os::changed_points(after, before),
                 "what differs does so either way");
    return 0;
}
