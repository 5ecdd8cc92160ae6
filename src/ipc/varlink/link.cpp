// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/link.hpp"

#include <systemd/sd-varlink.h>

namespace hotreload::ipc {

void LinkDeleter::operator()(sd_varlink* link) const noexcept {
    sd_varlink_unref(link);
}

Link reference(sd_varlink* link) {
    return Link(sd_varlink_ref(link));
}

} // namespace hotreload::ipc
