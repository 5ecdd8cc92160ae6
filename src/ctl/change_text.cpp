// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/change_text.hpp"

#include "core/change_kind.hpp"
#include "core/patch.hpp"
#include "core/strategy.hpp"
#include "ctl/report.hpp"

#include <algorithm>
#include <format>
#include <iterator>

namespace hotreload::ctl {

namespace {

using Operation = PatchOperation::Kind;

constexpr std::size_t most_names = 4;
constexpr std::size_t most_lines = 10;

constexpr std::string_view the_same = "means the same";

bool means_the_same(const Json& change) {
    return word_of<ChangeKind>(change, "kind") == ChangeKind::Rewritten;
}

// A value that was too long is no JSON any more and comes as text: it is shown as it was cut.
std::string value_of(const Json& object, std::string_view name) {
    if (!object.is_object() || !object.contains(name))
        return {};
    const auto& value = object.at(name);
    if (value.is_string()) {
        auto text = value.as<std::string>();
        if (text.ends_with("…") &&
            (text.starts_with('"') || text.starts_with('{') || text.starts_with('[')))
            return text;
    }
    return value.to_string();
}

std::string strategy_of(const Json& change) {
    const auto strategy = text_of(change, "strategy");
    const auto reason = text_of(change, "reason");
    return (strategy.empty() ? "" : ": " + strategy) + (reason.empty() ? "" : " (" + reason + ")");
}

std::string name_of(const Json& key) {
    const auto name = text_of(key, "key");
    return name.empty() ? "(the whole document)" : name;
}

// `joint` stands between a key and its value: a list has ": ", a sentence " ".
std::string key_text(const std::string& name, const Json& key, std::string_view joint) {
    const auto operation = word_of<Operation>(key, "op");
    const auto before = value_of(key, "old");
    const auto after = value_of(key, key.contains("new") ? "new" : "value");
    if (operation == Operation::Move)
        return std::format("{}{}moved", name, joint);
    if (operation == Operation::Add && !after.empty())
        return std::format("{}{}{}", name, joint, after);
    if (operation == Operation::Remove || after.empty() || (before.empty() && after == "\"\""))
        return name; // "" for what is not told: a definition's secret
    return std::format("{}{}{} → {}", name, before.empty() ? "" : joint, before, after);
}

std::string_view sign_of(const Json& key, std::string_view otherwise) {
    const auto operation = word_of<Operation>(key, "op");
    return operation == Operation::Add ? "+ " : operation == Operation::Remove ? "− " : otherwise;
}

std::string change_text(const Json& change, const std::string& directory) {
    std::string text = show_path(text_of(change, "subject"), directory);
    if (means_the_same(change))
        return std::format("{}: {}", text, the_same);
    const auto before = text_of(change, "before");
    const auto after = text_of(change, "after");
    if (!before.empty() || !after.empty())
        text += std::format(": {} → {}", before.empty() ? "(unset)" : before,
                            after.empty() ? "(unset)" : after);
    else if (const auto kind = text_of(change, "kind");
             !kind.empty() && parse_word<ChangeKind>(kind) != ChangeKind::Definition)
        text += " " + kind;
    return text + strategy_of(change);
}

// `more`: beyond the lines.
void cut(std::vector<std::string>& lines, std::size_t most, std::size_t more = 0) {
    if (more == 0 && lines.size() <= most + 1) // "and 1 more" takes as much room as the one
        return;
    const auto rest = lines.size() + more - std::min(lines.size(), most);
    lines.resize(std::min(lines.size(), most));
    lines.push_back(std::format("and {} more", rest));
}

// Keys of a document that differ as well, and are not told one by one.
std::size_t more_keys(const Json& change) {
    return number_of(change, "more_keys");
}

// RFC 6901 as people write it. What looks like a number is taken as an index; a definition has
// names like "env.A" at its top, which are not quoted.
std::string key_at(const std::string& pointer) {
    std::string key;
    std::size_t at = 0;
    while (at < pointer.size()) {
        const auto end = std::min(pointer.find('/', at + 1), pointer.size());
        std::string part;
        for (std::size_t i = at + 1; i < end; ++i) {
            const bool escape = pointer[i] == '~' && i + 1 < end;
            part += escape ? (pointer[++i] == '1' ? '/' : '~') : pointer[i];
        }
        at = end;
        const bool index =
            !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
        if (index) {
            key += "[" + part + "]";
            continue;
        }
        const bool top = key.empty() && at == pointer.size();
        const bool plain =
            !part.empty() && (top || part.find_first_of(".[]\"") == std::string::npos);
        key += (key.empty() ? "" : ".") + (plain ? part : Json(part).to_string());
    }
    return key.empty() ? "(the whole document)" : key;
}

} // namespace

std::string name_changes(const Json& changes, const std::string& directory) {
    std::string text;
    std::size_t count = 0, named = 0;
    const auto add = [&](const std::string& name, std::string_view separator) {
        ++count;
        if (named == most_names)
            return;
        text += (text.empty() ? "" : std::string(separator)) + name;
        ++named;
    };
    bool after_keys = false; // the next change is not one of them
    for (const auto& change : changes.array_range()) {
        if (means_the_same(change))
            continue;
        auto subject = show_path(text_of(change, "subject"), directory);
        constexpr std::string_view properties = "properties.";
        if (subject.starts_with(properties))
            subject.erase(0, properties.size());
        const std::string_view separator = after_keys ? "; " : ", ";
        const auto& keys = array_of(change, "keys");
        after_keys = !keys.empty();
        if (!after_keys)
            add(subject, separator);
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (i == 0)
                add(subject + ": " + name_of(keys[i]), separator);
            else
                add(name_of(keys[i]), ", ");
        count += more_keys(change);
    }
    if (count > named)
        text += std::format(" and {} more", count - named);
    if (count == 0)
        for (const auto& change : changes.array_range())
            text += std::format("{}{} {}", text.empty() ? "" : ", ",
                                show_path(text_of(change, "subject"), directory), the_same);
    return text;
}

std::vector<std::string> list_changes(const Json& changes, const std::string& directory) {
    std::vector<std::string> lines;
    for (const auto& change : changes.array_range()) {
        lines.push_back(change_text(change, directory));
        for (const auto& key : array_of(change, "keys").array_range())
            lines.push_back(std::format("  {}{}{}", sign_of(key, "  "),
                                        key_text(name_of(key), key, ": "), strategy_of(key)));
        if (const auto more = more_keys(change))
            lines.push_back(std::format("  and {} more", more));
    }
    return lines;
}

std::vector<std::string> summarize_changes(const Json& changes, const std::string& directory) {
    std::vector<std::string> lines;
    std::size_t more = 0;
    for (const auto& change : changes.array_range()) {
        const auto& keys = array_of(change, "keys");
        if (keys.empty())
            lines.push_back(change_text(change, directory));
        for (const auto& key : keys.array_range())
            lines.push_back(
                std::format("{}: {}{}{}", show_path(text_of(change, "subject"), directory),
                            sign_of(key, ""), key_text(name_of(key), key, ": "), strategy_of(key)));
        more += more_keys(change);
    }
    cut(lines, most_lines, more);
    return lines;
}

std::vector<std::string> list_patch(const std::string& patch_json) {
    const auto patch = parse_json(patch_json);
    std::vector<std::string> lines;
    if (!patch || !patch->is_array())
        return lines;
    for (const auto& step : patch->array_range()) {
        if (!step.is_object())
            continue;
        const auto name = key_at(text_of(step, "path"));
        lines.push_back(std::string(sign_of(step, "")) + key_text(name, step, " "));
    }
    cut(lines, most_lines);
    return lines;
}

std::string hint_for_waiting(const std::string& project, const std::string& service,
                             const Json& changes) {
    if (changes.is_array())
        for (const auto& change : changes.array_range())
            if (word_of<Strategy>(change, "strategy") == Strategy::ManualRestart)
                return std::format("run: hotreloadctl restart {}/{}", project, service);
    return force_hint(project, service);
}

} // namespace hotreload::ctl
