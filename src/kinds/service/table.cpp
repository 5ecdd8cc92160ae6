// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/table.hpp"

#include <algorithm>
#include <array>

namespace hotreload::service {

namespace {

struct Row {
    Action action;
    const ActionHandler& handler;
};

} // namespace

const ActionHandler* handler_for(Action action) {
    static const std::array rows = std::to_array<Row>({
        {Action::Live, live},
        {Action::Reload, reload},
        {Action::Swap, swap},
        {Action::Restart, restart},
        {Action::Start, start},
        {Action::Stop, stop},
    });
    const auto row = std::ranges::find(rows, action, &Row::action);
    return row == rows.end() ? nullptr : &row->handler;
}

} // namespace hotreload::service
