// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Asynchronous calls on the bus, as values. This is where sdbus-c++'s exceptions end: `guarded` is
// the one try of this folder.
//
//     BusCall call(line, proxy, kManager, "KillUnit", unit, whom, signal); // sent here
//     auto reply = co_await call;                                          // BusResult
//
// A call that has to stand in line keeps its arguments, and becomes a message when it is sent: that
// takes over 1 KiB. Large arguments are given by std::cref, and live until the answer. Destroying a
// call that waits abandons it.

#include "base/completion.hpp"
#include "base/error.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <expected>
#include <functional>
#include <list>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

namespace hotreload::units {

struct BusError {
    std::string name; // "org.freedesktop.systemd1.NoSuchUnit"
    std::string message;

    [[nodiscard]] bool is(std::string_view last_part) const;
};

template <class T = void>
using BusResult = std::expected<T, BusError>;

Error to_error(const BusError& error);

template <class F>
auto guarded(F&& work) -> BusResult<std::invoke_result_t<F>> {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const sdbus::Error& error) {
        return std::unexpected(BusError{error.getName(), error.getMessage()});
    } catch (const std::system_error& error) { // of an sdbus::UnixFd: no descriptor is left
        return std::unexpected(BusError{"org.hotreload.Error.Failed", error.what()});
    }
}

template <class... T>
BusResult<std::tuple<T...>> decode(sdbus::Message message) {
    return guarded([&] {
        std::tuple<T...> values;
        std::apply([&](auto&... value) { ((message >> value), ...); }, values);
        return values;
    });
}

template <class T>
const T& plain(const T& argument) {
    return argument;
}
template <class T>
const T& plain(const std::reference_wrapper<const T>& argument) {
    return argument;
}

// Throws an sdbus::Error for what the bus does not carry.
template <class... Args>
sdbus::MethodCall method_call(sdbus::IProxy& proxy, const char* interface, const char* method,
                              const Args&... args) {
    auto message =
        proxy.createMethodCall(sdbus::InterfaceName(interface), sdbus::MethodName(method));
    ((message << plain(args)), ...);
    return message;
}

class BusCall;

// Keeps the calls that wait for a reply below what a bus allows one connection (128 on Debian's
// system bus, whatever the caller's privileges): the rest stand in line.
class CallLine {
public:
    explicit CallLine(Executor& executor, std::size_t at_once = 64)
        : executor_(executor), at_once_(at_once) {}
    CallLine(const CallLine&) = delete;
    CallLine& operator=(const CallLine&) = delete;

private:
    friend BusCall;
    void send_next();

    Executor& executor_;
    std::size_t at_once_;
    std::size_t waiting_for_reply_ = 0;
    std::list<BusCall*> in_line_;
};

class BusCall {
public:
    // `interface`, `method` and whatever argument is a const char* are constants.
    template <class... Args>
    BusCall(CallLine& line, sdbus::IProxy& proxy, const char* interface, const char* method,
            Args... args)
        : BusCall(line, proxy, MakeMessage([&proxy, interface, method, ... args = std::move(args)] {
                      return method_call(proxy, interface, method, args...);
                  })) {}
    BusCall(const BusCall&) = delete;
    BusCall& operator=(const BusCall&) = delete;
    ~BusCall();

    // Runs inside the dispatch of the reply, so in the order of messages on the bus; the waiter is
    // resumed later. To be set before the loop runs again.
    void on_reply(std::function<void(const sdbus::MethodReply&)> hook) { hook_ = std::move(hook); }

    [[nodiscard]] bool await_ready() const { return answer_.await_ready(); }
    void await_suspend(std::coroutine_handle<> waiter) { answer_.await_suspend(waiter); }
    BusResult<sdbus::MethodReply> await_resume() { return answer_.await_resume(); }

private:
    friend CallLine;
    enum class Stage { InLine, Sent, Answered };

    using MakeMessage = std::move_only_function<sdbus::MethodCall()>;
    BusCall(CallLine& line, sdbus::IProxy& proxy, MakeMessage make_message);
    void send();
    void answer(BusError error);
    void leave_line();

    CallLine& line_;
    sdbus::IProxy& proxy_;
    MakeMessage make_message_; // until it is sent
    Completion<BusResult<sdbus::MethodReply>> answer_;
    std::function<void(const sdbus::MethodReply&)> hook_;
    Stage stage_ = Stage::InLine;
    sdbus::Slot slot_;
};

// Sent and forgotten: for what is tidied up when nobody waits any more.
template <class... Args>
void send_only(sdbus::IProxy& proxy, const char* interface, const char* method,
               const Args&... args) {
    std::ignore = guarded([&] {
        auto message = method_call(proxy, interface, method, args...);
        message.dontExpectReply();
        std::ignore = proxy.callMethod(message);
    });
}

} // namespace hotreload::units
