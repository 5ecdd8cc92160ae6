// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/jobs.hpp"

#include <algorithm>
#include <utility>

namespace hotreload::units {

JobTable::Expectation::Expectation(JobTable& table, std::string unit)
    : table_(table), unit_(std::move(unit)) {
    table_.expected_.push_back(this);
}

// A job that nobody came to wait for was somebody else's, unless another call that is out made it.
JobTable::Expectation::~Expectation() {
    table_.expected_.remove(this);
    for (const auto& each : early_)
        if (!table_.keep(each))
            table_.tell(each, false);
}

void JobTable::tell(const Early& ended, bool ours) const {
    if (!ended.told && on_ended)
        on_ended(ended.unit, ended.result, ours);
}

// Keeps the end of a job for the first call that may have made it; wait() looks through all.
bool JobTable::keep(const Early& ended) {
    const auto expected = std::ranges::find_if(
        expected_, [&](const auto* each) { return each->is_about(ended.unit); });
    if (expected == expected_.end())
        return false;
    (*expected)->early_.push_back(ended);
    return true;
}

void JobTable::wait(const std::string& job, Resolver resolve) {
    for (auto* const expectation : expected_) {
        const auto known = std::ranges::find(expectation->early_, job, &Early::job);
        if (known == expectation->early_.end())
            continue;
        tell(*known, true);
        known->told = true; // it stays for others: a reload is merged into a reload
        resolve(known->result);
        return;
    }
    waiting_[job].push_back(std::move(resolve));
}

void JobTable::ended(const std::string& job, const std::string& unit, const std::string& result) {
    Early end{job, unit, result};
    if (const auto node = waiting_.extract(job)) {
        tell(end, true);
        end.told = true;
        for (const auto& resolve : node.mapped())
            resolve(result);
    }
    if (!keep(end))
        tell(end, false);
}

std::vector<std::string> JobTable::waited_for() const {
    std::vector<std::string> jobs;
    for (const auto& [job, resolvers] : waiting_)
        jobs.push_back(job);
    return jobs;
}

} // namespace hotreload::units
