// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/secrets.hpp"
#include "values.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace secrets_test {

using namespace short_hand;
using Kind = PatchOperation::Kind;

Secrets with(std::string_view pattern) {
    return Secrets({KeyPattern::parse(pattern).value()});
}

TEST(Secrets, are_masked_in_lines_of_texts_that_are_no_documents) {
    EXPECT_EQ(masked_line("+requirepass_token hunter2"), "+requirepass_token ***");
    EXPECT_EQ(masked_line("-  password = \"a b\" # why"), "-  password = \"***");
    EXPECT_EQ(masked_line(" url postgres://u:pw@h/db"), " url postgres://u:***@h/db");
    EXPECT_EQ(masked_line("+listen 80;"), "+listen 80;");
}

TEST(Secrets, CoverWhatSoundsLikeOne) {
    const Secrets secrets;
    for (const auto* key : {"password", "db_Password2", "SECRET", "clientSecrets", "api_key",
                            "PRIVATE_KEY", "auth-token", "tokens"})
        EXPECT_TRUE(secrets.covers({"a", key})) << key;
    for (const auto* key : {"user", "key", "keys", "passwd_file", "keyboard"})
        EXPECT_FALSE(secrets.covers({"a", key})) << key;
    EXPECT_FALSE(secrets.covers({}));
}

TEST(Secrets, CoverAllThatIsBelow) {
    const Secrets secrets;
    EXPECT_TRUE(secrets.covers({"secrets", "db", std::size_t{0}, "user"}));
    EXPECT_TRUE(with("database.dsn").covers({"database", "dsn", "host"}));
    EXPECT_FALSE(with("database.dsn").covers({"database"}));
    EXPECT_TRUE(with("**").covers({}));
}

TEST(Secrets, AreMaskedWhereverTheyStandInAValue) {
    const auto value =
        object({{"users", list({object({{"name", text("a")}, {"password", text("p")}})})},
                {"tokens", list({text("t1"), object({{"x", number(7)}})})},
                {"empty_secret", Value{}}});
    const auto masked =
        object({{"users", list({object({{"name", text("a")}, {"password", text("***")}})})},
                {"tokens", text("***")},
                {"empty_secret", text("***")}});
    EXPECT_EQ(Secrets().masked(value), masked);
    EXPECT_EQ(Secrets().masked(number(7), {"api_token", "a"}), text("***"));
    EXPECT_EQ(with("a.b").masked(object({{"b", number(1)}, {"c", number(2)}}), {"a"}),
              object({{"b", text("***")}, {"c", number(2)}}));
    EXPECT_EQ(with("[1]").masked(list({number(1), number(2)})), list({number(1), text("***")}));
}

TEST(Secrets, AreMaskedOnBothSidesOfAPatch) {
    const auto database = object({{"password", text("hunter2")}, {"port", number(1)}});
    const auto masked = Secrets().masked(
        Patch{{Kind::Replace, {"db"}, database, text("none")},
              {Kind::Replace, {"db", "password"}, text("hunter2"), text("hunter3")},
              {Kind::Add, {"list", std::size_t{0}}, std::nullopt, list({database})},
              {Kind::Remove, {}, database, std::nullopt}});
    const auto hidden = object({{"password", text("***")}, {"port", number(1)}});
    EXPECT_EQ(masked, (Patch{{Kind::Replace, {"db"}, hidden, text("none")},
                             {Kind::Replace, {"db", "password"}, text("***"), text("***")},
                             {Kind::Add, {"list", std::size_t{0}}, std::nullopt, list({hidden})},
                             {Kind::Remove, {}, hidden, std::nullopt}}));
}

} // namespace secrets_test
} // namespace hotreload
