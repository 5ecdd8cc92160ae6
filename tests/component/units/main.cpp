// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    const char* session = std::getenv("DBUS_SESSION_BUS_ADDRESS");
    const bool bus = ::geteuid() != 0 ? session && std::getenv("XDG_RUNTIME_DIR")
                                      : std::filesystem::exists("/run/dbus/system_bus_socket");
    constexpr int skipped = 77;
    if (!bus || !std::filesystem::exists("/run/systemd/system")) {
        std::puts("needs a machine booted with systemd, as dev/box has it");
        return skipped;
    }
    const int status = RUN_ALL_TESTS();
    // The units are gone; the slice that they were in would stay.
    const char* stop = ::geteuid() != 0 ? "systemctl --user stop hotreload.slice"
                                        : "systemctl stop hotreload.slice";
    return std::system(stop) == 0 ? status : 1;
}
