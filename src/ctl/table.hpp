// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Rows of cells as aligned lines, two spaces between columns, nothing after the last one.

#include <string>
#include <vector>

namespace hotreload::ctl {

std::vector<std::string> format_table(const std::vector<std::vector<std::string>>& rows);

} // namespace hotreload::ctl
