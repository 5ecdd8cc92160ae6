// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/problems.hpp"

#include "base/utf8.hpp"

namespace hotreload::ipc {

ProblemList to_bus(const std::vector<Problem>& problems, Audience reader) {
    ProblemList list;
    for (const auto& problem : problems)
        list.emplace_back(to_utf8(problem.path), problem.line, problem.column,
                          to_utf8(shown_to(reader, problem).message));
    return list;
}

} // namespace hotreload::ipc
