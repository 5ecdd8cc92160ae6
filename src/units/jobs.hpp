// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// JobTable knows who waits for which of the manager's jobs. The signal that a job has ended may be
// dispatched before its caller has come to wait for it, so results are kept while such a call is
// out: those of its unit only, and only until the call is answered. A job that nobody here waits
// for is somebody else's, and is told as that.

#include "base/completion.hpp"

#include <functional>
#include <list>
#include <map>
#include <string>
#include <vector>

namespace hotreload::units {

class JobTable {
public:
    using Resolver = Completion<std::string>::Resolver;

    // Held from before a call that makes a job on `unit` until it is answered, and the job waited
    // for. `unit` is the name that the manager's signals have, not an alias; "" when that is not
    // known.
    class Expectation {
    public:
        Expectation(JobTable& table, std::string unit);
        Expectation(const Expectation&) = delete;
        Expectation& operator=(const Expectation&) = delete;
        ~Expectation();

    private:
        friend JobTable;
        struct Early {
            std::string job;
            std::string unit;
            std::string result;
            bool told = false;
        };

        [[nodiscard]] bool is_about(const std::string& unit) const {
            return unit_.empty() || unit_ == unit;
        }

        JobTable& table_;
        std::string unit_;
        std::vector<Early> early_; // ended while the call was out: one of them may be its job
    };

    void wait(const std::string& job, Resolver resolve);
    void ended(const std::string& job, const std::string& unit, const std::string& result);

    [[nodiscard]] bool waits_for(const std::string& job) const { return waiting_.contains(job); }
    // The jobs that are waited for, to ask about each of them when signals may have been lost.
    [[nodiscard]] std::vector<std::string> waited_for() const;

    // `ours`: somebody here waited for it. Called once for each job that ended.
    std::function<void(const std::string& unit, const std::string& result, bool ours)> on_ended;

private:
    using Early = Expectation::Early;
    void tell(const Early& ended, bool ours) const;
    bool keep(const Early& ended);

    std::map<std::string, std::vector<Resolver>> waiting_;
    std::list<Expectation*> expected_;
};

} // namespace hotreload::units
