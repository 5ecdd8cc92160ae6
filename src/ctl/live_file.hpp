// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Which watched file is meant by a name on the command line, and content for it on its way to the
// daemon.

#include "client/daemon.hpp"
#include "ctl/session.hpp"
#include "ctl/target.hpp"

#include <string>

namespace hotreload::ctl {

// The path of the watched file: an absolute one as it is, another one from the directory of the
// target's project; one without a directory is the file of that name that the target has applied,
// where there is just one. Fails where there are several.
Answer<std::string> find_live_file(Session& session, const Target& target, const std::string& name);

// What the file, or our standard input, holds, to be handed over: read whole by us, who may wait
// for it.
Answer<sdbus::UnixFd> content_of(const std::string& file);

} // namespace hotreload::ctl
