// SPDX-License-Identifier: LGPL-2.1-or-later
#include "libhotreload/published.hpp"
#include "os/accounts.hpp"
#include "state/published_file_store.hpp"
#include "state/published_text.hpp"
#include "temporary_directory.hpp"

#include <acl/libacl.h>
#include <gtest/gtest.h>
#include <sys/acl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

using namespace hotreload;
using namespace hotreload::state;
namespace fs = std::filesystem;

namespace {

ConfigStatus status() {
    return {.name = "app",
            .project = "shop",
            .path = "/etc/app.toml",
            .revision = 7,
            .value = R"({"port":8080})",
            .state = ConfigStatus::State::Valid,
            .problems = {}};
}

std::string bytes_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string acl_of(const std::string& path) {
    const std::unique_ptr<void, int (*)(void*)> acl(::acl_get_file(path.c_str(), ACL_TYPE_ACCESS),
                                                    ::acl_free);
    const std::unique_ptr<char, int (*)(void*)> text(
        ::acl_to_any_text(static_cast<acl_t>(acl.get()), nullptr, ',',
                          TEXT_ABBREVIATE | TEXT_NUMERIC_IDS),
        ::acl_free);
    return text ? text.get() : "";
}

mode_t bits_of(const std::string& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
}

class PublishedFileStoreTest : public testing::Test {
protected:
    test::TemporaryDirectory directory;
    os::SystemAccounts accounts{directory.path()};
    std::string root = directory.path() + "/configs";
    PublishedFileStore store{root, accounts};
    const std::string file = root + "/shop/app.json";
};

TEST_F(PublishedFileStoreTest, a_file_is_for_its_owner_alone_and_its_name_for_everybody) {
    const auto before = ::umask(077);
    ASSERT_TRUE(store.write(status(), {}));
    ::umask(before);
    EXPECT_EQ(bits_of(root), 0755U);
    EXPECT_EQ(bits_of(root + "/shop"), 0755U);
    EXPECT_EQ(bits_of(file), 0600U);
    EXPECT_EQ(std::distance(fs::directory_iterator(root + "/shop"), {}), 1) << "nothing is left";
}

TEST_F(PublishedFileStoreTest, readers_are_in_the_list_of_access) {
    std::ofstream(directory.path() + "/passwd") << "www:x:33:33::/:/bin/sh\n";
    std::ofstream(directory.path() + "/group") << "adm:x:4:\n";
    ASSERT_TRUE(store.write(status(), {"www", "www", "@adm", "1234"}));
    EXPECT_EQ(acl_of(file), "u::rw-,u:33:r--,u:1234:r--,g::---,g:4:r--,m::r--,o::---");
    ASSERT_TRUE(store.write(status(), {"@adm"}));
    EXPECT_EQ(acl_of(file), "u::rw-,g::---,g:4:r--,m::r--,o::---") << "not any more";
}

TEST_F(PublishedFileStoreTest, who_is_not_known_reads_nothing_and_keeps_nobody_else_from_it) {
    ASSERT_TRUE(store.write(status(), {"no-such-user", "@no-such-group", "1234"}));
    EXPECT_EQ(acl_of(file), "u::rw-,u:1234:r--,g::---,m::r--,o::---");
}

TEST_F(PublishedFileStoreTest, what_is_written_is_what_libhotreload_reads) {
    auto told = status();
    told.state = ConfigStatus::State::Invalid;
    told.problems = {{"/etc/app\xff.toml", 3, 4, "a \"quote\"\n", Audience::Inspectors}};
    ASSERT_TRUE(store.write(told, {}));
    const auto published = library::read_published(bytes_of(file));
    ASSERT_TRUE(published) << published.error();
    EXPECT_EQ(published->revision, 7U);
    EXPECT_EQ(published->problem, (Problem{"/etc/app\xef\xbf\xbd.toml", 3, 4, "a \"quote\"\n"}));
    ASSERT_TRUE(published->value);
    EXPECT_EQ(published->value->object()->at("port").data, Value::Data(std::int64_t{8080}));
}

TEST_F(PublishedFileStoreTest, a_document_that_was_never_valid_has_no_value) {
    auto told = status();
    told.revision = 0;
    told.value = {};
    told.state = ConfigStatus::State::Missing;
    const auto published = library::read_published(published_text(told, 1));
    ASSERT_TRUE(published) << published.error();
    EXPECT_FALSE(published->value);
    EXPECT_EQ(published->problem->message, "the file is missing");
}

TEST_F(PublishedFileStoreTest, what_is_not_kept_goes) {
    auto other = status();
    other.name = "other";
    ASSERT_TRUE(store.write(status(), {}));
    ASSERT_TRUE(store.write(other, {}));
    std::ofstream(root + "/shop/.app.json.tmp") << "half";
    store.keep_only("shop", {"app"});
    EXPECT_TRUE(fs::exists(file));
    EXPECT_EQ(std::distance(fs::directory_iterator(root + "/shop"), {}), 1);
    store.keep_only(std::set<std::string>{"else"});
    EXPECT_TRUE(fs::is_empty(root + "/shop")) << "which somebody may watch";
}

// Was: all that a link in the directory's place led to was removed.
TEST_F(PublishedFileStoreTest, nothing_is_removed_but_files_of_its_own) {
    const auto precious = directory.path() + "/precious";
    fs::create_directories(precious + "/sub");
    std::ofstream(precious + "/photo") << "x";
    fs::create_directory(root);
    fs::create_directory_symlink(precious, root + "/shop");
    EXPECT_FALSE(store.write(status(), {}));
    store.keep_only("shop", {});
    store.keep_only(std::set<std::string>{});
    EXPECT_TRUE(fs::exists(precious + "/photo"));
    fs::remove(root + "/shop");
    fs::create_directories(root + "/shop/sub/sub");
    fs::create_directory_symlink(precious, root + "/shop/link");
    store.keep_only(std::set<std::string>{});
    EXPECT_TRUE(fs::exists(precious + "/photo") && fs::exists(root + "/shop/sub/sub"));
    EXPECT_FALSE(fs::is_symlink(root + "/shop/link"));
}

TEST_F(PublishedFileStoreTest, a_file_that_cannot_be_written_is_as_it_was) {
    ASSERT_TRUE(store.write(status(), {}));
    const auto before = bytes_of(file);
    fs::create_directory(root + "/shop/.app.json.tmp");
    std::ofstream(root + "/shop/.app.json.tmp/in-the-way");
    auto newer = status();
    newer.revision = 8;
    const auto written = store.write(newer, {});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, file + ": creating: File exists");
    EXPECT_EQ(bytes_of(file), before);
}

// Was: who was a reader no more read on, until there was room for another file.
TEST_F(PublishedFileStoreTest, a_right_is_taken_away_though_the_file_cannot_be_written) {
    ASSERT_TRUE(store.write(status(), {"1234", "@99"}));
    fs::create_directory(root + "/shop/.app.json.tmp");
    std::ofstream(root + "/shop/.app.json.tmp/in-the-way");
    store.let_read("shop", "app", {"1234"});
    EXPECT_EQ(acl_of(file), "u::rw-,u:1234:r--,g::---,m::r--,o::---");
    store.let_read("shop", "app", {});
    EXPECT_EQ(bits_of(file), 0600U);
    EXPECT_EQ(acl_of(file), "u::rw-,g::---,o::---");
    store.let_read("shop", "none", {"1234"});
}

TEST_F(PublishedFileStoreTest, the_number_of_the_value_in_a_file_is_known) {
    EXPECT_EQ(store.revision("shop", "app"), 0U);
    ASSERT_TRUE(store.write(status(), {}));
    EXPECT_EQ(store.revision("shop", "app"), 7U);
    for (const auto* other :
         {"", "{", R"({"format":1,"revision":})", R"({"format":2,"revision":3})",
          R"({"format":1,"revision":99999999999999999999})",
          R"({"format":1,"revision":18446744073709551615})"}) {
        std::ofstream(file) << other;
        EXPECT_EQ(store.revision("shop", "app"), 0U) << other;
    }
}

} // namespace
