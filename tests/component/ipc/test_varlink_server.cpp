// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_service.hpp"
#include "ipc/varlink/server.hpp"
#include "temporary_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hotreload::ipc {
namespace {

std::string read_file(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

// Asked by varlinkctl, as a person would.
class VarlinkServerTest : public testing::Test {
protected:
    VarlinkServerTest() : service_(loop_), server_(loop_, service_) {
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

    const test::TemporaryDirectory temporary_;
    const std::string directory_ = temporary_.path();
    os::EventLoop loop_;
    FakeService service_;
    VarlinkServer server_;
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

TEST_F(VarlinkServerTest, an_error_is_told_as_what_it_is) {
    for (const auto& [code, name] :
         {std::pair(ErrorCode::NotFound, "org.hotreload.NoSuchTarget"),
          std::pair(ErrorCode::Invalid, "org.varlink.service.InvalidParameter"),
          std::pair(ErrorCode::NotAuthorized, "org.varlink.service.PermissionDenied"),
          std::pair(ErrorCode::Failed, "io.systemd.System")}) {
        service_.status_error = Error{code, "no"};
        const auto answer = call("org.hotreload.Status", R"({"project":"shop"})");
        EXPECT_NE(answer.status, 0);
        EXPECT_NE((answer.out + answer.err).find(name), std::string::npos) << answer.err;
    }
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

// A stranger sees names and places, by the same call.
TEST_F(VarlinkServerTest, a_stranger_is_told_no_value_and_no_quoting_reason) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "becoming another user takes root";
    service_.known_services.front().last_changes.front().keys.front().after = "\"MARKER\"";
    service_.known_services.front().problems = {{"/srv/web.toml", 3, 9, "MARKER"}};
    EXPECT_TRUE(call("org.hotreload.Status", "{}").out.contains("MARKER"));
    std::filesystem::permissions(directory_, std::filesystem::perms(0711));
    std::filesystem::permissions(path(), std::filesystem::perms(0666));
    constexpr uid_t nobody = 65534;
    const auto answer =
        varlinkctl({"--json=short", "call", path(), "org.hotreload.Status", "{}"}, nobody);
    EXPECT_EQ(answer.status, 0) << answer.err;
    EXPECT_FALSE(answer.out.contains("MARKER")) << answer.out;
    EXPECT_TRUE(answer.out.contains("log.level")) << answer.out;
    EXPECT_TRUE(answer.out.contains("/srv/web.toml")) << answer.out;
}

} // namespace
} // namespace hotreload::ipc
