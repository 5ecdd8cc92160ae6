// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/content_name.hpp"
#include "state/file_content_store.hpp"

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
    void SetUp() override {
        std::string path = (fs::temp_directory_path() / "hotreload-state-XXXXXX").string();
        directory = mkdtemp(path.data());
    }
    void TearDown() override { fs::remove_all(directory); }

    // Contents are told apart by their size here.
    static ContentId id(std::size_t size) { return {1, 2, size}; }
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

    std::string directory;
    ContentStore::InUse in_use = [](const ContentId&) { return false; };
};

} // namespace

TEST_F(ContentStoreTest, what_was_kept_is_there_after_a_restart) {
    {
        FileContentStore store(directory);
        keep(store, 3);
        EXPECT_TRUE(store.flush("shop"));
    }
    FileContentStore store(directory);
    EXPECT_TRUE(store.has("shop", id(3)));
    EXPECT_EQ(store.content("shop", id(3)), "xxx");
    EXPECT_EQ(store.content("shop", id(4)), std::nullopt);
    EXPECT_EQ(store.copies("shop", "/etc/a").size(), 1U);
    EXPECT_TRUE(store.copies("shop", "/etc/b").empty());
}

TEST_F(ContentStoreTest, copies_are_counted_and_the_oldest_go_first) {
    FileContentStore store(directory);
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
    FileContentStore store(directory);
    in_use = [](const ContentId& each) { return each == id(1); };
    for (std::size_t size = 1; size <= 5; ++size)
        keep(store, size, 0);
    EXPECT_TRUE(store.has("shop", id(1)));
    EXPECT_EQ(files(), 2U);
}

TEST_F(ContentStoreTest, a_content_of_two_files_is_kept_once_and_as_long_as_one_has_it) {
    FileContentStore store(directory);
    keep(store, 1, 0, "/etc/a");
    keep(store, 1, 0, "/etc/b");
    EXPECT_EQ(files(), 1U);
    keep(store, 2, 0, "/etc/a");
    EXPECT_TRUE(store.has("shop", id(1)));
    keep(store, 2, 0, "/etc/b");
    EXPECT_FALSE(store.has("shop", id(1)));
}

TEST_F(ContentStoreTest, nobody_else_may_read_copies) {
    FileContentStore store(directory);
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
        FileContentStore store(directory);
        keep(store, 1);
        EXPECT_TRUE(store.flush("shop"));
        keep(store, 2); // and no flush
    }
    std::ofstream(directory + "/contents/shop/.x.tmp") << "half";
    FileContentStore store(directory);
    EXPECT_TRUE(store.has("shop", id(1)));
    EXPECT_FALSE(store.has("shop", id(2)));
    EXPECT_EQ(files(), 1U);
}

TEST_F(ContentStoreTest, a_copy_that_is_damaged_is_none) {
    FileContentStore store(directory);
    keep(store, 5);
    std::ofstream(directory + "/contents/shop/" + content_name(id(5)), std::ios::trunc) << "x";
    EXPECT_EQ(store.content("shop", id(5)), std::nullopt);
}

TEST_F(ContentStoreTest, an_index_that_is_none_is_started_anew) {
    fs::create_directories(directory + "/contents/shop");
    std::ofstream(directory + "/contents/shop/index.json") << "{\"version\":1,\"files\":[";
    FileContentStore store(directory);
    EXPECT_FALSE(store.has("shop", id(1)));
    keep(store, 1);
    EXPECT_TRUE(store.flush("shop"));
    EXPECT_TRUE(FileContentStore(directory).has("shop", id(1)));
}

TEST_F(ContentStoreTest, a_project_that_goes_takes_its_copies_along) {
    FileContentStore store(directory);
    keep(store, 1);
    EXPECT_TRUE(store.remove_contents("shop"));
    EXPECT_FALSE(fs::exists(directory + "/contents/shop"));
    EXPECT_FALSE(store.has("shop", id(1)));
    EXPECT_TRUE(store.remove_contents("shop"));
    EXPECT_FALSE(store.remove_contents("../x"));
}

TEST_F(ContentStoreTest, a_full_disk_is_an_error_and_nothing_is_lost) {
    FileContentStore store(directory + "/none");
    EXPECT_FALSE(store.keep("shop", "/etc/a", id(1), "x", 1, in_use));
    EXPECT_FALSE(store.has("shop", id(1)));
}
