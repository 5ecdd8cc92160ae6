// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/action.hpp"

namespace hotreload {

Task<> ActionHandler::finish(ActionContext&) const {
    co_return;
}

} // namespace hotreload
