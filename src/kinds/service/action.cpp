// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/action.hpp"

namespace hotreload::service {

Task<> ActionHandler::finish(ActionContext&) const {
    co_return;
}

} // namespace hotreload::service
