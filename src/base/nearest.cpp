// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/nearest.hpp"

#include <algorithm>
#include <vector>

namespace hotreload {

namespace {

constexpr std::size_t kLongest = 100; // the work is the product of both lengths

// Optimal string alignment: Levenshtein with swaps of neighbours, three rows at a time.
std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min(
                {above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[b.size()];
}

} // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known) {
    if (word.size() > kLongest)
        return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t limit = std::max<std::size_t>(2, word.size() / 3);
    for (std::string_view candidate : known) {
        const std::size_t gap = candidate.size() > word.size() ? candidate.size() - word.size()
                                                               : word.size() - candidate.size();
        if (gap > limit)
            continue;
        const std::size_t distance = edits(word, candidate);
        // Words that have nothing in common are not near, however short.
        if (distance > limit || distance >= std::max(word.size(), candidate.size()))
            continue;
        if (best && distance == limit)
            continue; // the first of equals
        best = candidate;
        limit = distance;
    }
    return best;
}

} // namespace hotreload
