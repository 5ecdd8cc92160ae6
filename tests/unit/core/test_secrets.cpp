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
    EXPECT_EQ(masked_line("-  password = \"a b\" # why"), "-  password = *** # why");
    EXPECT_EQ(masked_line(" url postgres://u:pw@h/db"), " url postgres://u:***@h/db");
    EXPECT_EQ(masked_line("+listen 80;"), "+listen 80;");
}

TEST(Secrets, CoverWhatSoundsLikeOne) {
    const Secrets secrets;
    for (const auto* key : {"password",
                            "db_Password2",
                            "SECRET",
                            "clientSecrets",
                            "api_key",
                            "PRIVATE_KEY",
                            "auth-token",
                            "tokens",
                            "passwd_file",
                            "apiKey",
                            "apikey",
                            "api-key",
                            "API.KEY",
                            "privateKey",
                            "private-key",
                            "accessKeyId",
                            "signing key",
                            "passwd",
                            "pwd",
                            "DB_PWD",
                            "passphrase",
                            "ssl.passphrase",
                            "credentials",
                            "smtp_pass",
                            "PGPASS",
                            "requirepass",
                            "smtp_pw",
                            "pw",
                            "dsn",
                            "SENTRY_DSN",
                            "auth",
                            "masterauth",
                            "proxy-auth",
                            "Authorization",
                            "bearer",
                            "connection_string",
                            "ConnectionString",
                            "cookie",
                            "session_cookie",
                            "tls-key",
                            "storage_account_key",
                            "AccountKey"})
        EXPECT_TRUE(secrets.covers({"a", key})) << key;
    for (const auto* key : {"user", "key", "keys", "keyboard", "monkey", "author", "authors",
                            "auth_method", "compass", "bypass", "proxy_bypass", "passive",
                            "pass_through", "cookie_name", "url", "host", "Key", "turkey", ""})
        EXPECT_FALSE(secrets.covers({"a", key})) << key;
    EXPECT_FALSE(secrets.covers({}));
}

TEST(Secrets, WithinAUrlOrAConnectionStringAreMaskedWithoutTheRest) {
    const auto shown = [](std::string_view value) { return masked_text(value); };
    EXPECT_EQ(shown("postgres://u:pw9@h/db"), "postgres://u:***@h/db");
    EXPECT_EQ(shown("redis://:pw@h"), "redis://:***@h");
    EXPECT_EQ(shown("amqp://u:p@w@h,amqp://v:x@i"), "amqp://u:***@h,amqp://v:***@i");
    EXPECT_EQ(shown("a://u:p1@h b://v:p2@i"), "a://u:***@h b://v:***@i");
    EXPECT_EQ(shown("postgres://u:p/w@h/db"), "postgres://u:***@h/db");
    EXPECT_EQ(shown("http://h:8080/a@b"), "http://h:8080/a@b");
    EXPECT_EQ(shown("http://[::1]:80/"), "http://[::1]:80/");
    EXPECT_EQ(shown("ssh://git@h/x"), "ssh://git@h/x");
    EXPECT_EQ(shown("Server=db;Password=a b;Port=1"), "Server=db;Password=***;Port=1");
    EXPECT_EQ(shown("DefaultEndpointsProtocol=https;AccountKey=ab==;EndpointSuffix=x"),
              "DefaultEndpointsProtocol=https;AccountKey=***;EndpointSuffix=x");
    EXPECT_EQ(shown("User Id=sa;Pwd=x"), "User Id=sa;Pwd=***");
    EXPECT_EQ(shown("host=h user=u password=pw dbname=d"), "host=h user=u password=*** dbname=d");
    EXPECT_EQ(shown("password='a b' host=h"), "password=*** host=h");
    EXPECT_EQ(shown("/cb?token=abc&x=1"), "/cb?token=***&x=1");
    EXPECT_EQ(shown("bin/web --password=pw --port 80"), "bin/web --password=*** --port 80");
    EXPECT_EQ(shown("bin/web --api-key pw --port 80"), "bin/web --api-key *** --port 80");
    for (const auto* plain : {"", "a=b", "://", "x://:", "a://b:", "token", "pass", "=", "--",
                              "-- x", "author=me", "--secret"})
        EXPECT_EQ(shown(plain), plain);
}

TEST(Secrets, InALineOfAFileAreMasked) {
    const auto shown = [](std::string_view line) { return masked_line(line); };
    EXPECT_EQ(shown("password = \"pw\" # old"), "password = *** # old");
    EXPECT_EQ(shown("  db.password: p:w x"), "  db.password: ***");
    EXPECT_EQ(shown(R"({"password":"p\"w","port":1})"), R"({"password":***,"port":1})");
    EXPECT_EQ(shown("api_key=a;b"), "api_key=***");
    EXPECT_EQ(shown("<dbPassword>pw</dbPassword>"), "<dbPassword>***</dbPassword>");
    EXPECT_EQ(shown("'token' => 'abc',"), "'token' => ***,");
    EXPECT_EQ(shown("requirepass pw"), "requirepass ***");
    EXPECT_EQ(shown("url = postgres://u:pw@h"), "url = postgres://u:***@h");
    EXPECT_EQ(shown("export DB_PASS=pw"), "export DB_PASS=***");
    EXPECT_EQ(shown("password = [\"a\", \"b\"]"), "password = ***");
    for (const auto* plain :
         {"", "port = 80", "author: me", "password", "password =", "a token b c",
          "location /secrets {", "# the password is in the safe"})
        EXPECT_EQ(shown(plain), plain);
}

TEST(Secrets, InWhatAProgramSaysAreMaskedAndItsReasonIsNot) {
    const auto shown = [](std::string_view text) { return masked_output(text); };
    EXPECT_EQ(shown("line 3: password = hunter2"), "line 3: password = ***");
    EXPECT_EQ(shown("bad value in \"apiKey\": \"k1\", line 3"),
              "bad value in \"apiKey\": ***, line 3");
    EXPECT_EQ(shown("one\ndsn: x\n"), "one\ndsn: ***\n");
    for (const auto* plain :
         {"unexpected token: '}'", "/etc/secrets.yaml:3:9: no such key",
          "secrets.yaml:3: no such key", "password is too short", "/run/secrets: No such file"})
        EXPECT_EQ(shown(plain), plain);
}

TEST(Secrets, OfADocumentAreMaskedInWhatQuotesIt) {
    const auto document = object({{"password", text("hunter2")},
                                  {"tokens", list({text("hunter22"), text("x")})},
                                  {"port", text("http")}});
    EXPECT_EQ(Secrets().redacted("\"hunter2\" and hunter22 are no x of http", document),
              "\"***\" and *** are no x of http");
    EXPECT_EQ(with("port").redacted("not http", document), "not ***");
    EXPECT_EQ(with("**").redacted("not http", text("http")), "not ***");
}

TEST(Secrets, OfAUrlAreMaskedInDocumentsToo) {
    const auto value = object({{"url", text("postgres://u:pw@h/db")}, {"name", text("a=b")}});
    EXPECT_EQ(Secrets().masked(value),
              object({{"url", text("postgres://u:***@h/db")}, {"name", text("a=b")}}));
    EXPECT_EQ(Secrets().masked(text("x://u:pw@h"), {"list", std::size_t{0}}), text("x://u:***@h"));
}

TEST(Secrets, OfWhatIsKeptAsItIsWrittenAreMaskedToo) {
    const auto opaque = [](std::string text) {
        return Value{.data = Opaque{"after a colon", std::move(text)}};
    };
    const Value document =
        object({{"url", opaque("postgres://u:pw@h/db")}, {"password", opaque("hunter2")}});
    EXPECT_EQ(Secrets().masked(document),
              object({{"url", opaque("postgres://u:***@h/db")}, {"password", text("***")}}));
    EXPECT_EQ(Secrets().redacted("hunter2 is too short", document), "*** is too short");
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
