// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Measures the watcher on a large tree, on tmpfs, where the calls that nobody can do without are
// the cheapest and our own share shows the most: arming, looking at everything again, a storm of
// events to one decision, memory. Beside each, in the same run, the raw calls in plain C
// (raw_tree.c) and, for arming, `inotifywait -r` until it says that it watches.
//
// Every sample is taken in a process of its own, in an order that is shuffled anew each round.
//
//   HOTRELOAD_BENCH_DIRECTORIES=10000 HOTRELOAD_BENCH_FILES=100000 HOTRELOAD_BENCH_EVENTS=100000
//   HOTRELOAD_BENCH_ROUNDS=5
#include "watch/watched_set.hpp"

extern "C" {
#include "raw_tree.h"
}

#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <format>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace hotreload::bench {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct Sample {
    double ms = 0;
    double user_ms = 0; // of it not in the kernel
    double kib = 0;     // what the process grew by
    long seen = 0;
};

std::size_t number(const char* name, std::size_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoul(text, nullptr, 10) : otherwise;
}

struct Tree {
    std::string root;
    std::size_t directories;
    std::size_t files;
    std::size_t events;

    [[nodiscard]] std::string directory(std::size_t i) const {
        return std::format("{}/part-{:03}/directory-{:05}", root, i / 100, i);
    }
    [[nodiscard]] std::string file(std::size_t i) const {
        return std::format("{}/configuration-{:06}.conf", directory(i % directories), i);
    }
    void make() const {
        for (std::size_t i = 0; i < directories; ++i)
            fs::create_directories(directory(i));
        for (std::size_t i = 0; i < files; ++i)
            std::ofstream(file(i)) << "key = " << i << "\nother = \"some words of a value\"\n";
    }
};

double resident_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:"))
            return std::strtod(line.c_str() + 8, nullptr);
    return 0;
}

double user_ms() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec) * 1e3 +
           static_cast<double>(usage.ru_utime.tv_usec) / 1e3;
}

void check(bool good, const char* what) {
    if (!good)
        throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

template <class Work>
Sample timed(Work work) {
    const double before = resident_kib();
    const double user_before = user_ms();
    const auto start = Clock::now();
    const long seen = work();
    const Milliseconds took = Clock::now() - start;
    check(seen >= 0, "a raw call");
    return {took.count(), user_ms() - user_before, resident_kib() - before, seen};
}

// ---- without us

int new_inotify() {
    const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    check(fd >= 0, "inotify_init1");
    return fd;
}

Sample inotifywait(const Tree& tree) {
    return timed([&] {
        int out[2];
        check(pipe(out) == 0, "pipe");
        const pid_t child = fork();
        if (child == 0) {
            dup2(out[1], STDERR_FILENO);
            execlp("inotifywait", "inotifywait", "-mr", tree.root.c_str(), nullptr);
            _exit(127);
        }
        close(out[1]);
        std::string said;
        char buffer[256];
        for (ssize_t size = 0;
             !said.contains("established") && (size = read(out[0], buffer, sizeof buffer)) > 0;)
            said.append(buffer, static_cast<std::size_t>(size));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        return said.contains("established") ? 1L : -1L;
    });
}

// ---- ours

struct Ours {
    Ours(const Tree& tree, const std::string& pattern) {
        WatchDefinition watch;
        watch.files = {tree.root + pattern};
        watch.debounce = 50ms;
        watch.debounce_max = 100s;
        watcher = *watch::TreeWatcher::make(loop);
        set = *watch::WatchedSet::make(*watcher, {watch}, [this] {
            ++decisions;
            changes = set->look(Rescan::Dirty).changes.size();
        });
    }
    long look() { return static_cast<long>(set->look(Rescan::All).content.files.size()); }

    os::EventLoop loop;
    std::unique_ptr<watch::TreeWatcher> watcher;
    std::unique_ptr<watch::WatchedSet> set;
    int decisions = 0;
    std::size_t changes = 0;
};

Sample arm(const Tree& tree, const std::string& pattern) {
    Ours ours(tree, pattern);
    return timed([&] { return ours.look(); });
}

Sample rescan(const Tree& tree) {
    Ours ours(tree, "/**");
    ours.look();
    return timed([&] { return ours.look(); });
}

// The queue holds 16 384 events: a storm comes in parts. Only taking them counts, not making them.
constexpr std::size_t kPart = 8000;

// 1 000 files all over the tree; each write is an IN_MODIFY and an IN_CLOSE_WRITE.
void write_part(const Tree& tree, std::size_t& written) {
    for (std::size_t i = 0; i < kPart / 2; ++i, ++written) {
        const auto path = tree.file(written % 1000 * (tree.files / 1000));
        const int fd = open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
        const auto text = std::format("{} {}", getpid(), written); // as no storm before
        check(fd >= 0 && write(fd, text.data(), text.size()) > 0, "a write of the storm");
        close(fd);
    }
}

Sample raw_storm(const Tree& tree) {
    const int fd = new_inotify();
    check(raw_watch(fd, tree.root.c_str()) > 0, "raw_watch");
    Sample total;
    for (std::size_t written = 0; 2 * written < tree.events;) {
        write_part(tree, written);
        const auto one = timed([&] { return raw_drain(fd); });
        total.ms += one.ms;
        total.user_ms += one.user_ms;
        total.seen += one.seen;
    }
    return total;
}

// With the look at the files that changed and the call at the end, less the debounce.
Sample storm(const Tree& tree, const std::string& pattern, bool decides) {
    Ours ours(tree, pattern);
    ours.look();
    Sample total;
    const auto add = [&](const Sample& part) {
        total.ms += part.ms;
        total.user_ms += part.user_ms;
    };
    for (std::size_t written = 0; 2 * written < tree.events;) {
        write_part(tree, written);
        add(timed([&] {
            ours.watcher->collect();
            return 0L;
        }));
    }
    if (decides) {
        std::this_thread::sleep_for(60ms);
        add(timed([&] {
            const auto deadline = Clock::now() + 10s;
            while (ours.decisions == 0 && Clock::now() < deadline)
                ours.loop.run_once(100us);
            return 0L;
        }));
        std::this_thread::sleep_for(60ms);
        ours.loop.run_once(0us);
        errno = 0;
        check(ours.decisions == 1 && ours.changes == 1000, "one decision of 1000 files");
    }
    total.seen = static_cast<long>(tree.events);
    return total;
}

// ---- the measurement

Sample in_child(const std::function<Sample()>& take) {
    int out[2];
    check(pipe(out) == 0, "pipe");
    const pid_t child = fork();
    if (child == 0) {
        try {
            const auto sample = take();
            _exit(write(out[1], &sample, sizeof sample) == sizeof sample ? 0 : 1);
        } catch (const std::exception& error) {
            std::cerr << error.what() << '\n';
            _exit(1);
        }
    }
    close(out[1]);
    Sample sample;
    const bool got = read(out[0], &sample, sizeof sample) == sizeof sample;
    close(out[0]);
    int status = 0;
    waitpid(child, &status, 0);
    errno = 0;
    check(got && WIFEXITED(status) && WEXITSTATUS(status) == 0, "a sample");
    return sample;
}

struct Contestant {
    std::string group;
    std::string name;
    std::function<Sample()> take;
    std::vector<Sample> samples;

    [[nodiscard]] double median(double Sample::* what) const {
        std::vector<double> values;
        for (const auto& each : samples)
            values.push_back(each.*what);
        std::ranges::sort(values);
        return values[values.size() / 2];
    }
};

void report(const std::vector<Contestant>& contestants, const Tree& tree) {
    std::map<std::string, double> measure; // the first of each group
    for (const auto& each : contestants) {
        const double ms = each.median(&Sample::ms);
        const double raw = measure.try_emplace(each.group, ms).first->second;
        std::cout << std::format("{:<9}{:<48}{:>9.1f} ms{:>8.2f} ×{:>9.1f} ms in user space\n",
                                 each.group, each.name, ms, ms / raw,
                                 each.median(&Sample::user_ms));
    }
    const auto kib = [&](std::string_view name) {
        return std::ranges::find(contestants, name, &Contestant::name)->median(&Sample::kib);
    };
    const double of_directories = kib("ours, nothing matches");
    const double of_all = kib("ours, every file matches");
    std::cout << std::format(
        "memory   {:.0f} bytes for each directory, {:.0f} for each file that matches\n",
        of_directories * 1024 / static_cast<double>(tree.directories),
        (of_all - of_directories) * 1024 / static_cast<double>(tree.files));
}

int run() {
    const Tree tree{.root = std::format("/tmp/hotreload-watch-tree-{}", getpid()),
                    .directories = number("HOTRELOAD_BENCH_DIRECTORIES", 10'000),
                    .files = number("HOTRELOAD_BENCH_FILES", 100'000),
                    .events = number("HOTRELOAD_BENCH_EVENTS", 100'000)};
    const auto rounds = number("HOTRELOAD_BENCH_ROUNDS", 5);
    const char* root = tree.root.c_str();
    std::vector<Contestant> contestants{
        {"arm",
         "raw: readdir, inotify_add_watch",
         [&] { return timed([&] { return raw_watch(new_inotify(), root); }); },
         {}},
        {"arm", "ours, nothing matches", [&] { return arm(tree, "/**/*.none"); }, {}},
        {"arm", "inotifywait -r", [&] { return inotifywait(tree); }, {}},
        {"read",
         "raw: and open, read, close of each file",
         [&] { return timed([&] { return raw_read(new_inotify(), root); }); },
         {}},
        {"read", "ours, every file matches", [&] { return arm(tree, "/**"); }, {}},
        {"rescan",
         "raw: readdir, fstatat",
         [&] { return timed([&] { return raw_stat(root); }); },
         {}},
        {"rescan", "ours, nothing has changed", [&] { return rescan(tree); }, {}},
        {"storm", "raw: read", [&] { return raw_storm(tree); }, {}},
        {"storm", "ours, no file matches", [&] { return storm(tree, "/**/*.none", false); }, {}},
        {"storm",
         "ours, to one decision of 1000 changed files",
         [&] { return storm(tree, "/**", true); },
         {}},
    };
    struct Remove {
        ~Remove() { fs::remove_all(path); }
        std::string path;
    } remove{tree.root};
    tree.make();
    std::this_thread::sleep_for(2100ms); // younger files are read again, for their times say little
    std::cout << std::format("{} directories with {} files on tmpfs, a storm of {} events; median "
                             "of {}, {} processors\n",
                             tree.directories, tree.files, tree.events, rounds,
                             std::thread::hardware_concurrency());
    std::minstd_rand random(1);
    for (std::size_t round = 0; round < rounds; ++round) {
        std::vector<Contestant*> order;
        for (auto& each : contestants)
            order.push_back(&each);
        std::ranges::shuffle(order, random);
        for (auto* each : order) {
            each->samples.push_back(in_child(each->take));
            if (each->group == "storm")
                std::this_thread::sleep_for(2100ms); // as above
        }
    }
    report(contestants, tree);
    return 0;
}

} // namespace

} // namespace hotreload::bench

int main() {
    try {
        return hotreload::bench::run();
    } catch (const std::exception& error) {
        std::cerr << "watch_tree: " << error.what() << '\n';
        return 1;
    }
}
