// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// /org/hotreload with org.hotreload.Manager1: each method converts, calls the Service and answers
// when that is done; Calls sees to it that only who may call does.

#include "ipc/dbus/calls.hpp"
#include "ipc/dbus/options.hpp"
#include "ipc/dbus/problems.hpp"
#include "ipc/service.hpp"
#include "org.hotreload.Manager1.adaptor.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <string>

namespace hotreload::ipc {

class ManagerObject final : public sdbus::AdaptorInterfaces<org::hotreload::Manager1_adaptor,
                                                            sdbus::ObjectManager_adaptor> {
public:
    ManagerObject(sdbus::IConnection& connection, Service& service, Calls& calls);
    ~ManagerObject();

private:
    void Up(sdbus::Result<sdbus::ObjectPath>&&, std::string path, OptionMap) override;
    void Down(sdbus::Result<>&&, std::string project, OptionMap) override;
    void Plan(sdbus::Result<std::string>&&, std::string target, OptionMap) override;
    void Reload(sdbus::Result<std::string>&&, std::string target, OptionMap) override;
    void Restart(sdbus::Result<std::string>&&, std::string target, OptionMap) override;
    void Start(sdbus::Result<>&&, std::string target, OptionMap) override;
    void Stop(sdbus::Result<>&&, std::string target, OptionMap) override;
    void Pause(sdbus::Result<>&&, std::string target, OptionMap) override;
    void Resume(sdbus::Result<>&&, std::string target, OptionMap) override;
    void Rollback(sdbus::Result<std::string>&&, std::string target, std::uint64_t generation,
                  OptionMap) override;
    void History(sdbus::Result<std::string>&&, std::string target, std::uint32_t limit) override;
    void Diff(sdbus::Result<std::string>&&, std::string target, std::uint64_t from,
              std::uint64_t to) override;
    void Explain(sdbus::Result<std::string>&&, std::string path, OptionMap) override;
    void Sync(sdbus::Result<>&&, OptionMap) override;
    void DebugEvents(sdbus::Result<std::string>&&, std::uint32_t limit, OptionMap) override;
    void Status(sdbus::Result<std::string>&&, std::string target, OptionMap) override;
    void Details(sdbus::Result<std::string>&&, std::string id, OptionMap) override;
    void Check(sdbus::Result<bool, ProblemList>&&, std::string path, OptionMap) override;
    std::string Version() override;

    CallAnswer<sdbus::ObjectPath> up(std::string path, OptionMap options, uid_t caller);
    CallAnswer<> down(std::string project, OptionMap options);
    CallAnswer<std::string> plan(std::string target, OptionMap options);
    CallAnswer<std::string> reload(std::string target, OptionMap options, uid_t caller);
    CallAnswer<std::string> restart(std::string target, OptionMap options, uid_t caller);
    CallAnswer<> start(std::string target, OptionMap options, uid_t caller);
    CallAnswer<> stop(std::string target, OptionMap options, uid_t caller);
    CallAnswer<> pause(std::string target, OptionMap options, uid_t caller);
    CallAnswer<> resume(std::string target, OptionMap options, uid_t caller);
    CallAnswer<std::string> rollback(std::string target, std::uint64_t generation,
                                     OptionMap options, uid_t caller);
    CallAnswer<std::string> history(std::string target, std::uint32_t limit);
    CallAnswer<std::string> diff(std::string target, std::uint64_t from, std::uint64_t to);
    CallAnswer<std::string> explain(std::string path, OptionMap options);
    CallAnswer<> sync(OptionMap options);
    CallAnswer<std::string> debug_events(std::uint32_t limit, OptionMap options);
    CallAnswer<std::string> status(std::string target, OptionMap options);
    CallAnswer<std::string> details(std::string id, OptionMap options);
    CallAnswer<bool, ProblemList> check(std::string path, OptionMap options);

    Service& service_;
    Calls& calls_;
    Calls::Presence present_ = Calls::presence();
};

} // namespace hotreload::ipc
