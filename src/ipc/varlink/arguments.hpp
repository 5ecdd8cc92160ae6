// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The parameters of a Varlink call, as the table of methods has them. libsystemd has held them
// against the interface before: none is of another type, and none is there that nobody knows.

#include "ipc/methods.hpp"

using sd_json_variant = struct sd_json_variant;

namespace hotreload::ipc {

// Invalid: one means nothing, or is too long.
Result<Arguments> read_arguments(const Method& method, sd_json_variant* parameters);

// Every method has it, as systemd's own have: the caller may be asked for a password.
bool allows_interaction(sd_json_variant* parameters);

} // namespace hotreload::ipc
