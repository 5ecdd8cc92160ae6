// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The `properties` of a service as lines of a unit file, in the section where systemd looks for
// them.

#include "base/error.hpp"
#include "core/views_port.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::units {

using Directives = std::map<std::string, std::vector<std::string>>;

// [Unit] or else [Service].
bool belongs_to_unit_section(std::string_view directive);

// The reason why a value would break out of its line, and so be read as another directive. nullopt:
// it is fine.
std::optional<std::string> unfit_for_a_line(std::string_view directive, std::string_view value);

// The directives for what a unit is shown: BindReadOnlyPaths= and BindPaths=. Invalid: a path with
// a quote or more than one line, which no such setting can name.
Result<Directives> bind_directives(const std::vector<Bind>& binds);

// A command as the value of an Exec…= directive. Its words are literal, but for "$MAINPID" as a
// word and "${MAINPID}" in one, which a reload has to be able to say. A property of a transient
// unit cannot: the manager writes that into the unit's file with every "$" escaped, and so takes it
// literally from its next daemon-reload on.
std::string exec_line(const std::vector<std::string>& words);

struct UnitFileLine {
    std::string text;
    std::string directive; // "" for sections and what is not from `directives`
};

// The lines of a unit file, with `service_lines` at the head of [Service].
std::vector<UnitFileLine> unit_file_lines(const Directives& directives,
                                          const std::vector<std::string>& service_lines = {});
std::string join_lines(const std::vector<UnitFileLine>& lines);

} // namespace hotreload::units
