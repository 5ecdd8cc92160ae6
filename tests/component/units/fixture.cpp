// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include "core/names.hpp"

#include <cstdio>
#include <cstdlib>
#include <format>

namespace hotreload::test {

UnitsTest::UnitsTest()
    : bus(as_user() ? sdbus::createSessionBusConnection() : sdbus::createSystemBusConnection()) {
    std::filesystem::permissions(directory, std::filesystem::perms(0755));
    bus->attachSdEventLoop(loop.handle());
    units = std::make_unique<units::SystemdUnits>(
        loop, *bus, as_user() ? units::Mode::User : units::Mode::System, directory);
    const auto connected = run(units->connect());
    EXPECT_TRUE(connected) << connected.error().message;
}

UnitsTest::~UnitsTest() {
    for (const auto& unit : named_)
        std::ignore = run(units->discard(unit));
    units.reset();
    bus->detachSdEventLoop();
}

void UnitsTest::until(const std::function<bool()>& holds) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!holds()) {
        loop.run_once(std::chrono::milliseconds(50));
        if (std::chrono::steady_clock::now() > patience)
            throw std::runtime_error("it did not come to pass");
    }
}

std::string UnitsTest::name(const std::string& service) {
    static std::uint64_t number = 0;
    constexpr std::uint64_t per_process = 1000;
    const auto generation = static_cast<std::uint64_t>(::getpid()) * per_process + ++number;
    named_.push_back(generation_unit("units-test", service, generation));
    return named_.back();
}

std::string UnitsTest::shell(const std::string& command) {
    std::string output;
    FILE* pipe = ::popen(command.c_str(), "r");
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
        output += static_cast<char>(c);
    ::pclose(pipe);
    while (output.ends_with('\n'))
        output.pop_back();
    return output;
}

std::string UnitsTest::show(const std::string& unit, const std::string& property) {
    return systemctl(std::format("show -P {} '{}'", property, unit));
}

std::string UnitsTest::systemctl(const std::string& arguments) {
    return shell((as_user() ? "systemctl --user " : "systemctl ") + arguments);
}

bool UnitsTest::as_user() {
    return ::geteuid() != 0;
}

std::filesystem::path UnitsTest::run_time_directory() {
    if (as_user())
        return std::filesystem::path(std::getenv("XDG_RUNTIME_DIR")) / "systemd/user";
    return "/run/systemd/system";
}

MemberDefinition UnitsTest::program(std::vector<std::string> command, ServiceType type) {
    MemberDefinition definition;
    definition.name = "web";
    definition.command = std::move(command);
    definition.type = type;
    return definition;
}

MemberDefinition UnitsTest::service(std::vector<std::string> arguments, ServiceType type) {
    std::vector<std::string> command = {"/usr/bin/python3", SERVICE_PY};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return program(std::move(command), type);
}

Result<> UnitsTest::start(const std::string& unit, const MemberDefinition& definition) {
    return run(units->start_generation({unit, kSlice, definition, {}, {}}));
}

} // namespace hotreload::test
