// SPDX-License-Identifier: LGPL-2.1-or-later
#include "contestant.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <sstream>
#include <stdexcept>

namespace hotreload::bench {

namespace {

// Nearest rank: always a value that was measured.
double percentile(std::vector<Microseconds> samples, double share) {
    std::ranges::sort(samples);
    const auto rank = std::ceil(share * static_cast<double>(samples.size()));
    return samples[static_cast<std::size_t>(std::max(rank, 1.0)) - 1].count();
}

const Contestant* find(const std::vector<Contestant>& contestants, const std::string& group,
                       const std::string& role) {
    const auto found = std::ranges::find_if(contestants, [&](const Contestant& contestant) {
        return contestant.group == group && contestant.role == role && !contestant.samples.empty();
    });
    return found == contestants.end() ? nullptr : &*found;
}

std::string ratio(const Contestant& contestant, const Contestant* measure, double share) {
    if (!measure)
        return "-";
    return std::format("{:.2f}",
                       percentile(contestant.samples, share) / percentile(measure->samples, share));
}

} // namespace

std::vector<Contestant> read_contestants(std::istream& in) {
    std::vector<Contestant> contestants;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        Contestant one;
        double less = 0;
        words >> one.group >> one.role >> one.name >> one.unit >> one.file >> one.every >> less;
        if (!words || one.every == 0)
            throw std::runtime_error("not a contestant: " + line);
        one.less = Microseconds(less);
        std::getline(words >> std::ws, one.label);
        contestants.push_back(std::move(one));
    }
    return contestants;
}

std::string report(const std::vector<Contestant>& contestants) {
    constexpr auto row = "{:<15}{:<50}{:>5}{:>11}{:>11}{:>10}{:>10}{:>14}\n";
    std::string text =
        std::vformat(row, std::make_format_args("target", "contestant", "n", "median µs", "p99 µs",
                                                "× tight", "p99 ×", "× hotreload"));
    for (const Contestant& one : contestants) {
        if (one.samples.empty())
            continue;
        const auto* tight = find(contestants, one.group, "tight");
        const auto* ours = find(contestants, one.group, "hotreload");
        text += std::format("{:<15}{:<50}{:>5}{:>11.0f}{:>11.0f}{:>10}{:>10}{:>14}\n", one.group,
                            one.label, one.samples.size(), percentile(one.samples, 0.5),
                            percentile(one.samples, 0.99), ratio(one, tight, 0.5),
                            ratio(one, tight, 0.99), ratio(one, ours, 0.5));
    }
    return text;
}

} // namespace hotreload::bench
