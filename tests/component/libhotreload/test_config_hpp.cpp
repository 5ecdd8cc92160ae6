// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <hotreload/config.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

using hotreload::Config;

namespace {

struct Settings {
    std::string level;
    bool operator==(const Settings&) const = default;
};

hotreload::Result<Settings> parse(const Config& config) {
    return config.get<std::string>("/level").transform([](auto level) { return Settings{level}; });
}

class ConfigHeaderTest : public testing::Test {
protected:
    void SetUp() override {
        const int fd = ::mkstemps(path.data(), 5);
        ASSERT_GE(fd, 0);
        std::fclose(::fdopen(fd, "w"));
    }
    void TearDown() override { std::remove(path.c_str()); }
    void save(const std::string& text) const { std::ofstream(path) << text; }

    std::string path = "/tmp/hotreload-XXXXXX.toml";
};

TEST_F(ConfigHeaderTest, values_have_the_type_that_is_asked_for_or_are_an_error) {
    save("port = 300\nhosts = [\"a\", \"b\"]\n[limits]\n\"x/y\" = 1\nz = 2.5\n");
    const auto config = Config::open("", {.path = path});
    ASSERT_TRUE(config) << config.error().to_string();
    EXPECT_EQ(config->get<int>("/port"), 300);
    EXPECT_EQ(config->get<std::int8_t>("/port").error().code, ERANGE);
    EXPECT_EQ(config->get<std::string>("/port").error().to_string(), "/port: it is not a string");
    EXPECT_EQ(config->get<std::vector<std::string>>("/hosts"),
              (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ((config->get<std::map<std::string, double>>("/limits")),
              (std::map<std::string, double>{{"x/y", 1}, {"z", 2.5}}));
    EXPECT_EQ(config->get<std::optional<int>>("/other"), std::nullopt);
}

TEST_F(ConfigHeaderTest, what_is_invalid_is_told_with_its_place) {
    save("port = \n");
    const auto config = Config::open("", {.path = path});
    ASSERT_FALSE(config);
    EXPECT_TRUE(config.error().to_string().starts_with(path + ":1:8: "))
        << config.error().to_string();
}

TEST_F(ConfigHeaderTest, a_wait_whose_time_has_passed_ends_at_once) {
    save("port = 1\n");
    auto config = Config::open("", {.path = path});
    ASSERT_TRUE(config);
    EXPECT_EQ(config->wait(std::chrono::seconds(-1)), false);
    save("port = 2\n");
    EXPECT_EQ(config->wait(std::chrono::seconds(-1)), true);
}

TEST_F(ConfigHeaderTest, subscribers_hear_of_what_they_asked_for) {
    save("a = 1\nb = 1\n");
    auto config = Config::open("", {.path = path});
    ASSERT_TRUE(config);
    int a = 0, b = 0;
    ASSERT_TRUE(config->subscribe("/a", [&](const Config&) { ++a; }));
    const auto refused = config->subscribe("log.level", [&](const Config&) {});
    ASSERT_FALSE(refused) << "which would never be called";
    EXPECT_EQ(refused.error().code, EINVAL);
    ASSERT_TRUE(config->subscribe("/b", [&](const Config&) { ++b; }));
    save("a = 2\nb = 1\n");
    EXPECT_EQ(config->process(), true);
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 0);
}

TEST_F(ConfigHeaderTest, a_stream_keeps_what_fits) {
    save("level = \"info\"\n");
    auto config = Config::open("", {.path = path});
    ASSERT_TRUE(config);
    auto stream = hotreload::Stream<Settings>::open(*std::move(config), parse);
    ASSERT_TRUE(stream);
    int told = 0;
    stream->subscribe([&](const Settings&) { ++told; });
    save("level = 5\n");
    EXPECT_EQ(stream->next().error().code, EBADMSG);
    EXPECT_EQ(stream->current().level, "info");
    save("level = \"info\"\nother = 1\n");
    EXPECT_EQ(stream->next(), false);
    save("level = \"debug\"\n");
    EXPECT_EQ(stream->next(), true);
    EXPECT_EQ(stream->current().level, "debug");
    EXPECT_EQ(told, 1);
}

} // namespace
