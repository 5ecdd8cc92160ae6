// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/member_reading.hpp"

#include "config/digest.hpp"
#include "config/keys.hpp"
#include "config/lookups.hpp"

#include <utility>

namespace hotreload {

namespace {

void add_time(DigestText& text, const std::optional<Duration>& time) {
    text.add(time.has_value()).add(time.value_or(Duration()).count());
}

void add_texts(DigestText& text, const std::vector<std::string>& texts) {
    text.add(texts.size());
    for (const auto& each : texts)
        text.add(each);
}

// The beginning of a key or a value: where it stands, with its line as seen from the member's, and
// how much belongs to it.
struct Head {
    std::uint32_t type;
    std::uint32_t line;
    std::uint32_t column;
    std::uint32_t file;
    std::uint32_t size;
};

Head head_of(const Reading& reading, const toml::source_region& source, unsigned line) {
    const auto place = reading.place_of(source);
    return {0, place.line - line, place.column, place.file, 0};
}

void add_key(const Reading& reading, DigestText& text, const toml::key& key, unsigned line) {
    auto head = head_of(reading, key.source(), line);
    head.size = static_cast<std::uint32_t>(key.length());
    text.add(head).add_bare(key.str());
}

// A date is no value of any key: that it is one is all that matters.
void add_node(const Reading& reading, DigestText& text, const toml::node& node, unsigned line) {
    auto head = head_of(reading, node.source(), line);
    head.type = static_cast<std::uint32_t>(node.type());
    if (const auto* const string = node.as_string()) {
        head.size = static_cast<std::uint32_t>(string->get().size());
        text.add(head).add_bare(string->get());
    } else if (const auto* const table = node.as_table()) {
        head.size = static_cast<std::uint32_t>(table->size());
        text.add(head);
        for (const auto& [name, value] : *table) {
            add_key(reading, text, name, line);
            add_node(reading, text, value, line);
        }
    } else if (const auto* const array = node.as_array()) {
        head.size = static_cast<std::uint32_t>(array->size());
        text.add(head);
        for (const auto& each : *array)
            add_node(reading, text, each, line);
    } else if (const auto* const integer = node.as_integer()) {
        text.add(head).add(integer->get());
    } else if (const auto* const number = node.as_floating_point()) {
        text.add(head).add(number->get());
    } else if (const auto* const boolean = node.as_boolean()) {
        text.add(head).add(boolean->get());
    } else {
        text.add(head);
    }
}

// Takes the member over, which stands at `key` in this file.
MemberReading& take_over(Reading& reading, const std::string& key, unsigned line,
                         MemberReadings::node_type kept) {
    auto& member = reading.members.insert(std::move(kept)).position->second;
    member.line = line;
    for (const auto& file : member.env_files)
        add_source(reading, file.path);
    reading.project.source_map.add_member(key, member.places, line);
    return member;
}

} // namespace

Digest digest_of_defaults(const Reading& reading, const Kind& kind) {
    DigestText text;
    text.add(kind.word()).add(reading.project.path);
    text.add(reading.env.size());
    for (const auto& [name, value] : reading.env)
        text.add(name).add(value);
    add_texts(text, reading.path);
    add_texts(text, reading.watch.exclude);
    add_time(text, reading.watch.debounce);
    add_time(text, reading.watch.debounce_max);
    text.add(reading.watch.backup.has_value()).add(reading.watch.backup.value_or(0));
    return text.digest();
}

MemberReading& read_member(Reading& reading, const toml::key& name, const toml::table& table,
                           const Kind& kind, std::span<const KeyRow<MemberDefinition>> rows,
                           const Digest& defaults) {
    const auto key = key_in(std::string(kind.table()), name.str());
    const auto line = name.source().begin.line;
    auto& text = reading.digest_text;
    text.clear();
    text.add(defaults);
    add_key(reading, text, name, line);
    add_node(reading, text, table, line);
    const auto digest = text.digest();

    reading.user = table["user"].value_or(std::string());
    auto kept = reading.kept.extract(std::string(name.str()));
    const bool same = kept && kept.mapped().text == digest && same_answers(reading, kept.mapped());
    if (same) {
        reading.user.clear();
        return take_over(reading, key, line, std::move(kept));
    }
    auto& member = reading.members[std::string(name.str())];
    member.text = digest;
    member.line = line;
    reading.member = &member;
    reading.project.source_map.add_member(key, member.places, line);
    reading.place(key, name.source());
    const auto problems = reading.problems.size();
    MemberDefinition definition{.name = std::string(name.str())};
    definition.kind = &kind == reading.kinds.all().front() ? "" : kind.word();
    read_service(reading, key, table, kind, rows, definition);
    member.definition = std::move(definition);
    member.keep = reading.problems.size() == problems;
    reading.member = nullptr;
    reading.user.clear();
    return member;
}

} // namespace hotreload
