// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/restoration.hpp"

#include "base/fault.hpp"
#include "base/fd.hpp"
#include "state/files.hpp"
#include "state/restore_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <format>
#include <functional>
#include <optional>
#include <ranges>
#include <utility>

namespace hotreload::state {

namespace {

constexpr auto kNothingChanged = "no file was changed";

// The bytes of the live file, when there are as many. nullopt: there are not, or it cannot be read.
std::optional<std::string> read_live(const std::string& path, std::uint64_t size) {
    const Fd file = open_regular(path);
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) < 0 ||
        static_cast<std::uint64_t>(status.st_size) != size)
        return std::nullopt;
    auto bytes = read_all(file.get(), size);
    return bytes ? std::optional(*std::move(bytes)) : std::nullopt;
}

// A file that somebody else has saved since is theirs.
template <class T>
bool is_settled(const Result<T>& put_back) {
    return put_back || put_back.error().code == ErrorCode::Busy;
}

// What a link leads to counts.
bool is_there(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0;
}

bool exists(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0;
}

Result<std::string> make_directory_of_now(const std::string& above) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto stem = std::format("{}/{:%Y%m%dT%H%M%SZ}", above, now);
    const auto parent = above.substr(0, above.rfind('/'));
    for (const auto& each : {parent, above})
        if (::mkdir(each.c_str(), 0700) < 0 && errno != EEXIST)
            return fail_errno(errno, "making " + each);
    constexpr int most = 100;
    for (int i = 0; i < most; ++i) {
        auto path = i == 0 ? stem : std::format("{}-{}", stem, i);
        if (::mkdir(path.c_str(), 0700) == 0)
            return path;
        if (errno != EEXIST)
            return fail_errno(errno, "making " + path);
    }
    return fail_errno(EEXIST, "making " + stem);
}

// The path as one name: "/etc/nginx/a.conf" is "etc-nginx-a.conf", told apart by a number where
// need be.
std::string aside_name(const std::string& path, std::size_t number) {
    auto name = path.substr(path.find_first_not_of('/'));
    for (char& c : name)
        if (c == '/')
            c = '-';
    constexpr std::size_t longest = 200; // of the 255 that a file system takes
    if (name.size() > longest)
        name.erase(0, name.size() - longest);
    return number == 0 ? name : std::format("{}.{}", name, number);
}

std::unexpected<Error> of_several(const std::string& path) {
    return fail(ErrorCode::Invalid,
                path + " is of several services, and held something else in each of their "
                       "generations: roll one of them back by its name");
}

} // namespace

// The ways back from what was done, which are gone unless all went well.
class FileRestoration::Undo {
public:
    Undo() = default;
    ~Undo() { (void)carry_out(); }
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;

    void add(std::string path, std::function<bool()> step) {
        steps_.emplace_back(std::move(path), std::move(step));
    }

    void all_went_well() { steps_.clear(); }

    // Goes them all, the last one first: what became of the files, for people.
    std::string carry_out() {
        std::string left;
        for (const auto& [path, step] : std::views::reverse(std::exchange(steps_, {})))
            if (!step())
                left += (left.empty() ? "" : ", ") + path;
        return left.empty() ? kNothingChanged
                            : "what was changed and could not be put back: " + left;
    }

private:
    std::vector<std::pair<std::string, std::function<bool()>>> steps_;
};

Result<> FileRestoration::write(const std::string& path, std::string bytes) {
    if (kept_.contains(path))
        return of_several(path);
    const auto [known, is_new] = written_.try_emplace(path, std::move(bytes));
    if (!is_new && known->second != bytes)
        return of_several(path);
    taken_.erase(path);
    return {};
}

Result<> FileRestoration::keep(const std::string& path) {
    if (written_.contains(path))
        return of_several(path);
    kept_.insert(path);
    taken_.erase(path);
    return {};
}

void FileRestoration::take_away(const std::string& path) {
    if (!written_.contains(path) && !kept_.contains(path))
        taken_.insert(path);
}

void FileRestoration::expect(const std::string& path, Contents contents) {
    expected_[path] = std::move(contents);
}

bool FileRestoration::holds(const std::string& path, const ContentId& content) const {
    return read(path, content).has_value();
}

std::optional<std::string> FileRestoration::read(const std::string& path,
                                                 const ContentId& content) const {
    auto bytes = read_live(path, content.size);
    return bytes && hash_(*bytes) == content ? std::move(bytes) : std::nullopt;
}

Result<> FileRestoration::may_touch(const std::string& path) const {
    const auto expected = expected_.find(path);
    if (expected == expected_.end() ||
        std::ranges::any_of(expected->second, [&](const std::optional<ContentId>& each) {
            return each ? holds(path, *each) : !is_there(path);
        }))
        return {};
    return fail(ErrorCode::Busy, "somebody else has saved " + path + " meanwhile");
}

MayReplace FileRestoration::may_replace(const std::string& path) const {
    const auto expected = expected_.find(path);
    if (expected == expected_.end())
        return {};
    return [this, &contents = expected->second](const std::optional<std::string>& content) {
        return contents.contains(content ? std::optional(hash_(*content)) : std::nullopt);
    };
}

Result<std::vector<FileRestored>> FileRestoration::preview() const {
    std::vector<FileRestored> all;
    for (const auto& [path, bytes] : written_) {
        if (auto can = can_restore_file(path); !can)
            return std::unexpected(std::move(can.error()));
        if (read_live(path, bytes.size()) == bytes)
            continue;
        if (auto may = may_touch(path); !may)
            return std::unexpected(std::move(may.error()));
        all.push_back({path, open_regular(path) ? "written back" : "made again", "", ""});
    }
    for (const auto& path : taken_) {
        if (!exists(path))
            continue;
        if (auto may = may_touch(path); !may)
            return std::unexpected(std::move(may.error()));
        all.push_back({path, "moved aside", aside_, ""});
    }
    return all;
}

Result<FileRestored> FileRestoration::restore(const std::string& path, const std::string& bytes,
                                              Undo& undo) {
    auto restored = restore_file(path, bytes, may_replace(path));
    if (!restored)
        return std::unexpected(std::move(restored.error()));
    auto& [how, before] = *restored;
    const bool was_there = before.has_value();
    if (was_there)
        undo.add(path, [path, &bytes, content = *std::move(before)] {
            const auto is_ours = [&](const auto& live) { return live == bytes; };
            return is_settled(restore_file(path, content, is_ours));
        });
    else
        undo.add(path, [path, &bytes] { return is_settled(remove_made_file(path, bytes)); });
    return FileRestored{path, was_there ? "written back" : "made again", "",
                        how == Written::InPlace
                            ? "in place: a new file could not have its owner, or its other names"
                            : ""};
}

Result<FileRestored> FileRestoration::move(const std::string& path, const std::string& directory,
                                           Undo& undo) {
    if (auto may = may_touch(path); !may)
        return std::unexpected(std::move(may.error()));
    std::string aside;
    for (std::size_t number = 0; aside.empty() || exists(aside); ++number)
        aside = directory + "/" + aside_name(path, number);
    if (auto moved = take_file_away(path, aside); !moved)
        return std::unexpected(std::move(moved.error()));
    undo.add(path, [path, aside] { return put_file_back(path, aside).has_value(); });
    return FileRestored{path, "moved aside", aside, ""};
}

Result<std::vector<FileRestored>> FileRestoration::carry_out() {
    auto steps = preview();
    if (!steps) {
        steps.error().message += std::string("; ") + kNothingChanged;
        return steps;
    }
    std::string directory;
    for (const auto& step : *steps)
        if (taken_.contains(step.path) && directory.empty()) {
            auto made = make_directory_of_now(aside_);
            if (!made) {
                made.error().message += std::string("; ") + kNothingChanged;
                return std::unexpected(std::move(made.error()));
            }
            directory = *std::move(made);
        }
    Undo undo;
    std::vector<FileRestored> done;
    for (const auto& step : *steps) {
        const auto written = written_.find(step.path);
        auto restored = written == written_.end() ? move(step.path, directory, undo)
                                                  : restore(step.path, written->second, undo);
        if (!restored) {
            restored.error().message += "; " + undo.carry_out();
            return std::unexpected(std::move(restored.error()));
        }
        done.push_back(*std::move(restored));
        fault::point("file-written");
    }
    undo.all_went_well();
    return done;
}

} // namespace hotreload::state
