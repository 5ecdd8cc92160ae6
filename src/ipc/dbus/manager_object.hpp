// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// /org/hotreload with org.hotreload.Manager1: each method authorises its caller, converts, calls
// the Service and answers when that is done; any number of calls are under way at a time.

#include "base/executor.hpp"
#include "base/task.hpp"
#include "ipc/dbus/callers.hpp"
#include "ipc/dbus/options.hpp"
#include "ipc/dbus/problems.hpp"
#include "ipc/service.hpp"
#include "org.hotreload.Manager1.adaptor.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstddef>
#include <functional>
#include <string>
#include <tuple>

namespace hotreload::ipc {

class ManagerObject final : public sdbus::AdaptorInterfaces<org::hotreload::Manager1_adaptor,
                                                            sdbus::ObjectManager_adaptor> {
public:
    ManagerObject(sdbus::IConnection& connection, Service& service, Executor& executor);
    ~ManagerObject();

    [[nodiscard]] std::size_t calls() const { return in_flight_; }
    std::function<void()> on_answered; // a call has ended

private:
    template <class... R>
    using Answer = Task<Result<std::tuple<R...>>>;

    void Up(sdbus::Result<sdbus::ObjectPath>&&, std::string path, OptionMap) override;
    void Down(sdbus::Result<>&&, std::string project, OptionMap) override;
    void Plan(sdbus::Result<std::string>&&, std::string target, OptionMap) override;
    void Reload(sdbus::Result<std::uint64_t>&&, std::string target, OptionMap) override;
    void Restart(sdbus::Result<std::uint64_t>&&, std::string target, OptionMap) override;
    void Start(sdbus::Result<>&&, std::string target, OptionMap) override;
    void Stop(sdbus::Result<>&&, std::string target, OptionMap) override;
    void Check(sdbus::Result<bool, ProblemList>&&, std::string path, OptionMap) override;
    std::string Version() override;

    Answer<sdbus::ObjectPath> up(std::string path, OptionMap options);
    Answer<> down(std::string project, OptionMap options);
    Answer<std::string> plan(std::string target, OptionMap options);
    Answer<std::uint64_t> reload(std::string target, OptionMap options);
    Answer<std::uint64_t> restart(std::string target, OptionMap options);
    Answer<> start(std::string target, OptionMap options);
    Answer<> stop(std::string target, OptionMap options);
    Answer<bool, ProblemList> check(std::string path, OptionMap options);

    // The caller and the method are those of the message that is being handled.
    template <class... R>
    void serve(sdbus::Result<R...>&& reply, Answer<R...> work);
    template <class... R>
    Task<> run(sdbus::Result<R...> reply, std::string method, std::string sender,
               Answer<R...> work);
    Task<Result<>> admit(std::string method, std::string sender);

    Service& service_;
    Callers callers_;
    std::size_t in_flight_ = 0;
    TaskScope calls_;
};

} // namespace hotreload::ipc
