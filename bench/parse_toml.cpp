// SPDX-License-Identifier: LGPL-2.1-or-later

// Parses a TOML file by the library that the daemon uses, and does nothing else.
//
//   parse_toml FILE: prints the CPU time in µs of reading and parsing it, and of the end of what
//   came of it: once, for the daemon does so now and then, too, and not in a row with everything in
//   the caches.

#include <toml++/toml.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

namespace {

std::chrono::nanoseconds cpu_time() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::chrono::nanoseconds parse(const char* path) {
    const auto begin = cpu_time();
    {
        std::ifstream file(path, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const toml::table table = toml::parse(text);
        if (table.empty())
            return {};
    }
    return cpu_time() - begin;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: parse_toml FILE\n", stderr);
        return 2;
    }
    std::printf("%lld\n", static_cast<long long>(parse(argv[1]).count() / 1000));
}
