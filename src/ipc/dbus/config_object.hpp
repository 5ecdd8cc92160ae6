// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A published document: its state as properties, for everybody, and its value by a method, for who
// may inspect. The value may hold secrets: this object does not keep it, the Service is asked.

#include "core/status.hpp"
#include "ipc/dbus/calls.hpp"
#include "ipc/dbus/problems.hpp"
#include "org.hotreload.Config1.adaptor.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::ipc {

class ConfigObject final : public sdbus::AdaptorInterfaces<org::hotreload::Config1_adaptor> {
public:
    ConfigObject(sdbus::IConnection& connection, Calls& calls, const ConfigStatus& status);
    ~ConfigObject();
    void update(const ConfigStatus& status);

private:
    void GetValue(sdbus::Result<std::string, std::uint64_t>&&, OptionMap) override;
    std::string Name() override;
    std::string Project() override;
    std::string Path() override;
    std::uint64_t Revision() override;
    std::string State() override;
    ProblemList Problems() override;

    Calls& calls_;
    Calls::Presence present_ = Calls::presence();
    ConfigStatus status_; // without its value
};

} // namespace hotreload::ipc
