// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/patch.hpp"
#include "parsing.hpp"

namespace hotreload {
namespace unit_test {

using namespace short_hand;

Value unit_file(std::string_view text) {
    return parsed(Format::Unit, text);
}
std::string unit(std::string_view text) {
    return to_json(unit_file(text));
}
std::string wrong(std::string_view text) {
    return why_not(Format::Unit, text);
}

TEST(Unit, IsSectionsOfLists) {
    EXPECT_EQ(
        unit("[Unit]\nAfter = a.service\nAfter=b.service\n\n[Service]\nExecStart=\"/bin/x\" 'y'  "
             "\n[Unit]\nX=1\n"),
        R"({"Service":{"ExecStart":["\"/bin/x\" 'y'"]},"Unit":{"After":["a.service","b.service"],"X":["1"]}})");
    EXPECT_EQ(unit(""), "{}");
}

TEST(Unit, AnEmptyDirectiveEmptiesItsList) {
    EXPECT_EQ(unit("[S]\nA=1\nA=2\nA=\nA=3\nB=\n"), R"({"S":{"A":["3"],"B":[]}})");
}

TEST(Unit, ABackslashContinuesTheLineAndCommentsWithinAreSkipped) {
    EXPECT_EQ(unit("[S]\nA=1 \\\n# no\n  ; no\n   2\\\n3\n# x \\\nB=4\n"),
              R"({"S":{"A":["1     2 3"],"B":["4"]}})");
    EXPECT_EQ(unit("[S]\nA=1\\"), R"({"S":{"A":["1"]}})");
}

TEST(Unit, ASecondDirectiveShowsAsOneThatWasAdded) {
    const auto patch = diff(unit_file("[S]\nA=1\n"), unit_file("[S]\nA=1\nA=2\n"));
    ASSERT_EQ(patch.size(), 1);
    EXPECT_EQ(patch[0].kind, PatchOperation::Kind::Add);
    EXPECT_EQ(to_key(patch[0].path), "S.A[1]");
}

TEST(Unit, TellsTheLineThatIsNone) {
    EXPECT_EQ(wrong("A=1\n[S]\n"), "1:1: A= stands before the first [Section]");
    EXPECT_EQ(wrong("[S]\n\nnothing\n"), "3:1: neither a [Section] nor Directive=value");
    EXPECT_EQ(wrong("[S\n"), "1:1: the section's ] is missing, or something follows it");
    EXPECT_EQ(wrong("[S]\n=1\n"), "2:1: the directive's name is missing");
    EXPECT_EQ(wrong("[S]\nA=1 \\\n 2\n  broken\n"), "4:3: neither a [Section] nor Directive=value");
}

} // namespace unit_test
} // namespace hotreload
