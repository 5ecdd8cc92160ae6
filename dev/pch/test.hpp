// SPDX-License-Identifier: LGPL-2.1-or-later
// The same for tests.
#include "std.hpp"

#include <gtest/gtest.h>
