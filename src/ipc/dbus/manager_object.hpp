// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// /org/hotreload with org.hotreload.Manager1: hands the arguments of each method, as the XML types
// them, to the Calls.

#include "ipc/dbus/calls.hpp"
#include "ipc/dbus/problems.hpp"
#include "org.hotreload.Manager1.adaptor.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::ipc {

class ManagerObject final : public sdbus::AdaptorInterfaces<org::hotreload::Manager1_adaptor,
                                                            sdbus::ObjectManager_adaptor> {
public:
    ManagerObject(sdbus::IConnection& connection, Calls& calls);
    ~ManagerObject();

private:
    using Text = sdbus::Result<std::string>; // an id, metrics, or JSON
    using Done = sdbus::Result<>;
    using FileList = std::vector<sdbus::Struct<std::string, sdbus::UnixFd>>;

    void ListProjects(sdbus::Result<ProjectList>&&) override;
    void GetService(sdbus::Result<sdbus::ObjectPath>&&, std::string target) override;
    void Up(sdbus::Result<sdbus::ObjectPath>&&, std::string path, OptionMap) override;
    void Down(Done&&, std::string project, OptionMap) override;
    void Plan(Text&&, std::string target, OptionMap) override;
    void Reload(Text&&, std::string target, OptionMap) override;
    void Restart(Text&&, std::string target, OptionMap) override;
    void Start(Done&&, std::string target, OptionMap) override;
    void Stop(Done&&, std::string target, OptionMap) override;
    void Pause(Done&&, std::string target, OptionMap) override;
    void Resume(Done&&, std::string target, OptionMap) override;
    void Rollback(Text&&, std::string target, std::uint64_t generation, OptionMap) override;
    void Apply(Text&&, std::string target, FileList files, OptionMap) override;
    void Confirm(Done&&, std::string target, OptionMap) override;
    void History(Text&&, std::string target, std::uint32_t limit) override;
    void Diff(Text&&, std::string target, std::uint64_t from, std::uint64_t to) override;
    void Explain(Text&&, std::string path, OptionMap) override;
    void Sync(Done&&, OptionMap) override;
    void DebugEvents(Text&&, std::uint32_t limit, OptionMap) override;
    void Status(Text&&, std::string target, OptionMap) override;
    void GetState(Text&&, OptionMap) override;
    void Details(Text&&, std::string id, OptionMap) override;
    void Check(sdbus::Result<bool, ProblemList>&&, std::string path, OptionMap) override;
    void Metrics(Text&&, OptionMap) override;
    std::string Version() override;

    template <class Reply, class... Given>
    void serve(Reply& reply, const OptionMap& options, Given... given) {
        calls_.serve(getObject(), present_, std::move(reply), options, std::move(given)...);
    }

    Calls& calls_;
    Calls::Presence present_ = Calls::presence();
};

} // namespace hotreload::ipc
