// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/record_json.hpp"
#include "state/sample.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hotreload::state {
namespace {

using History = std::vector<GenerationRecord>;

template <class T>
void expect_to_come_back(const T& record) {
    const auto read = read_record<T>(write_record(record));
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(*read, record);
}

TEST(RecordJson, every_field_comes_back) {
    auto project = sample_record();
    expect_to_come_back(project.services.at("web"));
    project.services.clear(); // they have files of their own
    expect_to_come_back(project);
    expect_to_come_back(sample_history());
    expect_to_come_back(sample_events());
}

TEST(RecordJson, what_earlier_versions_did_not_keep_is_empty) {
    const auto history = read_record<History>(
        R"({"version":2,"generations":[{"generation":3,"strategy":"reload"}]})");
    ASSERT_TRUE(history.has_value()) << history.error().message;
    EXPECT_EQ(history->front().trigger, std::nullopt);
    EXPECT_EQ(history->front().caller, std::nullopt);
    const auto project = read_record<ProjectRecord>(R"({"version":2,"name":"a","paused":[""]})");
    ASSERT_TRUE(project.has_value()) << project.error().message;
    EXPECT_EQ(project->paused, std::vector<std::string>{""});
}

TEST(RecordJson, a_record_of_defaults_comes_back) {
    expect_to_come_back(ProjectRecord{.name = "shop"});
    expect_to_come_back(MemberRecord{});
    expect_to_come_back(History{});
}

TEST(RecordJson, bytes_that_are_not_utf8_come_back) {
    MemberRecord service;
    service.files["/srv/caf\xe9.conf"] = {1, 2, 3};
    service.definition.env["A"] = "\xff\xfe";
    service.definition.env["B"] = std::string("\0ff", 3);
    service.definition.env["C"] = "quote \" back \\ line \n bell \x07 café ☕";
    expect_to_come_back(service);
}

TEST(RecordJson, a_property_without_values_is_not_a_property_that_is_not_there) {
    MemberRecord service;
    service.definition.properties["ExecStartPre"] = {};
    expect_to_come_back(service);
}

TEST(RecordJson, no_flipped_byte_passes_for_another_record) {
    const MemberRecord record{.generation = 7, .unit = "hotreload-shop.web@7.service"};
    const auto text = write_record(record);
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto flipped = text;
        flipped[i] = static_cast<char>(flipped[i] ^ 1);
        const auto read = read_record<MemberRecord>(flipped);
        EXPECT_TRUE(!read || *read == record) << "byte " << i << ": " << flipped;
    }
}

TEST(RecordJson, no_part_of_a_record_passes_for_one) {
    const auto text = write_record(MemberRecord{.generation = 7, .unit = "u"});
    for (std::size_t size = 0; size + 1 < text.size();
         ++size) // without its last newline, it is one
        EXPECT_FALSE(read_record<MemberRecord>(text.substr(0, size))) << size;
}

TEST(RecordJson, version_1_has_the_services_in_the_project) {
    const auto read = read_record<ProjectRecord>(
        R"({"version":1,"name":"shop","services":{"web":{"generation":3,"unit":"u"}}})");
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read->services.at("web").generation, 3U);
    EXPECT_EQ(read->services.at("web").definition.drain, std::chrono::seconds(30));
}

TEST(RecordJson, fields_that_nobody_knows_are_skipped) {
    const auto read = read_record<ProjectRecord>(R"({"version":1,"name":"shop","mood":"good"})");
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read->name, "shop");
}

TEST(RecordJson, a_newer_version_is_refused_with_its_number) {
    const auto read = read_record<ProjectRecord>(R"({"version":3,"name":"shop"})");
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().message.find("version 3"), std::string::npos) << read.error().message;
}

TEST(RecordJson, a_torn_text_is_refused_where_it_ends) {
    const auto text = write_record(sample_record());
    for (std::size_t length = 0; length + 2 < text.size(); length += 7) {
        const auto read = read_record<ProjectRecord>(text.substr(0, length));
        ASSERT_FALSE(read.has_value()) << length;
        EXPECT_GT(read.error().line + read.error().column, 0U) << length;
    }
}

TEST(RecordJson, a_field_of_the_wrong_type_is_named) {
    const auto number = read_record<ProjectRecord>(R"({"version":1,"name":7})");
    ASSERT_FALSE(number.has_value());
    EXPECT_EQ(number.error().message, "name: not what it should be");
    const auto word = read_record<ProjectRecord>(
        R"({"version":1,"name":"shop","services":{"web":{"definition":{"strategy":"magic"}}}})");
    ASSERT_FALSE(word.has_value());
    EXPECT_EQ(word.error().message, "strategy: not what it should be");
    const auto result =
        read_record<MemberRecord>(R"({"version":2,"refusal":{"result":"of a later version"}})");
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().message, "result: not what it should be");
}

TEST(RecordJson, numbers_that_do_not_fit_are_refused) {
    EXPECT_FALSE(read_record<ProjectRecord>(
        R"({"version":1,"services":{"web":{"definition":{"reload_signal":99999999999}}}})"));
    EXPECT_FALSE(
        read_record<ProjectRecord>(R"({"version":1,"services":{"web":{"generation":-1}}})"));
    EXPECT_FALSE(
        read_record<ProjectRecord>(R"({"version":1,"services":{"web":{"generation":1.5}}})"));
}

TEST(RecordJson, json_that_is_no_record_is_refused) {
    for (const auto* text : {"", "[]", "null", "7", "\"shop\"", "{}", R"({"version":"1"})"})
        EXPECT_FALSE(read_record<ProjectRecord>(text).has_value()) << text;
}

} // namespace
} // namespace hotreload::state
