// SPDX-License-Identifier: LGPL-2.1-or-later
// A project file with members of a made-up kind.
#include "fixture.hpp"
#include "note_kind.hpp"

using namespace hotreload;
using hotreload::test::kWeb;
using hotreload::test::NoteKind;
using hotreload::test::ProjectTest;

namespace {

class KindsTest : public ProjectTest {
protected:
    Checked<ProjectDefinition> parse_notes(const std::string& text) {
        return parse_project(text, file(), kinds, [](const std::string&) -> Result<std::string> {
            return fail_errno(ENOENT, "cannot be opened");
        });
    }
    std::string problem(const std::string& text) {
        const auto project = parse_notes(text);
        return project ? "" : project.error().front().message;
    }

    const NoteKind note;
    const Kinds kinds{{all_kinds().all().front(), &note}};
};

} // namespace

// Was: a kind had no way to know where a relative path begins.
TEST_F(KindsTest, a_path_of_a_kinds_own_is_absolute) {
    const auto project = parse_notes("[notes.log]\nfile = './a/../log'\n");
    ASSERT_TRUE(project.has_value());
    EXPECT_EQ(*project->services.at("log")->settings.at("file").string(), directory_ + "/log");
    EXPECT_EQ(problem("[notes.log]\nfile = 3\n"),
              "notes.log.file: expected a string, found an integer");
    EXPECT_EQ(problem("[notes.log]\nfile = ''\n"), "notes.log.file: is empty: give a path");
}

TEST_F(KindsTest, what_is_wrong_is_told_of_what_it_is) {
    EXPECT_EQ(problem("[notes.log]\nafter = ['log']\n"), "notes.log.after: names the note itself");
    EXPECT_EQ(problem("[notes.a]\n" + kWeb + "after = ['nothing']\n"),
              "services.web.after: there is no service or note \"nothing\" in the project");
    EXPECT_EQ(problem("[notes.a]\nafter = ['b']\n[notes.b]\nafter = ['a']\n"),
              "notes.a.after: the notes wait for each other: a → b → a");
    EXPECT_EQ(problem(kWeb + "after = ['b']\n[notes.b]\nafter = ['web']\n"),
              "notes.b.after: the members wait for each other: b → web → b");
    write("hotreload.toml", "\n");
    const auto nothing = load_project(file(), kinds);
    ASSERT_FALSE(nothing.has_value());
    EXPECT_EQ(nothing.error().front().message,
              "nothing is declared in it: a project has a [services.NAME], a [notes.NAME] or a "
              "[configs.NAME], and \"hotreloadctl down\" takes one down");
}

TEST_F(KindsTest, the_manual_has_the_keys_of_a_kinds_own) {
    const auto keys = project_file_keys(kinds);
    EXPECT_TRUE(std::ranges::contains(keys, "notes.NAME.file"));
    EXPECT_FALSE(std::ranges::contains(keys, "notes.NAME.watch.pin"));
}
