// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Checks of a service's definition as a whole, when each key of it is right by itself.

#include "core/declaration.hpp"

namespace hotreload::service {

void check_service(Declaration& declaration);

} // namespace hotreload::service
