// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../allocations.hpp"
#include "project/agenda.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <format>
#include <random>
#include <ranges>

namespace hotreload::project {
namespace {

using namespace std::chrono_literals;

class AgendaTest : public testing::Test {
protected:
    Agenda agenda;
    LinkGraph links;
    Duration now = 1s;
    Names paused, moving, full;
    std::map<std::string, std::string> held_back;
    std::vector<std::uint64_t> answered;

    void members(const std::map<std::string, Links>& all) {
        links = LinkGraph(all);
        for (const auto& [name, unused] : all)
            agenda.add(name);
    }
    [[nodiscard]] Agenda::Situation situation() const {
        return {.links = [this]() -> const LinkGraph& { return links; },
                .now = now,
                .paused = [this](const auto& name) { return paused.contains(name); },
                .watchable = [](const auto&) { return true; },
                .unsettled = [this](const auto& name) { return moving.contains(name); },
                .patience = [](const auto&) { return Duration(500ms); },
                .full = full,
                .held_back = held_back};
    }
    // The scopes of what begins in this turn: requests, then looks.
    std::vector<Names> turn(std::vector<Agenda::Begun>* begun = nullptr) {
        auto requests = agenda.take_requests(situation(), [this](Request& request) {
            return std::optional(request.service ? links.with_followers({*request.service})
                                                 : all());
        });
        std::vector<Names> scopes;
        for (auto& each : requests.begin) {
            scopes.push_back(each.scope);
            if (begun)
                begun->push_back(std::move(each));
        }
        for (auto& batch : agenda.take_due(situation()))
            scopes.push_back(std::move(batch));
        return scopes;
    }
    [[nodiscard]] Names all() const { return agenda.members(); }
    void done(const Names& scope) { agenda.ended(scope, Agenda::End::Done, now); }
    void nothing_is_due() {
        for (const auto& scope : turn())
            done(scope);
    }
    static Request ask(std::uint64_t id, std::optional<std::string> service = {},
                       Request::Kind kind = Request::Kind::Reload) {
        Request request{.kind = kind, .id = {0, id}, .service = std::move(service)};
        return request;
    }
};

using Batches = std::vector<Names>;

TEST_F(AgendaTest, each_member_is_looked_at_by_itself_and_once) {
    members({{"a", {}}, {"b", {}}});
    EXPECT_EQ(turn(), (Batches{{"a"}, {"b"}}));
    EXPECT_EQ(turn(), Batches{});
    agenda.settled("a"); // while somebody works at it
    EXPECT_EQ(turn(), Batches{});
    done({"a"});
    EXPECT_EQ(turn(), Batches{{"a"}});
}

TEST_F(AgendaTest, two_members_that_one_save_concerns_are_one_look) {
    members({{"web", {.after = {"app"}}}, {"app", {}}, {"log", {}}});
    nothing_is_due();
    moving = {"web"};
    agenda.settled("app");
    agenda.settled("log");
    EXPECT_EQ(turn(), Batches{{"log"}}); // nothing connects it with what is moving
    moving.clear();
    agenda.settled("web");
    EXPECT_EQ(turn(), (Batches{{"app", "web"}}));
}

TEST_F(AgendaTest, a_member_waits_for_others_no_longer_than_their_bursts_may_last) {
    members({{"web", {.after = {"app"}}}, {"app", {}}});
    nothing_is_due();
    moving = {"web"};
    agenda.settled("app");
    EXPECT_EQ(turn(), Batches{});
    EXPECT_EQ(agenda.next_wake(now), Duration(500ms));
    now += 499ms;
    EXPECT_EQ(turn(), Batches{});
    now += 1ms;
    EXPECT_EQ(turn(), Batches{{"app"}});
}

// Was: each of them began to wait when the one before had waited long enough.
TEST_F(AgendaTest, members_that_wait_together_wait_no_longer_than_one) {
    members({{"app", {}}, {"db", {}}, {"web", {.after = {"app", "db"}}}});
    nothing_is_due();
    moving = {"web"};
    agenda.settled("app");
    EXPECT_EQ(turn(), Batches{});
    now += 200ms;
    agenda.settled("db");
    EXPECT_EQ(turn(), Batches{});
    EXPECT_EQ(agenda.next_wake(now), Duration(300ms));
    now += 300ms;
    EXPECT_EQ(turn(), (Batches{{"app", "db"}}));
}

TEST_F(AgendaTest, a_member_does_not_wait_for_one_that_is_paused) {
    members({{"web", {.after = {"app"}}}, {"app", {}}});
    nothing_is_due();
    moving = paused = {"web"};
    agenda.settled("app");
    EXPECT_EQ(turn(), Batches{{"app"}});
}

TEST_F(AgendaTest, the_others_of_its_links_settled_with_nothing_new) {
    members({{"web", {.after = {"app"}}}, {"app", {}}});
    nothing_is_due();
    moving = {"web"};
    agenda.settled("app");
    EXPECT_EQ(turn(), Batches{});
    moving.clear();
    EXPECT_EQ(turn(), Batches{{"app"}});
}

TEST_F(AgendaTest, a_member_waits_for_the_end_of_what_it_depends_on) {
    members({{"web", {.after = {"app"}}}, {"app", {}}});
    nothing_is_due();
    agenda.settled("app");
    EXPECT_EQ(turn(), Batches{{"app"}});
    agenda.settled("web");
    EXPECT_EQ(turn(), Batches{});
    done({"app"});
    EXPECT_EQ(turn(), Batches{{"web"}});
}

TEST_F(AgendaTest, what_follows_a_member_is_looked_at_with_it) {
    members({{"web", {.part_of = {"app"}}}, {"app", {}}});
    nothing_is_due();
    agenda.settled("app");
    EXPECT_EQ(turn(), (Batches{{"app", "web"}}));
    agenda.settled("app");
    done({"app"});
    EXPECT_EQ(turn(), Batches{}); // its follower is at work still
}

// Was: it was drawn in while something that it depends on was at work.
TEST_F(AgendaTest, a_member_waits_until_what_follows_it_may_go_too) {
    members({{"app", {}}, {"db", {}}, {"web", {.after = {"db"}, .part_of = {"app"}}}});
    nothing_is_due();
    agenda.settled("db");
    EXPECT_EQ(turn(), Batches{{"db"}});
    agenda.settled("app");
    EXPECT_EQ(turn(), Batches{});
    done({"db"});
    EXPECT_EQ(turn(), (Batches{{"app", "web"}}));
}

TEST_F(AgendaTest, a_member_that_was_held_back_is_tried_again_with_the_culprit) {
    members({{"a", {}}, {"b", {}}});
    nothing_is_due();
    held_back = {{"b", "a"}};
    agenda.settled("a");
    EXPECT_EQ(turn(), (Batches{{"a"}, {"b"}}));
}

TEST_F(AgendaTest, requests_go_in_their_order_and_before_files) {
    members({{"a", {}}, {"b", {}}});
    nothing_is_due();
    agenda.submit(ask(1));
    agenda.submit(ask(2, "a"));
    agenda.settled("a");
    std::vector<Agenda::Begun> begun;
    EXPECT_EQ(turn(&begun), (Batches{{"a", "b"}}));
    done({"a", "b"});
    EXPECT_EQ(turn(&begun), Batches{{"a"}}); // the second request, and not the file
    ASSERT_EQ(begun.size(), 2U);
    EXPECT_EQ(begun[1].request.id, (ReloadId{0, 2}));
    done({"a"});
    EXPECT_EQ(turn(), Batches{{"a"}});
}

TEST_F(AgendaTest, what_shall_stop_is_told_of_what_is_in_its_way) {
    members({{"a", {}}, {"b", {}}});
    (void)turn();
    agenda.submit(ask(1, "a", Request::Kind::Stop));
    const auto found = agenda.take_requests(
        situation(), [](Request& request) { return std::optional(Names{*request.service}); });
    EXPECT_TRUE(found.begin.empty());
    EXPECT_EQ(found.in_the_way, Names{"a"});
}

TEST_F(AgendaTest, a_member_whose_files_moved_on_rests_longer_each_time) {
    members({{"a", {}}});
    Duration rest{};
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(turn(), Batches{{"a"}});
        agenda.due("a");
        agenda.ended({"a"}, Agenda::End::MovedOn, now);
        EXPECT_EQ(turn(), Batches{});
        const auto next = agenda.next_wake(now);
        EXPECT_TRUE(next > rest || next == Duration(5s));
        EXPECT_TRUE(agenda.idle([](const auto&) { return true; }, now));
        now += rest = next;
    }
    EXPECT_EQ(turn(), Batches{{"a"}});
    agenda.ended({"a"}, Agenda::End::MovedOn, now);
    agenda.settled("a"); // a new save ends the rest
    EXPECT_EQ(turn(), Batches{{"a"}});
}

TEST_F(AgendaTest, a_reload_waits_while_its_files_move_on_and_a_stop_does_not) {
    members({{"a", {}}});
    (void)turn();
    agenda.ended({"a"}, Agenda::End::MovedOn, now);
    agenda.submit(ask(1, "a"));
    EXPECT_EQ(turn(), Batches{});
    agenda.submit(ask(2, "a", Request::Kind::Stop));
    EXPECT_EQ(turn(), Batches{}); // in the order in which they came
    now += 1s;
    EXPECT_EQ(turn(), Batches{{"a"}});
}

TEST_F(AgendaTest, a_member_that_left_in_the_middle_of_its_work_and_came_again_is_at_work) {
    members({{"a", {}}});
    EXPECT_EQ(turn(), Batches{{"a"}});
    agenda.remove("a");
    agenda.add("a");
    EXPECT_EQ(turn(), Batches{});
    done({"a"});
    EXPECT_EQ(turn(), Batches{{"a"}});
}

TEST_F(AgendaTest, nothing_of_what_was_asked_for_is_forgotten_at_the_end) {
    members({{"a", {}}});
    (void)turn();
    agenda.submit(ask(1));
    agenda.submit(ask(2));
    EXPECT_EQ(turn(), Batches{});
    EXPECT_EQ(agenda.close().size(), 2U);
    EXPECT_EQ(agenda.close().size(), 0U);
}

// Any interleaving: never two at work at one member, what depends waits, requests in their order
// and each begun once, and in the end nothing is left.
class AgendaInAnyOrder : public AgendaTest, public testing::WithParamInterface<unsigned> {};

TEST_P(AgendaInAnyOrder, keeps_its_rules) {
    std::mt19937 random(GetParam());
    const auto pick = [&](std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most - 1)(random);
    };
    const std::vector<std::string> names{"a", "b", "c", "d", "e", "f"};
    std::map<std::string, Links> graph;
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto& own = graph[names[i]];
        for (std::size_t j = 0; j < i; ++j) // no cycles
            switch (pick(6)) {
            case 0:
                own.after.push_back(names[j]);
                break;
            case 1:
                own.required.push_back(names[j]);
                break;
            case 2:
                own.part_of.push_back(names[j]);
                break;
            default:
                break;
            }
    }
    members(graph);
    std::vector<Names> at_work;
    std::vector<std::uint64_t> begun_ids;
    std::uint64_t last_id = 0;
    std::map<std::string, Duration> dirty_since; // due, and not looked at since
    for (const auto& name : names)
        dirty_since[name] = now;
    const auto check = [&](const Names& scope) {
        ASSERT_FALSE(scope.empty());
        for (const auto& name : scope) {
            for (const auto& other : at_work)
                ASSERT_FALSE(other.contains(name)) << name;
            for (const auto& other : at_work) {
                Names held;
                links.add_dependents(held, other);
                ASSERT_FALSE(held.contains(name)) << name << " before what it depends on";
            }
        }
    };
    const auto take_turn = [&] {
        auto requests = agenda.take_requests(situation(), [this](Request& request) {
            return std::optional(request.service ? links.with_followers({*request.service})
                                                 : AgendaTest::all());
        });
        for (auto& each : requests.begin) {
            check(each.scope);
            begun_ids.push_back(each.request.id.low);
            for (const auto& name : each.scope)
                dirty_since.erase(name);
            at_work.push_back(each.scope);
        }
        for (auto& batch : agenda.take_due(situation())) {
            check(batch);
            for (const auto& name : batch) {
                ASSERT_FALSE(paused.contains(name));
                dirty_since.erase(name);
            }
            at_work.push_back(batch);
        }
    };
    for (int step = 0; step < 400; ++step) {
        const auto& name = names[pick(names.size())];
        switch (pick(8)) {
        case 0:
            agenda.settled(name);
            moving.erase(name);
            dirty_since.try_emplace(name, now);
            break;
        case 1:
            moving.insert(name);
            break;
        case 2: {
            auto request = ask(++last_id, pick(2) == 0 ? std::optional(name) : std::nullopt,
                               pick(3) == 0 ? Request::Kind::Stop : Request::Kind::Reload);
            agenda.submit(std::move(request));
            break;
        }
        case 3:
            paused.contains(name) ? paused.erase(name) : paused.insert(name).second;
            break;
        case 4:
            now += std::chrono::milliseconds(pick(300));
            break;
        case 5:
        case 6:
            if (!at_work.empty()) {
                const auto index = static_cast<std::ptrdiff_t>(pick(at_work.size()));
                const auto end = pick(4) == 0 ? Agenda::End::MovedOn : Agenda::End::Done;
                for (const auto& each : at_work[static_cast<std::size_t>(index)])
                    if (end == Agenda::End::MovedOn) {
                        agenda.due(each);
                        dirty_since.try_emplace(each, now);
                    }
                agenda.ended(at_work[static_cast<std::size_t>(index)], end, now);
                at_work.erase(at_work.begin() + index);
            }
            break;
        default:
            take_turn();
            break;
        }
        if (HasFatalFailure())
            return;
    }
    // Everything comes to rest: whatever was asked has begun, whatever was due was looked at.
    moving.clear();
    paused.clear();
    for (int i = 0;
         i < 1000 && (!at_work.empty() || !agenda.idle([](const auto&) { return true; }, now));
         ++i) {
        take_turn();
        for (const auto& scope : std::exchange(at_work, {}))
            done(scope);
        now += 5s;
    }
    take_turn();
    for (const auto& scope : std::exchange(at_work, {}))
        done(scope);
    EXPECT_TRUE(agenda.idle([](const auto&) { return true; }, now));
    EXPECT_EQ(begun_ids.size(), last_id);
    auto sorted = begun_ids;
    std::ranges::sort(sorted);
    EXPECT_TRUE(std::ranges::adjacent_find(sorted) == sorted.end()) << "begun twice";
    EXPECT_TRUE(dirty_since.empty()) << dirty_since.begin()->first << " was forgotten";
    EXPECT_TRUE(agenda.close().empty());
}

// Turns of a project in which links connect all members: each of them settles, is looked at, and is
// asked for.
class AgendaOfMany : public AgendaTest, public testing::WithParamInterface<bool> {
protected:
    static std::string member(std::size_t number) { return std::format("s{:05}", number); }

    std::size_t work(std::size_t count) {
        std::map<std::string, Links> row;
        for (std::size_t i = 0; i < count; ++i) {
            auto& own = row[member(i)];
            if (const bool is_cycle = GetParam(); i > 0 || is_cycle)
                own.required = {member((i + count - 1) % count)};
        }
        agenda = {};
        members(row);
        asked_ = 0;
        return hotreload::test::allocations_of([&] { EXPECT_NO_FATAL_FAILURE(turns(count)); });
    }

    // The number of questions to the situation, each about one member.
    std::size_t asked_ = 0;

private:
    std::vector<Names> counted_turn() {
        auto now_it_is = situation();
        const auto count = [this](auto& question) {
            question = [this, question](const std::string& name) {
                ++asked_;
                return question(name);
            };
        };
        count(now_it_is.paused);
        count(now_it_is.watchable);
        count(now_it_is.unsettled);
        count(now_it_is.patience);
        std::vector<Names> scopes;
        auto requests = agenda.take_requests(
            now_it_is, [this](Request&) { return std::optional(AgendaTest::all()); });
        for (auto& each : requests.begin)
            scopes.push_back(std::move(each.scope));
        for (auto& batch : agenda.take_due(now_it_is))
            scopes.push_back(std::move(batch));
        return scopes;
    }

    void turns(std::size_t count) {
        const auto first = counted_turn();
        ASSERT_EQ(first.size(), 1U);
        ASSERT_EQ(first.front().size(), count);
        for (std::size_t i = 0; i < count; ++i)
            agenda.settled(member(i));
        agenda.submit(ask(1));
        ASSERT_TRUE(counted_turn().empty()); // somebody works at them
        done(first.front());
        const auto asked = counted_turn();
        ASSERT_EQ(asked.size(), 1U);
        ASSERT_EQ(asked.front().size(), count);
        ASSERT_TRUE(counted_turn().empty());
        done(asked.front());
        moving = {member(0)};
        ASSERT_TRUE(counted_turn().empty());
        moving.clear();
        const auto last = counted_turn();
        ASSERT_EQ(last.size(), 1U);
        ASSERT_EQ(last.front().size(), count);
        done(last.front());
    }
};

// Was: with the square of them, so that 5 000 in one chain held the loop until the watchdog ended
// it.
TEST_P(AgendaOfMany, takes_ten_times_as_many_steps_for_ten_times_as_many) {
    const auto few = work(500);
    const auto few_asked = asked_;
    EXPECT_LT(work(5000), 11 * few);
    EXPECT_LT(asked_, 11 * few_asked);
}

INSTANTIATE_TEST_SUITE_P(ChainAndCycle, AgendaOfMany, testing::Bool());

INSTANTIATE_TEST_SUITE_P(Seeds, AgendaInAnyOrder, testing::Range(0U, 60U));

} // namespace
} // namespace hotreload::project
