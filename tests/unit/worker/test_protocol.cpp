// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/protocol.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

using namespace hotreload;
using namespace hotreload::worker;

namespace {

const ContentId kId{.high = 1, .low = std::numeric_limits<std::uint64_t>::max(), .size = 7};

std::vector<Request> requests() {
    const Source known{kId, Format::Toml, std::nullopt};
    const Source given{{2, 3, 4}, Format::Unit, std::string("a\0b\xFF", 4)};
    return {Compare{.now = known, .applied = {}, .schema = {}},
            Compare{given, known, Compare::Schema{"/s.json", known}, {"a.*", "b"}, {"c.**"}, 7},
            Render{given}, RenderChange{known, given, {"a.*"}},
            CompareLines{"a\n", std::string("\0", 1)}};
}

std::vector<Reply> replies() {
    const KeyDifference difference{.operation = PatchOperation::Kind::Replace,
                                   .path = {"a\xFF", std::size_t{3}},
                                   .before = "1",
                                   .after = "\"é\"",
                                   .leaves = {{"a", std::size_t{3}, "b"}, {}}};
    return {Missing{{kId, {}}},
            Refused{{.line = 3, .column = 4, .message = "no"}},
            DocumentState{},
            DocumentState{.problems = {{.path = "/s.json", .line = 1, .message = "bad"}},
                          .compared = true,
                          .differences = {difference},
                          .more = 8},
            Rendered{"{}"},
            RenderedChange{"1", "2", "[]"},
            Lines{{"@@ -1 +1 @@", "-a"}}};
}

std::string encoded(const Request& request) {
    std::string bytes;
    for (const auto& piece : encode(request))
        bytes += piece.view();
    return bytes;
}

TEST(Protocol, messages_come_out_as_they_went_in) {
    for (const auto& each : requests())
        EXPECT_EQ(decode_request(encoded(each)), each) << each.index();
    for (const auto& each : replies())
        EXPECT_EQ(decode_reply(encode(each), "/s.json"), each) << each.index();
}

TEST(Protocol, the_content_of_a_file_goes_over_without_a_copy) {
    const SharedBytes content(std::string(1 << 20, 'x'));
    const Request request = Render{{kId, Format::Toml, content}};
    const auto pieces = frame(encode(request));
    EXPECT_TRUE(std::ranges::contains(pieces, content.view().data(),
                                      [](const auto& piece) { return piece.view().data(); }));
    FrameReader reader(kMostRequest);
    for (const auto& piece : pieces)
        reader.add(piece.view());
    EXPECT_EQ(decode_request(reader.next().value()), request);
}

TEST(Protocol, a_part_of_a_message_is_none) {
    for (const auto& each : replies()) {
        const auto bytes = encode(each);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            EXPECT_FALSE(decode_reply(bytes.substr(0, size), "")) << each.index() << ' ' << size;
        EXPECT_FALSE(decode_reply(bytes + '\0', ""));
    }
    for (const auto& each : requests()) {
        const auto bytes = encoded(each);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            EXPECT_FALSE(decode_request(bytes.substr(0, size))) << each.index() << ' ' << size;
    }
}

TEST(Protocol, damaged_replies_are_others_or_none) {
    std::mt19937 random(1);
    for (const auto& each : replies()) {
        const auto whole = encode(each);
        for (int round = 0; round < 2000; ++round) {
            auto bytes = whole;
            for (int changes = 0; changes < 3; ++changes)
                bytes.at(random() % bytes.size()) = static_cast<char>(random());
            if (const auto reply = decode_reply(bytes, "/s.json")) {
                EXPECT_EQ(decode_reply(encode(*reply), "/s.json"), *reply);
            }
        }
    }
}

TEST(Protocol, a_count_that_cannot_be_true_makes_no_room) {
    auto bytes = encode(Reply(Missing{{kId}}));
    bytes.replace(1, 4, "\xFF\xFF\xFF\xFF");
    EXPECT_FALSE(decode_reply(bytes, ""));
}

TEST(Protocol, the_worker_names_no_file) {
    const auto reply = decode_reply(
        encode(Reply(Refused{{.path = "/etc/shadow", .line = 1, .message = "no"}})), "/s.json");
    ASSERT_TRUE(reply);
    EXPECT_EQ(std::get<Refused>(*reply).problem.path, "/s.json");
}

TEST(Protocol, no_problem_is_for_everybody) {
    const auto reply =
        decode_reply(encode(Reply(Refused{Problem{.message = "secret"}.for_everybody()})), "");
    ASSERT_TRUE(reply);
    EXPECT_EQ(std::get<Refused>(*reply).problem.audience, Audience::Inspectors);
}

TEST(Protocol, texts_for_people_are_texts) {
    const auto sent = decode_reply(encode(Reply(Rendered{"a\xFF"})), "");
    ASSERT_TRUE(sent);
    EXPECT_EQ(std::get<Rendered>(*sent).json, "a\uFFFD") << "the worker sees to it";
    const auto problem =
        decode_reply(encode(Reply(Refused{{.message = std::string("a\0b", 3)}})), "");
    ASSERT_TRUE(problem);
    EXPECT_EQ(std::get<Refused>(*problem).problem.message, "a\uFFFDb");
    auto bytes = encode(Reply(Rendered{"ab"}));
    bytes.back() = '\xFF';
    EXPECT_FALSE(decode_reply(bytes, "")) << "and the daemon does not rely on it";
    bytes.back() = '\0';
    EXPECT_FALSE(decode_reply(bytes, ""));
}

TEST(Protocol, a_value_that_is_shown_is_short) {
    DocumentState state{
        .compared = true,
        .differences = {{.operation = PatchOperation::Kind::Add, .after = std::string(5000, '1')}}};
    EXPECT_FALSE(decode_reply(encode(Reply(state)), ""));
}

TEST(Protocol, no_more_keys_differ_than_two_documents_have_bytes) {
    const auto none = std::numeric_limits<std::uint64_t>::max();
    EXPECT_FALSE(decode_reply(encode(Reply(DocumentState{.more = none})), ""));
}

TEST(Protocol, a_key_is_no_deeper_than_documents_are) {
    DocumentState state{.compared = true,
                        .differences = {{.path = KeyPath(257, std::size_t{1}), .leaves = {}}}};
    EXPECT_FALSE(decode_reply(encode(Reply(state)), ""));
}

TEST(Frames, come_in_any_pieces) {
    const auto stream = frame("one") + frame("") + frame("three");
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        FrameReader reader(100);
        std::vector<std::string> messages;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            reader.add(std::string_view(stream).substr(at, piece));
            while (auto message = reader.next())
                messages.push_back(*std::move(message));
        }
        EXPECT_EQ(messages, (std::vector<std::string>{"one", "", "three"})) << piece;
        EXPECT_FALSE(reader.broken());
    }
}

TEST(Frames, a_length_beyond_the_limit_breaks_the_stream) {
    FrameReader reader(4);
    reader.add(frame("12345").substr(0, 5));
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.broken());
}

} // namespace
