// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/authority.hpp"
#include "ipc/methods.hpp"

#include <gtest/gtest.h>

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace hotreload::ipc {
namespace {

// Answers as it is told to, at once or when finish() is called.
class FakePolkit final : public Polkit {
public:
    Task<Result<Answer>> ask(Subject subject, Question question) override {
        if (hangs)
            unanswered_.push_back(std::move(question.counted));
        question.counted.reset();
        subjects.push_back(std::move(subject));
        questions.push_back(std::move(question));
        if (hangs)
            co_await Wait{waiting_};
        co_return answer;
    }
    void finish() {
        hangs = false;
        unanswered_.clear();
        for (const auto waiting : std::exchange(waiting_, {}))
            waiting.resume();
    }

    // Answers those whose tasks are gone.
    void forget() {
        hangs = false;
        unanswered_.clear();
        waiting_.clear();
    }

    Result<Answer> answer = Answer::Yes;
    bool hangs = false;
    std::vector<Subject> subjects;
    std::vector<Question> questions;

private:
    struct Wait {
        std::vector<std::coroutine_handle<>>& waiting;
        bool await_ready() { return false; }
        void await_suspend(std::coroutine_handle<> waiter) { waiting.push_back(waiter); }
        void await_resume() {}
    };
    std::vector<std::coroutine_handle<>> waiting_;
    std::vector<std::shared_ptr<const void>> unanswered_;
};

constexpr uid_t kRoot = 0, kPaul = 1001, kOlga = 1002;

// Olga operates the shop, and Paul reads its document "app"; the event is that of a change of it.
class FakeRights final : public Rights {
public:
    static constexpr ReloadId kEvent{0, 7};

    Task<bool> operates(uid_t user, std::string project) override {
        asked.push_back(project);
        if (hangs)
            co_await std::suspend_always();
        co_return project == "shop" && user == kOlga;
    }
    Task<bool> reads(uid_t user, std::string project, std::string config) override {
        asked.push_back(project + "/" + config);
        return finished(user == kPaul && project == "shop" && config == "app");
    }
    Task<bool> reads(uid_t user, ReloadId id) override {
        asked.push_back(to_string(id));
        return finished(user == kPaul && id == kEvent);
    }

    bool hangs = false; // for good
    std::vector<std::string> asked;
};

class AuthorityTest : public testing::Test {
protected:
    static const Method& method(std::string_view name) {
        const auto* const found = find_method("org.hotreload.Manager1", name);
        return found ? *found : *find_method("org.hotreload.Config1", name);
    }
    static Caller on_bus(uid_t uid, bool interactive = false) {
        return {.uid = uid, .bus_name = ":1.42", .interactive = interactive};
    }
    Task<Result<>> begin(Caller caller, std::string_view name, Arguments arguments = {}) {
        auto task = authority.admit(std::move(caller), method(name), arguments);
        task.start();
        return task;
    }
    Result<> admitted(Caller caller, std::string_view name, Arguments arguments = {}) {
        auto task = begin(std::move(caller), name, std::move(arguments));
        EXPECT_TRUE(task.done());
        return task.take();
    }
    std::optional<ErrorCode> refused(Caller caller, std::string_view name,
                                     Arguments arguments = {}) {
        const auto result = admitted(std::move(caller), name, std::move(arguments));
        return result ? std::nullopt : std::optional(result.error().code);
    }

    // Whether polkit, which says no, is asked.
    bool polkit_decides(uid_t caller, std::string_view name, Arguments arguments) {
        polkit.answer = Polkit::Answer::No;
        const auto before = polkit.questions.size();
        const bool is_let = admitted(on_bus(caller), name, std::move(arguments)).has_value();
        const bool asked = polkit.questions.size() > before;
        EXPECT_NE(is_let, asked) << name;
        return asked;
    }

    FakePolkit polkit;
    FakeRights rights;
    Authority authority{kRoot, &polkit, &rights};
};

TEST_F(AuthorityTest, root_is_admitted_without_a_question) {
    EXPECT_TRUE(admitted(on_bus(kRoot), "Reload"));
    EXPECT_TRUE(polkit.questions.empty());
}

TEST_F(AuthorityTest, what_is_for_everyone_takes_no_question) {
    EXPECT_TRUE(admitted(on_bus(kPaul), "ListProjects"));
    EXPECT_TRUE(admitted(on_bus(kPaul, true), "GetService", {.target = "shop/web"}));
    EXPECT_TRUE(polkit.questions.empty());
    EXPECT_EQ(authority.audience(kPaul, method("GetService")), Audience::Everybody);
}

TEST_F(AuthorityTest, of_others_polkit_decides_by_action_and_details) {
    EXPECT_TRUE(admitted(on_bus(kPaul), "Reload", {.target = "shop/web"}));
    ASSERT_EQ(polkit.questions.size(), 1U);
    EXPECT_EQ(polkit.subjects[0].bus_name, ":1.42");
    EXPECT_EQ(polkit.questions[0].action, "org.hotreload.control");
    EXPECT_EQ(polkit.questions[0].details,
              (std::map<std::string, std::string>{{"action", "reload"},
                                                  {"target", "shop/web"},
                                                  {"project", "shop"},
                                                  {"service", "web"}}));
    EXPECT_FALSE(polkit.questions[0].interactive);
}

TEST_F(AuthorityTest, each_method_has_its_action) {
    for (const auto& [name, action] :
         std::vector<std::pair<std::string, std::string>>{{"Up", "org.hotreload.manage"},
                                                          {"Down", "org.hotreload.manage"},
                                                          {"Stop", "org.hotreload.control"},
                                                          {"Rollback", "org.hotreload.control"},
                                                          {"Apply", "org.hotreload.apply"},
                                                          {"Confirm", "org.hotreload.apply"},
                                                          {"Plan", "org.hotreload.inspect"},
                                                          {"Details", "org.hotreload.inspect"}}) {
        ASSERT_TRUE(admitted(on_bus(kPaul), name));
        EXPECT_EQ(polkit.questions.back().action, action) << name;
    }
}

TEST_F(AuthorityTest, what_is_destructive_is_an_action_of_its_own) {
    ASSERT_TRUE(admitted(on_bus(kPaul), "Reload", {.force = true}));
    EXPECT_EQ(polkit.questions.back().action, "org.hotreload.force");
    ASSERT_TRUE(admitted(on_bus(kPaul), "Rollback", {.restore_files = true}));
    EXPECT_EQ(polkit.questions.back().action, "org.hotreload.force");
}

// Was: who might force could write what only who may apply can write.
TEST_F(AuthorityTest, to_force_what_takes_another_permission_takes_both) {
    EXPECT_TRUE(admitted(on_bus(kPaul), "Apply", {.target = "shop", .force = true}));
    ASSERT_EQ(polkit.questions.size(), 2U);
    EXPECT_EQ(polkit.questions[0].action, "org.hotreload.apply");
    EXPECT_EQ(polkit.questions[1].action, "org.hotreload.force");
    polkit.answer = Polkit::Answer::No;
    EXPECT_FALSE(admitted(on_bus(kPaul), "Apply", {.target = "shop", .force = true}));
    EXPECT_EQ(polkit.questions.size(), 3U) << "the first no is the last";
}

TEST_F(AuthorityTest, a_plan_of_what_would_be_forced_is_a_look) {
    ASSERT_TRUE(admitted(on_bus(kPaul), "Plan", {.force = true}));
    EXPECT_EQ(polkit.questions.back().action, "org.hotreload.inspect");
}

TEST_F(AuthorityTest, who_may_control_does_not_see_what_is_for_those_who_may_inspect) {
    EXPECT_EQ(authority.audience(kPaul, method("Restart")), Audience::Everybody);
    EXPECT_EQ(authority.audience(kPaul, method("Up")), Audience::Everybody);
    EXPECT_EQ(authority.audience(kPaul, method("Plan")), Audience::Inspectors);
    EXPECT_EQ(authority.audience(kRoot, method("Restart")), Audience::Inspectors);
}

TEST_F(AuthorityTest, who_operates_a_project_controls_it_and_nothing_else) {
    for (const auto& each : method_table()) {
        if (each.interface != "org.hotreload.Manager1" || each.permission == Permission::Everyone)
            continue;
        const bool let_in =
            each.permission == Permission::Control || each.permission == Permission::Everyone;
        EXPECT_EQ(polkit_decides(kOlga, each.name, {.target = "shop"}), !let_in) << each.name;
    }
    EXPECT_FALSE(polkit_decides(kOlga, "Restart", {.target = "shop/web"}));
    EXPECT_TRUE(polkit_decides(kPaul, "Restart", {.target = "shop/web"}));
    EXPECT_TRUE(polkit_decides(kOlga, "Restart", {.target = "shopping/web"}));
    EXPECT_TRUE(polkit_decides(kOlga, "Restart", {.target = "other/web"}));
    EXPECT_TRUE(polkit_decides(kOlga, "Restart", {.target = ""})) << "every project";
    EXPECT_TRUE(polkit_decides(kOlga, "Restart", {.target = "/srv/shop"}));
}

TEST_F(AuthorityTest, who_operates_a_project_is_asked_about_what_is_forced) {
    EXPECT_TRUE(polkit_decides(kOlga, "Reload", {.target = "shop", .force = true}));
    EXPECT_TRUE(polkit_decides(kOlga, "Rollback", {.target = "shop", .restore_files = true}));
    EXPECT_EQ(polkit.questions.back().action, "org.hotreload.force");
}

TEST_F(AuthorityTest, who_operates_a_project_sees_no_value_of_it) {
    EXPECT_EQ(authority.audience(kOlga, method("Restart")), Audience::Everybody);
}

TEST_F(AuthorityTest, who_reads_a_document_is_told_its_value_and_how_it_changed) {
    EXPECT_FALSE(polkit_decides(kPaul, "GetValue", {.target = "shop", .name = "app"}));
    EXPECT_TRUE(polkit_decides(kPaul, "GetValue", {.target = "shop", .name = "other"}));
    EXPECT_TRUE(polkit_decides(kPaul, "GetValue", {.target = "other", .name = "app"}));
    EXPECT_TRUE(polkit_decides(kOlga, "GetValue", {.target = "shop", .name = "app"}));
    EXPECT_FALSE(polkit_decides(kPaul, "Details", {.id = FakeRights::kEvent}));
    EXPECT_TRUE(polkit_decides(kPaul, "Details", {.id = {0, 8}}));
    EXPECT_TRUE(polkit_decides(kPaul, "Plan", {.target = "shop", .name = "app"}));
    EXPECT_TRUE(polkit_decides(kPaul, "Restart", {.target = "shop"}));
}

TEST_F(AuthorityTest, one_user_has_a_few_rights_looked_up_at_a_time) {
    rights.hangs = true;
    std::vector<Task<Result<>>> calls;
    for (std::size_t i = 0; i < Authority::kMostOfOneUser; ++i)
        calls.push_back(begin(on_bus(kOlga), "Restart", {.target = "shop"}));
    rights.hangs = false;
    EXPECT_EQ(refused(on_bus(kOlga), "Restart", {.target = "shop"}), ErrorCode::Busy);
    EXPECT_EQ(refused(on_bus(kPaul), "Restart", {.target = "shop"}), std::nullopt)
        << "polkit's yes";
    calls.pop_back(); // its caller has left
    EXPECT_EQ(refused(on_bus(kOlga), "Restart", {.target = "shop"}), std::nullopt);
}

TEST_F(AuthorityTest, a_right_takes_no_polkit_and_only_the_system_s_instance) {
    authority = Authority(kRoot, nullptr, &rights);
    EXPECT_TRUE(admitted(on_bus(kOlga), "Reload", {.target = "shop"}));
    EXPECT_FALSE(admitted(on_bus(kPaul), "Reload", {.target = "shop"}));
    rights.asked.clear();
    authority = Authority(kPaul, nullptr, &rights);
    EXPECT_FALSE(admitted(on_bus(kOlga), "Reload", {.target = "shop"}));
    EXPECT_TRUE(rights.asked.empty());
}

TEST_F(AuthorityTest, a_path_names_no_project) {
    ASSERT_TRUE(admitted(on_bus(kPaul), "Up", {.target = "/srv/shop"}));
    EXPECT_EQ(polkit.questions[0].details.at("project"), "");
    EXPECT_EQ(polkit.questions[0].details.at("target"), "/srv/shop");
}

TEST_F(AuthorityTest, nobody_is_shown_control_characters_of_a_callers) {
    for (const auto* target : {"shop\nType your password", "\033[2Jshop", "shop\xc2\x9b", "a\x7f"})
        EXPECT_FALSE(admitted(on_bus(kPaul, true), "Reload", {.target = target})) << target;
    EXPECT_TRUE(polkit.questions.empty());
    EXPECT_TRUE(admitted(on_bus(kPaul, true), "Reload", {.target = "caf\xc3\xa9"}));
    EXPECT_TRUE(admitted(on_bus(kRoot), "Explain", {.target = "/srv/a\nb"}));
}

TEST_F(AuthorityTest, a_password_is_asked_for_where_the_caller_waits_for_it) {
    polkit.answer = Polkit::Answer::Challenge;
    EXPECT_EQ(refused(on_bus(kPaul), "Reload"), ErrorCode::NeedsPassword);
    EXPECT_EQ(refused(on_bus(kPaul, true), "Reload"), ErrorCode::NotAuthorized);
    EXPECT_TRUE(polkit.questions.back().interactive);
}

TEST_F(AuthorityTest, refuses_what_polkit_refuses_or_cannot_answer) {
    polkit.answer = Polkit::Answer::No;
    EXPECT_EQ(refused(on_bus(kPaul), "Reload"), ErrorCode::NotAuthorized);
    polkit.answer = Polkit::Answer::Dismissed;
    EXPECT_EQ(refused(on_bus(kPaul), "Reload"), ErrorCode::NotAuthorized);
    polkit.answer = fail(ErrorCode::Failed, "not registered");
    EXPECT_EQ(refused(on_bus(kPaul), "Reload"), ErrorCode::NotAuthorized);
}

TEST_F(AuthorityTest, without_polkit_it_is_for_root_only_and_that_is_said) {
    polkit.answer = fail(ErrorCode::NotFound, "it is masked");
    const auto refusal = admitted(on_bus(kPaul), "Reload");
    ASSERT_FALSE(refusal);
    EXPECT_TRUE(refusal.error().message.contains("root only")) << refusal.error().message;
    EXPECT_TRUE(refusal.error().message.contains("it is masked")) << refusal.error().message;
}

TEST_F(AuthorityTest, of_a_users_own_instance_polkit_is_not_asked) {
    authority = Authority(kPaul, nullptr);
    EXPECT_TRUE(admitted(on_bus(kPaul), "Reload"));
    EXPECT_TRUE(admitted(on_bus(kRoot), "Reload"));
    EXPECT_EQ(refused(on_bus(kOlga), "Reload"), ErrorCode::NotAuthorized);
    EXPECT_TRUE(polkit.questions.empty());
}

TEST_F(AuthorityTest, a_process_that_the_kernel_does_not_tell_is_not_asked_about) {
    EXPECT_EQ(refused({.uid = kPaul}, "Reload"), ErrorCode::NotAuthorized);
    EXPECT_TRUE(polkit.questions.empty());
}

TEST_F(AuthorityTest, one_user_cannot_keep_polkit_from_others) {
    polkit.hangs = true;
    std::vector<Task<Result<>>> asking;
    for (std::size_t i = 0; i < Authority::kMostWithAPerson; ++i)
        asking.push_back(begin(on_bus(kPaul, true), "Reload"));
    EXPECT_EQ(refused(on_bus(kPaul, true), "Reload"), ErrorCode::Busy);
    for (std::size_t i = 0; i < Authority::kMostOfOneUser; ++i)
        asking.push_back(begin(on_bus(kPaul), "Reload"));
    EXPECT_EQ(refused(on_bus(kPaul), "Reload"), ErrorCode::Busy);
    asking.push_back(begin(on_bus(kOlga), "Reload"));
    EXPECT_FALSE(asking.back().done());
    EXPECT_TRUE(admitted(on_bus(kRoot), "Reload"));
    polkit.finish();
    for (auto& task : asking)
        EXPECT_TRUE(task.done());
    EXPECT_TRUE(admitted(on_bus(kPaul), "Reload"));
}

TEST_F(AuthorityTest, a_question_counts_until_polkit_has_answered_also_when_its_caller_has_left) {
    polkit.hangs = true;
    for (std::size_t i = 0; i < Authority::kMostOfOneUser; ++i)
        EXPECT_FALSE(begin(on_bus(kPaul), "Reload").done());
    EXPECT_EQ(refused(on_bus(kPaul), "Reload"), ErrorCode::Busy);
    EXPECT_FALSE(begin(on_bus(kOlga), "Reload").done());
    polkit.forget();
    EXPECT_TRUE(admitted(on_bus(kPaul), "Reload"));
}

TEST_F(AuthorityTest, all_users_together_have_a_limit) {
    polkit.hangs = true;
    std::vector<Task<Result<>>> asking;
    for (std::size_t i = 0; i < Authority::kMostQuestions; ++i)
        asking.push_back(begin(on_bus(static_cast<uid_t>(2000 + i)), "Reload"));
    EXPECT_EQ(refused(on_bus(kPaul), "Reload"), ErrorCode::Busy);
}

} // namespace
} // namespace hotreload::ipc
