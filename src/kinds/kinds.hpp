// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The table of kinds: one row each, from src/kinds/meson.build.

#include "core/kind.hpp"

namespace hotreload {

const Kinds& all_kinds();

} // namespace hotreload
