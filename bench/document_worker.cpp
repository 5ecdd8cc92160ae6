// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What it costs that documents are looked at by another process: a saved TOML document of 10 kB is
// compared with the one before it, in this process and by hotreload-worker, each after the same
// idle gap, one after the other, in turns.
//
//   document_worker WORKER [ROUNDS GAP_MS]…        60 000 ms: a minute of idleness
#include "os/event_loop.hpp"
#include "worker/examiner.hpp"
#include "worker/pool.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <format>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace hotreload;

namespace {

constexpr std::size_t kBytes = 10 << 10;
constexpr int kWarmUp = 5;

using Clock = std::chrono::steady_clock;

std::string document(int round) {
    std::string text = std::format("round = {}\n", round);
    for (int i = 0; text.size() < kBytes; ++i) {
        if (i % 10 == 0)
            text += std::format("[table{}]\n", i / 10);
        text += std::format("key{} = {}\n", i,
                            i % 3 == 0 ? std::format("\"value {}\"", i) : std::to_string(i));
    }
    return text;
}

worker::Source source(int round, bool with_bytes) {
    auto text = document(round);
    worker::Source source{{0, static_cast<std::uint64_t>(round), text.size()}, Format::Toml, {}};
    if (with_bytes)
        source.bytes = std::move(text);
    return source;
}

worker::Compare comparison(int round) {
    return {.now = source(round, true),
            .applied = source(round - 1, round == 1),
            .schema = {},
            .secrets = {}};
}

Task<> ask(worker::Pool& pool, worker::Request request, bool& good) {
    const auto answer = co_await pool.ask("bench", std::move(request));
    const auto* const state = answer ? std::get_if<DocumentState>(&*answer) : nullptr;
    good = state && state->differences.size() == 1;
    if (!good)
        std::fprintf(stderr, "no answer: %s\n", answer ? "another one" : answer.error().c_str());
}

double microseconds_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

double percentile(std::vector<double> samples, double part) {
    std::ranges::sort(samples);
    return samples.at(std::min(
        samples.size() - 1, static_cast<std::size_t>(part * static_cast<double>(samples.size()))));
}

class Bench {
public:
    explicit Bench(const char* program) : program_(program) {}

    bool run(int rounds, std::chrono::milliseconds gap) {
        std::vector<double> here, there;
        for (int i = -kWarmUp; i < rounds; ++i) {
            const auto pause = [&] { std::this_thread::sleep_for(i < 0 ? gap * 0 : gap); };
            ++round_;
            double in_process = 0, in_worker = 0;
            for (const bool first : {true, false}) {
                pause();
                ((round_ % 2 == 0) == first ? in_process : in_worker) =
                    (round_ % 2 == 0) == first ? compare_here() : compare_there();
            }
            if (in_process == 0 || in_worker == 0)
                return false;
            if (i >= 0) {
                here.push_back(in_process);
                there.push_back(in_worker);
            }
        }
        std::printf("%6lld ms idle, %3d rounds", static_cast<long long>(gap.count()), rounds);
        for (const auto& [what, part] : {std::pair("undisturbed (10%)", 0.1), {"median", 0.5}}) {
            const auto one = percentile(here, part), other = percentile(there, part);
            std::printf("; %s: here %5.0f µs, worker %5.0f µs, %+.0f µs", what, one, other,
                        other - one);
        }
        std::puts("");
        return true;
    }

private:
    double compare_here() {
        const worker::Request request = comparison(round_);
        const auto begin = Clock::now();
        const auto reply = examiner_.answer(request);
        return std::get<DocumentState>(reply).differences.size() == 1 ? microseconds_since(begin)
                                                                      : 0;
    }

    double compare_there() {
        worker::Request request = comparison(round_);
        bool good = false;
        TaskScope tasks;
        const auto begin = Clock::now();
        tasks.spawn(ask(pool_, std::move(request), good));
        while (!tasks.idle())
            loop_.run_once(std::chrono::seconds(10));
        return good ? microseconds_since(begin) : 0;
    }

    const char* program_;
    os::EventLoop loop_;
    worker::Pool pool_{loop_,
                       {.program = program_,
                        .version = HOTRELOAD_VERSION,
                        .limit = std::chrono::seconds(20),
                        .limit_of_mib = {},
                        .idle = std::chrono::seconds(60)}};
    worker::Pool::Lease lease_{pool_};
    worker::Examiner examiner_;
    int round_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 2)
        return EXIT_FAILURE;
    Bench bench(argv[1]);
    std::puts("A TOML document of 10 kB, one key of which has changed, parsed and compared:");
    if (argc == 2)
        for (const auto& [rounds, gap] : {std::pair(300, 0), {200, 10}, {100, 110}, {20, 1000}})
            if (!bench.run(rounds, std::chrono::milliseconds(gap)))
                return EXIT_FAILURE;
    for (int i = 2; i + 1 < argc; i += 2)
        if (!bench.run(std::atoi(argv[i]), std::chrono::milliseconds(std::atoi(argv[i + 1]))))
            return EXIT_FAILURE;
}
