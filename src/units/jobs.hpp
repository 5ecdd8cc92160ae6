// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Who waits for which of the manager's jobs. The signal that a job has ended may be dispatched
// before whoever started it has come to wait for it, so results are kept while calls are out.

#include "base/completion.hpp"

#include <map>
#include <string>
#include <vector>

namespace hotreload::units {

class JobTable {
public:
    using Resolver = Completion<std::string>::Resolver;

    // Held from before the call that makes a job until wait().
    class Expectation {
    public:
        explicit Expectation(JobTable& table) : table_(table) { ++table_.expected_; }
        Expectation(const Expectation&) = delete;
        Expectation& operator=(const Expectation&) = delete;
        ~Expectation();

    private:
        JobTable& table_;
    };

    void wait(const std::string& job, Resolver resolve);
    void ended(const std::string& job, const std::string& result);

    // For asking after each of them when signals may have been lost.
    [[nodiscard]] std::vector<std::string> waited_for() const;

private:
    std::map<std::string, std::vector<Resolver>> waiting_;
    std::map<std::string, std::string> early_;
    unsigned expected_ = 0;
};

} // namespace hotreload::units
