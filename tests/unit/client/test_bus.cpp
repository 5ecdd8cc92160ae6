// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/bus.hpp"

#include <gtest/gtest.h>

using namespace hotreload::client;

namespace {

Failure failure(const char* name) {
    return failure_of(sdbus::Error(sdbus::Error::Name(name), "why"));
}

} // namespace

TEST(Bus, an_error_of_the_daemon_is_its_words_alone) {
    EXPECT_EQ(failure("org.hotreload.Error.Invalid"), (Failure{FailureKind::Failed, "why"}));
    EXPECT_EQ(failure("org.hotreload.Error.NotAuthorized"),
              (Failure{FailureKind::NotAuthorized, "why"}));
}

TEST(Bus, a_daemon_that_is_not_there_and_a_connection_that_broke_are_no_daemon) {
    for (const auto* name :
         {"org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NoReply",
          "org.freedesktop.DBus.Error.Spawn.ChildExited", "org.freedesktop.systemd1.NoSuchUnit",
          "org.freedesktop.DBus.Error.Disconnected", "System.Error.ENOTCONN"})
        EXPECT_EQ(failure(name),
                  (Failure{FailureKind::NoDaemon, "hotreloadd does not answer: why"}))
            << name;
}
