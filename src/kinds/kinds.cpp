// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/kinds.hpp"

#include "table.inc"

namespace hotreload {

const Kinds& all_kinds() {
    static const Kinds kinds({HOTRELOAD_KINDS});
    return kinds;
}

} // namespace hotreload
