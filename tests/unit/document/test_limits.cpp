// SPDX-License-Identifier: LGPL-2.1-or-later
#include "parsing.hpp"

namespace hotreload {
namespace limits_test {

using namespace short_hand;

constexpr Format kFormats[] = {Format::Toml,  Format::Yaml, Format::Json,
                               Format::Jsonc, Format::Ini,  Format::Unit};

TEST(Limits, ADocumentThatIsTooLargeIsRefused) {
    for (const auto format : kFormats)
        EXPECT_EQ(why_not(format, std::string((std::size_t{16} << 20) + 1, ' ')),
                  "0:0: the document is larger than 16777216 bytes");
}

TEST(Limits, DeepNestingIsRefusedBeforeTheStackIsUsedUp) {
    const auto refused = [](Format format, const std::string& text) {
        EXPECT_NE(why_not(format, text).find("nested deeper than 100 levels"), std::string::npos)
            << to_string(format) << " " << text.substr(0, 20) << " "
            << why_not(format, text).substr(0, 100);
    };
    constexpr std::size_t many = 2'000'000;
    refused(Format::Json, repeated("[", many));
    refused(Format::Json, repeated("{\"a\":", many));
    refused(Format::Jsonc, repeated("[", many));
    refused(Format::Yaml, repeated("[", many));
    refused(Format::Yaml, repeated("{a:\n", many));
    refused(Format::Yaml, repeated("[", 5000));
    refused(Format::Yaml, repeated("- ", 200'000));
    refused(Format::Yaml, repeated("? ", 200'000));
    refused(Format::Toml, "a = " + repeated("[", many));
    refused(Format::Toml, "a = " + repeated("{a = ", many));
    refused(Format::Toml, repeated("a.", many) + "a = 1");
    refused(Format::Toml, "[" + repeated("a.", many) + "a]");
    refused(Format::Toml, "[[" + repeated("a . ", many) + "a]]");
    refused(Format::Toml, "a = {" + repeated("\"\".", many) + "a = 1}");
    refused(Format::Toml, "a = [{" + repeated("b.c.d = [{", 50));
}

TEST(Limits, ExactlySoDeepIsAllowed) {
    const DocumentLimits three{.depth = 3};
    EXPECT_EQ(why_not(Format::Json, "[[[1]]]", three), "[[[1]]]");
    EXPECT_EQ(why_not(Format::Json, "[[[[]]]]", three), "1:4: nested deeper than 3 levels");
    EXPECT_EQ(why_not(Format::Yaml, "[[[1]]]", three), "[[[1]]]");
    EXPECT_EQ(why_not(Format::Yaml, "[[[[]]]]", three), "1:4: nested deeper than 3 levels");
    EXPECT_EQ(why_not(Format::Toml, "a.b.c = 1.5", three), R"({"a":{"b":{"c":1.5}}})");
    EXPECT_EQ(why_not(Format::Toml, "[a]\nb = [1.5, 2.5]", three), R"({"a":{"b":[1.5,2.5]}})");
    EXPECT_EQ(why_not(Format::Toml, "a = {b = {}} # x.y.z.w", three), R"({"a":{"b":{}}})");
    EXPECT_EQ(why_not(Format::Toml, "[a]\nx = 1\n[b.c]\ny = 'a.b.c'", three),
              R"({"a":{"x":1},"b":{"c":{"y":"a.b.c"}}})");
    EXPECT_EQ(why_not(Format::Toml, "x = 1\na.b.c.d = 1", three),
              "2:6: nested deeper than 3 levels");
    EXPECT_EQ(why_not(Format::Toml, "[[a]]\n[[a.b]]\n", three).substr(0, 3), "2:5");
}

TEST(Limits, ABombOfAliasesIsRefusedBeforeTheMemoryIsUsedUp) {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 30; ++i)
        bomb += std::format(
            "a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i,
            i - 1);
    EXPECT_NE(why_not(Format::Yaml, bomb).find("more than 1000000 values"), std::string::npos);

    std::string merges = "a0: &a0 {x: 1}\n";
    for (int i = 1; i < 40; ++i)
        merges += std::format("a{0}: &a{0} {{x{0}: *a{1}, <<: *a{1}}}\n", i, i - 1);
    EXPECT_NE(why_not(Format::Yaml, merges).find("more than 1000000 values"), std::string::npos);

    EXPECT_NE(why_not(Format::Yaml, "a: &a " + std::string(100'000, 'x') + "\nb: [" +
                                        repeated("*a, ", 1000) + "]")
                  .find("aliases repeat more than 16777216 bytes"),
              std::string::npos);
}

TEST(Limits, AliasesNestDeepToo) {
    std::string text = "- &a0 [x]\n";
    for (int i = 1; i < 200; ++i)
        text += std::format("- &a{} [*a{}]\n", i, i - 1);
    EXPECT_NE(why_not(Format::Yaml, text).find("nested deeper than 100 levels"), std::string::npos);
}

TEST(Limits, ManyValuesAreRefused) {
    const DocumentLimits few{.values = 10};
    const auto refused = [&](Format format, const std::string& text) {
        EXPECT_NE(why_not(format, text, few).find("more than 10 values"), std::string::npos)
            << why_not(format, text, few);
    };
    refused(Format::Json, "[" + repeated("1,", 20) + "1]");
    refused(Format::Yaml, repeated("- 1\n", 20));
    refused(Format::Yaml, repeated("---\n", 20));
    refused(Format::Toml, "a = [" + repeated("1,", 20) + "]");
    refused(Format::Toml, "a = [" + repeated("[],", 20) + "]");
    refused(Format::Ini, repeated("[a]\nb=1\n", 20));
    refused(Format::Unit, "[a]\n" + repeated("b=1\n", 20));
}

TEST(Limits, LargeDocumentsWithinThemAreRead) {
    std::string yaml;
    std::string toml;
    for (int i = 0; i < 20'000; ++i) {
        yaml += std::format("key{}: {{a: value, b: [1, 2]}}\n", i);
        toml += std::format("key{} = {{a = 'value', b = [1, 2]}}\n", i);
    }
    EXPECT_EQ(parsed(Format::Yaml, yaml), parsed(Format::Toml, toml));
}

TEST(Limits, NoTextIsNoDocument) {
    for (const auto format : kFormats) {
        EXPECT_NE(why_not(format, std::string_view("\0", 1)).find("NUL"), std::string::npos);
        EXPECT_NE(why_not(format, "\xff\xfe").find("UTF-16"), std::string::npos);
        const bool of_any_bytes = format == Format::Ini || format == Format::Unit;
        EXPECT_EQ(why_not(format, "[\xff]\n").find("UTF-8") == std::string::npos, of_any_bytes);
    }
    EXPECT_NE(why_not(Format::Bytes, "x").find("byte by byte"), std::string::npos);
}

} // namespace limits_test
} // namespace hotreload
