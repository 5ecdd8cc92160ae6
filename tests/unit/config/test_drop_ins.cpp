// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/project_files.hpp"
#include "fixture.hpp"

#include <algorithm>
#include <format>
#include <string>
#include <vector>

namespace hotreload::test {

namespace {

constexpr auto kFirst = "/etc/hotreload/shop.toml.d/10-a.toml";
constexpr auto kSecond = "/usr/lib/hotreload/shop.toml.d/20-b.toml";

class DropInTest : public ProjectTest {
protected:
    // "FILE:LINE:COLUMN" of the first problem.
    std::string first_place(std::string_view text) {
        const auto project = parse(text);
        if (project)
            return "none";
        const auto& problem = project.error().front();
        return std::format("{}:{}:{}", problem.path, problem.line, problem.column);
    }
};

} // namespace

TEST_F(DropInTest, later_files_win_key_by_key) {
    drop_ins_ = {
        {kFirst, "[services.web]\nverify = '2s'\n[services.web.env]\nA = 'first'\nB = 'b'\n"},
        {kSecond, "[services.web.env]\nA = 'second'\n"}};
    const auto web = service(kWeb + "verify = '1s'\n[services.web.env]\nA = 'file'\nC = 'c'\n");
    EXPECT_EQ(web.verify, std::chrono::seconds(2));
    EXPECT_EQ(web.env,
              (std::map<std::string, std::string>{{"A", "second"}, {"B", "b"}, {"C", "c"}}));
}

TEST_F(DropInTest, arrays_are_replaced_as_a_whole) {
    drop_ins_ = {{kFirst, "[[services.web.watch]]\nfiles = ['b']\n"}};
    const auto web = service(
        kWeb + "[[services.web.watch]]\nfiles = ['a']\n[[services.web.watch]]\nfiles = ['c']\n");
    ASSERT_EQ(web.watches.size(), 1U);
    EXPECT_TRUE(web.watches.front().files.front().ends_with("/b"));
}

TEST_F(DropInTest, a_drop_in_can_bring_a_service_and_name_the_project) {
    drop_ins_ = {{kFirst, "[project]\nname = 'other'\n[services.db]\ncommand = ['bin/web']\n"}};
    const auto project = good(kWeb);
    EXPECT_EQ(project.name, "other");
    EXPECT_EQ(project.services.size(), 2U);
    EXPECT_EQ(project.sources, std::vector<std::string>{kFirst});
}

TEST_F(DropInTest, relative_paths_start_at_the_project_file) {
    drop_ins_ = {{kFirst, "[services.web]\nwatch = ['conf/a']\n"}};
    EXPECT_EQ(service(kWeb).watches.front().files.front(), directory_ + "/conf/a");
}

TEST_F(DropInTest, a_problem_is_told_at_its_place_in_the_file_that_it_came_from) {
    drop_ins_ = {{kFirst, "# one\n[services.web]\n  comand = 1\n"}};
    EXPECT_EQ(first_place(kWeb), std::string(kFirst) + ":3:3");
    drop_ins_ = {{kFirst, "[services.web]\nverify = '1s'\n"},
                 {kSecond, "\n\n[services.web]\nverify = 7\n"}};
    EXPECT_EQ(first_place(kWeb), std::string(kSecond) + ":4:1");
    drop_ins_ = {{kFirst, "[services.web.env]\n'a b' = '1'\n"}};
    EXPECT_EQ(first_place(kWeb), std::string(kFirst) + ":2:1");
    drop_ins_ = {{kFirst, "[services.web]\nverify = '1s'\n"}};
    EXPECT_EQ(first_place(kWeb + "comand = 1\n"), file() + ":3:1") << "of the file itself";
}

TEST_F(DropInTest, each_file_that_is_no_toml_is_told) {
    drop_ins_ = {{kFirst, "[services.web\n"}, {kSecond, "x = \n"}};
    const auto project = parse(kWeb + "y = \n");
    ASSERT_FALSE(project);
    ASSERT_EQ(project.error().size(), 3U);
    EXPECT_EQ(project.error()[0].path, file());
    EXPECT_EQ(project.error()[1].path, kFirst);
    EXPECT_EQ(project.error()[2].path, kSecond);
}

TEST_F(DropInTest, what_was_read_earlier_is_not_taken_for_what_a_drop_in_says_now) {
    std::unique_ptr<EarlierReading> earlier;
    const auto read = [&] { return parse(kWeb, &earlier); };
    drop_ins_ = {{kFirst, "[services.web]\nverify = '1s'\n"}};
    ASSERT_TRUE(read());
    drop_ins_ = {{kSecond, "[services.web]\nverify = '1s'\n"}};
    auto project = read();
    ASSERT_TRUE(project);
    EXPECT_EQ(project->problem_at("services.web.verify", "").path, kSecond);
    drop_ins_ = {{kFirst, ""}, {kSecond, "[services.web]\nverify = '1s'\n"}};
    project = read();
    ASSERT_TRUE(project);
    EXPECT_EQ(project->problem_at("services.web.verify", "").path, kSecond);
    EXPECT_EQ(project->problem_at("services.web.command", "").path, file());
    drop_ins_.clear();
    project = read();
    ASSERT_TRUE(project);
    EXPECT_FALSE(project->services.at("web")->verify);
}

TEST_F(DropInTest, a_service_that_watches_its_drop_ins_directory_does_not_have_them_as_content) {
    const auto drop_in = directory_ + "/d/10-a.toml";
    drop_ins_ = {{drop_in, ""}};
    const auto web = service(kWeb + "watch = ['**/*.toml']\n");
    EXPECT_TRUE(std::ranges::contains(web.watches.front().exclude, drop_in));
}

TEST_F(DropInTest, the_most_important_directory_wins_by_name_and_masks) {
    for (const auto* directory : {"etc", "run", "lib"})
        fs::create_directories(directory_ + "/" + directory);
    const auto in = [&](const std::string& name) { return directory_ + "/" + name; };
    for (const auto* name : {"lib/10-a.toml", "lib/20-b.toml", "lib/30-c.toml", "run/10-a.toml",
                             "etc/15-x.toml", "etc/.40-hidden.toml", "etc/README"})
        write(name, "[project]\n");
    write("etc/20-b.toml", "");
    fs::create_symlink("/dev/null", in("run/30-c.toml"));
    const std::vector<std::string> directories{in("etc"), in("run"), in("lib"), in("gone")};
    EXPECT_EQ(project_files(directories),
              (std::vector<std::string>{in("run/10-a.toml"), in("etc/15-x.toml")}));
}

} // namespace hotreload::test
