// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/sections.hpp"

#include "base/utf8.hpp"

#include <utility>

namespace hotreload::document {

namespace {

// Bytes that are no UTF-8 are read as ISO 8859-1, which has a character for each: what differs goes
// on to differ, and can be shown.
std::string text_of_latin1(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            text += c;
        } else {
            text += static_cast<char>(0xC0 | (byte >> 6));
            text += static_cast<char>(0x80 | (byte & 0x3F));
        }
    }
    return text;
}

void make_text(std::string& name) {
    if (!is_utf8(name))
        name = text_of_latin1(name) + " (ISO 8859-1)";
}

void make_text(Value& value) {
    auto* opaque = std::get_if<Opaque>(&value.data);
    auto* text = opaque ? &opaque->text : std::get_if<std::string>(&value.data);
    if (!text || is_utf8(*text))
        return;
    value.data = Opaque{(opaque ? opaque->type + ", " : "") + "ISO 8859-1", text_of_latin1(*text)};
}

} // namespace

Value& Sections::added(Value::Object& object, std::string name, Value value, Place place) {
    budget_.add_values(1, place);
    const auto found = object.find(name);
    if (found == object.end())
        return add_member(object, std::move(name), std::move(value), place);
    Value& there = found->second;
    if (!there.array()) {
        budget_.add_values(1, place);
        Value first = std::move(there);
        there = {.data = Value::Array(), .line = first.line, .column = first.column};
        std::get<Value::Array>(there.data).push_back(std::move(first));
    }
    auto& list = std::get<Value::Array>(there.data);
    value.line = place.line;
    value.column = place.column;
    return list.emplace_back(std::move(value));
}

void Sections::begin(std::string name, Place place) {
    make_text(name);
    auto& root = std::get<Value::Object>(root_.data);
    section_ = &std::get<Value::Object>(
        added(root, std::move(name), {.data = Value::Object()}, place).data);
}

void Sections::go_on_in(std::string name, Place place) {
    auto& root = std::get<Value::Object>(root_.data);
    const auto found = root.find(name);
    if (found == root.end())
        begin(std::move(name), place);
    else
        section_ = &std::get<Value::Object>(found->second.data);
}

void Sections::add(std::string name, Value value, Place place) {
    make_text(name);
    make_text(value);
    added(*section_, std::move(name), std::move(value), place);
}

void Sections::add_to_list(std::string name, Value value, Place place) {
    make_text(name);
    make_text(value);
    if (!section_->contains(name)) {
        budget_.add_values(1, place);
        add_member(*section_, name, {.data = Value::Array()}, place);
    }
    value.line = place.line;
    value.column = place.column;
    budget_.add_values(1, place);
    std::get<Value::Array>(section_->at(name).data).push_back(std::move(value));
}

} // namespace hotreload::document
