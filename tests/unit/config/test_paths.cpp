// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/paths.hpp"
#include "config/text.hpp"
#include "config/words.hpp"
#include "fixture.hpp"

#include <sys/stat.h>

#include <csignal>

using namespace hotreload;
using hotreload::test::ProjectTest;
namespace fs = std::filesystem;

TEST(Paths, are_made_absolute_without_following_links) {
    EXPECT_EQ(absolute_path("/p", "a/./b/../c"), "/p/a/c");
    EXPECT_EQ(absolute_path("/p", "."), "/p");
    EXPECT_EQ(absolute_path("/p", "../q/"), "/q");
    EXPECT_EQ(absolute_path("/p", "/etc//x"), "/etc/x");
    EXPECT_EQ(absolute_path("/p", "/etc/x"), "/etc/x");
    EXPECT_EQ(absolute_path("/p", "/etc/./x/../y/"), "/etc/y");
    EXPECT_EQ(absolute_path("/p", "/etc/x/.."), "/etc");
    EXPECT_EQ(absolute_path("/p", "/etc/.x/..y"), "/etc/.x/..y");
    EXPECT_EQ(absolute_path("/p", "/"), "/");
}

TEST(Paths, patterns_keep_their_wildcards_and_escape_the_directory) {
    EXPECT_EQ(absolute_glob("/p", "conf/*.toml"), "/p/conf/*.toml");
    EXPECT_EQ(absolute_glob("/p", "./a/../**/x"), "/p/**/x");
    EXPECT_EQ(absolute_glob("/p", "../q/{a,b}/c"), "/q/{a,b}/c");
    EXPECT_EQ(absolute_glob("/p", "*.conf"), "/p/*.conf");
    EXPECT_EQ(absolute_glob("/p", "/etc/nginx/**"), "/etc/nginx/**");
    EXPECT_EQ(absolute_glob("/p", "/*"), "/*");
    EXPECT_EQ(absolute_glob("/p [1]", "a.conf"), "/p \\[1\\]/a.conf");
    EXPECT_EQ(absolute_glob("/p{x}", "*.conf"), "/p\\{x\\}/*.conf");
}

TEST_F(ProjectTest, programs_are_found_by_path_or_in_the_managers_path) {
    const ProgramPlaces places{directory_, "", {}};
    EXPECT_EQ(Programs().resolve(places, "bin/web"), directory_ + "/bin/web");
    EXPECT_EQ(Programs().resolve(places, "/bin/sh"), "/bin/sh");
    EXPECT_EQ(Programs().resolve(places, "sh"), "sh");
    write("run", "#!/bin/sh\n");
    const auto message = [&](const std::string& name) {
        const auto result = Programs().resolve(places, name);
        return result ? "found" : result.error().message;
    };
    EXPECT_EQ(message("./run"), directory_ + "/run is not executable");
    EXPECT_EQ(message("bin/wbe"), directory_ + "/bin/wbe: No such file or directory");
    EXPECT_EQ(message("./bin"), directory_ + "/bin: Is a directory");
    const auto none = "there is no program \"run\" in " + path_variable({}) + "; ";
    EXPECT_EQ(message("run"),
              none + "write its path, or where it is: path = [\"DIRECTORY\"] in [project]");
    fs::permissions(directory_ + "/run", fs::perms::owner_all);
    EXPECT_EQ(message("run"), none + "for the file of the project write \"./run\"");
}

TEST_F(ProjectTest, only_regular_files_of_a_sane_size_are_read_and_nothing_blocks) {
    write("a", "text");
    EXPECT_EQ(read_text_file(directory_ + "/a"), "text");
    ASSERT_EQ(mkfifo((directory_ + "/fifo").c_str(), 0600), 0);
    EXPECT_EQ(read_text_file(directory_ + "/fifo").error().message,
              "is a FIFO, not a regular file");
    EXPECT_EQ(read_text_file(directory_).error().message, "is a directory, not a file");
    EXPECT_EQ(read_text_file("/dev/zero").error().message, "is a device, not a regular file");
    EXPECT_EQ(read_text_file(directory_ + "/none").error().code, ErrorCode::NotFound);
    write("big", std::string(kMaxTextFile + 1, ' '));
    EXPECT_EQ(read_text_file(directory_ + "/big").error().message, "is larger than 1024 KiB");
    write("full", std::string(kMaxTextFile, ' '));
    EXPECT_EQ(read_text_file(directory_ + "/full")->size(), kMaxTextFile);
    EXPECT_FALSE(read_text_file("/proc/self/status")->empty());
}

TEST(Text, a_byte_that_is_no_text_is_placed) {
    EXPECT_EQ(check_utf8("x", "é\n"), std::nullopt);
    EXPECT_EQ(check_utf8("x", "é\nab\xff"), (Problem{"x", 2, 3, "the file is not valid UTF-8"}));
}

TEST(Words, signals_are_named_with_and_without_their_prefix) {
    EXPECT_EQ(signal_word("SIGHUP"), SIGHUP);
    EXPECT_EQ(signal_word("USR2"), SIGUSR2);
    EXPECT_EQ(signal_word("SIGHPU").error().message,
              "unknown signal \"SIGHPU\"; did you mean \"SIGHUP\"?");
    EXPECT_EQ(signal_word("SIGKILL").error().message, "SIGKILL cannot be caught by the service");
    EXPECT_EQ(signal_word("SIGRTMIN+3"), SIGRTMIN + 3);
    for (const char* word : {"", "SIG", "1", "RTMIN+99", "RTMIN+", "RTMIN+-1", "hup"})
        EXPECT_FALSE(signal_word(word).has_value()) << word;
}

TEST(Words, units_are_services_or_what_starts_them_and_no_templates) {
    EXPECT_EQ(attached_unit_name("nginx"), "nginx.service");
    EXPECT_EQ(attached_unit_name("a.b"), "a.b.service");
    EXPECT_EQ(attached_unit_name("getty@tty1.service"), "getty@tty1.service");
    for (const char* word :
         {"", ".service", "a b", "a/b", "nginx.socket", "getty@.service", "@x.service", ".x", "é"})
        EXPECT_FALSE(attached_unit_name(word).has_value()) << word;
    EXPECT_FALSE(attached_unit_name(std::string(250, 'x')).has_value());
    EXPECT_EQ(attached_unit_name("tick.timer"), "tick.timer");
    EXPECT_EQ(attached_unit_name("in.path"), "in.path");
    EXPECT_EQ(
        attached_unit_name("acc.socket").error().message,
        "\"acc.socket\" cannot be attached: a socket is not restarted while its service runs: "
        "attach the service that it starts");
    for (const char* word : {".timer", "a@.timer", "a b.path", "x.mount", "x.target", "x.scope"})
        EXPECT_FALSE(attached_unit_name(word).has_value()) << word;
}
