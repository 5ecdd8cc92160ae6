// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/protocol.hpp"

#include "base/utf8.hpp"
#include "core/patch.hpp"
#include "worker/codec.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>
#include <utility>

namespace hotreload::worker {

namespace {

constexpr std::size_t kMostPath = 4096;      // PATH_MAX
constexpr std::size_t kMostText = 64 << 10;  // of a problem
constexpr std::size_t kMostValue = 2 << 10;  // of a value that is shown beside its key
constexpr std::size_t kDeepest = 256;        // of a key; documents are refused long before
constexpr std::size_t kMostBytes = 16 << 20; // of a document
constexpr auto kNoLimit = std::numeric_limits<std::size_t>::max(); // but that of the message

// --- what both kinds of messages are made of

void put(Encoder& to, const ContentId& id) {
    to.number(id.high);
    to.number(id.low);
    to.number(id.size);
}

ContentId take_id(Decoder& from) {
    ContentId id;
    id.high = from.number<std::uint64_t>();
    id.low = from.number<std::uint64_t>();
    id.size = from.number<std::uint64_t>();
    return id;
}

void put_flag(Encoder& to, bool flag) {
    to.number(static_cast<std::uint8_t>(flag));
}

bool take_flag(Decoder& from) {
    const auto flag = from.number<std::uint8_t>();
    if (flag > 1)
        from.spoil();
    return flag == 1;
}

template <class T>
T take_enum(Decoder& from, T last) {
    const auto value = from.number<std::uint8_t>();
    if (value <= std::to_underlying(last))
        return static_cast<T>(value);
    from.spoil();
    return T{};
}

template <class T>
void put_enum(Encoder& to, T value) {
    to.number(static_cast<std::uint8_t>(value));
}

// A text for people is what take_text() takes, whatever a document has made of it.
void put_text(Encoder& to, const std::string& text) {
    to.bytes(is_utf8(text) && !text.contains('\0') ? text : without_nul(to_utf8(text)));
}

std::string take_text(Decoder& from, std::size_t most) {
    const auto text = from.bytes(most);
    return std::string(is_utf8(text) && !text.contains('\0') ? text : from.spoil());
}

template <class T, class Put>
void put_list(Encoder& to, const std::vector<T>& list, Put put_one) {
    to.number(static_cast<std::uint32_t>(list.size()));
    for (const auto& each : list)
        put_one(to, each);
}

template <class Take>
auto take_list(Decoder& from, Take take_one, std::size_t most = kNoLimit) {
    std::vector<std::invoke_result_t<Take, Decoder&>> list;
    auto left = from.count();
    if (left > most)
        from.spoil();
    for (; left > 0 && from.good(); --left)
        list.push_back(take_one(from));
    return list;
}

template <class T, class Put>
void put_optional(Encoder& to, const std::optional<T>& value, Put put_it) {
    put_flag(to, value.has_value());
    if (value)
        put_it(to, *value);
}

template <class Take>
auto take_optional(Decoder& from, Take take_it) {
    std::optional<std::invoke_result_t<Take, Decoder&>> value;
    if (take_flag(from))
        value = take_it(from);
    return value;
}

void put_bytes(Encoder& to, const std::string& bytes) {
    to.bytes(bytes);
}

std::string take_bytes(Decoder& from) {
    return std::string(from.bytes(kMostBytes));
}

// --- requests

void put_source(Encoder& to, const Source& source) {
    put(to, source.id);
    put_enum(to, source.format);
    put_optional(to, source.bytes,
                 [](Encoder& each, const SharedBytes& bytes) { each.shared(bytes); });
}

Source take_source(Decoder& from) {
    Source source;
    source.id = take_id(from);
    source.format = take_enum(from, Format::Unit);
    source.bytes = take_optional(from, take_bytes);
    return source;
}

void put_schema(Encoder& to, const Compare::Schema& schema) {
    to.bytes(schema.path);
    put_source(to, schema.source);
}

Compare::Schema take_schema(Decoder& from) {
    Compare::Schema schema;
    schema.path = from.bytes(kMostPath);
    schema.source = take_source(from);
    return schema;
}

std::string take_pattern(Decoder& from) {
    return std::string(from.bytes(kMostPath));
}

void put(Encoder& to, const Compare& request) {
    put_source(to, request.now);
    put_optional(to, request.applied, put_source);
    put_optional(to, request.schema, put_schema);
    put_list(to, request.secrets, put_bytes);
    put_list(to, request.rules, put_bytes);
    to.number(request.room);
}

void take(Decoder& from, Compare& request) {
    request.now = take_source(from);
    request.applied = take_optional(from, take_source);
    request.schema = take_optional(from, take_schema);
    request.secrets = take_list(from, take_pattern);
    request.rules = take_list(from, take_pattern);
    request.room = from.number<std::uint64_t>();
}

void put(Encoder& to, const Render& request) {
    put_source(to, request.document);
}

void take(Decoder& from, Render& request) {
    request.document = take_source(from);
}

void put(Encoder& to, const RenderChange& request) {
    put_source(to, request.before);
    put_source(to, request.after);
    put_list(to, request.secrets, put_bytes);
}

void take(Decoder& from, RenderChange& request) {
    request.before = take_source(from);
    request.after = take_source(from);
    request.secrets = take_list(from, take_pattern);
}

void put(Encoder& to, const CompareLines& request) {
    to.bytes(request.before);
    to.bytes(request.after);
}

void take(Decoder& from, CompareLines& request) {
    request.before = take_bytes(from);
    request.after = take_bytes(from);
}

// --- replies

// A problem's path is a place in this table: the worker names no file.
enum class Blamed : std::uint8_t { Document, Schema };

struct ReplyEncoder {
    Encoder& to;

    static void put_step(Encoder& to, const KeyPath::value_type& step) {
        const auto* const key = std::get_if<std::string>(&step);
        put_flag(to, key != nullptr);
        if (key)
            to.bytes(*key);
        else
            to.number(std::uint64_t{std::get<std::size_t>(step)});
    }
    static void put_path(Encoder& to, const KeyPath& path) { put_list(to, path, put_step); }
    static void put_problem(Encoder& to, const Problem& problem) {
        put_enum(to, problem.path.empty() ? Blamed::Document : Blamed::Schema);
        to.number(std::uint32_t{problem.line});
        to.number(std::uint32_t{problem.column});
        put_text(to, problem.message);
    }
    static void put_difference(Encoder& to, const KeyDifference& difference) {
        put_enum(to, difference.operation);
        put_path(to, difference.path);
        put_text(to, difference.before);
        put_text(to, difference.after);
        put_list(to, difference.leaves, put_path);
    }

    void operator()(const Missing& reply) const {
        put_list(to, reply.ids, [](Encoder& each, const ContentId& id) { put(each, id); });
    }
    void operator()(const Refused& reply) const { put_problem(to, reply.problem); }
    void operator()(const DocumentState& reply) const {
        put_list(to, reply.problems, put_problem);
        put_flag(to, reply.compared);
        put_list(to, reply.differences, put_difference);
        to.number(std::uint64_t{reply.more});
    }
    void operator()(const Rendered& reply) const { put_text(to, reply.json); }
    void operator()(const RenderedChange& reply) const {
        put_text(to, reply.before);
        put_text(to, reply.after);
        put_text(to, reply.patch);
    }
    void operator()(const Lines& reply) const { put_list(to, reply.lines, put_text); }
};

struct ReplyDecoder {
    Decoder& from;
    const std::string& schema_path;

    static KeyPath::value_type take_step(Decoder& from) {
        if (take_flag(from))
            return std::string(from.bytes(kNoLimit));
        return std::size_t{from.number<std::uint64_t>()};
    }
    static KeyPath take_path(Decoder& from) { return take_list(from, take_step, kDeepest); }
    [[nodiscard]] Problem take_problem() const {
        Problem problem;
        if (take_enum(from, Blamed::Schema) == Blamed::Schema)
            problem.path = schema_path;
        problem.line = from.number<std::uint32_t>();
        problem.column = from.number<std::uint32_t>();
        problem.message = take_text(from, kMostText);
        if (problem.message.empty())
            from.spoil();
        return problem;
    }
    static KeyDifference take_difference(Decoder& from) {
        KeyDifference difference;
        difference.operation = take_enum(from, PatchOperation::Kind::Move);
        difference.path = take_path(from);
        difference.before = take_text(from, kMostValue);
        difference.after = take_text(from, kMostValue);
        difference.leaves = take_list(from, take_path);
        return difference;
    }

    void operator()(Missing& reply) const { reply.ids = take_list(from, take_id); }
    void operator()(Refused& reply) const { reply.problem = take_problem(); }
    void operator()(DocumentState& reply) const {
        reply.problems = take_list(from, [this](Decoder&) { return take_problem(); });
        reply.compared = take_flag(from);
        reply.differences = take_list(from, take_difference);
        reply.more = from.number<std::uint64_t>();
        if (reply.more > 2 * kMostBytes) // each is at least a byte of one of the documents
            from.spoil();
    }
    void operator()(Rendered& reply) const { reply.json = take_text(from, kNoLimit); }
    void operator()(RenderedChange& reply) const {
        reply.before = take_text(from, kNoLimit);
        reply.after = take_text(from, kNoLimit);
        reply.patch = take_text(from, kNoLimit);
    }
    void operator()(Lines& reply) const {
        reply.lines = take_list(from, [](Decoder& each) { return take_text(each, kNoLimit); });
    }
};

// The alternative whose index came first, filled in by `take_it`.
template <class Variant, class Take>
std::optional<Variant> take_variant(std::string_view bytes, Take take_it) {
    Decoder from(bytes);
    const auto index = from.number<std::uint8_t>();
    std::optional<Variant> result;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((I == index ? (void)take_it(from, result.emplace(std::in_place_index<I>)) : void()), ...);
    }(std::make_index_sequence<std::variant_size_v<Variant>>());
    if (!from.finished())
        result.reset();
    return result;
}

} // namespace

std::string hello(std::string_view version) {
    return "hotreload-worker " + std::string(version);
}

Pieces encode(const Request& request) {
    Encoder to;
    to.number(static_cast<std::uint8_t>(request.index()));
    std::visit([&to](const auto& each) { put(to, each); }, request);
    return to.take_pieces();
}

std::string encode(const Reply& reply) {
    Encoder to;
    to.number(static_cast<std::uint8_t>(reply.index()));
    std::visit(ReplyEncoder{to}, reply);
    return to.take();
}

std::optional<Request> decode_request(std::string_view bytes) {
    return take_variant<Request>(bytes, [](Decoder& from, Request& request) {
        std::visit([&from](auto& each) { take(from, each); }, request);
    });
}

std::optional<Reply> decode_reply(std::string_view bytes, const std::string& schema_path) {
    return take_variant<Reply>(bytes, [&schema_path](Decoder& from, Reply& reply) {
        std::visit(ReplyDecoder{from, schema_path}, reply);
    });
}

std::string frame(std::string_view message) {
    Encoder to;
    to.bytes(message);
    return to.take();
}

Pieces frame(Pieces message) {
    std::size_t size = 0;
    for (const auto& piece : message)
        size += piece.size();
    Encoder length;
    length.number(static_cast<std::uint32_t>(size));
    message.insert(message.begin(), length.take());
    return message;
}

std::optional<std::size_t> FrameReader::length() const {
    if (buffer_.size() < sizeof(std::uint32_t))
        return std::nullopt;
    return Decoder(buffer_).number<std::uint32_t>();
}

std::optional<std::string> FrameReader::next() {
    const auto size = length();
    if (size && *size > most_)
        broken_ = true;
    if (!size || broken_ || buffer_.size() < sizeof(std::uint32_t) + *size)
        return std::nullopt;
    buffer_.erase(0, sizeof(std::uint32_t));
    if (buffer_.size() == *size)
        return std::exchange(buffer_, {});
    auto message = buffer_.substr(0, *size);
    buffer_.erase(0, *size);
    return message;
}

} // namespace hotreload::worker
