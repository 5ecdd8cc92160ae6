// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/content_index.hpp"

#include "fuzz.hpp"

using namespace hotreload;

// The index of the copies of watched files, which may be damaged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto index = state::read_index(fuzz::text_of(data, size));
    if (!index)
        return 0;
    fuzz::expect(state::read_index(state::write_index(*index)) == *index,
                 "what is written is read back");
    return 0;
}
