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

TEST(Unit, AnEmptyDirectiveResetsWhatOtherFilesSayToo) {
    EXPECT_EQ(unit("[S]\nA=1\nA=2\nA=\nA=3\nB=\n"), R"({"S":{"A":["1","2","","3"],"B":[""]}})");
    // A drop-in that is mended by the line that was missing.
    EXPECT_NE(unit_file("[Service]\nExecStart=/x\n"),
              unit_file("[Service]\nExecStart=\nExecStart=/x\n"));
    EXPECT_NE(unit_file("[Unit]\nConditionPathExists=\nConditionUser=a\n"),
              unit_file("[Unit]\nConditionUser=a\nConditionPathExists=\n"));
}

TEST(Unit, ASectionOfAUnitGoesOnWhenItComesAgain) {
    EXPECT_EQ(unit_file("[Unit]\nA=1\n[Unit]\nB=2\n[Service]\nC=3\n"),
              unit_file("[Unit]\nA=1\nB=2\n[Service]\nC=3\n"));
}

TEST(Unit, ASectionOfANetworkThatComesAgainIsAnotherOne) {
    EXPECT_EQ(unit("[Route]\nGateway=A\nMetric=1\n[Route]\nGateway=B\n"),
              R"({"Route":[{"Gateway":["A"],"Metric":["1"]},{"Gateway":["B"]}]})");
    EXPECT_NE(unit_file("[Route]\nGateway=A\nMetric=1\n[Route]\nGateway=B\n"),
              unit_file("[Route]\nGateway=A\n[Route]\nGateway=B\nMetric=1\n"));
    EXPECT_NE(unit_file("[WireGuardPeer]\nPublicKey=a\n[WireGuardPeer]\nAllowedIPs=b\n"),
              unit_file("[WireGuardPeer]\nPublicKey=a\nAllowedIPs=b\n"));
    EXPECT_NE(unit_file("[X-Mine]\nA=1\n[X-Mine]\nA=2\n"), unit_file("[X-Mine]\nA=1\nA=2\n"));
}

TEST(Unit, TheOrderOfLinesCounts) {
    const auto* before = "[Socket]\nListenStream=80\nListenDatagram=53\n";
    const auto* after = "[Socket]\nListenDatagram=53\nListenStream=80\n";
    EXPECT_NE(unit_file(before), unit_file(after));
    const auto patch = diff(unit_file(before), unit_file(after));
    ASSERT_EQ(patch.size(), 1);
    EXPECT_EQ(patch[0].kind, PatchOperation::Kind::Move);
    EXPECT_EQ(to_key(patch[0].path), "Socket.ListenDatagram[0]");
    EXPECT_NE(unit_file("[Service]\nStandardInputText=a\nStandardInputData=YQ==\n"),
              unit_file("[Service]\nStandardInputData=YQ==\nStandardInputText=a\n"));
    EXPECT_NE(unit_file("[Service]\nExecStartPre=a\nExecStartPre=b\n"),
              unit_file("[Service]\nExecStartPre=b\nExecStartPre=a\n"));
    EXPECT_NE(unit_file("[S]\nEnvironment=A=1\nEnvironment=A=2\n"),
              unit_file("[S]\nEnvironment=A=2\nEnvironment=A=1\n"));
}

TEST(Unit, QuotingCaseAndSpecifiersCount) {
    EXPECT_NE(unit_file("[S]\nA=\"x\"\n"), unit_file("[S]\nA=x\n"));
    EXPECT_NE(unit_file("[S]\nA=x\n"), unit_file("[S]\na=x\n"));
    EXPECT_NE(unit_file("[S]\nA=%i\n"), unit_file("[S]\nA=%I\n"));
    EXPECT_EQ(unit_file("[S]\nA=x   \n"), unit_file("[S]\n  A = x\n"));
    EXPECT_EQ(unit_file("\xEF\xBB\xBF[S]\r\nA=x\r\n"), unit_file("[S]\nA=x\n"));
}

TEST(Unit, OtherCharacterSetsAreRead) {
    EXPECT_NE(unit_file("[S]\nA=M\xFCller\n"), unit_file("[S]\nA=Müller\n"));
}

TEST(Unit, ABackslashContinuesTheLineAndCommentsWithinAreSkipped) {
    EXPECT_EQ(unit("[S]\nA=1 \\\n# no\n  ; no\n   2\\\n3\n# x \\\nB=4\n"),
              R"({"S":{"A":["1  2 3"],"B":["4"]}})");
    EXPECT_EQ(unit("[S]\nA=1\\"), R"({"S":{"A":["1"]}})");
    EXPECT_EQ(unit("[S]\nA=1 \\\n  2\n"), unit("[S]\nA=1  2\n"));
    // Two of them are a backslash that ends the line.
    EXPECT_EQ(unit("[S]\nA=1\\\\\nB=2\n"), R"({"S":{"A":["1\\\\"],"B":["2"]}})");
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
