// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/documents.hpp"
#include "state/file_content_store.hpp"
#include "temporary_directory.hpp"
#include "unit/inline_background.hpp"
#include "watch/content.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace hotreload::daemon {
namespace {

const ContentStore::InUse kNone = [](const ContentId&) { return false; };

class DocumentsTest : public testing::Test {
protected:
    test::TemporaryDirectory directory;
    os::EventLoop loop;
    worker::Pool pool{loop, {}};
    state::FileContentStore store{directory.path(), watch::content_id};
    test::InlineBackground background;
    ExaminedDocuments documents{pool, store, background, "shop"};

    ContentId keep(const std::string& name, const std::string& content) {
        const auto path = directory / name;
        std::ofstream(path, std::ios::binary) << content;
        const auto id = watch::content_id(content);
        documents.keep(path, id, 1, kNone);
        return id;
    }
    void copy() {
        auto copying = documents.copy_some(kNone);
        copying.start();
    }
};

TEST_F(DocumentsTest, a_large_file_is_read_beside_the_loop_to_become_a_copy) {
    const std::string large(3 << 20, 'x');
    const auto id = keep("a.bin", large);
    copy();
    EXPECT_EQ(background.done, 1U);
    EXPECT_TRUE(documents.kept(id));
    EXPECT_EQ(documents.content(id), large);
}

TEST_F(DocumentsTest, a_small_one_waits_for_nobody) {
    const auto id = keep("a.bin", "small");
    copy();
    EXPECT_EQ(background.done, 0U);
    EXPECT_EQ(documents.content(id), "small");
}

TEST_F(DocumentsTest, a_file_that_has_moved_on_becomes_no_copy) {
    const auto id = keep("a.bin", std::string(3 << 20, 'x'));
    std::ofstream(directory / "a.bin", std::ios::binary) << std::string(3 << 20, 'y');
    copy();
    EXPECT_FALSE(documents.kept(id));
    EXPECT_FALSE(documents.copies_wait());
}

} // namespace
} // namespace hotreload::daemon
