// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.hpp"

using namespace hotreload;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)fuzz::parsed(Format::Unit, fuzz::text_of(data, size));
    return 0;
}
