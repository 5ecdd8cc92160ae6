// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/digest.hpp"

#include <xxhash.h>

namespace hotreload {

Digest DigestText::digest() const {
    const auto hash = XXH3_128bits(text_.data(), text_.size());
    return {hash.low64, hash.high64};
}

} // namespace hotreload
