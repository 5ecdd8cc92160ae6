// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../fake_clock.hpp"
#include "os/account_names.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

using namespace hotreload;
using namespace hotreload::os;
using namespace std::chrono_literals;

namespace {

class AccountNamesTest : public testing::Test {
protected:
    using Kind = AccountQuestion::Kind;
    static constexpr uid_t kAda = 1000; // of the files, and of their group "web"
    static constexpr uid_t kBob = 7000; // of the server, and of its group "far"
    static constexpr gid_t kFar = 7500;

    // A directory server that answers when the test does.
    class Server final : public LookUps {
    public:
        std::vector<AccountQuestion> asked;
        void ask(const AccountQuestion& question) override { asked.push_back(question); }
    };

    hotreload::test::TemporaryDirectory etc;
    hotreload::test::FakeClock clock;
    Server server;
    SystemAccounts accounts{etc.path()};
    TaskScope tasks;

    void SetUp() override {
        std::ofstream(etc / "passwd") << "root:x:0:0::/root:/bin/sh\n"
                                         "ada:x:1000:1000::/home/ada:/bin/sh\n";
        std::ofstream(etc / "group") << "root:x:0:\nada:x:1000:\nweb:x:500:ada\n";
        accounts.look_up_with(server, clock);
    }
    Task<> judge(uid_t user, std::vector<std::string> names, std::optional<bool>& is_one) {
        const bool told = co_await is_among(accounts, user, std::move(names));
        is_one = told;
    }
    // What is said at once; nullopt: the server is asked.
    std::optional<bool> is_one(uid_t user, std::vector<std::string> names) {
        std::optional<bool> told;
        TaskScope here;
        here.spawn(judge(user, std::move(names), told));
        return told;
    }
    void answer(const AccountQuestion& question, std::optional<Account> account) {
        ASSERT_TRUE(std::erase(server.asked, question)) << "it was not asked";
        accounts.answered(question, std::move(account));
        clock.run();
    }
    void answer_groups(std::vector<gid_t> groups) {
        answer({.kind = Kind::GroupsOfUser, .number = kBob},
               Account{.name = "", .groups = std::move(groups)});
    }
};

} // namespace

TEST_F(AccountNamesTest, a_user_is_named_by_name_by_number_and_by_a_group) {
    EXPECT_EQ(is_one(kAda, {"ada"}), true);
    EXPECT_EQ(is_one(kAda, {"root", "1000"}), true);
    EXPECT_EQ(is_one(kAda, {"@web"}), true);
    EXPECT_EQ(is_one(kAda, {"@500"}), true);
    EXPECT_EQ(is_one(kAda, {"@ada"}), true) << "the primary group";
    EXPECT_EQ(is_one(kAda, {}), false);
    EXPECT_EQ(is_one(kAda, {"root", "1001"}), false);
    EXPECT_TRUE(server.asked.empty());
}

TEST_F(AccountNamesTest, a_user_is_not_taken_for_a_group_of_that_name) {
    EXPECT_EQ(is_one(500, {"ada", "@ada"}), std::nullopt) << "the server may know more";
    EXPECT_EQ(is_one(kAda, {"web"}), std::nullopt);
}

TEST_F(AccountNamesTest, a_server_is_asked_for_what_files_do_not_have) {
    std::optional<bool> told;
    tasks.spawn(judge(kBob, {"@web", "@far"}, told));
    answer({.kind = Kind::GroupNamed, .name = "far"}, Account{.name = "far", .id = kFar});
    answer_groups({7000, kFar});
    EXPECT_EQ(told, true);
    EXPECT_EQ(is_one(kBob, {"@far"}), true) << "remembered";
}

TEST_F(AccountNamesTest, what_the_server_does_not_tell_in_time_is_no) {
    std::optional<bool> told;
    tasks.spawn(judge(kBob, {"@web"}, told));
    clock.advance(SystemAccounts::kLimit - 1s);
    EXPECT_EQ(told, std::nullopt);
    clock.advance(1s);
    EXPECT_EQ(told, false);
}

TEST_F(AccountNamesTest, what_was_known_long_ago_is_no_right) {
    std::optional<bool> told;
    tasks.spawn(judge(kBob, {"@7500"}, told));
    answer_groups({7000, kFar});
    EXPECT_EQ(told, true);
    clock.advance(2min);
    EXPECT_EQ(accounts.member(kBob, kFar), true) << "for a reading it counts until it is answered";
    told.reset();
    tasks.spawn(judge(kBob, {"@7500"}, told));
    EXPECT_EQ(told, std::nullopt);
    answer_groups({7000});
    EXPECT_EQ(told, false);
}
