// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../fake_clock.hpp"
#include "os/accounts.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace hotreload;
using namespace hotreload::os;
using namespace std::chrono_literals;

namespace {

using Kind = AccountQuestion::Kind;
using Unfound = SystemAccounts::Unfound;

// A directory server that answers when the test does.
class FakeLookUps final : public LookUps {
public:
    std::vector<AccountQuestion> asked;
    void ask(const AccountQuestion& question) override { asked.push_back(question); }
};

constexpr uid_t kAdaId = 1000; // of the files
constexpr uid_t kBob = 7000;   // of the server
constexpr gid_t kHttp = 500;
constexpr gid_t kFar = 7500; // ada's and bob's, as only the server knows

class AccountsTest : public testing::Test {
protected:
    hotreload::test::TemporaryDirectory etc;
    hotreload::test::FakeClock clock;
    FakeLookUps server;
    SystemAccounts accounts{etc.path()};
    TaskScope tasks;
    unsigned learned = 0;

    const Account bob{.name = "bob", .id = kBob, .primary = 7000, .home = "/net/bob"};

    void SetUp() override {
        std::ofstream(etc / "passwd") << "root:x:0:0::/root:/bin/sh\n"
                                         "ada:x:1000:1000::/home/ada:/bin/sh\n";
        std::ofstream(etc / "group") << "root:x:0:\nada:x:1000:\nweb:x:500:root,ada\n";
        accounts.look_up_with(server, clock);
        accounts.on_learned = [this] { ++learned; };
    }
    // One turn of an inquiry, which names the user.
    void ask_once(Inquiry& inquiry, const std::string& user) {
        const SystemAccounts::Asking asking(accounts, inquiry);
        (void)accounts.user(user);
    }
    Task<> learn(Inquiry& inquiry, bool& ended) {
        co_await accounts.learn(inquiry);
        ended = true;
    }
    // The result of a reading that names the user, which is repeated until it is whole.
    Task<> read(std::string user, std::string& result) {
        Inquiry inquiry;
        for (;;) {
            std::optional<SystemAccounts::Found> found;
            {
                const SystemAccounts::Asking asking(accounts, inquiry);
                found = accounts.user(user);
            }
            if (inquiry.complete()) {
                result = *found                              ? (*found)->home
                         : found->error() == Unfound::Absent ? "absent"
                                                             : "unknown";
                co_return;
            }
            co_await accounts.learn(inquiry);
        }
    }
    void answer(std::optional<Account> account) {
        accounts.answered(server.asked.front(), std::move(account));
        server.asked.erase(server.asked.begin());
        clock.run();
    }
};

} // namespace

TEST_F(AccountsTest, an_account_of_the_files_is_asked_of_nobody) {
    EXPECT_EQ(accounts.user_id("ada"), kAdaId);
    EXPECT_EQ(accounts.user("ada")->home, "/home/ada");
    EXPECT_EQ(accounts.user("1000")->name, "ada");
    EXPECT_EQ(accounts.group_id("web"), kHttp);
    EXPECT_EQ(accounts.user_name(kAdaId), "ada");
    EXPECT_EQ(accounts.member(kAdaId, kHttp), true);
    EXPECT_EQ(accounts.private_group(1000, kAdaId), true);
    EXPECT_EQ(accounts.private_group(kHttp, kAdaId), true) << "one of the system's";
    EXPECT_EQ(accounts.private_group(kHttp, 0), false);
    EXPECT_EQ(accounts.user_id("4711"), 4711U) << "a number needs no account";
    EXPECT_TRUE(server.asked.empty());
}

TEST_F(AccountsTest, whoever_reads_a_file_is_told_when_the_server_has_answered) {
    std::string result;
    tasks.spawn(read("bob", result));
    clock.run();
    EXPECT_EQ(result, "");
    ASSERT_EQ(server.asked, (std::vector{AccountQuestion{.kind = Kind::UserNamed, .name = "bob"}}));
    answer(bob);
    EXPECT_EQ(result, "/net/bob");
    EXPECT_EQ(accounts.user("bob")->home, "/net/bob") << "remembered";
    EXPECT_TRUE(server.asked.empty());
    EXPECT_EQ(learned, 0U) << "nobody was told less";
}

TEST_F(AccountsTest, one_look_up_is_for_all_who_ask_the_same) {
    std::string first;
    std::string second;
    tasks.spawn(read("bob", first));
    tasks.spawn(read("bob", second));
    EXPECT_EQ(server.asked.size(), 1U);
    answer(bob);
    EXPECT_EQ(first, "/net/bob");
    EXPECT_EQ(second, "/net/bob");
}

TEST_F(AccountsTest, a_look_up_that_hangs_is_given_up_and_told_when_it_ends) {
    std::string result;
    tasks.spawn(read("bob", result));
    clock.advance(SystemAccounts::kLimit - 1s);
    EXPECT_EQ(result, "");
    clock.advance(1s);
    EXPECT_EQ(result, "unknown");
    std::string later;
    tasks.spawn(read("bob", later));
    clock.run();
    EXPECT_EQ(later, "unknown") << "it has hung long enough";
    EXPECT_EQ(server.asked.size(), 1U);
    answer(bob);
    EXPECT_EQ(learned, 1U);
    std::string last;
    tasks.spawn(read("bob", last));
    EXPECT_EQ(last, "/net/bob");
}

TEST_F(AccountsTest, a_name_that_is_not_there_is_asked_for_again) {
    std::string result;
    tasks.spawn(read("bob", result));
    answer(std::nullopt);
    EXPECT_EQ(result, "absent");
    result.clear();
    tasks.spawn(read("bob", result));
    EXPECT_EQ(result, "absent") << "that is the answer which it is read again for";
    clock.advance(1s);
    tasks.spawn(read("bob", result));
    EXPECT_EQ(server.asked.size(), 1U);
    answer(bob);
    EXPECT_EQ(result, "/net/bob");
}

TEST_F(AccountsTest, a_reading_that_has_ended_is_told_nothing) {
    std::string result;
    {
        TaskScope ended;
        ended.spawn(read("bob", result));
    }
    answer(bob);
    EXPECT_EQ(result, "");
}

// Was: it waited for the whole time for what nobody wanted to know any more.
TEST_F(AccountsTest, whoever_waits_goes_on_when_another_turn_has_missed_nothing) {
    Inquiry inquiry;
    bool ended = false;
    ask_once(inquiry, "bob");
    tasks.spawn(learn(inquiry, ended));
    ask_once(inquiry, "ada");
    clock.run();
    EXPECT_TRUE(ended);
}

// Was: it was given up with what had been asked for before.
TEST_F(AccountsTest, a_look_up_that_another_turn_needs_has_all_of_its_time) {
    Inquiry inquiry;
    bool ended = false;
    ask_once(inquiry, "bob");
    tasks.spawn(learn(inquiry, ended));
    clock.advance(SystemAccounts::kLimit - 1s);
    ask_once(inquiry, "eve");
    clock.advance(1s);
    EXPECT_FALSE(ended);
    clock.advance(SystemAccounts::kLimit - 1s);
    EXPECT_TRUE(ended);
}

TEST_F(AccountsTest, groups_that_only_a_server_knows_are_not_known_until_it_answers) {
    EXPECT_EQ(accounts.member(kAdaId, kFar), std::nullopt);
    EXPECT_EQ(accounts.member(kAdaId, kFar), std::nullopt);
    ASSERT_EQ(server.asked.size(), 1U);
    answer(Account{.name = "ada", .id = kAdaId, .primary = 1000, .groups = {1000, kHttp, kFar}});
    EXPECT_EQ(learned, 1U);
    EXPECT_EQ(accounts.member(kAdaId, kFar), true);
    EXPECT_EQ(accounts.member(kAdaId, 0), false);
    EXPECT_EQ(accounts.private_group(kFar, kAdaId), std::nullopt);
}

// Was: a membership that had been revoked counted until somebody asked for another reason.
TEST_F(AccountsTest, what_is_not_as_it_was_told_any_more_is_looked_at_again) {
    const AccountQuestion groups{.kind = Kind::GroupsOfUser, .number = kBob};
    auto answer = bob;
    answer.groups = {7000, kFar};
    accounts.answered(groups, answer);
    EXPECT_EQ(accounts.member(kBob, kFar), true);
    accounts.answered(groups, answer);
    EXPECT_EQ(learned, 0U);
    answer.groups = {7000};
    accounts.answered(groups, answer);
    EXPECT_EQ(learned, 1U);
    EXPECT_EQ(accounts.member(kBob, kFar), false);
}

TEST_F(AccountsTest, groups_that_are_foreseen_are_known_when_they_are_asked_for) {
    accounts.foresee_groups(kAdaId);
    accounts.foresee_groups(kAdaId);
    ASSERT_EQ(server.asked.size(), 1U);
    answer(Account{.name = "ada", .id = kAdaId, .primary = 1000, .groups = {1000, kFar}});
    accounts.foresee_groups(kAdaId);
    EXPECT_EQ(accounts.member(kAdaId, kFar), true);
    EXPECT_TRUE(server.asked.empty());
    EXPECT_EQ(learned, 0U);
}

TEST_F(AccountsTest, without_look_ups_whoever_asks_waits) {
    SystemAccounts own;
    EXPECT_EQ(own.user_id("root"), 0U);
    EXPECT_EQ(own.user_id("no such user").error(), Unfound::Absent);
    EXPECT_EQ(own.member(0, 0), true);
}
