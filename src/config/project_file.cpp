// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/project_file.hpp"

#include "base/toml_overview.hpp"
#include "config/keys.hpp"
#include "config/project_files.hpp"
#include "config/syntax.hpp"
#include "config/text.hpp"
#include "config/trust.hpp"

#include <algorithm>
#include <expected>
#include <format>
#include <future>
#include <system_error>
#include <tuple>

namespace hotreload {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFileName = "hotreload.toml";

std::unexpected<std::vector<Problem>> one_problem(Problem problem) {
    return std::unexpected(std::vector<Problem>{std::move(problem)});
}

std::optional<Problem> check_depth(const std::string& path, std::string_view text) {
    const TomlLimits limits;
    const auto excess = find_toml_excess(text, limits);
    if (!excess)
        return {};
    return problem_at_offset(path, text, excess->offset,
                             std::format("nested deeper than {} levels, and nothing in a project "
                                         "file needs that: remove the dots or brackets that are "
                                         "too many",
                                         limits.depth));
}

std::string_view line_of(std::string_view text, unsigned number) {
    for (unsigned i = 1; i < number; ++i) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos)
            return {};
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

Problem syntax_problem(const std::string& path, std::string_view text,
                       const toml::parse_error& error) {
    const auto place = error.source().begin;
    return {.path = path,
            .line = place.line,
            .column = place.column,
            .message = std::format("syntax error: {}",
                                   syntax_words(error.description(), line_of(text, place.line)))};
}

// The project's own file first, each from top to bottom.
void sort_problems(std::vector<Problem>& problems, const std::string& path) {
    const auto place = [&](const Problem& problem) {
        return std::tuple(problem.path != path, problem.path, problem.line, problem.column);
    };
    std::ranges::stable_sort(problems, {}, place);
    const auto repeated = std::ranges::unique(problems); // an env_file that two services name
    problems.erase(repeated.begin(), repeated.end());
}

constexpr std::size_t kLarge = 32 * 1024;

// The parser makes a thing of each word, and all of them are gone again when the file has been
// read. Those of a large file are made by a thread of its own: malloc has a heap for that then,
// where they lie together. Between all that stays, what is free is scattered, and making, reading
// and freeing them would take more than twice as long. `source`: what keys and values say that they
// are of. Throws toml::parse_error.
toml::table parse_toml(std::string_view text, std::string_view source) {
    const auto parse = [text, source] { return toml::parse(text, source); };
    if (text.size() < kLarge)
        return parse();
    std::future<toml::table> parsed;
    try {
        parsed = std::async(std::launch::async, parse);
    } catch (const std::system_error&) { // there cannot be another thread
        return parse();
    }
    return parsed.get();
}

// The tables of a text, or the first problem of it, which is at `path`.
std::expected<toml::table, Problem> tables_of(std::string_view text, const std::string& path,
                                              std::string_view source) {
    if (auto problem = check_utf8(path, text))
        return std::unexpected(*std::move(problem));
    if (auto problem = check_depth(path, text))
        return std::unexpected(*std::move(problem));
    try {
        return parse_toml(text, source);
    } catch (const toml::parse_error& error) {
        return std::unexpected(syntax_problem(path, text, error));
    }
}

// Lays `over` over `into`. Keys and values keep their places, which copies of them would not.
void merge(toml::table& into, toml::table&& over) {
    for (auto&& [name, value] : over) {
        auto* const table = value.as_table();
        auto* const before = into.get_as<toml::table>(name.str());
        if (table && before) {
            merge(*before, std::move(*table));
        } else {
            into.erase(name.str());
            into.insert_or_assign(name, std::move(value));
        }
    }
}

// Reads the drop-ins of the project file, as far as they may be read.
std::vector<DropIn> read_drop_ins(const std::string& project_file, std::vector<Problem>& problems) {
    std::vector<DropIn> drop_ins;
    const auto paths = project_files(drop_in_directories(project_file));
    if (paths.size() > SourceMap::kMostDropIns)
        problems.push_back({.path = project_file,
                            .message = std::format("has {} drop-ins, and may have {}", paths.size(),
                                                   SourceMap::kMostDropIns),
                            .audience = Audience::Everybody});
    for (const auto& path : paths) {
        if (auto why = distrusted(path, "")) {
            problems.push_back(Problem{.path = path, .message = *std::move(why)}.for_everybody());
            continue;
        }
        auto text = read_text_file(path);
        if (text)
            drop_ins.emplace_back(path, *std::move(text));
        else
            problems.push_back({.path = path, .message = text.error().message});
    }
    return drop_ins;
}

// The members that an earlier reading has kept there, or `nothing` where nobody keeps anything.
KeptMembers& kept_in(std::unique_ptr<EarlierReading>* earlier, KeptMembers& nothing) {
    if (earlier == nullptr)
        return nothing;
    if (!*earlier)
        *earlier = std::make_unique<KeptMembers>();
    return static_cast<KeptMembers&>(**earlier); // nobody else makes any
}

} // namespace

Checked<ProjectDefinition> parse_project(std::string_view text, const std::string& path,
                                         const Kinds& kinds, const EnvFileReader& read_env_file,
                                         std::vector<std::string>* sources,
                                         std::unique_ptr<EarlierReading>* earlier,
                                         const std::vector<DropIn>& drop_ins) {
    Reading reading{.project = {}, .kinds = kinds, .read_env_file = read_env_file};
    auto root = tables_of(text, path, "");
    if (!root)
        reading.problems.push_back(std::move(root.error()));
    for (const auto& drop_in : drop_ins) {
        auto over = tables_of(drop_in.text, drop_in.path, drop_in.path);
        if (!over)
            reading.problems.push_back(std::move(over.error()));
        else if (root)
            merge(*root, *std::move(over));
        reading.drop_ins.push_back(drop_in.path);
    }
    if (!reading.problems.empty()) // what they mean together cannot be told
        return std::unexpected(std::move(reading.problems));

    KeptMembers nothing_kept;
    reading.project.path = path;
    reading.project.directory = fs::path(path).parent_path().string();
    reading.project.sources = reading.drop_ins;
    reading.project.source_map.set_drop_ins(reading.drop_ins);
    KeptMembers& kept = kept_in(earlier, nothing_kept);
    reading.kept = std::move(kept.members);
    read_project(reading, *root);
    kept.members = std::move(reading.members);
    std::erase_if(kept.members, [](const auto& member) { return !member.second.keep; });
    if (sources)
        *sources = reading.project.sources;
    if (!reading.problems.empty()) {
        sort_problems(reading.problems, path);
        return std::unexpected(std::move(reading.problems));
    }
    return std::move(reading.project);
}

Checked<ProjectDefinition> load_project(const fs::path& file, const Kinds& kinds,
                                        std::vector<std::string>* sources,
                                        std::unique_ptr<EarlierReading>* earlier) {
    std::error_code error;
    const std::string path = fs::absolute(file, error).lexically_normal().string();
    if (error)
        return one_problem(Problem{.path = file.string(), .message = error.message()});
    if (auto why = distrusted(path, ""))
        return one_problem(Problem{.path = path,
                                   .message = *std::move(why) +
                                              "; its owner can run it in an instance of their own "
                                              "(hotreloadctl --user up)"}
                               .for_everybody());
    const auto text = read_text_file(path);
    if (!text)
        return one_problem(Problem{.path = path, .message = text.error().message});
    std::vector<Problem> problems;
    const auto drop_ins = read_drop_ins(path, problems);
    if (!problems.empty())
        return std::unexpected(std::move(problems));
    auto project = parse_project(*text, path, kinds, read_text_file, sources, earlier, drop_ins);
    if (project && project->services.empty() && project->configs.empty()) {
        std::string tables;
        for (const auto* const kind : kinds.all())
            tables += std::format("{}a [{}.NAME]", tables.empty() ? "" : ", ", kind->table());
        return one_problem({.path = path,
                            .message = std::format("{}: a project has {} or a [configs.NAME], and "
                                                   "\"hotreloadctl down\" takes one down",
                                                   text->empty() ? "the file is empty"
                                                                 : "nothing is declared in it",
                                                   tables),
                            .audience = Audience::Everybody});
    }
    return project;
}

Result<fs::path> find_project_file(const fs::path& file_or_dir) {
    std::error_code error;
    fs::path path = fs::absolute(file_or_dir, error).lexically_normal();
    if (error)
        return fail_errno(error.value(), file_or_dir.string());
    const auto status = fs::status(path, error);
    if (fs::is_directory(status)) {
        if (!path.has_filename() && path.has_relative_path())
            path = path.parent_path(); // written with a slash at its end
        fs::path inside = path / kFileName;
        if (!fs::exists(inside, error))
            return fail(ErrorCode::NotFound, std::format("there is no {} in {}", kFileName,
                                                         inside.parent_path().string()));
        return inside;
    }
    if (!fs::exists(status))
        return fail_errno(error ? error.value() : ENOENT, path.string());
    for (const auto& each : project_files(project_file_directories()))
        if (is_drop_in(path.native(), each))
            return each;
    return path;
}

std::vector<std::string> project_file_keys(const Kinds& kinds) {
    std::vector<std::string> keys;
    const auto add = [&](std::string_view where, const std::vector<std::string>& names) {
        for (const std::string& name : names)
            keys.push_back(std::format("{}.{}", where, name));
    };
    add("project", project_keys());
    add("watch", watch_default_keys());
    for (const auto* const kind : kinds.all()) {
        if (kind != kinds.all().front()) { // the rest of its keys are a service's
            for (const auto& setting : kind->settings())
                keys.push_back(std::format("{}.NAME.{}", kind->table(), setting.name));
            continue;
        }
        const auto table = std::format("{}.NAME", kind->table());
        add(table, member_keys(*kind));
        add(table + ".watch", watch_keys());
        if (kind->takes("ports"))
            add(table + ".ports", port_keys());
        if (kind->takes("ready"))
            add(table + ".ready", ready_keys());
    }
    add("configs.NAME", config_keys());
    return keys;
}

} // namespace hotreload
