// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/line_diff.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <format>
#include <limits>
#include <span>
#include <unordered_map>
#include <utility>

namespace hotreload {

namespace {

constexpr long kMostWork = 4'000'000; // comparisons: some ten milliseconds
constexpr std::size_t kContext = 3;
constexpr std::size_t kMostLines = 1000;

constexpr std::string_view kNoLineFeed = "\\ No newline at end of file";

struct Text {
    std::vector<std::string_view> lines;
    bool whole = true; // it ends with a line feed, or is empty
};

Text split(std::string_view text) {
    Text result;
    while (!text.empty()) {
        const auto end = text.find('\n');
        result.whole = end != std::string_view::npos;
        result.lines.push_back(text.substr(0, end));
        text.remove_prefix(result.whole ? end + 1 : text.size());
    }
    return result;
}

// Equal lines have equal numbers. A last line without a line feed equals none that has one.
class Numbers {
public:
    std::vector<int> of(const Text& text) {
        std::vector<int> numbers;
        for (const auto& line : text.lines)
            numbers.push_back(number(line, true));
        if (!text.whole)
            numbers.back() = number(text.lines.back(), false);
        return numbers;
    }

private:
    int number(std::string_view line, bool whole) {
        auto& known = whole ? whole_ : cut_;
        return known.try_emplace(line, next_ + 1).second ? ++next_ : known.at(line);
    }

    std::unordered_map<std::string_view, int> whole_;
    std::unordered_map<std::string_view, int> cut_;
    int next_ = 0;
};

// Half-open ranges of both sides.
struct Box {
    long left, right; // of `before`
    long top, bottom; // of `after`
};

class Script {
public:
    Script(const std::vector<int>& before, const std::vector<int>& after)
        : before_(before),
          after_(after),
          removed(before.size(), false),
          added(after.size(), false) {
        std::vector<Box> rest{
            {0, static_cast<long>(before.size()), 0, static_cast<long>(after.size())}};
        while (!rest.empty()) { // not by recursion: its depth would be a matter of the texts
            auto box = rest.back();
            rest.pop_back();
            trim(box);
            const auto middle = split(box);
            if (!middle) {
                replace(box);
                continue;
            }
            rest.push_back({box.left, middle->first, box.top, middle->second});
            rest.push_back({middle->first, box.right, middle->second, box.bottom});
        }
    }

private:
    using Point = std::pair<long, long>;

    // Reach is how far each diagonal has got, from one corner.
    class Reach {
    public:
        explicit Reach(long steps) : furthest_(static_cast<std::size_t>(2 * steps + 3), kNowhere) {}
        long& operator[](long diagonal) {
            return furthest_[static_cast<std::size_t>(diagonal +
                                                      static_cast<long>(furthest_.size()) / 2)];
        }
        [[nodiscard]] bool has(long diagonal, long steps) {
            return std::abs(diagonal) <= steps && (*this)[diagonal] >= 0;
        }

    private:
        static constexpr long kNowhere = std::numeric_limits<long>::min() / 2;
        std::vector<long> furthest_;
    };

    void trim(Box& box) const {
        while (box.left < box.right && box.top < box.bottom && same(box.left, box.top)) {
            ++box.left;
            ++box.top;
        }
        while (box.left < box.right && box.top < box.bottom &&
               same(box.right - 1, box.bottom - 1)) {
            --box.right;
            --box.bottom;
        }
    }

    [[nodiscard]] bool same(long x, long y) const {
        return before_[static_cast<std::size_t>(x)] == after_[static_cast<std::size_t>(y)];
    }

    void replace(const Box& box) {
        std::fill(removed.begin() + box.left, removed.begin() + box.right, true);
        std::fill(added.begin() + box.top, added.begin() + box.bottom, true);
    }

    // Goes one step further on each diagonal; `equal` compares at a distance from the corner.
    template <class Equal>
    void step(Reach& reach, long d, long width, long height, const Equal& equal) {
        for (long k = -d; k <= d; k += 2) {
            long x = d == 0 ? 0 : std::max(reach[k + 1], reach[k - 1] + 1);
            if (x < 0 || x > width || x - k > height) { // outside, from where nothing comes back
                reach[k] = std::numeric_limits<long>::min() / 2;
                continue;
            }
            while (x < width && x - k < height && equal(x, x - k)) {
                ++x;
                --work_;
            }
            --work_;
            reach[k] = x;
        }
    }

    // A point on a shortest path, neither of the box's corners. Nothing when the box has only one
    // side, or the path is too long to look for. The box is trimmed.
    std::optional<Point> split(const Box& box) {
        const long width = box.right - box.left, height = box.bottom - box.top;
        if (width == 0 || height == 0)
            return std::nullopt;
        const long delta = width - height, most = (width + height + 1) / 2;
        const long steps = std::min(most, kMostSteps);
        Reach forward(steps), backward(steps);
        const bool odd = delta % 2 != 0;
        for (long d = 0; d <= steps && work_ > 0; ++d) {
            step(forward, d, width, height,
                 [&](long x, long y) { return same(box.left + x, box.top + y); });
            if (odd)
                if (const auto k = meeting(forward, d, backward, d - 1, delta, width))
                    return at(box, forward[*k], forward[*k] - *k);
            step(backward, d, width, height,
                 [&](long x, long y) { return same(box.right - 1 - x, box.bottom - 1 - y); });
            if (!odd)
                if (const auto k = meeting(backward, d, forward, d, delta, width))
                    return at(box, width - backward[*k], height - (backward[*k] - *k));
        }
        return std::nullopt;
    }

    // The diagonal of `one` on which it has met the other.
    static std::optional<long> meeting(Reach& one, long steps, Reach& other, long other_steps,
                                       long delta, long width) {
        for (long k = -steps; k <= steps; k += 2)
            if (one.has(k, steps) && other.has(delta - k, other_steps) &&
                one[k] + other[delta - k] >= width)
                return k;
        return std::nullopt;
    }

    static Point at(const Box& box, long x, long y) { return {box.left + x, box.top + y}; }

    static constexpr long kMostSteps = 2000;

    const std::vector<int>& before_;
    const std::vector<int>& after_;
    long work_ = kMostWork;

public:
    std::vector<bool> removed; // of `before`, by line
    std::vector<bool> added;   // of `after`
};

// Lines that are removed and added in one place, or stay.
struct Run {
    std::size_t before, after; // where it begins
    std::size_t removed = 0, added = 0;
};

std::vector<Run> runs_of(const Script& script) {
    std::vector<Run> runs;
    std::size_t i = 0, j = 0;
    while (i < script.removed.size() || j < script.added.size()) {
        Run run{i, j};
        while (i < script.removed.size() && script.removed[i]) {
            ++i;
            ++run.removed;
        }
        while (j < script.added.size() && script.added[j]) {
            ++j;
            ++run.added;
        }
        if (run.removed + run.added > 0) {
            runs.push_back(run);
        } else { // a line of both
            ++i;
            ++j;
        }
    }
    return runs;
}

// "-1,3": of no lines, the line before them.
std::string range(char sign, std::size_t first, std::size_t count) {
    const auto begin = count == 0 ? first : first + 1;
    return count == 1 ? std::format("{}{}", sign, begin)
                      : std::format("{}{},{}", sign, begin, count);
}

class Hunks {
public:
    Hunks(const Text& before, const Text& after) : before_(before), after_(after) {}

    // Runs that are near to each other, with what stays around them.
    void add(std::span<const Run> runs) {
        const auto& first = runs.front();
        const auto& last = runs.back();
        const auto lead = std::min(first.before, kContext);
        const auto behind = last.before + last.removed;
        const auto trail = std::min(before_.lines.size() - behind, kContext);
        const auto begin = first.before - lead;
        lines.push_back(std::format("@@ {} {} @@", range('-', begin, behind + trail - begin),
                                    range('+', first.after - lead,
                                          last.after + last.added + trail - (first.after - lead))));
        auto at = begin;
        for (const auto& run : runs) {
            for (; at < run.before; ++at)
                add(' ', before_, at);
            for (; at < run.before + run.removed; ++at)
                add('-', before_, at);
            for (std::size_t i = 0; i < run.added; ++i)
                add('+', after_, run.after + i);
        }
        for (; at < behind + trail; ++at)
            add(' ', before_, at);
    }

    std::vector<std::string> lines;

private:
    void add(char sign, const Text& text, std::size_t at) {
        lines.push_back(sign + std::string(text.lines[at]));
        if (!text.whole && at + 1 == text.lines.size())
            lines.emplace_back(kNoLineFeed);
    }

    const Text& before_;
    const Text& after_;
};

bool is_text(std::string_view bytes) {
    return bytes.size() <= kMostCompared && bytes.find('\0') == std::string_view::npos;
}

} // namespace

std::optional<std::vector<std::string>> unified_diff(std::string_view before,
                                                     std::string_view after) {
    if (!is_text(before) || !is_text(after))
        return std::nullopt;
    const auto old_text = split(before), new_text = split(after);
    Numbers numbers;
    const auto old_numbers = numbers.of(old_text), new_numbers = numbers.of(new_text);
    const auto runs = runs_of(Script(old_numbers, new_numbers));
    Hunks hunks(old_text, new_text);
    for (std::size_t i = 0; i < runs.size();) {
        auto end = i + 1;
        while (end < runs.size() &&
               runs[end].before - (runs[end - 1].before + runs[end - 1].removed) <= 2 * kContext)
            ++end;
        hunks.add(std::span(runs).subspan(i, end - i));
        i = end;
    }
    auto& lines = hunks.lines;
    if (lines.size() > kMostLines) {
        const auto rest = lines.size() - kMostLines;
        lines.resize(kMostLines);
        lines.push_back(std::format("… and {} more lines", rest));
    }
    return std::move(lines);
}

} // namespace hotreload
