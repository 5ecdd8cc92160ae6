// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/options.hpp"

#include <unistd.h>

namespace hotreload::ctl {

bool GlobalOptions::on_user_bus() const {
    return user || (!system && !remote() && geteuid() != 0);
}

client::BusAddress GlobalOptions::bus() const {
    return {on_user_bus(), host, machine};
}

} // namespace hotreload::ctl
