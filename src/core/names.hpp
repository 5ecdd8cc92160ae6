// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Names of units, which say what each is: this is the one place that builds and takes them apart.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hotreload {

// Escapes as `systemd-escape` does: what is not [a-zA-Z0-9:_.] becomes \xNN, '/' becomes '-'.
std::string escape_unit_name(std::string_view text);

std::string project_slice(std::string_view project); // hotreload-shop.slice
// hotreload-shop.web@7.service
std::string generation_unit(std::string_view project, std::string_view service,
                            std::uint64_t generation);
// hotreload-shop.web-validate@12.service
std::string helper_unit(std::string_view project, std::string_view service, std::string_view kind,
                        std::string_view id);
// Shell pattern for every unit of a project ("hotreload-shop.*@*.service").
std::string project_units_pattern(std::string_view project);

// The generation in a generation_unit's name of this service; nullopt: it is another unit.
std::optional<std::uint64_t> generation_of(std::string_view unit, std::string_view project,
                                           std::string_view service);

// The service and the generation of any generation_unit of this project.
std::optional<std::pair<std::string, std::uint64_t>> service_of(std::string_view unit,
                                                                std::string_view project);

// A timer or a path unit: nothing reloads one.
bool restarted_only(std::string_view unit);

// A project's or service's name: [a-z0-9][a-z0-9_-]*
bool valid_name(std::string_view name);

} // namespace hotreload
