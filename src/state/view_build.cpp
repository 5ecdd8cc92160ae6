// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/view_build.hpp"

#include "state/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace hotreload::state {

namespace {

constexpr auto kTargets = "targets";

// `below` and the directories that lead to it, in `root`.
Result<> make_mount_point(const std::string& root, const std::string& below) {
    auto made = make_passable(root);
    for (auto end = below.find('/', 1); made; end = below.find('/', end + 1)) {
        made = make_passable(root + below.substr(0, end));
        if (end == std::string::npos)
            break;
    }
    return made;
}

// Targets are enough to tell all binds by. A path may have a newline in it, and no NUL.
std::string targets_text(const ViewTargets& targets) {
    std::string text;
    for (const auto& each : targets.directories)
        text.append("d").append(each).push_back('\0');
    for (const auto& each : targets.files)
        text.append("f").append(each).push_back('\0');
    return text;
}

ViewTargets targets_from(std::string_view text) {
    ViewTargets targets;
    for (auto end = text.find('\0'); end != std::string_view::npos; end = text.find('\0')) {
        if (end > 0)
            (text.front() == 'd' ? targets.directories : targets.files)
                .emplace(text.substr(1, end - 1));
        text.remove_prefix(end + 1);
    }
    return targets;
}

} // namespace

Fd open_view(const std::string& path) {
    return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::optional<ViewTargets> read_targets(const std::string& path) {
    const auto view = open_view(path);
    if (!view)
        return std::nullopt;
    const auto text = read_file(view.get(), kTargets);
    if (!text)
        return std::nullopt;
    return targets_from(*text);
}

void remove_tree(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

Result<> make_passable(const std::string& path) {
    if (::mkdir(path.c_str(), 0755) < 0 && errno != EEXIST)
        return fail_errno(errno, "making " + path);
    if (::chmod(path.c_str(), 0755) < 0)
        return fail_errno(errno, "making " + path);
    return {};
}

ViewBuild::ViewBuild(std::string place, bool is_new, ContentHash hash, ViewNode plan,
                     ViewTargets targets)
    : place_(std::move(place)),
      is_new_(is_new),
      hash_(hash),
      plan_(std::move(plan)),
      targets_(std::move(targets)),
      kept_([this](const ContentId& id) {
          const auto given = given_.find(id);
          if (given == given_.end())
              missed_.insert(id);
          return given == given_.end() ? std::nullopt : given->second;
      }) {}

ViewBuild::~ViewBuild() {
    writer_.reset();
    if (is_new_)
        remove_tree(place_);
}

void ViewBuild::run() {
    result_ = writer_ ? Result<>() : begin();
    if (result_)
        result_ = writer_->stage(plan_);
    if (!missed_.empty())
        return; // they are asked for, and it goes on
    if (result_)
        result_ = write();
    writer_.reset();
    if (is_new_ && !result_)
        remove_tree(place_);
}

Result<> ViewBuild::begin() {
    if (is_new_) {
        remove_tree(place_); // of one that was cut short
        for (const auto& each : {place_, place_ + "/files", place_ + "/live"})
            if (auto made = make_passable(each); !made)
                return made;
        for (const auto& each : targets_.directories)
            if (auto made = make_mount_point(place_ + "/live", each); !made)
                return made;
    }
    view_ = open_view(place_);
    if (!view_)
        return fail_errno(errno, "opening " + place_);
    writer_.emplace(view_.get(), hash_, &kept_);
    return {};
}

Result<> ViewBuild::write() {
    auto written = writer_->commit(plan_);
    if (written && is_new_)
        written = replace_file(view_.get(), kTargets, targets_text(targets_));
    return written;
}

std::set<ContentId> ViewBuild::take_missed() {
    return std::exchange(missed_, {});
}

void ViewBuild::give(const ContentId& id, std::optional<std::string> content) {
    given_[id] = std::move(content);
}

} // namespace hotreload::state
