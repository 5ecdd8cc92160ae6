// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/random_id.hpp"

#include <systemd/sd-id128.h>

#include <cstdint>

namespace hotreload::os {

ReloadId random_id() {
    sd_id128_t drawn{};
    (void)sd_id128_randomize(&drawn); // it waits for the kernel's generator, and does not fail
    ReloadId id;
    for (int i = 0; i < 8; ++i) {
        id.high = id.high << 8 | drawn.bytes[i];
        id.low = id.low << 8 | drawn.bytes[8 + i];
    }
    return id;
}

} // namespace hotreload::os
