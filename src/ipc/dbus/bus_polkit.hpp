// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The real polkit behind the Polkit port: org.freedesktop.PolicyKit1 on the system bus, by its one
// method. libpolkit would bring a main loop of its own.

#include "base/clock.hpp"
#include "ipc/polkit.hpp"

#include <sdbus-c++/IProxy.h>

#include <cstdint>
#include <memory>

namespace hotreload::ipc {

class BusPolkit final : public Polkit {
public:
    // Tasks must have ended or be destroyed before this object is.
    BusPolkit(sdbus::IConnection& connection, Clock& clock);

    Task<Result<Answer>> ask(Subject subject, Question question) override;

private:
    class Asked; // one question; withdrawn with it, if it was not answered

    sdbus::IConnection& connection_;
    Clock& clock_;
    std::unique_ptr<sdbus::IProxy> authority_;
    std::uint64_t last_ = 0; // question
};

} // namespace hotreload::ipc
