// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/inotify.hpp"

#include "fuzz.hpp"

#include <memory>

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Aligned as Inotify's own buffer is.
    const auto words = std::make_unique<std::uint64_t[]>(size / 8 + 1);
    const auto* from = reinterpret_cast<const std::byte*>(data);
    auto* to = reinterpret_cast<std::byte*>(words.get());
    std::copy(from, from + size, to);
    std::span<const std::byte> rest(to, size);
    for (auto before = rest.size(); const auto event = os::take_event(rest); before = rest.size()) {
        fuzz::expect(rest.size() < before, "an event is taken off the buffer");
        fuzz::expect(event->name.find('\0') == std::string_view::npos, "a name has no NUL");
    }
    return 0;
}
