// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/content_index.hpp"

#include "state/bytes.hpp"
#include "state/content_name.hpp"

#include <jsoncons/json.hpp>

#include <exception>

namespace hotreload::state {

namespace {

using jsoncons::json;

constexpr unsigned kIndexVersion = 1;

} // namespace

std::optional<ContentIndex> read_index(std::string_view text) {
    try {
        ContentIndex index;
        const auto read = json::parse(text);
        // A conversion is defined only then.
        if (const auto& version = read.at("version");
            !version.is<unsigned>() || version.as<unsigned>() != kIndexVersion)
            return std::nullopt;
        for (const auto& file : read.at("files").object_range())
            for (const auto& name : file.value().array_range()) {
                const auto path = bytes_from_json(file.key());
                const auto id = parse_content_name(name.as_string_view());
                if (path && id)
                    index[*path].push_back(*id);
            }
        return index;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

std::string write_index(const ContentIndex& index) {
    json files(jsoncons::json_object_arg);
    for (const auto& [path, copies] : index) {
        json names(jsoncons::json_array_arg);
        for (const auto& id : copies)
            names.push_back(content_name(id));
        files.try_emplace(bytes_to_json(path), std::move(names));
    }
    json written(jsoncons::json_object_arg);
    written["version"] = kIndexVersion;
    written["files"] = std::move(files);
    std::string text;
    written.dump(text);
    return text;
}

} // namespace hotreload::state
