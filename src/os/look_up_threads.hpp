// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Asks the name services for SystemAccounts in threads of their own: a server that hangs takes one
// from who asks nothing else of it, and from no disk. A thread ends when nothing is left to ask. A
// service that cannot answer is asked again and again, ever less often.

#include "os/accounts.hpp"
#include "os/event_loop.hpp"

#include <functional>
#include <memory>

namespace hotreload::os {

class LookUpThreads final : public LookUps {
public:
    // Threads at a time. A question that comes while all of them wait is asked later.
    static constexpr unsigned kMost = 4;

    using Ask = std::function<AccountAnswer(const AccountQuestion&)>;

    // `accounts` look up by this from now on. `ask` is called in several threads at once. Throws
    // std::system_error without an eventfd.
    LookUpThreads(EventLoop& loop, SystemAccounts& accounts, Ask ask = ask_name_services);
    // Waits for nothing: a look-up that is under way tells nobody any more.
    ~LookUpThreads() override;
    LookUpThreads(const LookUpThreads&) = delete;
    LookUpThreads& operator=(const LookUpThreads&) = delete;

    void ask(const AccountQuestion& question) override;

private:
    struct Shared;

    void begin_thread();
    void ask_again_later();
    static void work(const std::shared_ptr<Shared>& shared);
    void tell();

    SystemAccounts& accounts_;
    std::shared_ptr<Shared> shared_;
    std::unique_ptr<Alarm> again_; // for a thread, or a service
    Duration rest_;                // until then
    Readable readable_;
};

} // namespace hotreload::os
