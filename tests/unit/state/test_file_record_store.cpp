// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../inline_background.hpp"
#include "base/completion.hpp"
#include "state/file_record_store.hpp"
#include "state/sample.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <filesystem>
#include <fstream>

namespace hotreload::state {
namespace {

namespace fs = std::filesystem;

// A disk that answers when it is told to.
class SlowDisk final : public Background, Executor {
public:
    Task<> run(std::move_only_function<void()> work) override {
        Completion<bool> done(*this);
        waiting_.push_back([work = std::move(work), resolve = done.resolver()] mutable {
            work();
            resolve(true);
        });
        co_await done;
    }
    void answer() {
        auto work = std::move(waiting_.front());
        waiting_.pop_front();
        work();
    }

private:
    void post(std::move_only_function<void()> work) override { work(); }

    std::deque<std::move_only_function<void()>> waiting_;
};

class FileRecordStoreTest : public testing::Test {
protected:
    [[nodiscard]] std::string state() const { return directory_ + "/state"; }
    [[nodiscard]] std::string file(const std::string& name) const { return state() + "/" + name; }

    FileRecordStore open() {
        auto store = FileRecordStore::open(state(), background_);
        EXPECT_TRUE(store.has_value()) << store.error().message;
        return std::move(*store);
    }

    // A project with its services.
    void save(const ProjectRecord& record) {
        auto store = open();
        EXPECT_TRUE(store.save(record));
        for (const auto& [name, service] : record.services)
            EXPECT_TRUE(store.save_service(record.name, name, service));
    }

    void put(const std::string& name, const std::string& text) {
        std::ofstream(file(name)) << text;
    }

    std::vector<ProjectRecord> load(FileRecordStore& store) {
        broken_.clear();
        const auto projects = store.load_all();
        EXPECT_TRUE(projects.has_value()) << projects.error().message;
        std::vector<ProjectRecord> records;
        for (const auto& [record, broken] : *projects) {
            records.push_back(record);
            broken_.insert(broken_.end(), broken.begin(), broken.end());
        }
        return records;
    }

    const test::TemporaryDirectory temporary_;
    const std::string& directory_ = temporary_.path();
    std::vector<Problem> broken_;
    test::InlineBackground background_;
};

TEST_F(FileRecordStoreTest, what_was_saved_is_loaded_by_the_next_run) {
    const auto record = sample_record();
    save(record);
    auto store = open();
    EXPECT_EQ(load(store), std::vector{record});
    EXPECT_TRUE(broken_.empty());
}

TEST_F(FileRecordStoreTest, is_flushed_once_for_all_that_was_saved_and_not_without_need) {
    const auto flush = [](FileRecordStore& store) {
        auto task = store.flush();
        task.start();
        EXPECT_TRUE(task.done());
        return task.take();
    };
    auto store = open();
    EXPECT_TRUE(flush(store));
    EXPECT_EQ(background_.done, 0U);
    const auto record = sample_record();
    ASSERT_TRUE(store.save(record));
    for (const auto& [name, service] : record.services)
        ASSERT_TRUE(store.save_service(record.name, name, service));
    EXPECT_TRUE(flush(store));
    EXPECT_EQ(background_.done, 1U);
    EXPECT_TRUE(flush(store));
    EXPECT_EQ(background_.done, 1U);
    ASSERT_TRUE(store.remove_service(record.name, record.services.begin()->first));
    ASSERT_TRUE(store.remove(record.name)); // the directory of its services is gone
    EXPECT_TRUE(flush(store));
    EXPECT_EQ(background_.done, 2U);
}

// Was: its own part was well, and so it was told of success.
TEST_F(FileRecordStoreTest, a_flush_behind_one_that_fails_fails_too) {
    SlowDisk disk;
    auto store = std::move(FileRecordStore::open(state(), disk).value());
    auto record = sample_record();
    record.services.clear();
    ASSERT_TRUE(store.save(record));
    ASSERT_EQ(::unlink(file("shop.json").c_str()), 0);
    ASSERT_EQ(::symlink("shop.json", file("shop.json").c_str()), 0); // nobody can open it
    auto first = store.flush(), second = store.flush();
    first.start();
    second.start();
    disk.answer();
    EXPECT_FALSE(first.take());
    ASSERT_EQ(::unlink(file("shop.json").c_str()), 0);
    disk.answer();
    EXPECT_FALSE(second.take());
}

TEST_F(FileRecordStoreTest, only_the_owner_can_read_it) {
    ASSERT_TRUE(open().save(sample_record()));
    struct stat st{};
    ASSERT_EQ(::stat(state().c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777U, 0700U);
    ASSERT_EQ(::stat(file("shop.json").c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777U, 0600U);
}

TEST_F(FileRecordStoreTest, saving_again_replaces_and_leaves_nothing_beside) {
    auto store = open();
    auto record = sample_record();
    record.services.clear();
    ASSERT_TRUE(store.save(record));
    record.paused.clear();
    ASSERT_TRUE(store.save(record));
    EXPECT_EQ(load(store), std::vector{record});
    EXPECT_EQ(std::distance(fs::directory_iterator(state()), {}), 1);
}

TEST_F(FileRecordStoreTest, a_removed_service_is_gone_with_its_history) {
    save(sample_record());
    auto store = open();
    ASSERT_TRUE(store.save_history("shop", "web", sample_history()));
    EXPECT_EQ(store.history("shop", "web"), sample_history());
    ASSERT_TRUE(store.save_events("shop", "web", sample_events()));
    EXPECT_EQ(store.events("shop", "web"), sample_events());
    EXPECT_EQ(load(store).front().services.size(), 2U) << "they are no service's record";
    ASSERT_TRUE(store.remove_service("shop", "web"));
    EXPECT_TRUE(store.history("shop", "web").empty());
    EXPECT_TRUE(store.events("shop", "web").empty());
    EXPECT_EQ(load(store).front().services.size(), 1U);
}

TEST_F(FileRecordStoreTest, services_of_version_1_get_files_of_their_own) {
    auto store = open();
    put("shop.json", R"({"version":1,"name":"shop","services":{"web":{"generation":3}}})");
    EXPECT_EQ(load(store).front().services.at("web").generation, 3U);
    EXPECT_TRUE(fs::exists(file("services/shop/web.json")));
    auto again = open();
    EXPECT_EQ(load(again).front().services.at("web").generation, 3U);
}

TEST_F(FileRecordStoreTest, a_service_whose_record_is_broken_is_as_its_history_says) {
    save(sample_record());
    auto store = open();
    ASSERT_TRUE(store.save_history("shop", "web", sample_history()));
    put("services/shop/web.json", "{");
    const auto record = load(store).front();
    EXPECT_EQ(record.services.at("web").generation, 8U);
    EXPECT_EQ(record.services.at("web").definition, sample_definition());
    ASSERT_EQ(broken_.size(), 1U);
    EXPECT_TRUE(broken_[0].message.contains("web.json.corrupt")) << broken_[0].message;
}

TEST_F(FileRecordStoreTest, a_project_whose_record_is_broken_has_its_services_still) {
    save(sample_record());
    auto store = open();
    put("shop.json", "");
    const auto records = load(store);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].name, "shop");
    EXPECT_EQ(records[0].path, "");
    EXPECT_EQ(records[0].services, sample_record().services);
    ASSERT_EQ(broken_.size(), 1U);
    EXPECT_EQ(broken_[0].path, file("shop.json"));
}

TEST_F(FileRecordStoreTest, a_copy_of_another_services_record_is_none_of_this_one) {
    auto store = open();
    ASSERT_TRUE(store.save(ProjectRecord{.name = "shop"}));
    MemberRecord record{.generation = 2, .unit = "hotreload-shop.a@2.service"};
    record.definition.name = "a";
    ASSERT_TRUE(store.save_service("shop", "a", record));
    fs::copy(file("services/shop/a.json"), file("services/shop/b.json"));
    EXPECT_EQ(load(store).front().services.size(), 1U);
    ASSERT_EQ(broken_.size(), 1U);
    EXPECT_TRUE(broken_[0].message.contains("another service")) << broken_[0].message;
}

TEST_F(FileRecordStoreTest, a_broken_history_is_named_and_costs_nothing_else) {
    save(sample_record());
    auto store = open();
    put("services/shop/web.history.json", "{");
    EXPECT_EQ(load(store).front().services, sample_record().services);
    ASSERT_EQ(broken_.size(), 1U);
    EXPECT_TRUE(broken_[0].path.ends_with("web.history.json"));
}

TEST_F(FileRecordStoreTest, directories_that_somebody_removes_are_made_again_by_the_next_save) {
    auto store = open();
    ASSERT_TRUE(store.save_service("shop", "web", MemberRecord{.generation = 1}));
    fs::remove_all(file("services/shop"));
    ASSERT_TRUE(store.save_service("shop", "web", MemberRecord{.generation = 2}));
    EXPECT_TRUE(fs::exists(file("services/shop/web.json")));
    fs::remove_all(state());
    ASSERT_TRUE(store.save(ProjectRecord{.name = "shop"}));
    ASSERT_TRUE(store.save_service("shop", "web", MemberRecord{.generation = 3}));
    EXPECT_EQ(load(store).front().services.at("web").generation, 3U);
}

TEST_F(FileRecordStoreTest, a_removed_record_is_gone_and_removing_it_again_is_no_error) {
    auto store = open();
    ASSERT_TRUE(store.save(sample_record()));
    EXPECT_TRUE(store.remove("shop"));
    EXPECT_TRUE(load(store).empty());
    EXPECT_TRUE(store.remove("shop"));
}

TEST_F(FileRecordStoreTest, a_broken_record_is_named_and_moved_aside_and_the_others_are_loaded) {
    auto store = open();
    ASSERT_TRUE(store.save(sample_record()));
    put("torn.json", R"({"version":1,"name":"to)");
    put("newer.json", R"({"version":3,"name":"newer"})");
    put("copy.json", R"({"version":1,"name":"shop"})");
    EXPECT_EQ(load(store).size(), 4U) << "named, with what is left of them";
    ASSERT_EQ(broken_.size(), 3U);
    EXPECT_EQ(broken_[0].path, file("copy.json"));
    EXPECT_NE(broken_[1].message.find("version 3"), std::string::npos);
    EXPECT_EQ(broken_[2].path, file("torn.json"));
    EXPECT_EQ(broken_[2].line, 1U);
    EXPECT_NE(broken_[2].message.find("torn.json.corrupt"), std::string::npos);
    EXPECT_TRUE(fs::exists(file("torn.json.corrupt")));

    EXPECT_EQ(load(store).size(), 1U);
    EXPECT_TRUE(broken_.empty()) << "a broken record is told of once";
}

TEST_F(FileRecordStoreTest, a_save_that_was_cut_short_is_swept_away) {
    auto store = open();
    ASSERT_TRUE(store.save(sample_record()));
    put(".shop.json.tmp", R"({"version":1,"na)");
    EXPECT_EQ(load(store).size(), 1U);
    EXPECT_TRUE(broken_.empty());
    EXPECT_FALSE(fs::exists(file(".shop.json.tmp")));
}

TEST_F(FileRecordStoreTest, a_link_in_the_place_of_a_record_is_not_followed) {
    auto store = open();
    std::ofstream(directory_ + "/elsewhere") << R"({"version":1,"name":"shop"})";
    fs::create_symlink(directory_ + "/elsewhere", file("shop.json"));
    EXPECT_EQ(load(store), std::vector{ProjectRecord{.name = "shop"}});
    EXPECT_EQ(broken_.size(), 1U);
}

TEST_F(FileRecordStoreTest, a_name_that_would_leave_the_directory_is_refused) {
    auto store = open();
    auto record = sample_record();
    record.name = "../shop";
    EXPECT_FALSE(store.save(record));
    EXPECT_FALSE(store.remove("../shop"));
}

TEST_F(FileRecordStoreTest, a_directory_that_cannot_be_made_is_an_error_with_its_name) {
    std::ofstream(directory_ + "/file") << "x";
    const auto store = FileRecordStore::open(directory_ + "/file/state", background_);
    ASSERT_FALSE(store.has_value());
    EXPECT_NE(store.error().message.find("/file/state"), std::string::npos);
}

} // namespace
} // namespace hotreload::state
