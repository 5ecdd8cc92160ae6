// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Would systemd take these directives? A unit file made for `systemd-analyze verify`, and its
// answer read back: which directive each complaint is about. Pure.

#include "base/error.hpp"
#include "units/directives.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hotreload::units {

inline constexpr std::string_view kCheckedUnit = "hotreload-check.service";

// Directives that cannot stand in a line of a file; to be taken out before check_file_lines.
std::vector<Problem> take_out_unfit(Directives& directives);

std::vector<UnitFileLine> check_file_lines(const Directives& directives);

// `output` of systemd-analyze about the file of these lines. Advice (old spellings that still
// work) is left out, and so is what it says of other units.
std::vector<Problem> read_complaints(std::string_view output,
                                     const std::vector<UnitFileLine>& lines);

} // namespace hotreload::units
