// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/plan.hpp"
#include "core/watch_rules.hpp"
#include "kinds/service/changes.hpp"
#include "kinds/service/plan.hpp"

#include <gtest/gtest.h>

using namespace hotreload;

namespace {

MemberDefinition web_service() {
    MemberDefinition service;
    service.name = "web";
    service.command = {"/bin/web"};
    service.watches = {{.files = {"/etc/web/*.toml"},
                        .exclude = {"/etc/web/local.toml"},
                        .keys = {{"log.*", Strategy::Reload},
                                 {"log.format", Strategy::None},
                                 {"database.**", Strategy::Restart},
                                 {"image", Strategy::Manual},
                                 {"auto", std::nullopt}},
                        .schema = "/etc/web/schema.json"},
                       {.files = {"/etc/web/**"}, .on_change = Strategy::None}};
    return service;
}

KeyDifference difference(std::vector<KeyPath> leaves) {
    return {PatchOperation::Kind::Replace, leaves.front(), "1", "2", std::move(leaves)};
}

// A service that runs with one document, and what its change asks for.
struct Changed {
    MemberView view;

    explicit Changed(DocumentState document) {
        view.wanted = web_service();
        view.record = MemberRecord{.generation = 1,
                                   .unit = "web@1.service",
                                   .definition = web_service(),
                                   .files = {{"/etc/web/a.toml", {1, 1, 1}}}};
        view.files = Snapshot{.files = {{"/etc/web/a.toml", {2, 2, 2}}}};
        view.unit = {.load_state = "loaded", .active_state = "active"};
        view.documents["/etc/web/a.toml"] = std::move(document);
    }
    [[nodiscard]] MemberPlan plan() const { return service::plan_service("web", view, {}); }
};

DocumentState compared(std::vector<KeyDifference> differences) {
    return {.problems = {}, .compared = true, .differences = std::move(differences)};
}

} // namespace

TEST(Changes, keys_beyond_those_that_are_told_are_counted) {
    auto document = compared({difference({{"log", "level"}})});
    document.more = 5;
    const auto changes = Changed(std::move(document)).plan().changes;
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].keys.size(), 1U);
    EXPECT_EQ(changes[0].more_keys, 5U);
}

TEST(WatchRules, of_several_watches_the_first_that_does_not_exclude_a_file_counts) {
    const auto definition = web_service();
    const WatchRules rules(definition);
    EXPECT_EQ(rules.watch("/etc/web/a.toml"), &definition.watches[0]);
    EXPECT_EQ(rules.watch("/etc/web/local.toml"), &definition.watches[1]);
    EXPECT_EQ(rules.watch("/etc/other"), nullptr);
    EXPECT_EQ(rules.format("/etc/web/a.toml"), Format::Toml);
    EXPECT_EQ(rules.format("/etc/web/a.conf"), Format::Bytes);
    EXPECT_TRUE(rules.is_schema("/etc/web/schema.json"));
}

TEST(WatchRules, the_most_specific_pattern_decides_and_the_rest_takes_the_files_strategy) {
    const auto definition = web_service();
    const WatchRules rules(definition, nullptr,
                           service::automatic_strategy(definition, {.can_reload = true}));
    const auto of = [&](KeyPath key) {
        return rules.strategy("/etc/web/a.toml", difference({std::move(key)})).first;
    };
    EXPECT_EQ(of({"log", "level"}), Strategy::Reload);
    EXPECT_EQ(of({"log", "format"}), Strategy::None);
    EXPECT_EQ(of({"database", "pool", "size"}), Strategy::Restart);
    EXPECT_EQ(of({"image"}), Strategy::Manual);
    EXPECT_EQ(of({"other"}), Strategy::Restart); // it cannot reload
    EXPECT_EQ(of({"auto"}), Strategy::Restart);
    EXPECT_EQ(rules.strategy("/etc/web/a.toml", difference({{"log", "level"}})).second,
              "keys \"log.*\"");
}

// Was: it was reloaded, and told as applied, or killed by it.
TEST(WatchRules, an_environment_file_of_an_installed_unit_takes_a_new_process) {
    MemberDefinition nginx;
    nginx.unit = "nginx.service";
    const UnitState unit{.can_reload = true,
                         .environment_files = {"/etc/default/nginx", "/etc/nginx/*.env"}};
    const auto automatic = service::automatic_strategy(nginx, unit);
    EXPECT_EQ(automatic("/etc/default/nginx").first, Strategy::Restart);
    EXPECT_EQ(automatic("/etc/nginx/a.env").first, Strategy::Restart);
    EXPECT_EQ(automatic("/etc/nginx/sub/a.env").first, Strategy::Reload);
    EXPECT_EQ(automatic("/etc/nginx/nginx.conf").first, Strategy::Reload);
}

TEST(WatchRules, of_a_part_that_is_added_as_a_whole_every_key_counts) {
    const auto definition = web_service();
    const WatchRules rules(definition, nullptr,
                           service::automatic_strategy(definition, {.can_reload = true}));
    const auto [strategy, reason] = rules.strategy(
        "/etc/web/a.toml", difference({{"log", "format"}, {"log", "level"}, {"log", "format"}}));
    EXPECT_EQ(strategy, Strategy::Reload);
    EXPECT_EQ(reason, "keys \"log.*\"");
}

TEST(PlanOfDocuments, means_the_same_is_no_action_and_says_so) {
    const auto plan = Changed(compared({})).plan();
    EXPECT_EQ(plan.action, Action::None);
    EXPECT_EQ(plan.reason, "means the same");
    ASSERT_EQ(plan.changes.size(), 1U);
    EXPECT_EQ(plan.changes[0].kind, ChangeKind::Rewritten);
}

TEST(PlanOfDocuments, the_highest_strategy_among_the_keys_is_the_files) {
    const auto plan =
        Changed(compared({difference({{"log", "format"}}), difference({{"database", "host"}})}))
            .plan();
    EXPECT_EQ(plan.action, Action::Restart);
    ASSERT_EQ(plan.changes[0].keys.size(), 2U);
    EXPECT_EQ(plan.changes[0].keys[0].strategy, Strategy::None);
    EXPECT_EQ(plan.changes[0].keys[1].key, "database.host");
    EXPECT_EQ(plan.changes[0].keys[1].pointer, "/database/host");
    EXPECT_EQ(plan.changes[0].reason, "keys \"database.**\"");
    EXPECT_EQ(Changed(compared({difference({{"log", "format"}})})).plan().action, Action::Record);
    EXPECT_EQ(Changed(compared({difference({{"image"}})})).plan().action, Action::Wait);
}

TEST(PlanOfDocuments, what_cannot_be_compared_asks_for_what_the_file_does) {
    EXPECT_EQ(Changed({}).plan().action, Action::Restart);
    EXPECT_EQ(Changed({.problems = {{"/etc/web/a.toml", 3, 1, "no"}}}).plan().action,
              Action::Restart); // and is refused by its validation
}

TEST(PlanOfDocuments, what_was_refused_and_may_be_held_is_taken_back_even_in_other_words) {
    Changed changed(compared({}));
    changed.view.record->refusal = Refusal{.definition = web_service(),
                                           .files = {{"/etc/web/a.toml", {3, 3, 3}}},
                                           .result = ReloadResult::Failed,
                                           .problem = {},
                                           .attempted = true};
    EXPECT_EQ(changed.plan().action, Action::Restart);
}

TEST(PlanOfDocuments, a_schema_that_changed_is_recorded) {
    Changed changed(compared({}));
    changed.view.files =
        Snapshot{.files = {{"/etc/web/a.toml", {1, 1, 1}}, {"/etc/web/schema.json", {5, 5, 5}}}};
    changed.view.record->files = {{"/etc/web/a.toml", {1, 1, 1}},
                                  {"/etc/web/schema.json", {4, 4, 4}}};
    changed.view.wanted->watches.pop_back();
    changed.view.record->definition = *changed.view.wanted;
    const auto plan = changed.plan();
    EXPECT_EQ(plan.action, Action::Record);
    EXPECT_EQ(plan.changes.at(0).reason, "documents are checked against it");
}

TEST(WatchRules, a_set_that_was_refused_may_wait_for_the_rest_of_it) {
    MemberRecord record;
    record.definition.watches = {{.files = {"/tls/cert", "/tls/key"}, .together = true},
                                 {.files = {"/etc/web.conf"}}};
    record.files = {
        {"/tls/cert", {1, 1, 1}}, {"/tls/key", {2, 2, 2}}, {"/etc/web.conf", {3, 3, 3}}};
    auto files = record.files;
    files["/tls/cert"] = {4, 4, 4};
    record.refusal = Refusal{record.definition, files, ReloadResult::Invalid, {}, false};
    EXPECT_TRUE(waits_for_rest_of_set(record));
    record.refusal->files["/tls/key"] = {5, 5, 5};
    EXPECT_FALSE(waits_for_rest_of_set(record)) << "all of it is there";
    record.refusal->files = files;
    record.refusal->files["/etc/web.conf"] = {6, 6, 6};
    EXPECT_FALSE(waits_for_rest_of_set(record)) << "something else may be wrong";
    record.refusal->files = record.files;
    EXPECT_FALSE(waits_for_rest_of_set(record));
    record.refusal->files = files;
    record.refusal->result = ReloadResult::Failed;
    EXPECT_FALSE(waits_for_rest_of_set(record));
}
