// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/line_diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <format>
#include <random>

using namespace hotreload;

using Lines = std::vector<std::string>;

namespace {

std::string numbers(int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i)
        text += std::to_string(i) + "\n";
    return text;
}

// The text that `patch` makes of the old one.
std::string patched(const std::string& before, const Lines& script) {
    Lines old;
    for (std::size_t at = 0; at < before.size();) {
        const auto end = std::min(before.find('\n', at), before.size() - 1) + 1;
        old.push_back(before.substr(at, end - at));
        at = end;
    }
    std::string after;
    std::size_t at = 0;
    char last = ' ';
    for (const auto& line : script) {
        if (line.starts_with("@@ -")) {
            std::size_t first = std::stoul(line.substr(4));
            const auto comma = line.find_first_of(", ", 4);
            const bool none = line[comma] == ',' && line[comma + 1] == '0';
            for (first -= none || first == 0 ? 0 : 1; at < first; ++at)
                after += old[at];
        } else if (line.starts_with("\\")) {
            if (last != '-')
                after.pop_back();
        } else {
            if (line[0] != '-')
                after += line.substr(1) + "\n";
            if (line[0] != '+') {
                EXPECT_EQ(old.at(at++).substr(0, line.size() - 1), line.substr(1));
            }
            last = line[0];
        }
    }
    for (; at < old.size(); ++at)
        after += old[at];
    return after;
}

} // namespace

TEST(LineDiff, of_equal_texts_is_empty) {
    EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n"), Lines{});
    EXPECT_EQ(unified_diff("", ""), Lines{});
}

TEST(LineDiff, shows_three_lines_around_what_changed) {
    EXPECT_EQ(unified_diff(numbers(1, 9), numbers(1, 4) + "five\n" + numbers(6, 9)),
              (Lines{"@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"}));
}

TEST(LineDiff, of_places_far_from_each_other_has_a_hunk_for_each) {
    const auto lines = unified_diff(numbers(1, 20), "0\n" + numbers(1, 19));
    EXPECT_EQ(lines, (Lines{"@@ -1,3 +1,4 @@", "+0", " 1", " 2", " 3", "@@ -17,4 +18,3 @@", " 17",
                            " 18", " 19", "-20"}));
}

TEST(LineDiff, of_a_created_and_a_deleted_file_counts_from_no_line) {
    EXPECT_EQ(unified_diff("", "a\nb\n"), (Lines{"@@ -0,0 +1,2 @@", "+a", "+b"}));
    EXPECT_EQ(unified_diff("a\n", ""), (Lines{"@@ -1 +0,0 @@", "-a"}));
}

TEST(LineDiff, tells_a_missing_line_feed_at_the_end) {
    EXPECT_EQ(unified_diff("a", "a\n"),
              (Lines{"@@ -1 +1 @@", "-a", "\\ No newline at end of file", "+a"}));
}

TEST(LineDiff, of_what_is_no_text_is_nothing) {
    EXPECT_EQ(unified_diff(std::string("a\0b", 3), "a"), std::nullopt);
    EXPECT_EQ(unified_diff("a", std::string((1 << 20) + 1, 'x')), std::nullopt);
}

TEST(LineDiff, finds_the_shortest_script) {
    // Myers' own example: five of the lines differ.
    const auto script = unified_diff("A\nB\nC\nA\nB\nB\nA\n", "C\nB\nA\nB\nA\nC\n").value();
    EXPECT_EQ(std::ranges::count_if(
                  script, [](const auto& line) { return line[0] == '-' || line[0] == '+'; }),
              5);
}

TEST(LineDiff, leads_from_the_one_to_the_other_whatever_they_are) {
    std::mt19937 random(1); // NOLINT: the same each time
    const auto text = [&] {
        std::string lines;
        for (auto count = random() % 40; count > 0; --count)
            lines += static_cast<char>('a' + random() % 4) + std::string("\n");
        if (!lines.empty() && random() % 4 == 0)
            lines.pop_back();
        return lines;
    };
    for (int i = 0; i < 2000; ++i) {
        const auto before = text(), after = text();
        const auto script = unified_diff(before, after).value();
        EXPECT_EQ(patched(before, script), after) << before << "--\n" << after;
        EXPECT_EQ(script.empty(), before == after);
    }
}

TEST(LineDiff, of_texts_that_have_nothing_in_common_ends_soon_and_is_cut) {
    std::string before, after;
    for (int i = 0; i < 60000; ++i) {
        before += std::format("a{}\n", i);
        after += std::format("b{}\n", i);
    }
    const auto script = unified_diff(before, after).value();
    EXPECT_EQ(script.size(), 1001U);
    EXPECT_EQ(script.back(), "… and 119001 more lines");
}
