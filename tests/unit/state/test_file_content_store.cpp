// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/content_name.hpp"
#include "state/file_content_store.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

using namespace hotreload;
using namespace hotreload::state;
namespace fs = std::filesystem;

namespace {

class ContentStoreTest : public testing::Test {
protected:
    static ContentId hash(std::string_view bytes) {
        return {std::hash<std::string_view>()(bytes), 2, bytes.size()};
    }
    static ContentId id(std::size_t size) { return hash(std::string(size, 'x')); }
    [[nodiscard]] FileContentStore make_store() const { return {directory, hash}; }
    [[nodiscard]] std::string copy(std::size_t size) const {
        return directory + "/contents/shop/" + content_name(id(size));
    }
    void keep(FileContentStore& store, std::size_t size, unsigned older = 2,
              const std::string& path = "/etc/a") {
        EXPECT_TRUE(store.keep("shop", path, id(size), std::string(size, 'x'), older, in_use));
    }
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (const auto& each : fs::directory_iterator(directory + "/contents/shop"))
            count += each.path().filename() != "index.json";
        return count;
    }

    const test::TemporaryDirectory temporary;
    const std::string& directory = temporary.path();
    ContentStore::InUse in_use = [](const ContentId&) { return false; };
};

} // namespace

TEST_F(ContentStoreTest, what_was_kept_is_there_after_a_restart) {
    {
        auto store = make_store();
        keep(store, 3);
        EXPECT_TRUE(store.flush("shop"));
    }
    auto store = make_store();
    EXPECT_TRUE(store.has("shop", id(3)));
    EXPECT_EQ(store.content("shop", id(3)), "xxx");
    EXPECT_EQ(store.content("shop", id(4)), std::nullopt);
    EXPECT_EQ(store.copies("shop", "/etc/a").size(), 1U);
    EXPECT_TRUE(store.copies("shop", "/etc/b").empty());
}

TEST_F(ContentStoreTest, copies_are_counted_and_the_oldest_go_first) {
    auto store = make_store();
    for (std::size_t size = 1; size <= 5; ++size)
        keep(store, size);
    EXPECT_EQ(files(), 3U);
    EXPECT_FALSE(store.has("shop", id(2)));
    keep(store, 3); // an old one again: it is the newest now
    EXPECT_EQ(files(), 3U);
    EXPECT_TRUE(store.copies("shop", "/etc/a").front().ends_with(content_name(id(3))));
    keep(store, 3, 0);
    EXPECT_EQ(files(), 1U);
}

TEST_F(ContentStoreTest, what_is_in_use_stays) {
    auto store = make_store();
    in_use = [](const ContentId& each) { return each == id(1); };
    for (std::size_t size = 1; size <= 5; ++size)
        keep(store, size, 0);
    EXPECT_TRUE(store.has("shop", id(1)));
    EXPECT_EQ(files(), 2U);
}

TEST_F(ContentStoreTest, a_content_of_two_files_is_kept_once_and_as_long_as_one_has_it) {
    auto store = make_store();
    keep(store, 1, 0, "/etc/a");
    keep(store, 1, 0, "/etc/b");
    EXPECT_EQ(files(), 1U);
    keep(store, 2, 0, "/etc/a");
    EXPECT_TRUE(store.has("shop", id(1)));
    keep(store, 2, 0, "/etc/b");
    EXPECT_FALSE(store.has("shop", id(1)));
}

// What is handed over is kept before it is a file's.
TEST_F(ContentStoreTest, what_is_nobody_s_stays_as_long_as_it_is_in_use_and_can_be_synced) {
    auto store = make_store();
    in_use = [](const ContentId& content) { return content == id(3); };
    keep(store, 3, 0, "");
    keep(store, 4);
    EXPECT_TRUE(store.flush("shop"));
    EXPECT_TRUE(store.sync("shop", {id(3)})());
    EXPECT_TRUE(make_store().has("shop", id(3)));
    in_use = [](const ContentId&) { return false; };
    keep(store, 5);
    EXPECT_FALSE(store.has("shop", id(3)));
}

TEST_F(ContentStoreTest, nobody_else_may_read_copies) {
    auto store = make_store();
    keep(store, 1);
    EXPECT_TRUE(store.flush("shop"));
    for (const auto& each : fs::recursive_directory_iterator(directory)) {
        struct stat status{};
        ASSERT_EQ(stat(each.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 077, 0U) << each.path();
    }
}

TEST_F(ContentStoreTest, what_was_cut_short_and_what_no_line_names_is_removed) {
    {
        auto store = make_store();
        keep(store, 1);
        EXPECT_TRUE(store.flush("shop"));
        keep(store, 2); // and no flush
    }
    std::ofstream(directory + "/contents/shop/.x.tmp") << "half";
    auto store = make_store();
    EXPECT_TRUE(store.has("shop", id(1)));
    EXPECT_FALSE(store.has("shop", id(2)));
    EXPECT_EQ(files(), 1U);
}

TEST_F(ContentStoreTest, a_copy_that_is_damaged_is_none) {
    auto store = make_store();
    keep(store, 5);
    std::ofstream(copy(5), std::ios::trunc) << "x";
    EXPECT_EQ(store.content("shop", id(5)), std::nullopt);
}

TEST_F(ContentStoreTest, a_damaged_copy_of_the_right_size_is_none_and_is_made_again) {
    auto store = make_store();
    keep(store, 5);
    std::ofstream(copy(5), std::ios::trunc) << "xxyxx";
    EXPECT_EQ(store.content("shop", id(5)), std::nullopt);
    EXPECT_FALSE(store.has("shop", id(5)));
    EXPECT_TRUE(store.copies("shop", "/etc/a").empty());
    keep(store, 5);
    EXPECT_EQ(store.content("shop", id(5)), "xxxxx");
}

TEST_F(ContentStoreTest, a_copy_that_a_power_cut_left_empty_or_took_away_is_made_again) {
    {
        auto store = make_store();
        keep(store, 4);
        keep(store, 5);
        EXPECT_TRUE(store.flush("shop"));
    }
    std::ofstream(copy(5), std::ios::trunc).flush();
    fs::remove(copy(4));
    auto store = make_store();
    EXPECT_FALSE(store.has("shop", id(4)));
    EXPECT_FALSE(store.has("shop", id(5)));
    keep(store, 5);
    keep(store, 4);
    EXPECT_EQ(store.content("shop", id(4)), "xxxx");
    EXPECT_EQ(store.content("shop", id(5)), "xxxxx");
    EXPECT_EQ(store.copies("shop", "/etc/a").size(), 2U);
}

TEST_F(ContentStoreTest, copies_of_a_lost_index_stay_as_long_as_a_generation_needs_them) {
    {
        auto store = make_store();
        keep(store, 1);
        keep(store, 2);
        EXPECT_TRUE(store.flush("shop"));
    }
    std::ofstream(directory + "/contents/shop/index.json", std::ios::trunc).flush();
    auto store = make_store();
    EXPECT_EQ(store.content("shop", id(1)), "x");
    in_use = [](const ContentId& each) { return each == id(1); };
    keep(store, 3);
    EXPECT_TRUE(store.flush("shop"));
    auto again = make_store();
    EXPECT_EQ(again.content("shop", id(1)), "x");
    EXPECT_FALSE(again.has("shop", id(2)));
}

TEST_F(ContentStoreTest, a_directory_that_somebody_removes_is_made_again) {
    auto store = make_store();
    keep(store, 1);
    fs::remove_all(directory);
    keep(store, 1);
    EXPECT_TRUE(store.flush("shop"));
    EXPECT_EQ(make_store().content("shop", id(1)), "x");
}

TEST_F(ContentStoreTest, an_index_that_is_none_is_started_anew) {
    fs::create_directories(directory + "/contents/shop");
    std::ofstream(directory + "/contents/shop/index.json") << "{\"version\":1,\"files\":[";
    auto store = make_store();
    EXPECT_FALSE(store.has("shop", id(1)));
    keep(store, 1);
    EXPECT_TRUE(store.flush("shop"));
    EXPECT_TRUE(make_store().has("shop", id(1)));
}

TEST_F(ContentStoreTest, a_project_that_goes_takes_its_copies_along) {
    auto store = make_store();
    keep(store, 1);
    EXPECT_TRUE(store.remove_contents("shop"));
    EXPECT_FALSE(fs::exists(directory + "/contents/shop"));
    EXPECT_FALSE(store.has("shop", id(1)));
    EXPECT_TRUE(store.remove_contents("shop"));
    EXPECT_FALSE(store.remove_contents("../x"));
}

TEST_F(ContentStoreTest, a_full_disk_is_an_error_and_nothing_is_lost) {
    FileContentStore store(directory + "/none/there", hash);
    EXPECT_FALSE(store.keep("shop", "/etc/a", id(1), "x", 1, in_use));
    EXPECT_FALSE(store.has("shop", id(1)));
}
