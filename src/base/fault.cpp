// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/fault.hpp"

namespace hotreload::fault {

int point(std::string_view /*name*/) {
    return 0;
}

} // namespace hotreload::fault
