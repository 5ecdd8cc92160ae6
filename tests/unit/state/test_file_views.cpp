// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../inline_background.hpp"
#include "state/file_views.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

using namespace hotreload;
using namespace hotreload::state;
namespace fs = std::filesystem;

namespace {

ContentId hash(std::string_view bytes) {
    return {1, std::hash<std::string_view>()(bytes), bytes.size()};
}

std::string read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const std::string& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
}

class FileViewsTest : public testing::Test {
protected:
    void SetUp() override {
        fs::create_directory(live);
        watch.files = {live + "/**/*.conf"};
    }

    void put(const std::string& name, const std::string& text) const {
        fs::create_directories(fs::path(live + "/" + name).parent_path());
        std::ofstream(live + "/" + name) << text;
    }
    // The snapshot that the watcher would make of these files as they are now.
    [[nodiscard]] Snapshot snapshot(const std::vector<std::string>& names) const {
        Snapshot all;
        for (const auto& name : names)
            all.files[live + "/" + name] = hash(read(live + "/" + name));
        return all;
    }
    [[nodiscard]] std::string views_directory() const { return directory + "/views"; }
    [[nodiscard]] std::string view(const std::string& name = "v") const {
        return views_directory() + "/" + name + "/files" + live;
    }
    template <class T>
    static T run(Task<T> task) {
        task.start();
        EXPECT_TRUE(task.done());
        return task.take();
    }
    Result<View> make(const Snapshot& of, const std::string& name = "v",
                      const Views::Kept& kept = {}) {
        return run(views().make(name, {watch}, of, kept));
    }
    Result<> update(const Snapshot& to, const Views::Kept& kept = {}) {
        return run(views().update("v", {watch}, to, kept));
    }
    FileViews& views() {
        if (!views_)
            views_.emplace(views_directory(), background, hash);
        return *views_;
    }

    const test::TemporaryDirectory temporary;
    const std::string& directory = temporary.path();
    const std::string live = directory + "/app";
    WatchDefinition watch;
    test::InlineBackground background;
    std::optional<FileViews> views_;
};

} // namespace

TEST_F(FileViewsTest, a_view_has_the_watched_files_at_their_paths) {
    put("a.conf", "A");
    put("d/b.conf", "B");
    const auto made = make(snapshot({"a.conf", "d/b.conf"}));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->directory, views_directory() + "/v/files");
    EXPECT_EQ(read(made->directory + live + "/a.conf"), "A");
    EXPECT_EQ(read(made->directory + live + "/d/b.conf"), "B");
    const auto mount_point = views_directory() + "/v/live" + live;
    EXPECT_EQ(made->binds, (std::vector<Bind>{{view(), live}, {live, mount_point, true}}));
    EXPECT_TRUE(fs::is_empty(mount_point));
    EXPECT_EQ(mode_of(mount_point), 0755U);
    EXPECT_FALSE(fs::exists(views_directory() + "/v/staging"));
}

TEST_F(FileViewsTest, what_is_beside_the_files_is_a_link_to_what_is_on_disk) {
    put("a.conf", "A");
    put("data", "x");
    put("old/data", "x");
    put("sub/data", "x"); // "sub" may get a watched file
    watch.exclude = {live + "/old"};
    ASSERT_TRUE(make(snapshot({"a.conf"})));
    const auto on_disk = views_directory() + "/v/live" + live;
    EXPECT_EQ(fs::read_symlink(view() + "/data"), on_disk + "/data");
    EXPECT_EQ(fs::read_symlink(view() + "/old"), on_disk + "/old");
    EXPECT_TRUE(fs::is_directory(fs::symlink_status(view() + "/sub")));
    EXPECT_EQ(fs::read_symlink(view() + "/sub/data"), on_disk + "/sub/data");
}

TEST_F(FileViewsTest, a_link_beside_the_files_is_the_same_link_and_leads_to_the_copy) {
    put("available/a.conf", "A");
    watch.files = {live + "/available/*.conf", live + "/main"};
    fs::create_directory(live + "/enabled");
    fs::create_symlink("../available/a.conf", live + "/enabled/a");
    put("main", "M");
    put("enabled/keep", "");
    watch.files.push_back(live + "/enabled/*.x");
    ASSERT_TRUE(make(snapshot({"available/a.conf", "main"})));
    EXPECT_EQ(fs::read_symlink(view() + "/enabled/a"), "../available/a.conf");
    EXPECT_EQ(read(view() + "/enabled/a"), "A");
}

TEST_F(FileViewsTest, a_watched_link_is_the_content_that_it_leads_to) {
    std::ofstream(directory + "/elsewhere") << "E";
    fs::create_symlink("../elsewhere", live + "/a.conf");
    ASSERT_TRUE(make(snapshot({"a.conf"})));
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(view() + "/a.conf")));
    EXPECT_EQ(read(view() + "/a.conf"), "E");
}

TEST_F(FileViewsTest, a_watched_file_that_is_not_in_the_snapshot_is_left_out) {
    put("a.conf", "A");
    put("late.conf", "late");
    put("a.conf~", "editor's");
    fs::create_symlink("nowhere", live + "/dangling.conf");
    fs::create_directory(live + "/.git");
    ASSERT_TRUE(make(snapshot({"a.conf"})));
    EXPECT_FALSE(fs::exists(fs::symlink_status(view() + "/late.conf")));
    EXPECT_FALSE(fs::exists(fs::symlink_status(view() + "/dangling.conf")));
    EXPECT_TRUE(fs::is_symlink(view() + "/a.conf~"));
    EXPECT_TRUE(fs::is_symlink(view() + "/.git"));
}

TEST_F(FileViewsTest, mode_and_time_are_those_on_disk_and_nobody_else_writes_in_directories) {
    put("d/a.conf", "A");
    ASSERT_EQ(::chmod((live + "/d/a.conf").c_str(), 0640), 0);
    ASSERT_EQ(::chmod((live + "/d").c_str(), 02770), 0);
    const auto time = fs::last_write_time(live + "/d/a.conf") - std::chrono::hours(5);
    fs::last_write_time(live + "/d/a.conf", time);
    ASSERT_TRUE(make(snapshot({"d/a.conf"})));
    EXPECT_EQ(mode_of(view() + "/d/a.conf"), 0640U);
    EXPECT_EQ(fs::last_write_time(view() + "/d/a.conf"), time);
    EXPECT_EQ(mode_of(view() + "/d"), 0750U);
    EXPECT_EQ(mode_of(views_directory() + "/v/files" + directory), 0700U) << "as mkdtemp made it";
    EXPECT_EQ(mode_of(views_directory()), 0755U);
}

TEST_F(FileViewsTest, a_file_that_changed_or_went_since_the_snapshot_is_busy_and_leaves_nothing) {
    put("a.conf", "A");
    const auto before = snapshot({"a.conf"});
    put("a.conf", "B");
    auto made = make(before);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::Busy);
    EXPECT_EQ(made.error().message, live + "/a.conf has changed meanwhile");
    fs::remove(live + "/a.conf");
    made = make(before);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message, live + "/a.conf has gone meanwhile");
    EXPECT_TRUE(fs::is_empty(views_directory()));
    EXPECT_EQ(views().find("v"), std::nullopt);
}

TEST_F(FileViewsTest, a_file_that_changed_since_the_snapshot_is_shown_as_it_was_kept) {
    put("a.conf", "whole");
    const auto then = snapshot({"a.conf"});
    const auto id = then.files.begin()->second;
    put("a.conf", "half");
    const auto kept = [&](const ContentId& wanted) {
        return wanted == id ? std::optional<std::string>("whole") : std::nullopt;
    };
    ASSERT_TRUE(make(then, "v", kept));
    EXPECT_EQ(read(view() + "/a.conf"), "whole");
}

TEST_F(FileViewsTest, targets_within_targets_are_bound_once) {
    put("a.conf", "A");
    put("d/b", "B");
    watch.files = {live + "/d/b", live + "/*.conf", live + "/d/*.x", directory + "/none/*"};
    const auto made = make(snapshot({"a.conf", "d/b"}));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->binds.size(), 2U);
    EXPECT_EQ(made->binds[0].target, live);
    EXPECT_EQ(read(view() + "/d/b"), "B");
}

TEST_F(FileViewsTest, the_directory_of_a_link_is_bound_so_that_the_link_may_change) {
    put("releases/7/a.conf", "7");
    put("releases/8/a.conf", "8");
    fs::create_symlink("releases/7", live + "/current");
    watch.files = {live + "/current/*.conf"};
    const auto made = make(snapshot({"current/a.conf"}));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->binds[0].target, live);
    fs::remove(live + "/current");
    fs::create_symlink("releases/8", live + "/current");
    EXPECT_EQ(read(view() + "/current/a.conf"), "7");
    ASSERT_TRUE(update(snapshot({"current/a.conf"})));
    EXPECT_EQ(read(view() + "/current/a.conf"), "8");
}

TEST_F(FileViewsTest, a_file_in_everybodys_directory_is_bound_alone_and_updated_in_place) {
    const auto file = "/tmp/hotreload-views-alone-" + std::to_string(::getpid());
    std::ofstream(file) << "a longer one";
    watch.files = {file};
    Snapshot of;
    of.files[file] = hash("a longer one");
    const auto made = make(of);
    ASSERT_TRUE(made) << made.error().message;
    const auto copy = made->directory + file;
    EXPECT_EQ(made->binds, (std::vector<Bind>{{copy, file}}));
    struct stat before{}, after{};
    ::stat(copy.c_str(), &before);
    std::ofstream(file) << "B";
    of.files[file] = hash("B");
    EXPECT_TRUE(update(of));
    ::stat(copy.c_str(), &after);
    EXPECT_EQ(before.st_ino, after.st_ino);
    EXPECT_EQ(read(copy), "B");
    std::ofstream(directory + "/victim") << "victim";
    fs::remove(copy);
    fs::create_hard_link(directory + "/victim", copy);
    EXPECT_TRUE(update(of));
    EXPECT_EQ(read(directory + "/victim"), "victim") << "a link that somebody put there";
    EXPECT_EQ(read(copy), "B");
    const auto gone = update({});
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, ErrorCode::Failed);
    fs::remove(file);
}

TEST_F(FileViewsTest, patterns_that_begin_in_everybodys_directories_are_refused) {
    for (const auto* pattern :
         {"/*.conf", "/etc/*.conf", "/etc/{a,b}/x", "/home/dev/*", "/run/**"}) {
        watch.files = {pattern};
        const auto made = make({});
        ASSERT_FALSE(made) << pattern;
        EXPECT_EQ(made.error().code, ErrorCode::Invalid);
        EXPECT_NE(made.error().message.find(pattern), std::string::npos) << made.error().message;
    }
    watch.files = {directory + "/*.conf"};
    EXPECT_EQ(make({}).error().code, ErrorCode::Invalid) << "it would hold itself";
}

TEST_F(FileViewsTest, too_much_is_refused_with_what_to_do) {
    put("a.conf", "A");
    auto large = snapshot({"a.conf"});
    large.files[live + "/b.conf"] = {1, 2, std::uint64_t{1} << 40};
    auto made = make(large);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::Failed);
    EXPECT_NE(made.error().message.find("256 MiB"), std::string::npos);
    Snapshot many;
    for (int i = 0; i <= 10'000; ++i)
        many.files[live + "/" + std::to_string(i) + ".conf"] = {};
    made = make(many);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("10 000"), std::string::npos);
}

TEST_F(FileViewsTest, an_update_brings_changed_created_and_removed_files) {
    put("a.conf", "A");
    put("gone/b.conf", "B");
    put("same.conf", "S");
    ASSERT_TRUE(make(snapshot({"a.conf", "gone/b.conf", "same.conf"})));
    const auto root = fs::path(view());
    struct stat before{}, after{}, same_before{}, same_after{};
    ::stat(view().c_str(), &before);
    ::stat((view() + "/same.conf").c_str(), &same_before);
    put("a.conf", "AA");
    put("new/c.conf", "C");
    put("data", "x");
    fs::remove_all(live + "/gone");
    const auto updated = update(snapshot({"a.conf", "new/c.conf", "same.conf"}));
    ASSERT_TRUE(updated) << updated.error().message;
    EXPECT_EQ(read(view() + "/a.conf"), "AA");
    EXPECT_EQ(read(view() + "/new/c.conf"), "C");
    EXPECT_TRUE(fs::is_symlink(view() + "/data"));
    EXPECT_FALSE(fs::exists(view() + "/gone"));
    ::stat(view().c_str(), &after);
    ::stat((view() + "/same.conf").c_str(), &same_after);
    EXPECT_EQ(before.st_ino, after.st_ino) << "what is bound stays";
    EXPECT_EQ(same_before.st_ino, same_after.st_ino);
    EXPECT_FALSE(fs::exists(views_directory() + "/v/staging"));
}

TEST_F(FileViewsTest, an_update_brings_the_mode_of_a_file_that_is_the_same) {
    put("a.conf", "A");
    ASSERT_TRUE(make(snapshot({"a.conf"})));
    ASSERT_EQ(::chmod((live + "/a.conf").c_str(), 0600), 0);
    ASSERT_TRUE(update(snapshot({"a.conf"})));
    EXPECT_EQ(mode_of(view() + "/a.conf"), 0600U);
}

TEST_F(FileViewsTest, copies_belong_to_whom_the_files_do) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can give files away";
    put("d/a.conf", "A");
    ASSERT_EQ(::chown((live + "/d/a.conf").c_str(), 12345, 54321), 0);
    ASSERT_EQ(::chown((live + "/d").c_str(), 12345, 54321), 0);
    ASSERT_TRUE(make(snapshot({"d/a.conf"})));
    for (const auto* each : {"/d", "/d/a.conf"}) {
        struct stat status{};
        ASSERT_EQ(::stat((view() + each).c_str(), &status), 0);
        EXPECT_EQ(status.st_uid, 12345U) << each;
        EXPECT_EQ(status.st_gid, 54321U) << each;
    }
}

TEST_F(FileViewsTest, an_update_takes_kept_content_where_the_disk_has_another) {
    put("a.conf", "A");
    put("b.conf", "B");
    const auto first = snapshot({"a.conf", "b.conf"});
    ASSERT_TRUE(make(first));
    put("a.conf", "A2");
    fs::remove(live + "/b.conf");
    ASSERT_TRUE(update(snapshot({"a.conf"})));
    put("a.conf", "A3");
    const auto kept = [](const ContentId& id) -> std::optional<std::string> {
        for (const auto* each : {"A", "B"})
            if (hash(each) == id)
                return each;
        return std::nullopt;
    };
    ASSERT_TRUE(update(first, kept));
    EXPECT_EQ(read(view() + "/a.conf"), "A");
    EXPECT_EQ(read(view() + "/b.conf"), "B");
    EXPECT_EQ(mode_of(view() + "/b.conf"), 0640U) << "nobody knows any more";
}

TEST_F(FileViewsTest, an_update_that_cannot_have_all_contents_touches_nothing) {
    put("a.conf", "A");
    put("b.conf", "B");
    ASSERT_TRUE(make(snapshot({"a.conf", "b.conf"})));
    put("a.conf", "A2");
    auto to = snapshot({"a.conf", "b.conf"});
    to.files[live + "/b.conf"] = hash("lost");
    for (const auto& kept :
         {Views::Kept(), Views::Kept([](const ContentId&) { return "wrong"; })}) {
        const auto updated = update(to, kept);
        ASSERT_FALSE(updated);
        EXPECT_EQ(updated.error().code, ErrorCode::Busy);
        EXPECT_EQ(read(view() + "/a.conf"), "A");
        EXPECT_FALSE(fs::exists(views_directory() + "/v/staging"));
    }
    EXPECT_EQ(run(views().update("other", {watch}, to, {})).error().code, ErrorCode::NotFound);
}

TEST_F(FileViewsTest, an_update_of_files_that_nothing_bound_covers_is_refused) {
    put("a.conf", "A");
    ASSERT_TRUE(make(snapshot({"a.conf"})));
    fs::create_directory(directory + "/other");
    std::ofstream(directory + "/other/x") << "X";
    watch.files.push_back(directory + "/other/*");
    auto to = snapshot({"a.conf"});
    to.files[directory + "/other/x"] = hash("X");
    EXPECT_EQ(update(to).error().code, ErrorCode::Failed);
}

TEST_F(FileViewsTest, a_link_that_somebody_put_into_a_view_is_not_followed) {
    put("d/a.conf", "A");
    ASSERT_TRUE(make(snapshot({"d/a.conf"})));
    fs::create_directory(directory + "/victim");
    std::ofstream(directory + "/victim/a.conf") << "victim";
    fs::remove_all(view() + "/d");
    fs::create_symlink(directory + "/victim", view() + "/d");
    put("d/a.conf", "A2");
    ASSERT_TRUE(update(snapshot({"d/a.conf"})));
    EXPECT_EQ(read(directory + "/victim/a.conf"), "victim");
    EXPECT_EQ(read(view() + "/d/a.conf"), "A2");
}

TEST_F(FileViewsTest, views_are_found_by_the_next_life_and_what_was_half_made_is_gone) {
    put("a.conf", "A");
    const auto made = make(snapshot({"a.conf"}), "hotreload-shop.web@7");
    ASSERT_TRUE(made);
    fs::create_directories(views_directory() + "/.half.tmp/files");
    FileViews next(views_directory(), background, hash);
    EXPECT_FALSE(fs::exists(views_directory() + "/.half.tmp"));
    EXPECT_EQ(next.names(), std::vector<std::string>{"hotreload-shop.web@7"});
    EXPECT_EQ(next.find("hotreload-shop.web@7"), *made);
    next.remove("hotreload-shop.web@7");
    EXPECT_TRUE(next.names().empty());
    EXPECT_EQ(next.find("hotreload-shop.web@7"), std::nullopt);
    next.remove("..");
    EXPECT_TRUE(fs::exists(live + "/a.conf"));
}

TEST_F(FileViewsTest, a_name_that_is_no_file_name_is_refused) {
    for (const auto& name : {std::string(), std::string("."), std::string("a/b"), std::string(".x"),
                             std::string(300, 'x')}) {
        EXPECT_EQ(make({}, name).error().code, ErrorCode::Invalid);
        EXPECT_EQ(views().find(name), std::nullopt);
    }
}

TEST_F(FileViewsTest, a_view_that_is_made_again_takes_the_place_of_the_old_one) {
    put("a.conf", "A");
    ASSERT_TRUE(make(snapshot({"a.conf"})));
    put("a.conf", "B");
    ASSERT_TRUE(make(snapshot({"a.conf"})));
    EXPECT_EQ(read(view() + "/a.conf"), "B");
}

TEST_F(FileViewsTest, nothing_is_bound_over_what_somebody_could_lead_elsewhere) {
    put("a.conf", "A");
    const auto astray = [](const std::string& path) -> std::optional<std::string> {
        return path + " can be changed by dev";
    };
    FileViews careful(views_directory(), background, hash, astray);
    const auto made = run(careful.make("v", {watch}, snapshot({"a.conf"}), {}));
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->binds.empty());
    EXPECT_NE(made->unbound.find(live + " can be changed by dev"), std::string::npos);
    EXPECT_EQ(read(made->directory + live + "/a.conf"), "A") << "HOTRELOAD_SNAPSHOT has it";
    EXPECT_EQ(careful.find("v"), *made);
}
