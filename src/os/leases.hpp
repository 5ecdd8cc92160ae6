// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Leases tell who opens a file for writing, which inotify does not: a process that opens a leased
// file for writing waits in open(2) until the lease is given back, and can be found there. That
// costs the process a moment, so leases are for when something is suspected.

#include "base/fd.hpp"
#include "core/writers_port.hpp"
#include "os/event_loop.hpp"

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace hotreload::os {

class Leases final : public Writers {
public:
    explicit Leases(EventLoop& loop);
    Leases(const Leases&) = delete;
    Leases& operator=(const Leases&) = delete;

    Handle find_writer(const std::string& path, OnOpened on_opened) override;

private:
    struct Entry;

    void broken();

    EventLoop& loop_;
    std::list<std::weak_ptr<Entry>> entries_;
    Timer again_;
    int tries_ = 0;
    SignalSource signal_;
};

} // namespace hotreload::os
