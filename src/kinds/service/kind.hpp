// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Services: programs of a project that run as units of ours, and installed units.

#include "core/kind.hpp"

namespace hotreload::service {

extern const Kind& kind;

} // namespace hotreload::service
