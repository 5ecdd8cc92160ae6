// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/digest.hpp"

#include <xxhash.h>

namespace hotreload {

Digest digest_of_text(std::string_view text) {
    const auto hash = XXH3_128bits(text.data(), text.size());
    return {hash.low64, hash.high64};
}

} // namespace hotreload
