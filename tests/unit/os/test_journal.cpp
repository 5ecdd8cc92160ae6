// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/journal.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace hotreload::os {
namespace {

std::string catalog() {
    std::ostringstream text;
    text << std::ifstream(HOTRELOAD_CATALOG).rdbuf();
    return text.str();
}

TEST(Journal, every_message_has_its_own_id_and_an_entry_in_the_catalog) {
    const auto text = catalog();
    std::set<std::string_view> seen;
    for (const auto& row : message_table()) {
        EXPECT_TRUE(seen.insert(row.uuid).second) << row.name << " has an id that is taken";
        EXPECT_NE(text.find("\n-- " + std::string(row.uuid) + "\n"), std::string::npos)
            << row.name << " has no entry";
    }
}

TEST(Journal, every_entry_of_the_catalog_belongs_to_a_message) {
    std::set<std::string, std::less<>> known;
    for (const auto& row : message_table())
        known.emplace(row.uuid);
    std::istringstream lines(catalog());
    std::size_t entries = 0;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("-- ")) {
            ++entries;
            EXPECT_TRUE(known.contains(line.substr(3))) << line;
        }
    EXPECT_EQ(entries, known.size());
}

TEST(Journal, the_catalog_names_only_fields_that_messages_have) {
    const auto fields = journal_fields({.project = "p",
                                        .service = "s",
                                        .generation = 1,
                                        .reload_id = {0, 2},
                                        .object_pid = 3,
                                        .caller_uid = 0,
                                        .caller_comm = "c"});
    std::set<std::string, std::less<>> names;
    for (const auto& field : fields)
        names.insert(field.substr(0, field.find('=')));
    const auto text = catalog();
    for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
        const auto end = text.find('@', at + 1);
        ASSERT_NE(end, std::string::npos);
        EXPECT_TRUE(names.contains(text.substr(at + 1, end - at - 1)));
        at = end;
    }
}

TEST(Journal, fields_that_are_empty_are_left_out) {
    const auto fields = journal_fields(
        {.priority = Priority::Notice, .id = MessageId::Refused, .text = "no", .service = "web"});
    EXPECT_EQ(fields, (std::vector<std::string>{
                          "MESSAGE=no", "PRIORITY=5",
                          "MESSAGE_ID=" + std::string(message_uuid(MessageId::Refused)),
                          "SYSLOG_IDENTIFIER=hotreloadd", "HOTRELOAD_SERVICE=web"}));
}

TEST(Journal, the_unit_is_a_field_of_a_user_s_instance_alone) {
    const Message message{.unit = "x.service"};
    const auto of_the_system = journal_fields(message);
    auto expected = of_the_system;
    expected.emplace_back("USER_UNIT=x.service");
    EXPECT_EQ(journal_fields(message, true), expected);
}

TEST(Journal, outside_the_journal_a_message_is_one_plain_line) {
    ::unsetenv("JOURNAL_STREAM");
    testing::internal::CaptureStderr();
    Journal journal;
    journal.write({.id = MessageId::Refused, .text = "first\nsecond", .project = "shop"});
    journal.debug("not to be seen");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "first second\n");
}

TEST(Journal, debug_messages_are_for_who_asked) {
    ::unsetenv("JOURNAL_STREAM");
    testing::internal::CaptureStderr();
    Journal(true).debug("looked");
    Journal(false).debug("not seen");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "looked\n");
}

} // namespace
} // namespace hotreload::os
