// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Answers of methods as the outputs that the Varlink interface says.

#include "ipc/methods.hpp"
#include "ipc/varlink/variant.hpp"

namespace hotreload::ipc {

// nullptr: libsystemd does not take it.
Variant to_variant(const Answer& answer, Audience reader);

} // namespace hotreload::ipc
