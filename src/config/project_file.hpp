// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// hotreload.toml(5) → ProjectDefinition, or everything that is wrong with it. The daemon and
// `hotreloadctl check` read it by the same call. config/ is the only place that knows TOML.

#include "base/error.hpp"
#include "core/kind.hpp"
#include "core/project_reader.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

// A drop-in of a project file: later ones win over it, and over earlier ones, key by key; tables
// are merged, and everything else, arrays too, is replaced.
struct DropIn {
    std::string path; // absolute
    std::string text;
};

// Text of the env_file at an absolute path. NotFound is no problem for an optional one ("-.env").
using EnvFileReader = std::function<Result<std::string>(const std::string& path)>;

// Reads the file, the drop-ins of one that the system's instance finds by itself
// (core/project_directories.hpp), and the env_files that they name. Problems are sorted by place;
// those of a drop-in or an env_file carry its path. Programs, users and directories are looked up
// as they are now. A file that declares neither a service nor a config is refused: an editor that
// crashed, or a full disk, leaves such a one. `kinds`: what a project can declare. `sources` is
// told the env_files that were looked for, even when the file is refused because of one. `earlier`:
// see ProjectReader::read().
Checked<ProjectDefinition> load_project(const std::filesystem::path& file, const Kinds& kinds,
                                        std::vector<std::string>* sources = nullptr,
                                        std::unique_ptr<EarlierReading>* earlier = nullptr);

// The same over text. `path` is the absolute path that the text stands for.
Checked<ProjectDefinition> parse_project(std::string_view text, const std::string& path,
                                         const Kinds& kinds, const EnvFileReader& read_env_file,
                                         std::vector<std::string>* sources = nullptr,
                                         std::unique_ptr<EarlierReading>* earlier = nullptr,
                                         const std::vector<DropIn>& drop_ins = {});

// The absolute path of the project file: of a directory, the hotreload.toml in it; of a drop-in,
// the file that it is laid over.
Result<std::filesystem::path> find_project_file(const std::filesystem::path& file_or_dir);

// All keys ("project.name", "services.NAME.command"), for the check of the documentation.
std::vector<std::string> project_file_keys(const Kinds& kinds);

} // namespace hotreload
