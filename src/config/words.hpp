// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The words that values of a project file may be: each with its error, which names what there is.

#include "base/error.hpp"
#include "core/definition.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hotreload {

// "auto" is nullopt.
Result<std::optional<Strategy>> strategy_word(std::string_view word);

// "bytes", "toml", "yaml" …
Result<Format> format_word(std::string_view word);

Result<ServiceType> service_type_word(std::string_view word);

// "SIGHUP", "HUP", "SIGRTMIN+3": a signal that a process can catch.
Result<int> signal_word(std::string_view word);

// A unit that can be attached: a service, a timer or a path unit, and no template; "foo@*.service"
// stands for all instances of one. ".service" is added to a plain name.
Result<std::string> attached_unit_name(std::string_view word);

} // namespace hotreload
