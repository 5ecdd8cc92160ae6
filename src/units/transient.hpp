// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Transient units as the manager's StartTransientUnit takes them. A command is taken literally: the
// bus expands no specifiers, and "no-env-expand" keeps $ as it is.

#include "core/definition.hpp"
#include "core/units_port.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace hotreload::units {

using Words = std::vector<std::string>;
// Program, arguments with the zeroth, flags.
using Command = sdbus::Struct<std::string, Words, Words>;
// Path, and whether it may be missing.
using EnvironmentFile = sdbus::Struct<std::string, bool>;
// Source, target, whether a missing source is passed over, MS_REC.
using BoundPath = sdbus::Struct<std::string, std::string, bool, std::uint64_t>;
using NamedDescriptor = sdbus::Struct<sdbus::UnixFd, std::string>;

// A plain value, written into the call itself: an sdbus::Variant holds a message of its own, which
// takes 1 to 2 KiB.
using PropertyValue =
    std::variant<bool, std::int32_t, std::uint32_t, std::uint64_t, std::string, sdbus::UnixFd,
                 Words, std::vector<Command>, std::vector<EnvironmentFile>, std::vector<BoundPath>,
                 std::vector<NamedDescriptor>>;
using Property = sdbus::Struct<std::string, PropertyValue>;
using Properties = std::vector<Property>;
using AuxiliaryUnits = std::vector<sdbus::Struct<std::string, Properties>>; // always empty

// `properties` and `reload` of the definition are not in it: they go to a drop-in (drop_in.hpp);
// nor is its environment, which is in `environment_file` (environment.hpp; "": there is none) and
// has the last word: `published` is the directory of published documents, and each unit of a
// project is told its own in HOTRELOAD_PROJECT and HOTRELOAD_CONFIGS. Text that the bus does not
// carry (not UTF-8) is refused when it is written into a call. Throws a std::system_error when a
// descriptor cannot be duplicated: to be called within `guarded`.
Properties generation_properties(const GenerationRequest& request,
                                 const std::string& environment_file, const std::string& published);

// A oneshot that leaves nothing behind; what it prints goes to `output`, which is duplicated.
// Throws likewise.
Properties command_properties(const CommandRequest& request, const std::string& environment_file,
                              const std::string& published, int output);

Properties live_properties(const std::vector<LiveValue>& values);

} // namespace hotreload::units
