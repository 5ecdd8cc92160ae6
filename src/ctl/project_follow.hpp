// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// `up` on a terminal: the project's logs with the reports of its reloads in between, until ^C.

#include "ctl/session.hpp"

#include <string>

namespace hotreload::ctl {

// `stop`: takes the project down at the end; otherwise its services stay.
Answer<ExitStatus> follow_project(Session& session, const std::string& path, bool stop);

} // namespace hotreload::ctl
