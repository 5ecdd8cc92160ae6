// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What is wrong with a service's definition although each key of it is right by itself.

#include "core/declaration.hpp"

namespace hotreload::service {

void check_service(Declaration& declaration);

} // namespace hotreload::service
