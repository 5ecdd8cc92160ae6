// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The log on a systemd machine: structured messages for the journal where standard error is the
// journal, plain lines on standard error everywhere else (a terminal, a pipe, a test).

#include "core/messages.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::os {

class Journal final : public Log {
public:
    // `debug`: write debug messages too. `of_a_user`: for an instance beside a user's manager.
    explicit Journal(bool debug = false, bool of_a_user = false);

    void write(const Message& message) noexcept override;
    void debug(const std::string& text) noexcept override;

private:
    bool structured_;
    bool debug_;
    bool of_a_user_;
};

struct MessageRow {
    MessageId id;
    std::string_view name;
    std::string_view uuid; // MESSAGE_ID=, 32 hex digits
};

// The table has one row for each enumerator, in their order.
std::span<const MessageRow> message_table();
std::string_view message_uuid(MessageId id);

// The journal's fields for a message, "NAME=value" each. journald takes OBJECT_PID= of root alone,
// and journalctl takes USER_UNIT= of the unit's own user.
std::vector<std::string> journal_fields(const Message& message, bool of_a_user = false);

} // namespace hotreload::os
