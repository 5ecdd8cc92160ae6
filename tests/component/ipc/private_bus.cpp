// SPDX-License-Identifier: LGPL-2.1-or-later
#include "private_bus.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <format>
#include <fstream>

namespace hotreload::ipc {

namespace {

constexpr auto kConfig = R"(<busconfig>
  <type>session</type>
  <listen>unix:path={}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
)";

void append_basic(std::string& text, sd_bus_message* message, char type) {
    union {
        const char* s;
        std::uint8_t y;
        int b;
        std::int32_t i;
        std::uint32_t u;
        std::uint64_t t;
    } value{};
    ASSERT_GT(sd_bus_message_read_basic(message, type, &value), 0);
    switch (type) {
    case 's':
    case 'o':
    case 'g':
        text += value.s;
        break;
    case 'b':
        text += value.b ? "true" : "false";
        break;
    case 'u':
        text += std::to_string(value.u);
        break;
    case 't':
        text += std::to_string(value.t);
        break;
    default:
        ADD_FAILURE() << "a type that nobody expected: " << type;
    }
}

} // namespace

std::string body_text(sd_bus_message* message) {
    std::string text;
    char type = 0;
    const char* contents = nullptr;
    while (sd_bus_message_peek_type(message, &type, &contents) > 0) {
        if (!text.empty())
            text += ' ';
        if (contents) {
            sd_bus_message_enter_container(message, type, contents);
            const auto inside = body_text(message);
            text += type == 'v' ? inside : "[" + inside + "]";
            sd_bus_message_exit_container(message);
        } else {
            append_basic(text, message, type);
        }
    }
    return text;
}

std::string Reply::text() const {
    return body ? body_text(body.get()) : "";
}

PrivateBus::PrivateBus() {
    ::chmod(directory_.c_str(), 0755);
    const auto config = directory_ + "/bus.conf";
    std::ofstream(config) << std::vformat(kConfig, std::make_format_args(directory_));

    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO); // limits that it may not raise
        const auto option = "--config-file=" + config;
        const auto print = "--print-address=" + std::to_string(ready[1]);
        ::execlp("dbus-daemon", "dbus-daemon", "--nofork", "--nopidfile", "--nosyslog",
                 option.c_str(), print.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(ready[1]);
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1) << "dbus-daemon did not start";
    ::close(ready[0]);
    ::setenv("DBUS_SESSION_BUS_ADDRESS", ("unix:path=" + directory_ + "/bus").c_str(), 1);
}

PrivateBus::~PrivateBus() {
    kill();
}

void PrivateBus::kill() {
    if (pid_ <= 0)
        return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

Client::Client(os::EventLoop& loop) : loop_(loop) {
    EXPECT_GE(sd_bus_open_user(&bus_), 0);
    EXPECT_GE(sd_bus_attach_event(bus_, loop.handle(), SD_EVENT_PRIORITY_NORMAL), 0);
}

Client::~Client() {
    sd_bus_close_unref(bus_);
}

std::shared_ptr<Reply> Client::send(const char* path, const char* interface, const char* member,
                                    const Fill& fill) {
    sd_bus_message* call = nullptr;
    EXPECT_GE(sd_bus_message_new_method_call(bus_, &call, "org.hotreload", path, interface, member),
              0);
    if (fill)
        fill(call);
    constexpr auto on_reply = [](sd_bus_message* message, void* data, sd_bus_error*) noexcept {
        const std::unique_ptr<std::shared_ptr<Reply>> reply(
            static_cast<std::shared_ptr<Reply>*>(data));
        (*reply)->body = {sd_bus_message_ref(message), sd_bus_message_unref};
        if (const auto* error = sd_bus_message_get_error(message)) {
            (*reply)->error = error->name;
            (*reply)->message = error->message ? error->message : "";
        }
        return 0;
    };
    auto reply = std::make_shared<Reply>();
    EXPECT_GE(sd_bus_call_async(bus_, nullptr, call, on_reply, new std::shared_ptr(reply), 0), 0);
    sd_bus_message_unref(call);
    return reply;
}

Reply Client::call(const char* path, const char* interface, const char* member, const Fill& fill) {
    const auto reply = send(path, interface, member, fill);
    for (int i = 0; i < 1000 && !reply->body; ++i)
        loop_.run_once(std::chrono::milliseconds(10));
    EXPECT_TRUE(reply->body) << member << " was never answered";
    return *reply;
}

void Client::listen() {
    constexpr auto on_signal = [](sd_bus_message* message, void* self, sd_bus_error*) noexcept {
        static_cast<Client*>(self)->signals.push_back(
            std::format("{} {} {}", sd_bus_message_get_path(message),
                        sd_bus_message_get_member(message), body_text(message)));
        return 0;
    };
    EXPECT_GE(sd_bus_add_match(bus_, nullptr,
                               "type='signal',sender='org.hotreload',"
                               "path_namespace='/org/hotreload'",
                               on_signal, this),
              0);
}

void Client::wait_for_signals(std::size_t count) {
    for (int i = 0; i < 100 && signals.size() < count; ++i)
        loop_.run_once(std::chrono::milliseconds(10));
}

} // namespace hotreload::ipc
