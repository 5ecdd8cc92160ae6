// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/log_text.hpp"

#include "core/names.hpp"
#include "ctl/printable.hpp"
#include "ctl/time_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>

namespace hotreload::ctl {

namespace {

constexpr std::string_view own_label = "hotreload";

// \xNN back to its character; names have no '/', so '-' stands for itself.
std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned code = 0;
        const char* digits = text.data() + i + 2;
        if (text.substr(i).starts_with("\\x") && i + 4 <= text.size() &&
            std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
            out += static_cast<char>(code);
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

} // namespace

std::string service_in_unit(std::string_view unit, std::string_view project) {
    const auto prefix = std::format("hotreload-{}.", escape_unit_name(project));
    const auto at = unit.find('@');
    if (!unit.starts_with(prefix) || at == std::string_view::npos)
        return {};
    return unescape(unit.substr(prefix.size(), at - prefix.size()));
}

Json to_json(const LogEntry& entry) {
    Json json;
    json["time_usec"] = entry.realtime_usec;
    json["project"] = entry.project;
    json["service"] = entry.service;
    json["unit"] = entry.unit;
    json["pid"] = entry.pid;
    json["priority"] = entry.priority;
    json["message"] = entry.message;
    return json;
}

std::string LogPainter::label(const std::string& project, const std::string& service) const {
    return several_projects_ ? project + "/" + service : service;
}

void LogPainter::expect(const std::string& project, const std::string& service) {
    const auto name = label(project, service.empty() ? std::string(own_label) : service);
    width_ = std::max(width_, name.size());
    order_.try_emplace(name, order_.size());
}

std::string LogPainter::paint(const LogEntry& entry) {
    const bool own = entry.ours || entry.service.empty();
    expect(entry.project, own ? "" : entry.service);
    const auto name = label(entry.project, own ? std::string(own_label) : entry.service);
    constexpr std::array palette = {"36", "35", "34", "33", "32", "96", "95", "94"};
    const auto time = times_ ? show_time(entry.realtime_usec, TimeForm::Log) + " " : "";
    std::string prefix = std::format("{}{:<{}} | ", time, name, width_);
    if (colours_)
        prefix = std::format("\x1b[{}m{}\x1b[0m",
                             own ? "2" : palette[order_.at(name) % palette.size()], prefix);
    std::string text;
    std::string_view rest = entry.message;
    do {
        const auto end = std::min(rest.find('\n'), rest.size());
        text += (text.empty() ? "" : "\n") + prefix;
        // Warnings and worse stand out, as in journalctl.
        const bool bad = colours_ && entry.priority <= 4;
        text += (bad ? entry.priority <= 3 ? "\x1b[31m" : "\x1b[33m" : "");
        text += printable_log_line(rest.substr(0, end), colours_);
        text += bad ? "\x1b[0m" : "";
        rest.remove_prefix(std::min(end + 1, rest.size()));
    } while (!rest.empty());
    return text;
}

} // namespace hotreload::ctl
