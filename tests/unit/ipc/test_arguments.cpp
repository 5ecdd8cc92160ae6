// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/arguments.hpp"

#include <gtest/gtest.h>

namespace hotreload::ipc {
namespace {

using sdbus::Variant;

Result<Arguments> read(const char* method, std::vector<Value> given,
                       const OptionMap& options = {}) {
    return read_arguments(*find_method("org.hotreload.Manager1", method), std::move(given),
                          options);
}

Result<Arguments> reload(const OptionMap& options) {
    return read("Reload", {std::string("shop")}, options);
}

std::string message_of(const Result<Arguments>& result) {
    EXPECT_FALSE(result.has_value());
    if (result)
        return "";
    EXPECT_EQ(result.error().code, ErrorCode::Invalid);
    return to_string(result.error());
}

TEST(Arguments, what_is_not_given_has_its_default) {
    const auto arguments = reload({});
    EXPECT_EQ(arguments->target, "shop");
    EXPECT_EQ(arguments->wait, std::nullopt);
    EXPECT_FALSE(arguments->force);
    EXPECT_EQ(arguments->strategy, std::nullopt);
    EXPECT_TRUE(read("Plan", {std::string()})->validate);
}

TEST(Arguments, what_is_given_is_taken) {
    const auto arguments = reload({{"force", Variant{true}},
                                   {"wait", Variant{true}},
                                   {"drain", Variant{std::string("5s")}},
                                   {"strategy", Variant{std::string("restart")}}});
    EXPECT_TRUE(arguments->force);
    EXPECT_EQ(arguments->wait, true);
    EXPECT_EQ(arguments->drain, std::chrono::seconds(5));
    EXPECT_EQ(arguments->strategy, Strategy::Restart);
    EXPECT_EQ(reload({{"strategy", Variant{std::string("auto")}}})->strategy, std::nullopt);
    const auto rollback = read("Rollback", {std::string("shop"), std::uint64_t{7}},
                               {{"restore-files", Variant{true}}});
    EXPECT_EQ(rollback->generation, 7U);
    EXPECT_TRUE(rollback->restore_files);
    const auto difference =
        read("Diff", {std::string("shop/web"), std::uint64_t{1}, std::uint64_t{2}});
    EXPECT_EQ(difference->from, 1U);
    EXPECT_EQ(difference->to, 2U);
}

TEST(Arguments, an_unknown_option_is_named_with_the_nearest_and_the_known_ones) {
    EXPECT_EQ(message_of(reload({{"forse", Variant{true}}})),
              "unknown option \"forse\"; did you mean \"force\"?; the options are \"force\", "
              "\"strategy\", \"drain\", \"wait\"");
    EXPECT_EQ(message_of(read("Stop", {std::string()}, {{"force", Variant{true}}})),
              "unknown option \"force\": the method takes none");
}

TEST(Arguments, an_option_of_the_wrong_type_is_named_with_the_right_one) {
    EXPECT_EQ(message_of(reload({{"force", Variant{std::string("yes")}}})),
              "option \"force\" is a boolean (b), not s");
    EXPECT_EQ(message_of(reload({{"strategy", Variant{true}}})),
              "option \"strategy\" is a string (s), not b");
}

TEST(Arguments, a_strategy_that_cannot_be_asked_for_is_refused) {
    for (const auto* word : {"magic", "manual", ""})
        EXPECT_TRUE(message_of(reload({{"strategy", Variant{std::string(word)}}}))
                        .contains("auto, none, live, reload, swap, restart"));
}

TEST(Arguments, a_pause_of_no_time_is_a_mistake) {
    for (const auto* time : {"0", "infinity", "soon"})
        EXPECT_TRUE(
            message_of(read("Pause", {std::string("shop")}, {{"for", Variant{std::string(time)}}}))
                .contains("option \"for\""));
}

TEST(Arguments, a_path_must_be_absolute_and_need_not_be_there) {
    for (const auto* method : {"Up", "Check", "Explain"}) {
        EXPECT_TRUE(read(method, {std::string("/nowhere/shop")})) << method;
        for (const auto* path : {"shop", ""})
            EXPECT_TRUE(message_of(read(method, {std::string(path)}))
                            .contains("is not an absolute path: give the whole path of"))
                << method;
    }
}

TEST(Arguments, an_id_has_32_digits) {
    const ReloadId id{0, 7};
    EXPECT_EQ(read("Details", {to_string(id)})->id, id);
    EXPECT_TRUE(message_of(read("Details", {std::string("7")})).contains("32 hexadecimal digits"));
}

TEST(Arguments, a_text_that_is_longer_than_any_name_is_refused) {
    const std::string longest(4096, 'a');
    EXPECT_TRUE(read("Stop", {longest}));
    EXPECT_TRUE(message_of(read("Stop", {longest + "a"})).contains("4097 bytes"));
    EXPECT_TRUE(message_of(read("Explain", {"/" + longest})).contains("4097 bytes"));
    EXPECT_TRUE(message_of(read("Details", {longest + "a"})).contains("4097 bytes"));
    for (const auto* option : {"drain", "strategy"})
        EXPECT_TRUE(message_of(reload({{option, Variant{longest + "a"}}})).contains("4097 bytes"))
            << option;
    EXPECT_TRUE(
        message_of(read("Pause", {std::string("shop")}, {{"reason", Variant{longest + "a"}}}))
            .contains("4097 bytes"));
}

} // namespace
} // namespace hotreload::ipc
