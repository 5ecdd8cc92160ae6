// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Random ids as libsystemd draws them, from the kernel's generator.

#include "core/reload_id.hpp"

namespace hotreload::os {

ReloadId random_id();

} // namespace hotreload::os
