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
#include <memory>

namespace hotreload::state {

namespace {

constexpr auto kIndex = "index.json";
constexpr auto kNobody = ""; // the path of copies of which it is not known any more

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
    for (const auto& each : {directory_, directory_ + "/contents", path})
        if (::mkdir(each.c_str(), 0700) < 0 && errno != EEXIST)
            return fail_errno(errno, "making " + each);
    shelf.directory = Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!shelf.directory)
        return fail_errno(errno, "opening " + path);
    return {};
}

// Without an index that can be read, nobody knows which files the copies are of; but generations on
// record may need them. They are nobody's copies until it turns out that they do not.
void FileContentStore::load(Shelf& shelf) {
    const int directory = shelf.directory.get();
    const auto text = read_file(directory, kIndex);
    auto index = text ? read_index(*text) : std::nullopt;
    const auto names = list_files(directory).value_or(std::vector<std::string>());
    if (!index) {
        auto& unknown = index.emplace()[kNobody];
        for (const auto& name : names)
            if (const auto id = parse_content_name(name))
                unknown.push_back(*id);
        shelf.changed = true;
    }
    shelf.by_path = *std::move(index);
    for (const auto& [path, copies] : shelf.by_path)
        for (const auto& id : copies)
            ++shelf.uses[id];
    for (const auto& name : names) {
        const auto id = parse_content_name(name);
        const bool named = id && shelf.uses.contains(*id);
        struct stat status{};
        if (is_temporary(name) || (id && !named))
            ::unlinkat(directory, name.c_str(), 0);
        else if (named && ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                 S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) == id->size)
            shelf.whole.insert(*id);
    }
}

void FileContentStore::forget(Shelf& shelf, const ContentId& id) {
    const auto use = shelf.uses.find(id);
    if (use == shelf.uses.end() || --use->second > 0)
        return;
    shelf.uses.erase(use);
    shelf.whole.erase(id);
    ::unlinkat(shelf.directory.get(), content_name(id).c_str(), 0);
}

// The oldest ones that nobody needs.
void FileContentStore::trim(Shelf& shelf, std::vector<ContentId>& copies, std::size_t most,
                            const InUse& in_use) {
    for (std::size_t i = copies.size(); i-- > most;)
        if (!in_use(copies[i])) {
            forget(shelf, copies[i]);
            copies.erase(copies.begin() + static_cast<std::ptrdiff_t>(i));
            shelf.changed = true;
        }
}

Result<> FileContentStore::write(const std::string& project, Shelf& shelf, const ContentId& id,
                                 std::string_view bytes) {
    if (shelf.whole.contains(id))
        return {};
    auto written = open_directory(project, shelf).and_then([&] {
        return replace_file(shelf.directory.get(), content_name(id), bytes);
    });
    if (written)
        shelf.whole.insert(id);
    return written;
}

Result<> FileContentStore::keep(const std::string& project, const std::string& path,
                                const ContentId& id, std::string_view bytes, unsigned older,
                                const InUse& in_use) {
    if (const int error = fault::point("keep"))
        return fail_errno(error, "keeping a copy of " + path);
    auto& shelf = this->shelf(project);
    if (shelf.directory && is_removed(shelf.directory.get())) { // all that was in it is gone
        shelf.directory = Fd();
        shelf.whole.clear();
        shelf.changed = true;
    }
    if (auto written = write(project, shelf, id, bytes); !written)
        return std::unexpected(std::move(written.error()).in_context("keeping a copy of " + path));
    auto& copies = shelf.by_path[path];
    if (copies.empty() || copies.front() != id) {
        if (const auto old = std::ranges::find(copies, id); old != copies.end())
            copies.erase(old);
        else
            ++shelf.uses[id];
        copies.insert(copies.begin(), id);
        shelf.changed = true;
    }
    trim(shelf, copies, std::size_t{1} + older, in_use);
    if (const auto unknown = shelf.by_path.find(kNobody); unknown != shelf.by_path.end())
        trim(shelf, unknown->second, 0, in_use);
    return {};
}

Result<> FileContentStore::flush(const std::string& project) {
    auto& shelf = this->shelf(project);
    if (!shelf.changed)
        return {};
    if (const int error = fault::point("index"))
        return fail_errno(error, "writing the index of " + path_of(project));
    if (auto written = replace_file(shelf.directory.get(), kIndex, write_index(shelf.by_path));
        !written)
        return std::unexpected(
            std::move(written.error()).in_context("writing the index of " + path_of(project)));
    shelf.changed = false;
    return {};
}

std::function<Result<>()> FileContentStore::sync(const std::string& project,
                                                 const std::set<ContentId>& ids) {
    const auto& shelf = this->shelf(project);
    std::set<std::string> files{kIndex};
    for (const auto& id : ids)
        files.insert(content_name(id));
    const std::shared_ptr<const Fd> directory = std::make_shared<Fd>(
        shelf.directory ? ::fcntl(shelf.directory.get(), F_DUPFD_CLOEXEC, 3) : -1);
    return [directory, files = std::move(files)]() -> Result<> {
        if (!*directory)
            return fail(ErrorCode::Failed, "there are no copies of files");
        return sync_files(directory->get(), files);
    };
}

bool FileContentStore::has(const std::string& project, const ContentId& id) {
    return shelf(project).whole.contains(id);
}

std::optional<std::string> FileContentStore::content(const std::string& project,
                                                     const ContentId& id) {
    auto& shelf = this->shelf(project);
    if (!shelf.whole.contains(id))
        return std::nullopt;
    auto bytes = read_file(shelf.directory.get(), content_name(id));
    if (bytes && hash_(*bytes) == id)
        return *std::move(bytes);
    shelf.whole.erase(id); // so that it is made again
    return std::nullopt;
}

Fd FileContentStore::open(const std::string& project, const ContentId& id) {
    const auto& shelf = this->shelf(project);
    if (!shelf.whole.contains(id))
        return {};
    return Fd(::openat(shelf.directory.get(), content_name(id).c_str(),
                       O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

std::vector<std::string> FileContentStore::copies(const std::string& project,
                                                  const std::string& path) {
    std::vector<std::string> paths;
    const auto& by_path = shelf(project).by_path;
    if (const auto found = by_path.find(path); found != by_path.end())
        for (const auto& id : found->second)
            if (shelf(project).whole.contains(id))
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
