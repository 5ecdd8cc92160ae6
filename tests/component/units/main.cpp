// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    const bool booted = std::filesystem::exists("/run/systemd/system") &&
                        std::filesystem::exists("/run/dbus/system_bus_socket");
    constexpr int skipped = 77;
    if (::geteuid() != 0 || !booted) {
        std::puts("needs root on a machine booted with systemd, as dev/box has it");
        return skipped;
    }
    return RUN_ALL_TESTS();
}
