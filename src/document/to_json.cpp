// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/utf8.hpp"
#include "document/json.hpp"
#include "document/mark.hpp"
#include "document/plain_value.hpp"

#include <charconv>
#include <cmath>
#include <format>
#include <utility>

namespace hotreload {

namespace {

void append_string(std::string& json, std::string_view text) {
    if (!is_utf8(text)) {
        append_string(json, to_utf8(text));
        return;
    }
    json += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (c == '\n') {
            json += "\\n";
        } else if (c == '\t') {
            json += "\\t";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            json += std::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            json += c;
        }
    }
    json += '"';
}

void append_number(std::string& json, double number) {
    if (!std::isfinite(number)) {
        append_string(json, std::isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
        return;
    }
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
    const std::string_view text(buffer, end);
    json += text;
    if (text.find_first_of(".e") == std::string_view::npos)
        json += ".0"; // 1.0 is not 1
}

std::string as_it_is_written(const Opaque& opaque) {
    return opaque.text;
}

// `!vault x`, `!vault "x"`, "yes (yaml)", "8080 (after a colon)".
std::string with_its_type(const Opaque& opaque) {
    const auto& [type, text] = opaque;
    if (!type.starts_with('!'))
        return std::format("{} ({})", text, type);
    return type.ends_with('"') ? std::format("{}{}\"", type, text)
                               : std::format("{} {}", type, text);
}

struct JsonWriter {
    std::string& json;

    void operator()(std::nullptr_t) const { json += "null"; }
    void operator()(bool flag) const { json += flag ? "true" : "false"; }
    void operator()(std::int64_t number) const { json += std::to_string(number); }
    void operator()(std::uint64_t number) const { json += std::to_string(number); }
    void operator()(double number) const { append_number(json, number); }
    void operator()(const std::string& text) const { append_string(json, text); }
    void operator()(const Opaque& opaque) const {
        if (const auto plain = document::plain_value(opaque); !std::get_if<Opaque>(&plain))
            std::visit(*this, plain);
        else
            append_string(json, opaque.text);
    }

    void operator()(const Value::Array& array) const {
        json += '[';
        bool first = true;
        for (const auto& element : array) {
            if (document::is_mark(element))
                continue;
            if (!std::exchange(first, false))
                json += ',';
            write(element);
        }
        json += ']';
    }

    void operator()(const Value::Object& object) const {
        json += '{';
        bool first = true;
        for (const auto& [key, member] : object) {
            if (document::is_mark(member))
                continue;
            if (!std::exchange(first, false))
                json += ',';
            append_string(json, key);
            json += ':';
            write(member);
        }
        json += '}';
    }

    void write(const Value& value) const { std::visit(*this, value.data); }
};

} // namespace

std::string to_json(const Value& value) {
    std::string json;
    JsonWriter{json}.write(value);
    return json;
}

Sides sides_of(const PatchOperation& operation) {
    Sides sides;
    if (operation.before)
        sides.before = to_json(*operation.before);
    if (operation.after)
        sides.after = to_json(*operation.after);
    if (operation.kind != PatchOperation::Kind::Replace)
        return sides;
    for (const auto words : {as_it_is_written, with_its_type})
        if (sides.before == sides.after)
            for (auto [side, value] : {std::pair(&sides.before, &operation.before),
                                       std::pair(&sides.after, &operation.after)})
                if (const auto* opaque = std::get_if<Opaque>(&(*value)->data)) {
                    side->clear();
                    append_string(*side, words(*opaque));
                }
    return sides;
}

std::string to_json(const Patch& patch) {
    std::string json = "[";
    for (const auto& operation : patch) {
        if (json.size() > 1)
            json += ',';
        json += std::format("{{\"op\":\"{}\",\"path\":", to_string(operation.kind));
        append_string(json, to_pointer(operation.path));
        if (operation.kind == PatchOperation::Kind::Move) {
            json += ",\"from\":"; // the members of an object have no order there
            append_string(json, to_pointer(operation.path));
        }
        const auto [before, after] = sides_of(operation);
        if (!after.empty())
            json += ",\"value\":" + after;
        if (!before.empty())
            json += ",\"old\":" + before;
        json += '}';
    }
    return json + "]";
}

} // namespace hotreload
