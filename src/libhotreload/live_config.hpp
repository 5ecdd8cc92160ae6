// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// LiveConfig is the object behind the functions of hotreload/config.h. Its value comes from the
// published document, or, where nobody has published it, from the file itself; what is not valid
// never takes the place of what is.

#include "base/error.hpp"
#include "core/format.hpp"
#include "core/value.hpp"
#include "libhotreload/path_watcher.hpp"

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hotreload::library {

class LiveConfig {
public:
    struct Sources {
        std::string published; // absolute; "": there is none
        std::string file;      // absolute; "": it is not read
        Format format{};       // of the file; not Bytes
    };
    enum class Source { None, Published, File };

    LiveConfig(Sources sources, PathWatcher watcher);

    [[nodiscard]] int fd() const { return watcher_.fd(); }

    // Whether the value is another one now. Errors: errno, of what says nothing about the document:
    // memory, descriptors, watches. All is as it was then, and looked at again the next time.
    std::expected<bool, int> next();

    // nullptr: nothing has been valid yet.
    [[nodiscard]] const Value* value() const { return value_ ? &*value_ : nullptr; }
    [[nodiscard]] Source source() const { return source_; }
    [[nodiscard]] std::uint64_t revision() const { return revision_; } // of the published value
    // What is wrong with the document now; nullptr: nothing.
    [[nodiscard]] const Problem* problem() const { return problem_ ? &*problem_ : nullptr; }
    // Why the document has no valid value now, as errno; 0: it has. ENOENT: there is no document;
    // ENODATA: it is not valid.
    [[nodiscard]] int reason() const { return reason_; }

    // Whether what is at the pointer differs from what was there before the last next() that said
    // true. Errors: EINVAL: this is no pointer.
    [[nodiscard]] std::expected<bool, int> has_changed(std::string_view pointer) const;
    // The difference, as hotreloadd tells it (RFC 6902); nullptr: nothing has changed yet. It and
    // the texts of json() live until the value is another one.
    const std::string* patch();
    // What is at the pointer, as JSON. Errors: ENODATA: there is no value; those of resolve().
    std::expected<const std::string*, int> json(std::string_view pointer);

private:
    // What was found at a source when it was looked at last.
    struct Finding {
        std::optional<Value> value;     // until settle() has taken it
        std::uint64_t revision = 0;     // of the value
        std::optional<Problem> problem; // why there is none, or why it is not the newest
        int reason = 0;                 // why there is none
    };

    int look(); // 0 or errno, as those below
    [[nodiscard]] bool has_news() const;
    int look_at_published();
    int look_at_file();
    void follow_file(bool follow);
    bool settle();

    Sources sources_;
    PathWatcher watcher_;
    FollowedPath published_;
    FollowedPath file_;
    Finding in_published_;
    Finding in_file_;

    std::optional<Value> value_;
    std::optional<Value> former_;
    bool has_changed_ = false; // since it was made
    Source source_ = Source::None;
    std::uint64_t revision_ = 0;
    std::optional<Problem> problem_;
    int reason_ = 0;

    std::map<std::string, std::string, std::less<>> texts_; // by pointer
    std::optional<std::string> patch_;
};

} // namespace hotreload::library
