// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/restoration.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

namespace hotreload::state {
namespace {

namespace fs = std::filesystem;

class RestorationTest : public testing::Test {
protected:
    RestorationTest() {
        fs::create_directory(directory + "/conf.d");
        put("a.conf", "new a");
        put("b.conf", "new b");
    }

    [[nodiscard]] std::string path(const std::string& name) const {
        return directory + "/conf.d/" + name;
    }
    void put(const std::string& name, const std::string& text) const {
        std::ofstream(path(name)) << text;
    }
    static std::string read(const std::string& path) {
        std::ifstream in(path);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    // Names and what they hold.
    [[nodiscard]] std::map<std::string, std::string> all() const {
        std::map<std::string, std::string> found;
        for (const auto& each : fs::directory_iterator(directory + "/conf.d"))
            found[each.path().filename()] = read(each.path());
        return found;
    }
    static ContentId id_of(std::string_view content) {
        return {std::hash<std::string_view>()(content), 0, content.size()};
    }
    [[nodiscard]] FileRestoration make() const {
        return FileRestoration(directory + "/aside/shop", id_of);
    }

    const test::TemporaryDirectory temporary;
    const std::string& directory = temporary.path();
};

TEST_F(RestorationTest, files_are_written_back_made_again_and_moved_aside) {
    auto restoration = make();
    EXPECT_TRUE(restoration.write(path("a.conf"), "old a"));
    EXPECT_TRUE(restoration.write(path("b.conf"), "new b")) << "as it is";
    EXPECT_TRUE(restoration.write(path("gone.conf"), "old"));
    put("s1.conf", "added");
    restoration.take_away(path("s1.conf"));
    restoration.take_away(path("a.conf")); // which is written
    restoration.take_away(path("nothing.conf"));
    const auto preview = restoration.preview();
    ASSERT_TRUE(preview);
    EXPECT_EQ(all().at("a.conf"), "new a") << "it was only looked at";

    const auto done = restoration.carry_out();
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_EQ(done->size(), 3U);
    EXPECT_EQ(preview->size(), 3U);
    EXPECT_EQ((*done)[0], (FileRestored{path("a.conf"), "written back", "", ""}));
    EXPECT_EQ((*done)[1], (FileRestored{path("gone.conf"), "made again", "", ""}));
    EXPECT_EQ((*done)[2].kind, "moved aside");
    EXPECT_EQ(read((*done)[2].aside), "added");
    EXPECT_EQ((*done)[2].aside.find(directory + "/aside/shop/"), 0U);
    EXPECT_EQ(all(), (std::map<std::string, std::string>{
                         {"a.conf", "old a"}, {"b.conf", "new b"}, {"gone.conf", "old"}}));
}

TEST_F(RestorationTest, what_is_found_wrong_before_leaves_all_as_it_was) {
    auto restoration = make();
    fs::create_directory(path("z.conf"));
    EXPECT_TRUE(restoration.write(path("a.conf"), "old a"));
    EXPECT_TRUE(restoration.write(path("z.conf"), "old z"));
    const auto refused = restoration.carry_out();
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message.ends_with("no file was changed"))
        << refused.error().message;
    EXPECT_EQ(read(path("a.conf")), "new a");
}

TEST_F(RestorationTest, what_fails_in_the_middle_puts_back_what_was_done) {
    auto restoration = make();
    put("s1.conf", "added");
    put("s2.conf", "added, too");
    EXPECT_TRUE(restoration.write(path("a.conf"), "old a"));
    EXPECT_TRUE(restoration.write(path("gone.conf"), "old"));
    restoration.take_away(path("s1.conf"));
    const auto before = all();
    fs::create_directory(path("t"));
    restoration.take_away(path("t"));
    const auto done = restoration.carry_out();
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().message.ends_with("no file was changed")) << done.error().message;
    fs::remove(path("t"));
    EXPECT_EQ(all(), before);
}

TEST_F(RestorationTest, what_was_made_at_the_end_of_a_link_is_taken_away_and_the_link_stays) {
    auto restoration = make();
    fs::create_symlink(directory + "/made", path("a-link.conf"));
    EXPECT_TRUE(restoration.write(path("a-link.conf"), "old"));
    fs::create_directory(path("t"));
    restoration.take_away(path("t"));
    const auto done = restoration.carry_out();
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().message.ends_with("no file was changed")) << done.error().message;
    EXPECT_FALSE(fs::exists(directory + "/made"));
    EXPECT_TRUE(fs::is_symlink(path("a-link.conf")));
}

// SmallFiles are a disk that is full: what was written has room, and what was there has not any
// more.
class SmallFiles {
public:
    explicit SmallFiles(rlim_t most) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{.rlim_cur = most, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallFiles() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        (void)std::signal(SIGXFSZ, signal_);
    }
    SmallFiles(const SmallFiles&) = delete;
    SmallFiles& operator=(const SmallFiles&) = delete;

private:
    rlimit before_{};
    void (*signal_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST_F(RestorationTest, what_cannot_be_put_back_is_told) {
    auto restoration = make();
    put("a.conf", std::string(1000, 'n'));
    EXPECT_TRUE(restoration.write(path("a.conf"), "old a"));
    EXPECT_TRUE(restoration.write(path("b.conf"), std::string(1000, 'o')));
    const auto done = [&] {
        const SmallFiles small(100);
        return restoration.carry_out();
    }();
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().message.ends_with("could not be put back: " + path("a.conf")))
        << done.error().message;
    EXPECT_EQ(read(path("b.conf")), "new b");
}

// Was: what somebody had saved since it was looked at was overwritten, and nobody had a copy.
TEST_F(RestorationTest, a_file_that_does_not_hold_what_it_has_to_stays_and_so_do_all) {
    auto restoration = make();
    EXPECT_TRUE(restoration.write(path("a.conf"), "old a"));
    EXPECT_TRUE(restoration.write(path("b.conf"), "old b"));
    restoration.expect(path("a.conf"), {id_of("new a")});
    restoration.expect(path("b.conf"), {id_of("b as it was")});
    const auto before = all();
    const auto refused = restoration.carry_out();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Busy);
    EXPECT_TRUE(refused.error().message.contains(path("b.conf"))) << refused.error().message;
    EXPECT_EQ(all(), before);
    restoration.expect(path("b.conf"), {std::nullopt});
    EXPECT_FALSE(restoration.carry_out()) << "it has come meanwhile";
    restoration.expect(path("b.conf"), {std::nullopt, id_of("new b")});
    EXPECT_TRUE(restoration.carry_out());
    restoration.expect(path("b.conf"), {id_of("b as it was")});
    EXPECT_TRUE(restoration.carry_out()) << "it is there";
}

TEST_F(RestorationTest, a_content_is_read_where_the_file_holds_it) {
    const auto restoration = make();
    EXPECT_EQ(restoration.read(path("a.conf"), id_of("new a")), "new a");
    EXPECT_TRUE(restoration.holds(path("a.conf"), id_of("new a")));
    EXPECT_FALSE(restoration.holds(path("a.conf"), id_of("old a")));
    EXPECT_FALSE(restoration.read(path("a.conf"), id_of("newer a")));
    EXPECT_FALSE(restoration.read(path("gone.conf"), id_of("")));
    EXPECT_FALSE(restoration.read(directory, id_of("")));
}

TEST_F(RestorationTest, what_is_to_be_taken_away_stays_when_somebody_else_has_saved_it) {
    auto restoration = make();
    restoration.take_away(path("a.conf"));
    restoration.expect(path("a.conf"), {id_of("made")});
    const auto refused = restoration.carry_out();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Busy);
    EXPECT_EQ(all().at("a.conf"), "new a");
}

TEST_F(RestorationTest, one_file_cannot_become_two) {
    auto restoration = make();
    EXPECT_TRUE(restoration.write(path("a.conf"), "one"));
    EXPECT_TRUE(restoration.write(path("a.conf"), "one"));
    const auto refused = restoration.write(path("a.conf"), "two");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
}

TEST_F(RestorationTest, what_one_service_keeps_no_other_one_changes_or_takes_away) {
    auto restoration = make();
    restoration.take_away(path("a.conf"));
    EXPECT_TRUE(restoration.keep(path("a.conf")));
    restoration.take_away(path("a.conf"));
    EXPECT_FALSE(restoration.write(path("a.conf"), "old a"));
    EXPECT_TRUE(restoration.write(path("b.conf"), "old b"));
    EXPECT_FALSE(restoration.keep(path("b.conf")));
    const auto preview = restoration.preview();
    ASSERT_TRUE(preview);
    ASSERT_EQ(preview->size(), 1U);
    EXPECT_EQ(preview->front().path, path("b.conf"));
}

TEST_F(RestorationTest, nothing_lies_over_another_thing_aside) {
    for (const auto* content : {"first", "second"}) {
        put("s1.conf", content);
        auto restoration = make();
        restoration.take_away(path("s1.conf"));
        const auto done = restoration.carry_out();
        ASSERT_TRUE(done);
        EXPECT_EQ(read(done->front().aside), content);
    }
}

} // namespace
} // namespace hotreload::state
