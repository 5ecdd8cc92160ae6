// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A part of a document, as somebody names it: "/servers/0/weight" (RFC 6901) or
// servers[0].weight, with keys in quotes where they hold what separates keys. Pure.

#include "client/json.hpp"
#include "ctl/answer.hpp"
#include "ctl/client.hpp"

#include <string>

namespace hotreload::ctl {

// The part of `whole`, which owns it; "" is all of it. Usage: `where` is malformed; Failed: there
// is no such part.
Answer<const Json*> find_part(const Json& whole, const std::string& where);

} // namespace hotreload::ctl
