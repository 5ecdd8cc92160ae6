// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command_line.hpp"

#include <gtest/gtest.h>

using namespace hotreload::ctl;

namespace {

struct Parsed {
    explicit Parsed(std::vector<const char*> words) {
        words.insert(words.begin(), "hotreloadctl");
        testing::internal::CaptureStderr();
        status = line.parse(static_cast<int>(words.size()), words.data());
        told = testing::internal::GetCapturedStderr();
    }
    CommandLine line;
    std::optional<ExitStatus> status;
    std::string told;
};

} // namespace

TEST(CommandLine, a_mistyped_command_is_told_the_nearest) {
    const Parsed parsed({"relaod"});
    EXPECT_EQ(parsed.status, ExitStatus::Usage);
    EXPECT_EQ(parsed.told, "hotreloadctl: unknown command \"relaod\"; did you mean reload?\n");
}

TEST(CommandLine, a_mistyped_option_is_told_the_nearest_of_its_command) {
    const Parsed parsed({"reload", "--forse", "shop"});
    EXPECT_EQ(parsed.status, ExitStatus::Usage);
    EXPECT_EQ(parsed.told, "hotreloadctl: unknown option --forse; did you mean --force?\n");
}

TEST(CommandLine, json_alone_is_short_and_does_not_swallow_the_command) {
    EXPECT_EQ(Parsed({"--json", "list"}).line.options().json, JsonMode::Short);
    EXPECT_EQ(Parsed({"--json", "list"}).status, std::nullopt);
    EXPECT_EQ(Parsed({"list", "--json=pretty"}).line.options().json, JsonMode::Pretty);
    EXPECT_EQ(Parsed({"list", "--json=off"}).line.options().json, JsonMode::Off);
    EXPECT_EQ(Parsed({"list"}).line.options().json, JsonMode::Off);
    EXPECT_EQ(Parsed({"list", "--json=xml"}).status, ExitStatus::Usage);
}

TEST(CommandLine, global_options_are_taken_before_and_after_the_command) {
    EXPECT_TRUE(Parsed({"--system", "status", "shop"}).line.options().system);
    EXPECT_TRUE(Parsed({"status", "shop", "--system", "-q"}).line.options().system);
    EXPECT_EQ(Parsed({"status", "-H", "root@host"}).line.options().host, "root@host");
}

TEST(CommandLine, contradictions_are_mistakes_of_usage) {
    EXPECT_EQ(Parsed({"--user", "--system", "list"}).status, ExitStatus::Usage);
    EXPECT_EQ(Parsed({"-H", "a", "-M", "b", "list"}).status, ExitStatus::Usage);
    EXPECT_EQ(Parsed({"up", "--stop", "--detach"}).status, ExitStatus::Usage);
    EXPECT_EQ(Parsed({"reload", "--strategy=hope"}).status, ExitStatus::Usage);
    EXPECT_EQ(Parsed({"logs", "-n", "few"}).status, ExitStatus::Usage);
}

TEST(CommandLine, debug_says_what_there_is_to_see) {
    EXPECT_EQ(Parsed({"debug"}).status, ExitStatus::Usage);
    EXPECT_EQ(Parsed({"debug", "evnts"}).status, ExitStatus::Usage);
    EXPECT_EQ(Parsed({"debug", "events", "-n", "few"}).status, ExitStatus::Usage);
    EXPECT_EQ(Parsed({"debug", "events", "-n", "5"}).status, std::nullopt);
    EXPECT_EQ(Parsed({"debug", "events", "--json"}).line.options().json, JsonMode::Short);
    EXPECT_EQ(Parsed({"explain"}).status, ExitStatus::Usage);
}

TEST(CommandLine, another_machine_means_its_system_instance_unless_said) {
    EXPECT_FALSE(Parsed({"-H", "host", "list"}).line.options().on_user_bus());
    EXPECT_FALSE(Parsed({"-M", "box", "list"}).line.options().on_user_bus());
    EXPECT_TRUE(Parsed({"-M", "u@box", "--user", "list"}).line.options().on_user_bus());
}

TEST(CommandLine, every_row_of_the_table_is_a_command_with_a_summary) {
    const CommandLine line;
    for (const auto& row : command_table()) {
        EXPECT_NO_THROW((void)line.app().get_subcommand(std::string(row.name)));
        EXPECT_FALSE(row.summary.empty()) << row.name;
    }
}

TEST(CommandLine, mistakes_are_told_by_what_was_typed) {
    EXPECT_EQ(Parsed({"logs", "-n", "x"}).told, "hotreloadctl: --lines: \"x\" is not a number\n");
    EXPECT_EQ(Parsed({"reload", "--strategy=hope"}).told,
              "hotreloadctl: --strategy: \"hope\" is none of live, reload, swap, restart\n");
    // Whichever the parser comes to first.
    EXPECT_TRUE(Parsed({"--user", "--system", "list"}).told.contains(" excludes --"));
    EXPECT_EQ(Parsed({"reload", "--no-validate"}).told,
              "hotreloadctl: --no-validate requires --dry-run\n");
    EXPECT_EQ(Parsed({"rollback", "web", "--to=0"}).told, "hotreloadctl: --to: it is 1 at least\n");
    EXPECT_EQ(Parsed({"diff"}).told, "hotreloadctl: TARGET is required\n");
    EXPECT_EQ(Parsed({"logs", "--lines"}).told,
              "hotreloadctl: --lines: 1 required LINES missing\n");
}

TEST(CommandLine, the_help_has_nothing_of_the_parser_s_notation) {
    const CommandLine line;
    auto text = line.app().help();
    for (const auto& row : command_table())
        text += line.app().get_subcommand(std::string(row.name))->help();
    for (const auto* notation : {"Excludes", "Needs", "{", "TARGET TEXT", "UINT", "REQUIRED"})
        EXPECT_FALSE(text.contains(notation)) << notation << "\n" << text;
    EXPECT_TRUE(text.contains("--json[=MODE]"));
}

TEST(CommandLine, help_takes_the_name_of_a_command) {
    EXPECT_EQ(Parsed({"help", "reload"}).status, std::nullopt);
    EXPECT_EQ(Parsed({"help"}).status, std::nullopt);
}
