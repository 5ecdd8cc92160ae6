// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/directives.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace hotreload::units {

bool belongs_to_unit_section(std::string_view directive) {
    // systemd.unit(5), "[Unit] Section Options". StartLimitInterval= is the old spelling.
    static constexpr std::array<std::string_view, 53> names = {"AllowIsolate",
                                                               "After",
                                                               "Before",
                                                               "BindsTo",
                                                               "CollectMode",
                                                               "Conflicts",
                                                               "DefaultDependencies",
                                                               "Description",
                                                               "Documentation",
                                                               "FailureAction",
                                                               "FailureActionExitStatus",
                                                               "IgnoreOnIsolate",
                                                               "JobRunningTimeoutSec",
                                                               "JobTimeoutAction",
                                                               "JobTimeoutRebootArgument",
                                                               "JobTimeoutSec",
                                                               "JoinsNamespaceOf",
                                                               "OnFailure",
                                                               "OnFailureJobMode",
                                                               "OnSuccess",
                                                               "OnSuccessJobMode",
                                                               "PartOf",
                                                               "PropagatesReloadTo",
                                                               "PropagatesStopTo",
                                                               "RebootArgument",
                                                               "RefuseManualStart",
                                                               "RefuseManualStop",
                                                               "ReloadPropagatedFrom",
                                                               "Requires",
                                                               "RequiresMountsFor",
                                                               "RequiresOverridable",
                                                               "Requisite",
                                                               "SourcePath",
                                                               "StartLimitAction",
                                                               "StartLimitBurst",
                                                               "StartLimitInterval",
                                                               "StartLimitIntervalSec",
                                                               "StopPropagatedFrom",
                                                               "StopWhenUnneeded",
                                                               "SuccessAction",
                                                               "SuccessActionExitStatus",
                                                               "SurviveFinalKillSignal",
                                                               "Upholds",
                                                               "Wants",
                                                               "WantsMountsFor",
                                                               "RequisiteOverridable",
                                                               "PropagateReloadTo",
                                                               "PropagateReloadFrom",
                                                               "PropagatesReloadFrom",
                                                               "OnFailureIsolate",
                                                               "BindTo",
                                                               "IgnoreOnSnapshot",
                                                               "Names"};
    return directive.starts_with("Condition") || directive.starts_with("Assert") ||
           std::ranges::find(names, directive) != names.end();
}

std::optional<std::string> unfit_for_a_line(std::string_view directive, std::string_view value) {
    const auto breaks = [](char c) { return c == '\n' || c == '\r' || c == '\0'; };
    const auto letter = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; };
    if (directive.empty() || !std::ranges::all_of(directive, letter))
        return "this is not the name of a directive";
    if (std::ranges::any_of(value, breaks))
        return "the value has more than one line";
    if (value.ends_with('\\'))
        return "the value ends with a backslash, which would join it with the next line";
    return {};
}

Result<Directives> bind_directives(const std::vector<Bind>& binds) {
    const auto escaped = [](std::string_view path) {
        std::string text;
        for (const char c : path) {
            if (c == ' ' || c == '\t' || c == ':' || c == '\\')
                text += '\\';
            text += c;
            if (c == '%')
                text += c;
        }
        return text;
    };
    Directives directives;
    for (const auto& bind : binds) {
        for (const auto& path : {bind.source, bind.target})
            if (path.find_first_of("\"'\n\r") != std::string::npos)
                return fail(ErrorCode::Invalid,
                            "the path " + path +
                                " cannot be pinned for an installed unit: it has a quote or a "
                                "line end in it");
        directives[bind.writable ? "BindPaths" : "BindReadOnlyPaths"].push_back(
            escaped(bind.source) + ":" + escaped(bind.target));
    }
    return directives;
}

std::string exec_line(const std::vector<std::string>& words) {
    constexpr std::string_view word = "$MAINPID", in_word = "${MAINPID}";
    std::string line;
    for (const std::string_view text : words) {
        const bool program = line.empty(); // no "$" means anything in it
        line += program ? "\"" : " \"";
        for (std::size_t at = 0; at < text.size(); ++at) {
            const char c = text[at];
            if (!program && (text == word || text.substr(at).starts_with(in_word))) {
                const auto variable = text.substr(at, text == word ? word.size() : in_word.size());
                line += variable;
                at += variable.size() - 1;
            } else if (c == '\n') {
                line += "\\n";
            } else if (c == '\r') {
                line += "\\r";
            } else {
                if (c == '"' || c == '\\')
                    line += '\\';
                line += c;
                if (c == '%' || (c == '$' && !program))
                    line += c;
            }
        }
        line += '"';
    }
    return line;
}

std::vector<UnitFileLine> unit_file_lines(const Directives& directives,
                                          const std::vector<std::string>& service_lines) {
    std::vector<UnitFileLine> unit, service;
    for (const auto& line : service_lines)
        service.push_back({line, ""});
    for (const auto& [directive, values] : directives) {
        auto& section = belongs_to_unit_section(directive) ? unit : service;
        for (const auto& value : values)
            section.push_back({directive + "=" + value, directive});
    }
    if (!unit.empty())
        unit.insert(unit.begin(), {"[Unit]", ""});
    if (!service.empty())
        service.insert(service.begin(), {"[Service]", ""});
    unit.insert(unit.end(), service.begin(), service.end());
    return unit;
}

std::string join_lines(const std::vector<UnitFileLine>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += line.text + "\n";
    return text;
}

} // namespace hotreload::units
