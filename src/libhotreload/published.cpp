// SPDX-License-Identifier: LGPL-2.1-or-later
#include "libhotreload/published.hpp"

#include "document/json.hpp"
#include "document/parse.hpp"
#include "document/plain_value.hpp"

#include <string>
#include <utility>

namespace hotreload::library {

namespace {

// The value is a document within the usual limits; the file has some more around it.
constexpr DocumentLimits kLimits = {
    .bytes = kPublishedBytes, .depth = DocumentLimits{}.depth + 2, .values = 1'100'000};

// JSON has no more than its own types: a number of another spelling is what it means, and one that
// fits no type of ours is a text.
void make_plain(Value& value) {
    if (const auto* opaque = std::get_if<Opaque>(&value.data)) {
        auto plain = document::plain_value(*opaque);
        if (auto* still = std::get_if<Opaque>(&plain))
            plain = std::string(std::move(still->text));
        value.data = std::move(plain);
    } else if (auto* array = std::get_if<Value::Array>(&value.data)) {
        for (auto& element : *array)
            make_plain(element);
    } else if (auto* object = std::get_if<Value::Object>(&value.data)) {
        for (auto& [key, member] : *object)
            make_plain(member);
    }
}

const Value* member(const Value::Object& object, std::string_view key) {
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &found->second;
}

std::string_view text_of(const Value::Object& object, std::string_view key) {
    const auto* value = member(object, key);
    const auto* text = value ? value->string() : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

// Not negative; 0 where there is none.
std::uint64_t number_of(const Value::Object& object, std::string_view key) {
    const auto* value = member(object, key);
    if (!value)
        return 0;
    if (const auto* number = std::get_if<std::int64_t>(&value->data))
        return *number < 0 ? 0 : static_cast<std::uint64_t>(*number);
    const auto* number = std::get_if<std::uint64_t>(&value->data);
    return number ? *number : 0;
}

unsigned place_of(const Value::Object& object, std::string_view key) {
    const auto number = number_of(object, key);
    return std::in_range<unsigned>(number) ? static_cast<unsigned>(number) : 0;
}

std::optional<Problem> problem_of(const Value::Object& file) {
    const auto state = text_of(file, "state");
    if (state == "valid")
        return std::nullopt;
    const auto path = std::string(text_of(file, "path"));
    const auto* problems = member(file, "problems");
    const auto* array = problems ? problems->array() : nullptr;
    const auto* first = array && !array->empty() ? array->front().object() : nullptr;
    if (first)
        return Problem{.path = std::string(text_of(*first, "path")),
                       .line = place_of(*first, "line"),
                       .column = place_of(*first, "column"),
                       .message = std::string(text_of(*first, "message"))};
    if (state == "missing")
        return Problem{.path = path, .message = "the file is missing"};
    if (state == "writing")
        return Problem{.path = path, .message = "somebody is writing the file"};
    return Problem{.path = path, .message = "the document is not valid"};
}

} // namespace

std::expected<Published, std::string> read_published(std::string_view bytes) {
    auto parsed = parse_document(Format::Json, bytes, kLimits);
    if (!parsed)
        return std::unexpected(std::move(parsed.error().message));
    auto* file = std::get_if<Value::Object>(&parsed->data);
    if (!file)
        return std::unexpected("this is no published document: no object");
    const auto format = number_of(*file, "format");
    if (format == 0)
        return std::unexpected("this is no published document: it has no format");
    if (format != 1)
        return std::unexpected("this is a published document of a newer hotreload");

    Published published{.revision = number_of(*file, "revision"), .value = {}, .problem = {}};
    published.problem = problem_of(*file);
    const auto value = file->find("value");
    if (value != file->end() && published.revision > 0) {
        published.value = std::move(value->second);
        make_plain(*published.value);
    }
    return published;
}

std::expected<Value, Problem> read_document(Format format, std::string_view bytes) {
    auto parsed = parse_document(format, bytes);
    if (!parsed)
        return parsed;
    // What the format has beside JSON is told as hotreloadd tells it.
    auto told = parse_document(Format::Json, to_json(*parsed), kLimits);
    if (told)
        make_plain(*told);
    return told;
}

} // namespace hotreload::library
