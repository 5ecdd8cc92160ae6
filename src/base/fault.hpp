// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Named places at which a daemon under test can be made to die or to fail: the program
// hotreloadd-faults, which is never installed, has another point() (tests/box/faults.cpp). Here it
// does nothing.

#include <string_view>

namespace hotreload::fault {

// 0, or the errno that the caller is to fail with.
int point(std::string_view name);

} // namespace hotreload::fault
