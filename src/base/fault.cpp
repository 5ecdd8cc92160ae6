// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/fault.hpp"

namespace hotreload::fault {

int point(Point /*point*/) {
    return 0;
}

} // namespace hotreload::fault
