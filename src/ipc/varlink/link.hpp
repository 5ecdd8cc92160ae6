// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A Link is a reference to a caller's connection, which may be closed already: what is sent then is
// sent to nobody.

#include <memory>

using sd_varlink = struct sd_varlink;

namespace hotreload::ipc {

struct LinkDeleter {
    void operator()(sd_varlink* link) const noexcept;
};
using Link = std::unique_ptr<sd_varlink, LinkDeleter>;

Link reference(sd_varlink* link);

} // namespace hotreload::ipc
