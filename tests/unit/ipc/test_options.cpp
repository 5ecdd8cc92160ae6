// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/options.hpp"

#include <gtest/gtest.h>

namespace hotreload::ipc {
namespace {

using sdbus::Variant;

template <class T>
std::string message_of(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    if (result)
        return "";
    EXPECT_EQ(result.error().code, ErrorCode::Invalid);
    return result.error().message;
}

TEST(Options, what_is_not_given_has_its_default) {
    EXPECT_TRUE(up_options({})->wait);
    EXPECT_FALSE(reload_options({})->force);
    EXPECT_EQ(reload_options({})->strategy, std::nullopt);
    EXPECT_TRUE(no_options({}));
}

TEST(Options, what_is_given_is_taken) {
    EXPECT_FALSE(up_options({{"wait", Variant{false}}})->wait);
    const auto options =
        reload_options({{"force", Variant{true}}, {"strategy", Variant{std::string("restart")}}});
    EXPECT_TRUE(options->force);
    EXPECT_EQ(options->strategy, Strategy::Restart);
    EXPECT_EQ(reload_options({{"strategy", Variant{std::string("auto")}}})->strategy, std::nullopt);
}

TEST(Options, an_unknown_one_is_named_with_the_nearest_and_the_known_ones) {
    EXPECT_EQ(message_of(reload_options({{"forse", Variant{true}}})),
              "unknown option \"forse\", did you mean \"force\"?; the options are \"force\", "
              "\"strategy\", \"drain\"");
    EXPECT_EQ(message_of(no_options({{"force", Variant{true}}})),
              "unknown option \"force\": the method takes none");
}

TEST(Options, one_of_the_wrong_type_is_named_with_the_right_one) {
    EXPECT_EQ(message_of(reload_options({{"force", Variant{std::string("yes")}}})),
              "option \"force\" is a boolean (b), not s");
    EXPECT_EQ(message_of(reload_options({{"strategy", Variant{true}}})),
              "option \"strategy\" is a string (s), not b");
}

TEST(Options, a_strategy_that_cannot_be_asked_for_is_refused) {
    for (const auto* word : {"magic", "manual", ""})
        EXPECT_NE(message_of(reload_options({{"strategy", Variant{std::string(word)}}}))
                      .find("auto, none, live, reload, swap, restart"),
                  std::string::npos);
}

TEST(Options, a_path_must_be_absolute_and_there) {
    EXPECT_TRUE(check_path("/"));
    EXPECT_NE(message_of(check_path("shop")).find("not an absolute path"), std::string::npos);
    EXPECT_NE(message_of(check_path("")).find("not an absolute path"), std::string::npos);
    EXPECT_NE(message_of(check_path("/nowhere/shop")).find("/nowhere/shop: No such file"),
              std::string::npos);
}

TEST(Options, a_path_that_is_only_asked_about_need_not_be_there) {
    EXPECT_TRUE(check_any_path("/nowhere/shop"));
    EXPECT_EQ(
        message_of(check_any_path("shop.toml")),
        "\"shop.toml\" is not an absolute path: give the whole path of the file or directory");
}

} // namespace
} // namespace hotreload::ipc
