// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The arguments of a call on a bus, as the table of methods has them. Most methods take an a{sv},
// for growth. A key of it that nobody knows is an error: an option that is silently not heeded is
// worse than a call that fails.

#include "ipc/methods.hpp"

#include <sdbus-c++/Types.h>

#include <map>
#include <string>
#include <vector>

namespace hotreload::ipc {

using OptionMap = std::map<std::string, sdbus::Variant>;

// `given`: what the object's path tells and the arguments in front of the options, in the order of
// the table. Invalid: with what is wrong, and what would be right.
Result<Arguments> read_arguments(const Method& method, std::vector<Value> given,
                                 const OptionMap& options);

} // namespace hotreload::ipc
