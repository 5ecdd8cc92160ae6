// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/jobs.hpp"

namespace hotreload::units {

JobTable::Expectation::~Expectation() {
    if (--table_.expected_ == 0)
        table_.early_.clear();
}

void JobTable::wait(const std::string& job, Resolver resolve) {
    if (const auto known = early_.find(job); known != early_.end())
        resolve(known->second);
    else
        waiting_[job].push_back(std::move(resolve));
}

void JobTable::ended(const std::string& job, const std::string& result) {
    if (const auto node = waiting_.extract(job))
        for (const auto& resolve : node.mapped())
            resolve(result);
    if (expected_ > 0)
        early_[job] = result;
}

std::vector<std::string> JobTable::waited_for() const {
    std::vector<std::string> jobs;
    for (const auto& [job, resolvers] : waiting_)
        jobs.push_back(job);
    return jobs;
}

} // namespace hotreload::units
