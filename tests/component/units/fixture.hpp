// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The real manager of a booted machine, driven over a real loop. Units are named for the process,
// so that what one run leaves behind cannot help the next.

#include "os/event_loop.hpp"
#include "temporary_directory.hpp"
#include "units/systemd_units.hpp"

#include <gtest/gtest.h>
#include <sdbus-c++/sdbus-c++.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace hotreload::test {

class UnitsTest : public testing::Test {
protected:
    UnitsTest();
    ~UnitsTest() override;

    template <class T>
    T run(Task<T> task) {
        task.start();
        until([&] { return task.done(); });
        return task.take();
    }

    // Turns the loop until it holds; the test fails when that takes too long.
    void until(const std::function<bool()>& holds);

    // A name for a new unit.
    std::string name(const std::string& service = "web");

    // The answer of `systemctl show -P`, asked beside the class under test.
    static std::string show(const std::string& unit, const std::string& property);
    static std::string systemctl(const std::string& arguments);
    static std::string shell(const std::string& command);

    static bool as_user();
    static std::filesystem::path run_time_directory(); // where the manager looks for units

    static MemberDefinition program(std::vector<std::string> command,
                                    ServiceType type = ServiceType::Exec);
    // tests/component/units/service.py, which does what its arguments say.
    static MemberDefinition service(std::vector<std::string> arguments,
                                    ServiceType type = ServiceType::NotifyReload);

    Result<> start(const std::string& unit, const MemberDefinition& definition);

    static constexpr const char* kSlice = "hotreload-units\\x2dtest.slice";

    os::EventLoop loop;
    std::unique_ptr<sdbus::IConnection> bus;
    std::unique_ptr<units::SystemdUnits> units;
    const TemporaryDirectory temporary;
    const std::filesystem::path directory = temporary.path();

private:
    std::vector<std::string> named_;
};

} // namespace hotreload::test
