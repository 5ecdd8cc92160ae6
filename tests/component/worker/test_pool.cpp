// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/pool.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

using namespace hotreload;
using namespace hotreload::worker;
using namespace std::chrono_literals;

namespace {

constexpr auto kLong = 60s; // for what ends by an event

Source source(const std::string& text, Format format) {
    return {{0, std::hash<std::string>()(text), text.size()}, format, text};
}

Source known_toml(const std::string& text) {
    return {{0, std::hash<std::string>()(text), text.size()}, Format::Toml, std::nullopt};
}

Source toml(const std::string& text) {
    return source(text, Format::Toml);
}

// Processes of this one, by the name of their program.
std::vector<pid_t> children(std::string_view name) {
    std::vector<pid_t> found;
    std::ifstream list("/proc/self/task/" + std::to_string(::getpid()) + "/children");
    for (pid_t pid = 0; list >> pid;) {
        std::string comm;
        std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), comm);
        if (comm == name.substr(0, 15))
            found.push_back(pid);
    }
    return found;
}

class Workers : public testing::Test {
protected:
    Pool::Settings settings(const std::string& program, Duration limit = kLong) {
        return {.program = program,
                .version = HOTRELOAD_VERSION,
                .limit = limit,
                .limit_of_mib = kLong,
                .idle = 1ms};
    }

    std::string rogue(const std::string& way) {
        std::string pattern = testing::TempDir() + "rogue-XXXXXX";
        directories.emplace_back(::mkdtemp(pattern.data()));
        const auto path = directories.back() / way;
        std::filesystem::create_symlink(ROGUE, path);
        return path;
    }

    void TearDown() override {
        for (const auto& each : directories)
            std::filesystem::remove_all(each);
    }

    void until(const std::function<bool()>& done) {
        const auto deadline = std::chrono::steady_clock::now() + kLong;
        while (!done() && std::chrono::steady_clock::now() < deadline)
            loop.run_once(10ms);
        ASSERT_TRUE(done());
    }

    static Task<> keep(Task<Pool::Answer> asked, std::optional<Pool::Answer>& answer) {
        answer = co_await std::move(asked);
    }

    Pool::Answer ask(Pool& pool, Request request, const std::string& project = "shop") {
        std::optional<Pool::Answer> answer;
        tasks.spawn(keep(pool.ask(project, std::move(request)), answer));
        until([&] { return answer.has_value(); });
        return answer ? *answer : Pool::Answer(std::unexpected("nothing"));
    }

    static void expect_json(const Pool::Answer& answer, std::string_view json) {
        ASSERT_TRUE(answer) << answer.error();
        ASSERT_TRUE(std::holds_alternative<Rendered>(*answer)) << answer->index();
        EXPECT_EQ(std::get<Rendered>(*answer).json, json);
    }

    os::EventLoop loop;
    TaskScope tasks;
    std::vector<std::filesystem::path> directories;
};

TEST_F(Workers, answer_one_request_after_another) {
    Pool pool(loop, settings(WORKER));
    const Pool::Lease lease(pool);
    expect_json(ask(pool, Render{toml("a = 1\n")}), R"({"a":1})");
    const auto pids = children("hotreload-worker");
    ASSERT_EQ(pids.size(), 1U);
    expect_json(ask(pool, Render{known_toml("a = 1\n")}), R"({"a":1})");
    EXPECT_EQ(children("hotreload-worker"), pids) << "the same process, which was asked before";
}

// Libraries make no system call that is forbidden, whatever they are given.
TEST_F(Workers, live_through_all_that_parsers_were_ever_given) {
    Pool pool(loop, settings(WORKER));
    const Pool::Lease lease(pool);
    const std::map<std::string, Format> formats = {
        {"parse_ini", Format::Ini},   {"parse_json", Format::Json}, {"parse_jsonc", Format::Jsonc},
        {"parse_toml", Format::Toml}, {"parse_unit", Format::Unit}, {"parse_yaml", Format::Yaml},
    };
    std::size_t asked = 0;
    for (const auto& [name, format] : formats)
        for (const auto& entry : std::filesystem::directory_iterator(CORPUS "/" + name)) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string text(std::istreambuf_iterator<char>(file), {});
            const auto answer =
                ask(pool, Compare{.now = source(text, format), .applied = source("", format)});
            ASSERT_TRUE(answer) << entry.path() << ": " << answer.error();
            ++asked;
        }
    for (const auto& entry : std::filesystem::directory_iterator(CORPUS "/schema")) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::string schema, document;
        std::getline(file, schema, '\0');
        std::getline(file, document, '\0');
        const auto answer =
            ask(pool, Compare{.now = source(document, Format::Yaml),
                              .schema = Compare::Schema{"/s", source(schema, Format::Json)}});
        ASSERT_TRUE(answer) << entry.path() << ": " << answer.error();
        ++asked;
    }
    EXPECT_GT(asked, 30U);
}

TEST_F(Workers, take_what_is_larger_than_a_socket_holds) {
    Pool pool(loop, settings(WORKER));
    const std::string text(4 << 20, 'x');
    expect_json(ask(pool, Render{toml("a = '" + text + "'\n")}), R"({"a":")" + text + "\"}");
}

TEST_F(Workers, are_there_as_long_as_somebody_holds_a_lease) {
    Pool pool(loop, settings(WORKER));
    std::optional<Pool::Lease> lease;
    lease.emplace(pool);
    until([] { return children("hotreload-worker").size() == 1; });
    expect_json(ask(pool, Render{toml("a = 1\n")}), R"({"a":1})");
    lease.reset();
    until([] { return children("hotreload-worker").empty(); });
    expect_json(ask(pool, Render{toml("a = 1\n")}), R"({"a":1})");
    until([] { return children("hotreload-worker").empty(); });
}

TEST_F(Workers, are_more_while_one_is_busy_with_another_project) {
    Pool pool(loop, settings(WORKER));
    const Pool::Lease lease(pool);
    expect_json(ask(pool, Render{toml("a = 1\n")}), R"({"a":1})");
    const auto first = children("hotreload-worker");
    ASSERT_EQ(first.size(), 1U);
    ::kill(first.front(), SIGSTOP); // busy for as long as it takes
    std::optional<Pool::Answer> slow, behind;
    tasks.spawn(keep(pool.ask("large", Render{toml("a = 2\n")}), slow));
    tasks.spawn(keep(pool.ask("large", Render{toml("a = 3\n")}), behind));
    expect_json(ask(pool, Render{toml("a = 4\n")}, "small"), R"({"a":4})");
    EXPECT_FALSE(slow || behind) << "one project has one worker at a time";
    ::kill(first.front(), SIGCONT);
    until([&] { return slow && behind; });
    expect_json(*behind, R"({"a":3})");
    until([] { return children("hotreload-worker").size() == 1; });
}

TEST_F(Workers, are_started_anew_for_what_one_has_died_of) {
    Pool pool(loop, settings(WORKER));
    const Pool::Lease lease(pool);
    expect_json(ask(pool, Render{toml("a = 1\n")}), R"({"a":1})");
    const auto first = children("hotreload-worker");
    ASSERT_EQ(first.size(), 1U);
    ::kill(first.front(), SIGSTOP);
    std::optional<Pool::Answer> answer;
    tasks.spawn(keep(pool.ask("shop", Render{toml("a = 2\n")}), answer));
    ::kill(first.front(), SIGKILL);
    until([&] { return answer.has_value(); });
    expect_json(*answer, R"({"a":2})");
}

TEST_F(Workers, may_die_while_nobody_asks) {
    Pool pool(loop, settings(WORKER));
    const Pool::Lease lease(pool);
    unsigned told = 0;
    pool.on_death = [&](const std::string&) { ++told; };
    for (const auto* const json : {R"({"a":1})", R"({"a":1})", R"({"a":1})"}) {
        expect_json(ask(pool, Render{toml("a = 1\n")}), json);
        std::vector<pid_t> there; // the one before may take a moment to go
        until([&] { return (there = children("hotreload-worker")).size() == 1; });
        ::kill(there.front(), SIGKILL);
        siginfo_t end = {};
        ::waitid(P_PID, static_cast<id_t>(there.front()), &end, WEXITED | WNOWAIT);
    }
    EXPECT_EQ(told, 0U) << "no document was the reason";
}

TEST_F(Workers, are_not_asked_a_third_time_what_has_ended_two) {
    Pool pool(loop, settings(rogue("mortal")));
    const auto answer = ask(pool, Render{toml("a = 1\n")});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error(),
              "reading it has ended hotreload-worker twice: it is left alone until it changes, or "
              "for \"hotreloadctl reload shop\"");
    std::filesystem::remove_all(directories.back());
    EXPECT_EQ(ask(pool, Render{toml("a = 1\n")}), answer) << "without another try";
    const auto other = ask(pool, Render{toml("a = 2\n")});
    ASSERT_FALSE(other);
    EXPECT_TRUE(other.error().contains("cannot be read: ")) << other.error();
    pool.forgive("shop");
    EXPECT_NE(ask(pool, Render{toml("a = 1\n")}), answer) << "another try";
}

TEST_F(Workers, are_not_asked_again_what_was_set_aside_while_it_waited) {
    rogue("mortal");
    const auto counting = directories.back() / "counting";
    std::ofstream(counting) << "#!/bin/sh\necho >>$0.starts\nexec ${0%/*}/mortal\n";
    std::filesystem::permissions(counting, std::filesystem::perms::owner_all);
    Pool pool(loop, settings(counting));
    std::optional<Pool::Answer> first, second;
    tasks.spawn(keep(pool.ask("shop", Render{toml("a = 1\n")}), first));
    tasks.spawn(keep(pool.ask("shop", Render{toml("a = 1\n")}), second));
    until([&] { return first && second; });
    ASSERT_FALSE(*first);
    EXPECT_EQ(*second, *first);
    std::ifstream starts(counting.string() + ".starts");
    EXPECT_EQ(std::count(std::istreambuf_iterator<char>(starts), {}, '\n'), 2);
}

TEST_F(Workers, may_die_once) {
    Pool pool(loop, settings(rogue("mortal-once")));
    std::ofstream(directories.back() / "mortal-once.first") << "";
    expect_json(ask(pool, Render{toml("a = 1\n")}), "{}");
}

TEST_F(Workers, are_believed_nothing_that_is_no_answer) {
    for (const auto* const way : {"garbage", "boundless"}) {
        Pool pool(loop, settings(rogue(way)));
        const auto answer = ask(pool, Render{toml("a = 1\n")});
        ASSERT_FALSE(answer) << way;
        EXPECT_TRUE(answer.error().contains("has ended hotreload-worker twice")) << answer.error();
    }
}

TEST_F(Workers, have_so_much_time_and_no_more) {
    Pool pool(loop, settings(rogue("silent"), 50ms));
    const auto answer = ask(pool, Render{toml("a = 1\n")});
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().starts_with("reading it has taken more than 50ms: "))
        << answer.error();
}

TEST_F(Workers, say_why_there_is_none) {
    Pool none(loop, settings("/nonexistent/worker"));
    const auto answer = ask(none, Render{toml("a = 1\n")});
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().contains("/nonexistent/worker: No such file")) << answer.error();
    Pool mute(loop, settings(rogue("mute")));
    EXPECT_TRUE(ask(mute, Render{toml("a = 1\n")}).error().contains("it ended as it started"));
    Pool stranger(loop, settings(rogue("stranger")));
    EXPECT_TRUE(ask(stranger, Render{toml("a = 1\n")}).error().contains("of another version"));
}

TEST_F(Workers, whoever_asks_may_go_meanwhile) {
    Pool pool(loop, settings(WORKER));
    {
        TaskScope asking;
        std::optional<Pool::Answer> never;
        asking.spawn(keep(pool.ask("shop", Render{toml("a = 1\n")}), never));
    }
    expect_json(ask(pool, Render{toml("a = 2\n")}), R"({"a":2})");
}

} // namespace
