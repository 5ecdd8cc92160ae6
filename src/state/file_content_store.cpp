// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/file_content_store.hpp"

#include "base/fault.hpp"
#include "core/names.hpp"
#include "state/content_name.hpp"
#include "state/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace hotreload::state {

namespace {

constexpr auto kIndex = "index.json";

} // namespace

std::string FileContentStore::path_of(const std::string& project) const {
    return directory_ + "/contents/" + project;
}

FileContentStore::Shelf& FileContentStore::shelf(const std::string& project) {
    const auto [entry, is_new] = shelves_.try_emplace(project);
    if (is_new && valid_name(project)) {
        entry->second.directory =
            Fd(::open(path_of(project).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (entry->second.directory)
            load(entry->second);
    }
    return entry->second;
}

Result<> FileContentStore::open_directory(const std::string& project, Shelf& shelf) {
    if (shelf.directory)
        return {};
    const auto path = path_of(project);
    for (const auto& each : {directory_ + "/contents", path})
        if (::mkdir(each.c_str(), 0700) < 0 && errno != EEXIST)
            return fail_errno(errno, "making " + each);
    shelf.directory = Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!shelf.directory)
        return fail_errno(errno, "opening " + path);
    return {};
}

// An index that cannot be read is as good as none: the copies are made again as files are applied.
void FileContentStore::load(Shelf& shelf) {
    const int directory = shelf.directory.get();
    if (const auto text = read_file(directory, kIndex))
        shelf.by_path = read_index(*text).value_or(ContentIndex());
    for (const auto& [path, copies] : shelf.by_path)
        for (const auto& id : copies)
            ++shelf.uses[id];
    const auto names = list_files(directory);
    if (!names)
        return;
    for (const auto& name : *names) {
        const auto id = parse_content_name(name);
        if (is_temporary(name) || (id && !shelf.uses.contains(*id)))
            ::unlinkat(directory, name.c_str(), 0);
    }
}

void FileContentStore::forget(Shelf& shelf, const ContentId& id) {
    const auto use = shelf.uses.find(id);
    if (use == shelf.uses.end() || --use->second > 0)
        return;
    shelf.uses.erase(use);
    ::unlinkat(shelf.directory.get(), content_name(id).c_str(), 0);
}

Result<> FileContentStore::keep(const std::string& project, const std::string& path,
                                const ContentId& id, std::string_view bytes, unsigned older,
                                const InUse& in_use) {
    if (const int error = fault::point("keep"))
        return fail_errno(error, "keeping a copy of " + path);
    auto& shelf = this->shelf(project);
    auto& copies = shelf.by_path[path];
    if (copies.empty() || copies.front() != id) {
        if (auto opened = open_directory(project, shelf); !opened)
            return opened;
        if (!shelf.uses.contains(id))
            if (auto written = replace_file(shelf.directory.get(), content_name(id), bytes,
                                            Durability::Memory);
                !written)
                return std::unexpected(
                    std::move(written.error()).in_context("keeping a copy of " + path));
        if (const auto old = std::ranges::find(copies, id); old != copies.end())
            copies.erase(old);
        else
            ++shelf.uses[id];
        copies.insert(copies.begin(), id);
        shelf.changed = true;
    }
    for (std::size_t i = copies.size(); i-- > std::size_t{1} + older;)
        if (!in_use(copies[i])) {
            forget(shelf, copies[i]);
            copies.erase(copies.begin() + static_cast<std::ptrdiff_t>(i));
            shelf.changed = true;
        }
    return {};
}

Result<> FileContentStore::flush(const std::string& project) {
    auto& shelf = this->shelf(project);
    if (!shelf.changed)
        return {};
    if (const int error = fault::point("index"))
        return fail_errno(error, "writing the index of " + path_of(project));
    if (auto written = replace_file(shelf.directory.get(), kIndex, write_index(shelf.by_path),
                                    Durability::Memory);
        !written)
        return std::unexpected(
            std::move(written.error()).in_context("writing the index of " + path_of(project)));
    shelf.changed = false;
    return {};
}

bool FileContentStore::has(const std::string& project, const ContentId& id) {
    return shelf(project).uses.contains(id);
}

std::optional<std::string> FileContentStore::content(const std::string& project,
                                                     const ContentId& id) {
    auto& shelf = this->shelf(project);
    if (!shelf.uses.contains(id))
        return std::nullopt;
    auto bytes = read_file(shelf.directory.get(), content_name(id));
    if (!bytes || bytes->size() != id.size)
        return std::nullopt;
    return *std::move(bytes);
}

std::vector<std::string> FileContentStore::copies(const std::string& project,
                                                  const std::string& path) {
    std::vector<std::string> paths;
    const auto& by_path = shelf(project).by_path;
    if (const auto found = by_path.find(path); found != by_path.end())
        for (const auto& id : found->second)
            paths.push_back(path_of(project) + "/" + content_name(id));
    return paths;
}

Result<> FileContentStore::remove_contents(const std::string& project) {
    shelves_.erase(project);
    if (!valid_name(project))
        return fail(ErrorCode::Invalid, "not a project's name: " + project);
    std::error_code error;
    std::filesystem::remove_all(path_of(project), error);
    if (error)
        return fail_errno(error.value(), "removing " + path_of(project));
    return {};
}

} // namespace hotreload::state
