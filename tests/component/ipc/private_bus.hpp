// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A bus of the test's own, which lets every user in, and a client on it that shares the loop.

#include "os/event_loop.hpp"
#include "temporary_directory.hpp"

#include <systemd/sd-bus.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hotreload::ipc {

class PrivateBus {
public:
    PrivateBus(); // starts dbus-daemon and makes it the session bus of this process
    ~PrivateBus();
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

    // Ends the bus as if the machine went down.
    void kill();

private:
    const test::TemporaryDirectory temporary_;
    const std::string directory_ = temporary_.path();
    pid_t pid_ = -1;
};

struct Reply {
    std::string error; // name; "" for none
    std::string message;
    std::shared_ptr<sd_bus_message> body;

    [[nodiscard]] bool ok() const { return error.empty(); }
    // The whole body in busctl's words: `s "shop"` → "shop", several separated by spaces.
    [[nodiscard]] std::string text() const;
};

class Client {
public:
    explicit Client(os::EventLoop& loop);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Fills in the arguments; sent without waiting.
    using Fill = std::function<void(sd_bus_message*)>;
    std::shared_ptr<Reply> send(const char* path, const char* interface, const char* member,
                                const Fill& fill = {});
    // Turns the loop until the reply is there.
    Reply call(const char* path, const char* interface, const char* member, const Fill& fill = {});

    // Signals of org.hotreload as "PATH Member body", from here on.
    void listen();
    std::vector<std::string> signals;
    // Turns the loop until `count` signals are there, or a second is over.
    void wait_for_signals(std::size_t count);

private:
    os::EventLoop& loop_;
    sd_bus* bus_ = nullptr;
};

// Everything that is left in a message.
std::string body_text(sd_bus_message* message);

} // namespace hotreload::ipc
