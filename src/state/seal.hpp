// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A check sum as the last member of a record, over all that stands before it. JSON alone lets a
// disk turn one path, number or command into another, and the daemon would act on that.

#include <string>
#include <string_view>

namespace hotreload::state {

// `object` is JSON text that ends with "}" and has members.
std::string seal(std::string object);

// False: it has a check sum, and was not written so. A record without one (of an older version, or
// written anew by somebody's tool) is taken as it is.
bool seal_holds(std::string_view text);

} // namespace hotreload::state
