// SPDX-License-Identifier: LGPL-2.1-or-later
#include "libhotreload/live_config.hpp"

#include "core/patch.hpp"
#include "document/json.hpp"
#include "document/parse.hpp"
#include "libhotreload/pointer.hpp"
#include "libhotreload/published.hpp"
#include "libhotreload/read_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace hotreload::library {

namespace {

// A file that is written as fast as it is read is looked at again in the next turn.
constexpr int kAttempts = 8;

// It says nothing about the file.
bool is_ours(int error) {
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == EINTR;
}

Problem unreadable(const std::string& path, int error) {
    if (error == ENOENT || error == ENOTDIR)
        return {.path = path, .message = "the file is missing"};
    if (error == EINVAL)
        return {.path = path, .message = "it is no regular file"};
    return {.path = path, .message = std::generic_category().message(error)};
}

// JSON has no undefined value: nothing is there.
const Value* at(const std::optional<Value>& root, std::string_view pointer) {
    return root ? resolve(*root, pointer).value_or(nullptr) : nullptr;
}

} // namespace

LiveConfig::LiveConfig(Sources sources, PathWatcher watcher)
    : sources_(std::move(sources)),
      watcher_(std::move(watcher)),
      published_{.path = sources_.published, .active = !sources_.published.empty()},
      file_{.path = sources_.file, .for_writing = true, .active = !published_.active} {}

std::expected<bool, int> LiveConfig::next() {
    try {
        if (const int error = look())
            return std::unexpected(error);
        return settle();
    } catch (...) {
        published_.changed = file_.changed = true; // what was read is lost
        throw;
    }
}

bool LiveConfig::has_news() const {
    return published_.active != published_.watched || file_.active != file_.watched ||
           (published_.active && published_.changed) ||
           (file_.active && file_.changed && !file_.writing);
}

int LiveConfig::look() {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        watcher_.take(published_, file_);
        if (!has_news())
            return 0;
        if (const int r = watcher_.follow(published_, file_); r < 0)
            return -r;
        if (published_.active && published_.changed)
            if (const int error = look_at_published())
                return error;
        if (file_.active && file_.watched && file_.changed && !file_.writing)
            if (const int error = look_at_file())
                return error;
    }
    if (has_news()) {
        watcher_.wake();
        published_.watched = file_.watched = false; // that has cost a watch
    }
    return 0;
}

int LiveConfig::look_at_published() {
    const auto bytes = read_file(sources_.published, kPublishedBytes, Links::Refused);
    if (!bytes && is_ours(bytes.error()))
        return bytes.error();
    published_.changed = false;
    in_published_ = {};
    if (!bytes) {
        in_published_.reason = bytes.error();
        in_published_.problem = unreadable(sources_.published, bytes.error());
        if (bytes.error() == ENOENT || bytes.error() == ENOTDIR) {
            in_published_.reason = ENOENT;
            in_published_.problem->message = "the document is not published";
        }
    } else if (auto document = read_published(*bytes)) {
        in_published_.value = std::move(document->value);
        in_published_.revision = document->revision;
        in_published_.problem = std::move(document->problem);
        in_published_.reason = in_published_.value ? 0 : ENODATA;
        follow_file(false);
        return 0;
    } else {
        in_published_.reason = EBADMSG;
        in_published_.problem =
            Problem{.path = sources_.published, .message = std::move(document.error())};
    }
    // A damaged file is no leave to read what nobody has checked.
    follow_file(in_published_.reason == ENOENT || source_ != Source::Published);
    return 0;
}

// While the document is published, the file is not watched: each save of it would be two news.
void LiveConfig::follow_file(bool follow) {
    if (sources_.file.empty() || file_.active == follow)
        return;
    file_.active = file_.changed = follow;
    file_.writing = false;
    in_file_ = {};
}

int LiveConfig::look_at_file() {
    file_.changed = false;
    const auto bytes = read_file(sources_.file, DocumentLimits{}.bytes, Links::Followed);
    watcher_.take(published_, file_);
    if (file_.changed) // it may have been read half
        return 0;
    in_file_ = {};
    if (bytes) {
        auto document = read_document(sources_.format, *bytes);
        if (document) {
            in_file_.value = *std::move(document);
            return 0;
        }
        in_file_.reason = ENODATA;
        in_file_.problem = std::move(document.error());
        in_file_.problem->path = sources_.file;
        return 0;
    }
    if (is_ours(bytes.error())) {
        file_.changed = true;
        return bytes.error();
    }
    in_file_.reason = bytes.error() == ENOTDIR ? ENOENT : bytes.error();
    in_file_.problem = unreadable(sources_.file, bytes.error());
    return 0;
}

bool LiveConfig::settle() {
    auto& found = file_.active ? in_file_ : in_published_;
    problem_ = found.problem;
    if (!problem_ && file_.active && in_published_.reason != ENOENT)
        problem_ = in_published_.problem;
    if (!problem_ && file_.active && file_.writing)
        problem_ = Problem{.path = sources_.file,
                           .message = "somebody is writing the file: it is read when it is closed"};
    reason_ = found.reason;
    if (!found.value)
        return false;
    auto value = *std::exchange(found.value, std::nullopt);
    source_ = file_.active ? Source::File : Source::Published;
    revision_ = found.revision;
    if (value_ && *value_ == value)
        return false;
    former_ = std::exchange(value_, std::move(value));
    has_changed_ = true;
    texts_.clear();
    patch_.reset();
    return true;
}

std::expected<bool, int> LiveConfig::has_changed(std::string_view pointer) const {
    const Value nothing;
    if (const auto place = resolve(nothing, pointer); !place && place.error() == EINVAL)
        return std::unexpected(EINVAL);
    if (!has_changed_)
        return false;
    const auto* now = at(value_, pointer);
    const auto* before = at(former_, pointer);
    return now && before ? !(*now == *before) : now != before;
}

const std::string* LiveConfig::patch() {
    if (!has_changed_)
        return nullptr;
    if (!patch_)
        patch_ = to_json(former_ ? diff(*former_, *value_)
                                 : Patch{{PatchOperation::Kind::Add, {}, {}, *value_, {}}});
    return &*patch_;
}

std::expected<const std::string*, int> LiveConfig::json(std::string_view pointer) {
    if (!value_)
        return std::unexpected(ENODATA);
    const auto place = resolve(*value_, pointer);
    if (!place)
        return std::unexpected(place.error());
    const auto known = texts_.find(pointer);
    return &(known != texts_.end() ? known : texts_.emplace(pointer, to_json(**place)).first)
                ->second;
}

} // namespace hotreload::library
