// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_service.hpp"
#include "ipc/varlink/server.hpp"
#include "os/proc.hpp"
#include "temporary_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <coroutine>
#include <cstring>
#include <filesystem>
#include <format>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

namespace hotreload::ipc {
namespace {

std::string read_file(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

// Refuses, or leaves a question open until it is withdrawn.
class FakePolkit final : public Polkit {
public:
    Task<Result<Answer>> ask(Subject /*subject*/, Question /*question*/) override {
        if (!hangs)
            co_return answer;
        const auto counted = std::make_shared<int>();
        open = counted;
        co_await std::suspend_always();
        co_return Answer::Yes;
    }

    Answer answer = Answer::No;
    bool hangs = false;
    std::weak_ptr<int> open; // the last question
};

// Asked by varlinkctl, as a person would.
class VarlinkServerTest : public testing::Test {
protected:
    VarlinkServerTest() : service_(loop_), server_(loop_, service_, authority_) {
        service_.known_projects = {
            {.name = "shop", .path = "/srv/shop.toml"},
            {.name = "blog", .path = "/srv/blog.toml", .state = ProjectStatus::State::Invalid}};
        service_.known_services = {
            {.name = "web",
             .project = "shop",
             .main_pid = 42,
             .last_result = ReloadResult::Applied,
             .last_changes = {{.subject = "/srv/web.toml",
                               .keys = {{.operation = PatchOperation::Kind::Add,
                                         .key = "log.level",
                                         .after = "[1]"}}}}}};
        service_.known_configs = {
            {.name = "app", .project = "shop", .revision = 3, .value = "\"secret\""}};
        auto socket = make_socket();
        const auto listening = server_.listen(std::move(socket));
        EXPECT_TRUE(listening) << listening.error().message;
    }
    ~VarlinkServerTest() override {
        server_.on_activity = {}; // it may know what has gone with the test
        loop_.exit(0);            // closes connections that are still open
        loop_.run();
    }

    [[nodiscard]] std::string path() const { return directory_ + "/org.hotreload"; }

    [[nodiscard]] sockaddr_un socket_address() const {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
        return address;
    }

    // Runs the loop until it holds, or a thousand turns are over.
    void turn_until(const std::function<bool()>& holds) {
        for (int i = 0; i < 1000 && !holds(); ++i)
            loop_.run_once(std::chrono::milliseconds(10));
    }

    // Tells the monitors, as far as they have room for it: the loop serves one in each turn.
    void tell(const std::string& path) {
        server_.monitors().file_changed("shop", path, ChangeKind::Modified, "");
        for (int turn = 0; turn < 4; ++turn)
            loop_.run_once(std::chrono::milliseconds(0));
    }

    Fd make_socket() const {
        Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const auto address = socket_address();
        EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(fd.get(), 16), 0);
        return fd;
    }

    struct Answer {
        int status = -1;
        std::string out;
        std::string err;
    };

    Answer varlinkctl(std::vector<std::string> arguments, uid_t as = ::geteuid()) {
        const auto out = directory_ + "/out";
        const auto err = directory_ + "/err";
        const auto child = ::fork();
        if (child == 0) {
            ::dup2(::open(out.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), 1);
            ::dup2(::open(err.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), 2);
            ::setenv("NO_COLOR", "1", 1);
            if (as != ::geteuid() && ::setresuid(as, as, as) < 0)
                ::_exit(126);
            std::vector<char*> argv{const_cast<char*>("varlinkctl")};
            for (auto& argument : arguments)
                argv.push_back(argument.data());
            argv.push_back(nullptr);
            ::execvp(argv[0], argv.data());
            ::_exit(127);
        }
        int status = -1;
        for (int i = 0; i < 1000 && ::waitpid(child, &status, WNOHANG) == 0; ++i)
            loop_.run_once(std::chrono::milliseconds(10));
        return {WEXITSTATUS(status), read_file(out), read_file(err)};
    }

    Answer call(const std::string& method, const std::string& parameters) {
        return varlinkctl({"--json=short", "call", path(), method, parameters});
    }

    void let_everybody_in() const {
        std::filesystem::permissions(directory_, std::filesystem::perms(0711));
        std::filesystem::permissions(path(), std::filesystem::perms(0666));
    }

    // varlinkctl, run by somebody who may not inspect.
    Answer as_stranger(std::vector<std::string> arguments) {
        let_everybody_in();
        arguments.insert(arguments.begin(), "--json=short");
        return varlinkctl(std::move(arguments), kNobody);
    }

    static constexpr uid_t kNobody = 65534;
    const test::TemporaryDirectory temporary_;
    const std::string directory_ = temporary_.path();
    os::EventLoop loop_;
    FakeService service_;
    FakePolkit polkit_;
    Authority authority_{::geteuid(), &polkit_};
    VarlinkServer server_;
};

// A caller that speaks for itself, and shares the loop.
class Socket {
public:
    Socket(os::EventLoop& loop, const sockaddr_un& address)
        : loop_(loop), fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  0);
    }

    void send(const std::string& method, const std::string& parameters,
              const std::string& flags = "") {
        const auto text = std::format(R"({{"method":"org.hotreload.{}","parameters":{}{}}})",
                                      method, parameters, flags);
        EXPECT_EQ(::send(fd_.get(), text.c_str(), text.size() + 1, MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size() + 1));
    }

    // The next message; "" when none comes, or the connection is closed.
    std::string receive() {
        for (int turn = 0; turn < 1000; ++turn) {
            if (const auto end = text_.find('\0'); end != std::string::npos) {
                auto message = text_.substr(0, end);
                text_.erase(0, end + 1);
                return message;
            }
            char part[4096];
            const auto count = ::recv(fd_.get(), part, sizeof part, 0);
            if (count == 0)
                return "";
            if (count > 0)
                text_.append(part, static_cast<std::size_t>(count));
            else
                loop_.run_once(std::chrono::milliseconds(10));
        }
        return "";
    }

    // As much of it as is taken; how much that is.
    std::size_t send_some(std::string_view text) {
        const auto count = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
        return count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    void take_little_at_a_time() {
        const int bytes = 4096;
        EXPECT_EQ(::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes), 0);
    }

    // Somebody has closed it; what was sent before may be read still.
    [[nodiscard]] bool closed() {
        char part[4096];
        ssize_t count = 1;
        while ((count = ::recv(fd_.get(), part, sizeof part, 0)) > 0)
            ;
        return count == 0;
    }

private:
    os::EventLoop& loop_;
    Fd fd_;
    std::string text_;
};

TEST_F(VarlinkServerTest, it_says_what_it_is) {
    const auto answer = varlinkctl({"info", path()});
    EXPECT_EQ(answer.status, 0) << answer.err;
    for (const auto* word : {"hotreloadd", HOTRELOAD_VERSION, "org.hotreload"})
        EXPECT_NE(answer.out.find(word), std::string::npos) << answer.out;
}

TEST_F(VarlinkServerTest, its_description_is_the_one_in_the_file) {
    const auto answer = varlinkctl({"introspect", path(), "org.hotreload"});
    EXPECT_EQ(answer.status, 0) << answer.err;
    EXPECT_EQ("# SPDX-License-Identifier: LGPL-2.1-or-later\n" + answer.out,
              read_file(HOTRELOAD_VARLINK));
}

TEST_F(VarlinkServerTest, status_lists_projects_with_their_services) {
    bool heard = false;
    server_.on_activity = [&] { heard |= server_.connections() == 1; };
    const auto answer = call("org.hotreload.Status", "{}");
    EXPECT_EQ(answer.status, 0) << answer.err;
    for (const auto* part :
         {R"("name":"shop")", R"("name":"web")", R"("mainPID":42)",
          R"("name":"blog","path":"/srv/blog.toml")", R"("services":[],"configs":[]})",
          R"("lastResult":"applied")", R"("key":"log.level","new":[1])",
          R"("name":"app","project":"shop")", R"("revision":3)"})
        EXPECT_NE(answer.out.find(part), std::string::npos) << part << " in " << answer.out;
    EXPECT_EQ(answer.out.find("secret"), std::string::npos) << answer.out;
    EXPECT_TRUE(heard);
}

TEST_F(VarlinkServerTest, values_that_libsystemd_has_no_form_for_are_told_as_near_as_it_can) {
    service_.known_services[0].last_changes[0].keys = {
        {.operation = PatchOperation::Kind::Add,
         .key = "big",
         .after = R"([1e400,1.10,-7,"a\u0000b",null,{"c":true}])"}};
    const auto answer = call("org.hotreload.Status", "{}");
    EXPECT_EQ(answer.status, 0) << answer.err;
    EXPECT_NE(
        answer.out.find(
            "\"new\":[\"1e400\",1.100000000000000088818e+00,-7,\"a\ufffdb\",null,{\"c\":true}]"),
        std::string::npos)
        << answer.out;
}

// Was: the parser threw, which ended the daemon.
TEST_F(VarlinkServerTest, a_value_that_is_no_json_is_told_as_the_text_that_it_is) {
    service_.known_services[0].last_changes[0].keys = {
        {.operation = PatchOperation::Kind::Add, .key = "half", .after = R"("\ud83d")"}};
    const auto answer = call("org.hotreload.Status", "{}");
    EXPECT_EQ(answer.status, 0) << answer.err;
    EXPECT_NE(answer.out.find(R"("new":"\"\\ud83d\"")"), std::string::npos) << answer.out;
}

TEST_F(VarlinkServerTest, an_error_has_a_name_and_says_where_and_what_to_do) {
    using enum ErrorCode;
    for (const auto& [code, name] :
         {std::pair(Invalid, "org.hotreload.Invalid"),
          std::pair(NotFound, "org.hotreload.NoSuchTarget"),
          std::pair(NotAuthorized, "org.hotreload.NotAuthorized"),
          std::pair(Busy, "org.hotreload.Busy"), std::pair(TimedOut, "org.hotreload.TimedOut"),
          std::pair(Failed, "org.hotreload.Failed")}) {
        service_.error =
            Error{code, "no", "ask again", Problem{"/caf\xe9.toml", 3, 9, "no such key"}};
        const auto answer = call("org.hotreload.Stop", R"({"target":"shop"})");
        EXPECT_NE(answer.status, 0);
        EXPECT_TRUE(answer.err.contains(name)) << answer.err;
        Socket caller(loop_, socket_address());
        caller.send("Stop", R"({"target":"shop"})");
        const std::string target = code == NotFound ? R"("target":"shop",)" : "";
        EXPECT_EQ(caller.receive(), std::format(R"({{"error":"{}","parameters":{{{}"message":"no",)"
                                                R"("path":"/caf�.toml","line":3,"column":9,)"
                                                R"("hint":"ask again"}}}})",
                                                name, target));
    }
}

TEST_F(VarlinkServerTest, an_error_that_is_not_about_a_file_has_no_place) {
    service_.error = Error{ErrorCode::Busy, "busy"};
    Socket caller(loop_, socket_address());
    caller.send("Sync", "{}");
    EXPECT_EQ(caller.receive(),
              R"({"error":"org.hotreload.Busy","parameters":{"message":"busy"}})");
}

TEST_F(VarlinkServerTest, each_method_asks_the_service_and_answers_its_result) {
    Socket caller(loop_, socket_address());
    const auto asked = [&](const char* method, const char* parameters) {
        caller.send(method, parameters);
        return caller.receive();
    };
    const auto id = [](std::uint64_t number) {
        return std::format(R"({{"parameters":{{"id":"{}"}}}})", to_string(ReloadId{0, number}));
    };
    constexpr auto nothing = R"({"parameters":{}})";
    constexpr auto shop = R"({"target":"shop"})";
    EXPECT_EQ(asked("Up", R"({"path":"/"})"), R"({"parameters":{"project":"my-shop"}})");
    EXPECT_EQ(asked("Up", R"({"path":"/","wait":false})"),
              R"({"parameters":{"project":"my-shop"}})");
    EXPECT_EQ(asked("Down", R"({"project":"shop"})"), nothing);
    EXPECT_EQ(asked("Plan", R"({"target":"shop","validate":false,"strategy":"swap"})"),
              R"({"parameters":{"project":"shop","services":[]}})");
    EXPECT_EQ(asked("Reload", R"({"target":"shop","force":true})"), id(7));
    EXPECT_EQ(asked("Restart", R"({"target":"","wait":false})"), id(8));
    EXPECT_EQ(asked("Start", shop), nothing);
    EXPECT_EQ(asked("Stop", shop), nothing);
    EXPECT_EQ(asked("Pause", R"({"target":"shop","for":"90s","reason":"deploy"})"), nothing);
    EXPECT_EQ(asked("Resume", R"({"target":"shop","allowInteractiveAuthentication":true})"),
              nothing);
    EXPECT_EQ(asked("Rollback", R"({"target":"shop","generation":3,"restoreFiles":true})"), id(9));
    EXPECT_EQ(asked("Apply", R"({"target":"shop","confirm":"30s","files":[)"
                             R"({"path":"/srv/x","text":"new"},{"path":"/srv/y","data":"bmV3"}]})"),
              id(10));
    EXPECT_EQ(asked("Confirm", shop), nothing);
    EXPECT_TRUE(asked("History", R"({"target":"shop","limit":2})").contains(R"("generation":3)"));
    EXPECT_EQ(asked("Diff", R"({"target":"shop/web","from":1,"to":null})"),
              R"({"parameters":{"from":1,"to":0,"changes":[]}})");
    service_.explanation = {.path = "/nowhere", .state = "missing"};
    EXPECT_TRUE(asked("Explain", R"({"path":"/nowhere"})").contains(R"("state":"missing")"));
    EXPECT_EQ(asked("Sync", "{}"), nothing);
    service_.events = {{.path = "/a"}, {.path = "/b"}};
    const auto events = asked("DebugEvents", R"({"limit":1})");
    EXPECT_TRUE(events.contains("/b") && !events.contains("/a")) << events;
    service_.known_details = {.id = {0, 7}, .problems = {{"shop", "web", {"/x", 1, 2, "MARKER"}}}};
    EXPECT_TRUE(
        asked("Details", R"({"id":"00000000000000000000000000000007"})").contains("MARKER"));
    service_.problems = {{"/x.toml", 3, 9, "no such key"}};
    EXPECT_EQ(asked("Check", R"({"path":"/"})"),
              R"({"parameters":{"valid":false,"problems":[{"path":"/x.toml","line":3,"column":9,)"
              R"("message":"no such key"}]}})");
    EXPECT_EQ(asked("GetValue", R"({"project":"shop","name":"app"})"),
              R"({"parameters":{"value":"secret","revision":3}})");
    EXPECT_EQ(
        service_.asked,
        (std::vector<std::string>{
            "up / wait", "up / no-wait", "down shop", "plan shop swap as it is",
            "reload shop force wait", "restart ", "start shop", "stop shop",
            "pause shop for 1min 30s: deploy", "resume shop", "rollback shop 3 restore-files wait",
            "apply shop confirm 30000000 /srv/x=new /srv/y=new", "confirm shop", "history shop 2",
            "diff shop/web 1 0", "explain /nowhere", "sync", "check /"}));
}

TEST_F(VarlinkServerTest, the_service_is_told_who_asks) {
    Socket caller(loop_, socket_address());
    for (const auto* method : {"Reload", "Stop", "Pause", "Resume"}) {
        caller.send(method, R"({"target":"shop"})");
        caller.receive();
    }
    EXPECT_EQ(service_.callers,
              (std::vector<AskedBy>(4, Asker(::geteuid(), os::command_name(::getpid())))));
}

TEST_F(VarlinkServerTest, wrong_parameters_never_reach_the_service) {
    Socket caller(loop_, socket_address());
    for (const auto& [method, parameters, name] :
         {std::tuple("Reload", R"({"target":"shop","strategy":"magic"})", "org.hotreload.Invalid"),
          std::tuple("Up", R"({"path":"shop"})", "org.hotreload.Invalid"),
          std::tuple("Up", R"({"path":"/no/such/place"})", "org.hotreload.Invalid"),
          std::tuple("Details", R"({"id":"7"})", "org.hotreload.Invalid"),
          std::tuple("Pause", R"({"target":"shop","for":"0"})", "org.hotreload.Invalid"),
          std::tuple("Rollback", R"({"target":"shop","generation":-1})", "Invalid"),
          std::tuple("Apply", R"({"target":"shop","files":[]})", "org.hotreload.Invalid"),
          std::tuple("Apply", R"({"target":"shop","files":[{"path":"/srv/x"}]})",
                     "org.hotreload.Invalid"),
          std::tuple("Apply", R"({"target":"shop","files":[{"path":"/srv/x","data":"%"}]})",
                     "org.hotreload.Invalid"),
          std::tuple("Stop", "{}", "org.varlink.service.InvalidParameter"),
          std::tuple("Stop", R"({"target":7})", "org.varlink.service.InvalidParameter"),
          std::tuple("Stop", R"({"target":"","force":true})",
                     "org.varlink.service.InvalidParameter")}) {
        caller.send(method, parameters);
        EXPECT_TRUE(caller.receive().contains(name)) << method << parameters;
    }
    caller.send("Stop", std::format(R"({{"target":"{}"}})", std::string(4097, 'a')));
    EXPECT_TRUE(caller.receive().contains("4097 bytes"));
    EXPECT_TRUE(service_.asked.empty());
}

TEST_F(VarlinkServerTest, a_slow_call_holds_up_no_other_and_is_counted_until_it_is_answered) {
    service_.slow = true;
    Socket slow(loop_, socket_address());
    slow.send("Start", R"({"target":"shop"})");
    turn_until([&] { return !service_.asked.empty(); });
    service_.slow = false;
    Socket other(loop_, socket_address());
    other.send("Stop", R"({"target":"db"})");
    EXPECT_EQ(other.receive(), R"({"parameters":{}})");
    EXPECT_EQ(server_.calls(), 1U);
    service_.finish();
    EXPECT_EQ(slow.receive(), R"({"parameters":{}})");
    EXPECT_EQ(server_.calls(), 0U);
}

TEST_F(VarlinkServerTest, a_caller_who_goes_in_the_middle_ends_nothing) {
    service_.slow = true;
    {
        Socket caller(loop_, socket_address());
        caller.send("Reload", R"({"target":"shop"})");
        turn_until([&] { return !service_.asked.empty(); });
    }
    turn_until([&] { return server_.connections() == 0; });
    EXPECT_EQ(server_.calls(), 1U);
    service_.finish();
    turn_until([&] { return server_.calls() == 0; });
    EXPECT_EQ(server_.calls(), 0U);
    service_.slow = false;
    EXPECT_EQ(call("org.hotreload.Sync", "{}").status, 0);
}

TEST_F(VarlinkServerTest, calls_that_want_no_answer_are_carried_out_as_many_as_may_be_under_way) {
    service_.slow = true;
    Socket caller(loop_, socket_address());
    for (std::size_t i = 0; i < VarlinkServer::kMostCalls + 5; ++i)
        caller.send("Reload", R"({"target":"shop"})", R"(,"oneway":true)");
    turn_until([&] { return server_.calls() == VarlinkServer::kMostCalls; });
    caller.send("Sync", "{}");
    EXPECT_TRUE(caller.receive().contains("org.hotreload.Busy"));
    EXPECT_EQ(service_.asked.size(), VarlinkServer::kMostCalls);
    service_.finish();
    turn_until([&] { return server_.calls() == 0; });
    service_.slow = false;
    caller.send("Sync", "{}");
    EXPECT_EQ(caller.receive(), R"({"parameters":{}})") << "and was told of nothing else";
}

TEST_F(VarlinkServerTest, a_monitor_is_told_what_happens) {
    Socket monitor(loop_, socket_address());
    monitor.send("Monitor", "{}", R"(,"more":true)");
    const auto next = [&] { return monitor.receive(); };
    EXPECT_EQ(next(), R"({"parameters":{"event":"Ready","number":0},"continues":true})");
    auto& events = server_.monitors();
    service_.number = 9;
    const auto told = [](std::string members) {
        members.insert(members.find(',') + 1, R"("number":9,)");
        return R"({"parameters":{"event":)" + members + R"(},"continues":true})";
    };
    events.file_changed("shop", "/caf\xe9", ChangeKind::Renamed, "/b");
    EXPECT_EQ(next(), told(R"("FileChanged","project":"shop","path":"/caf�",)"
                           R"("kind":"renamed","from":"/b")"));
    const ReloadId id{0, 7};
    const auto its = R"("id":"00000000000000000000000000000007","project":"shop")";
    events.files_settled("shop", id, {{"/b", ChangeKind::Renamed, "/a"}}, 3);
    EXPECT_EQ(next(), told(R"("FilesSettled","project":"shop","id":)"
                           R"("00000000000000000000000000000007","files":[{"path":"/b",)"
                           R"("kind":"renamed","from":"/a"}],"more":3)"));
    events.files_settled("shop", {}, {}, 0);
    EXPECT_EQ(next(), told(R"("FilesSettled","project":"shop","files":[],"more":0)"));
    events.config_changed(id, {.project = "shop",
                               .name = "web",
                               .keys = {{PatchOperation::Kind::Replace, "/a"}},
                               .texts = {}});
    EXPECT_EQ(next(), told(std::format(R"("ConfigChanged",{},"name":"web",)"
                                       R"("keys":[{{"op":"replace","path":"/a"}}])",
                                       its)));
    events.validation_failed(id, "shop", "web", Problem{"/x", 1, 2, "MARKER"});
    EXPECT_EQ(next(), told(std::format(R"("ValidationFailed",{},"target":"web","path":"/x",)"
                                       R"("line":1,"column":2,"message":"MARKER")",
                                       its)));
    events.reload_started(id, {.project = "shop"});
    EXPECT_EQ(next(), told(std::format(
                          R"("ReloadStarted",{},"plan":{{"project":"shop","services":[]}})", its)));
    events.reload_finished({.id = id,
                            .project = "shop",
                            .result = ReloadResult::Applied,
                            .trigger = Trigger::File,
                            .duration = std::chrono::milliseconds(3)});
    EXPECT_EQ(next(), told(std::format(R"("ReloadFinished",{},"result":"applied",)"
                                       R"("durationUSec":3000,"detail":{{"result":"applied",)"
                                       R"("trigger":"file","services":[],"problems":[]}})",
                                       its)));
    events.pause_changed("shop", "web", {.until_usec = 5, .reason = "deploy"}, true, 0);
    EXPECT_EQ(next(), told(R"("PauseChanged","project":"shop","service":"web","paused":true,)"
                           R"("pausedUntilUSec":5,"reason":"deploy","callerUID":0)"));
    events.pause_changed("shop", "", {}, false, {});
    EXPECT_EQ(next(), told(R"("PauseChanged","project":"shop","service":"","paused":false)"));
    events.project_changed({.name = "shop", .path = "/srv/shop.toml"});
    EXPECT_EQ(next(), told(R"("ProjectChanged","project":"shop","status":{"name":"shop",)"
                           R"("path":"/srv/shop.toml","enabled":true,"state":"running",)"
                           R"("problems":[]})"));
    events.service_changed({.name = "web", .project = "shop", .main_pid = 42});
    EXPECT_TRUE(next().contains(R"("mainPID":42)"));
    events.config_status_changed({.name = "app", .project = "shop", .value = "\"MARKER\""});
    const auto config = next();
    EXPECT_TRUE(config.contains("ConfigStatusChanged") && !config.contains("MARKER")) << config;
    events.service_removed("shop", "web");
    EXPECT_EQ(next(), told(R"("ServiceRemoved","project":"shop","service":"web")"));
    events.config_removed("shop", "app");
    EXPECT_EQ(next(), told(R"("ConfigRemoved","project":"shop","name":"app")"));
    events.project_removed("shop");
    EXPECT_EQ(next(), told(R"("ProjectRemoved","project":"shop")"));
}

TEST_F(VarlinkServerTest, a_monitor_asks_for_more_than_one_answer) {
    Socket caller(loop_, socket_address());
    caller.send("Monitor", "{}");
    EXPECT_TRUE(caller.receive().contains("org.varlink.service.ExpectedMore"));
}

TEST_F(VarlinkServerTest, a_monitor_that_does_not_read_is_dropped_and_holds_up_nobody) {
    Socket slow(loop_, socket_address()), prompt(loop_, socket_address());
    for (auto* each : {&slow, &prompt}) {
        each->send("Monitor", "{}", R"(,"more":true)");
        EXPECT_TRUE(each->receive().contains("Ready"));
    }
    EXPECT_EQ(server_.connections(), 2U);
    const std::string path(1000, 'p');
    int told = 0;
    while (server_.connections() == 2 && ++told < 10'000) {
        tell(path);
        EXPECT_TRUE(prompt.receive().contains(path));
    }
    EXPECT_GT(told, 500) << "a moment is no reason";
    EXPECT_LT(told, 10'000);
    EXPECT_EQ(server_.connections(), 1U);
    EXPECT_TRUE(slow.closed());
    server_.monitors().project_removed("shop");
    EXPECT_TRUE(prompt.receive().contains("ProjectRemoved"));
}

// At its end the loop waits until everybody has read what was sent.
TEST_F(VarlinkServerTest, a_caller_who_does_not_read_is_left_before_the_end) {
    Socket slow(loop_, socket_address()), prompt(loop_, socket_address());
    for (auto* each : {&slow, &prompt}) {
        each->send("Monitor", "{}", R"(,"more":true)");
        EXPECT_TRUE(each->receive().contains("Ready"));
    }
    const std::string path(1000, 'p');
    for (int told = 0; told < 1000; ++told) {
        tell(path);
        EXPECT_TRUE(prompt.receive().contains(path));
    }
    EXPECT_EQ(server_.connections(), 2U);
    server_.leave_slow_ones();
    EXPECT_EQ(server_.connections(), 1U);
    EXPECT_TRUE(slow.closed());
    server_.monitors().project_removed("shop");
    EXPECT_TRUE(prompt.receive().contains("ProjectRemoved"));
}

TEST_F(VarlinkServerTest, a_monitor_that_goes_is_told_nothing_more) {
    {
        Socket caller(loop_, socket_address());
        caller.send("Monitor", "{}", R"(,"more":true)");
        caller.receive();
    }
    server_.monitors().project_removed("shop");
    turn_until([&] { return server_.connections() == 0; });
    server_.monitors().project_removed("shop");
    EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(VarlinkServerTest, status_of_one_project_is_of_that_one) {
    const auto answer = call("org.hotreload.Status", R"({"project":"blog"})");
    EXPECT_EQ(answer.status, 0) << answer.err;
    EXPECT_NE(answer.out.find("blog"), std::string::npos);
    EXPECT_EQ(answer.out.find("shop"), std::string::npos);
    EXPECT_EQ(call("org.hotreload.Status", R"({"project":null})").status, 0);
}

TEST_F(VarlinkServerTest, an_unknown_project_is_an_error_that_names_it) {
    const auto answer = call("org.hotreload.Status", R"({"project":"shap"})");
    EXPECT_NE(answer.status, 0);
    EXPECT_NE(answer.err.find("org.hotreload.NoSuchTarget"), std::string::npos) << answer.err;
    EXPECT_NE((answer.out + answer.err).find("shap"), std::string::npos) << answer.err;
}

TEST_F(VarlinkServerTest, wrong_parameters_and_methods_are_refused) {
    const auto wrong = call("org.hotreload.Status", R"({"project":7})");
    EXPECT_NE(wrong.err.find("org.varlink.service.InvalidParameter"), std::string::npos)
        << wrong.err;
    const auto unknown = call("org.hotreload.Reboot", "{}");
    EXPECT_NE(unknown.err.find("org.varlink.service.MethodNotFound"), std::string::npos)
        << unknown.err;
}

TEST_F(VarlinkServerTest, a_caller_who_goes_leaves_nothing_behind) {
    call("org.hotreload.Status", "{}");
    turn_until([&] { return server_.connections() == 0; });
    EXPECT_EQ(server_.connections(), 0U);
}

// A daemon with nothing to do would stay for good after its last caller.
TEST_F(VarlinkServerTest, a_caller_who_goes_is_activity_and_is_not_counted_any_more) {
    std::vector<unsigned> counted;
    server_.on_activity = [&] { counted.push_back(server_.connections()); };
    Fd caller(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = socket_address();
    ASSERT_EQ(::connect(caller.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    turn_until([&] { return server_.connections() == 1; });
    EXPECT_EQ(server_.connections(), 1U);
    counted.clear();
    caller = Fd();
    turn_until([&] { return !counted.empty(); });
    EXPECT_EQ(counted, std::vector<unsigned>{0});
}

TEST_F(VarlinkServerTest, one_user_does_not_shut_the_others_out) {
    const auto address = socket_address();
    std::vector<Fd> callers;
    for (int i = 0; i < 300; ++i) {
        Fd caller(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (::connect(caller.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) <
            0)
            loop_.run_once(std::chrono::milliseconds(10)); // the queue is full
        callers.push_back(std::move(caller));
    }
    turn_until([&] { return server_.connections() >= 64; });
    for (int i = 0; i < 100; ++i)
        loop_.run_once(std::chrono::milliseconds(0));
    EXPECT_EQ(server_.connections(), 64U) << "of one user";
    const auto closed = std::ranges::count_if(callers, [](const Fd& caller) {
        char none = 0;
        return ::recv(caller.get(), &none, 1, 0) == 0;
    });
    EXPECT_GT(closed, 0) << "what is too much is told so";
    callers.clear();
    turn_until([&] { return server_.connections() == 0; });
    EXPECT_EQ(server_.connections(), 0U);
    EXPECT_EQ(call("org.hotreload.Status", "{}").status, 0);
}

// A stranger sees names and places, and may do nothing.
TEST_F(VarlinkServerTest, a_stranger_is_told_no_value_and_no_quoting_reason) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "becoming another user takes root";
    service_.known_services.front().last_changes.front().keys.front().after = "\"MARKER\"";
    service_.known_services.front().problems = {{"/srv/web.toml", 3, 9, "MARKER"}};
    EXPECT_TRUE(call("org.hotreload.Status", "{}").out.contains("MARKER"));
    const auto answer = as_stranger({"call", path(), "org.hotreload.Status", "{}"});
    EXPECT_EQ(answer.status, 0) << answer.err;
    EXPECT_FALSE(answer.out.contains("MARKER")) << answer.out;
    EXPECT_TRUE(answer.out.contains("log.level")) << answer.out;
    EXPECT_TRUE(answer.out.contains("/srv/web.toml")) << answer.out;
}

TEST_F(VarlinkServerTest, a_stranger_is_told_of_a_mistake_without_its_words) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "becoming another user takes root";
    service_.status_error =
        Error{ErrorCode::Invalid, "/x.toml:3:9: MARKER", {}, Problem{"/x.toml", 3, 9, "MARKER"}};
    const auto answer = as_stranger({"call", path(), "org.hotreload.Status", "{}"});
    const auto text = answer.out + answer.err;
    EXPECT_TRUE(text.contains("org.hotreload.Invalid") && !text.contains("MARKER")) << text;
    EXPECT_TRUE(text.contains("/x.toml")) << text;
}

TEST_F(VarlinkServerTest, a_question_whose_caller_leaves_is_withdrawn_and_nothing_is_done) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "becoming another user takes root";
    let_everybody_in();
    polkit_.hangs = true;
    ASSERT_EQ(::seteuid(kNobody), 0); // who connects is the caller
    auto caller = std::make_optional<Socket>(loop_, socket_address());
    ASSERT_EQ(::seteuid(0), 0);
    caller->send("Reload", R"({"target":"shop"})");
    turn_until([&] { return !polkit_.open.expired(); });
    EXPECT_EQ(server_.calls(), 1U);
    caller.reset();
    turn_until([&] { return server_.calls() == 0; });
    EXPECT_EQ(server_.calls(), 0U);
    EXPECT_TRUE(polkit_.open.expired());
    EXPECT_TRUE(service_.asked.empty());
}

// Was: answers were kept until libsystemd had 16 MiB of them, for each connection.
TEST_F(VarlinkServerTest, a_stranger_who_calls_on_and_does_not_read_is_not_listened_to) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "becoming another user takes root";
    let_everybody_in();
    ASSERT_EQ(::seteuid(kNobody), 0);
    Socket caller(loop_, socket_address());
    ASSERT_EQ(::seteuid(0), 0);
    caller.take_little_at_a_time();
    // libsystemd answers these itself: some 20 KiB each.
    constexpr std::size_t calls = 1500;
    const auto one = std::string(R"({"method":"org.varlink.service.GetInterfaceDescription",)"
                                 R"("parameters":{"interface":"org.hotreload"}})") +
                     '\0';
    std::string text;
    for (std::size_t i = 0; i < calls; ++i)
        text += one;
    std::size_t sent = 0;
    const auto send_on = [&] {
        const auto before = sent;
        sent += caller.send_some(std::string_view(text).substr(sent));
        return sent > before;
    };
    for (int idle = 0; idle < 20; idle = send_on() ? 0 : idle + 1)
        loop_.run_once(std::chrono::milliseconds(1));
    EXPECT_LT(sent, text.size() / 2);
    EXPECT_EQ(server_.connections(), 1U);
    EXPECT_EQ(call("org.hotreload.Status", "{}").status, 0) << "others are";
    std::size_t answered = 0;
    while (answered < calls && caller.receive().contains("description")) {
        ++answered;
        send_on();
    }
    EXPECT_EQ(answered, calls) << "when it reads, it is";
}

TEST_F(VarlinkServerTest, a_stranger_with_eight_connections_that_are_not_read_is_busy) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "becoming another user takes root";
    let_everybody_in();
    service_.known_services.front().unit = std::string(1 << 20, 'u'); // more than a socket holds
    ASSERT_EQ(::seteuid(kNobody), 0);
    std::vector<std::unique_ptr<Socket>> callers;
    for (int i = 0; i < 9; ++i)
        callers.push_back(std::make_unique<Socket>(loop_, socket_address()));
    ASSERT_EQ(::seteuid(0), 0);
    for (int i = 0; i < 8; ++i)
        callers[i]->send("Status", "{}");
    for (int i = 0; i < 50; ++i)
        loop_.run_once(std::chrono::milliseconds(1));
    callers[8]->send("Status", "{}");
    EXPECT_TRUE(callers[8]->receive().contains("org.hotreload.Busy")) << "eight do not read";
    EXPECT_TRUE(callers[0]->receive().contains("uuu"));
    callers[8]->send("Status", "{}");
    EXPECT_TRUE(callers[8]->receive().contains("uuu"));
    callers.clear();
    turn_until([&] { return server_.connections() == 0; });
    EXPECT_EQ(server_.connections(), 0U);
}

// The 257th stranger is turned away, and none of those whom polkit has let in is one.
TEST_F(VarlinkServerTest, whom_polkit_lets_in_takes_no_stranger_s_place) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "becoming another user takes root";
    let_everybody_in();
    polkit_.answer = Polkit::Answer::Yes;
    const auto connect_as = [&](uid_t user) {
        EXPECT_EQ(::seteuid(user), 0);
        auto caller = std::make_unique<Socket>(loop_, socket_address());
        EXPECT_EQ(::seteuid(0), 0);
        loop_.run_once(std::chrono::milliseconds(0));
        return caller;
    };
    constexpr uid_t operators = 4711;
    auto first = connect_as(operators);
    first->send("Reload", R"({"target":"shop"})");
    EXPECT_TRUE(first->receive().contains("id"));
    std::vector<std::unique_ptr<Socket>> strangers;
    for (unsigned i = 0; i < 260; ++i)
        strangers.push_back(connect_as(5000 + i));
    turn_until([&] { return server_.connections() == 257; });
    EXPECT_EQ(server_.connections(), 257U);
    auto second = connect_as(operators);
    second->send("Reload", R"({"target":"shop"})");
    EXPECT_TRUE(second->receive().contains("id"));
    EXPECT_EQ(server_.connections(), 258U);
}

TEST_F(VarlinkServerTest, a_stranger_may_call_no_other_method) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "becoming another user takes root";
    for (const auto& method : method_table()) {
        if (method.open != Method::Open::Nowhere || !method.on_socket ||
            method.permission == Permission::Everyone)
            continue;
        std::string parameters;
        for (const auto& each : method.parameters)
            if (each.required) {
                const auto value = each.type == 'h'
                                       ? std::string(R"([{"path":"/etc/app.toml","text":""}])")
                                   : each.varlink == "id" ? '"' + std::string(32, '7') + '"'
                                                          : std::string(R"("/")");
                parameters +=
                    std::format(R"({}"{}":{})", parameters.empty() ? "" : ",", each.varlink, value);
            }
        const auto name = std::format("org.hotreload.{}", method.name);
        const auto answer = as_stranger({"call", path(), name, "{" + parameters + "}"});
        EXPECT_TRUE(answer.err.contains("org.hotreload.NotAuthorized")) << name << answer.err;
    }
    EXPECT_TRUE(service_.asked.empty());
}

} // namespace
} // namespace hotreload::ipc
