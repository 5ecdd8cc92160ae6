// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/look_up_threads.hpp"

#include "base/fd.hpp"
#include "os/eventfd.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <iterator>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace hotreload::os {

namespace {

constexpr Duration kFirstRest = std::chrono::seconds(1);
constexpr Duration kLongestRest = std::chrono::minutes(1);

} // namespace

// Shared is what a thread that hangs may come back to when all else is gone.
struct LookUpThreads::Shared {
    explicit Shared(Ask how) : ask(std::move(how)), answered(open_eventfd()) {}

    const Ask ask;
    const Fd answered; // readable: there are answers
    std::mutex mutex;  // of all below
    std::deque<AccountQuestion> questions;
    std::vector<std::pair<AccountQuestion, std::optional<Account>>> answers;
    std::deque<AccountQuestion> failed;
    unsigned threads = 0;
};

LookUpThreads::LookUpThreads(EventLoop& loop, SystemAccounts& accounts, Ask ask)
    : accounts_(accounts),
      shared_(std::make_shared<Shared>(std::move(ask))),
      again_(loop.make_alarm()),
      rest_(kFirstRest),
      readable_(loop, shared_->answered.get(), [this] { tell(); }) {
    accounts_.look_up_with(*this, loop);
}

LookUpThreads::~LookUpThreads() {
    accounts_.stop_looking_up();
    const std::scoped_lock lock(shared_->mutex);
    shared_->questions.clear();
}

// Nobody asks the same question anew.
void LookUpThreads::ask_again_later() {
    again_->arm(rest_, [this] {
        {
            const std::scoped_lock lock(shared_->mutex);
            std::ranges::move(shared_->failed, std::back_inserter(shared_->questions));
            shared_->failed.clear();
        }
        begin_thread();
    });
    rest_ = std::min(2 * rest_, kLongestRest);
}

void LookUpThreads::ask(const AccountQuestion& question) {
    {
        const std::scoped_lock lock(shared_->mutex);
        shared_->questions.push_back(question);
    }
    begin_thread();
}

// A thread that the kernel refuses is tried for again.
void LookUpThreads::begin_thread() {
    const std::scoped_lock lock(shared_->mutex);
    if (shared_->threads == kMost || shared_->questions.empty())
        return;
    try {
        std::thread(work, shared_).detach();
        ++shared_->threads;
    } catch (const std::system_error&) {
        ask_again_later();
    }
}

void LookUpThreads::work(const std::shared_ptr<Shared>& shared) {
    // Signals are the loop's.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    std::unique_lock lock(shared->mutex);
    while (!shared->questions.empty()) {
        const auto question = std::move(shared->questions.front());
        shared->questions.pop_front();
        lock.unlock();
        auto answer = shared->ask(question);
        lock.lock();
        if (answer)
            shared->answers.emplace_back(question, *std::move(answer));
        else
            shared->failed.push_back(question);
        wake(shared->answered);
    }
    --shared->threads;
}

void LookUpThreads::tell() {
    take_wakes(shared_->answered);
    std::unique_lock lock(shared_->mutex);
    auto answers = std::exchange(shared_->answers, {});
    const bool failed = !shared_->failed.empty();
    lock.unlock();
    if (!answers.empty())
        rest_ = kFirstRest;
    if (failed)
        ask_again_later();
    for (auto& [question, answer] : answers)
        accounts_.answered(question, std::move(answer));
}

} // namespace hotreload::os
