// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Reads a file for its ContentId, when it is whole. The only place that hashes. A large file is
// read in pieces, between which the loop does what else there is.

#include "base/executor.hpp"
#include "base/fd.hpp"
#include "os/opener.hpp"
#include "watch/content.hpp"
#include "watch/recent_contents.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct XXH3_state_s;

namespace hotreload::watch {

class ContentReader {
public:
    using Clock = std::chrono::steady_clock;
    using Read = std::expected<Content, NotRead>;

    // Larger files are not offered whole.
    static constexpr std::size_t kMaxOffered = std::size_t{16} * 1024 * 1024;
    // Larger files are not read: it is no configuration.
    static constexpr std::uint64_t kMaxRead = std::uint64_t{1024} * 1024 * 1024;

    // Opens with `opener`. Both outlive it.
    ContentReader(os::Opener& opener, Executor& executor);
    ~ContentReader();
    ContentReader(const ContentReader&) = delete;
    ContentReader& operator=(const ContentReader&) = delete;

    // A file in the middle of being read.
    class Reading;
    struct ReadingDeleter {
        void operator()(Reading* reading) const noexcept;
    };
    using ReadingPtr = std::unique_ptr<Reading, ReadingDeleter>;

    // `seems_written`: events say that somebody is writing; it counts where the kernel would not
    // tell (another's file, a file system without leases).
    // bytes() has what was read, with `keep`, until the next call.
    // nullopt: it was `until` before the end, and `reading` is where it goes on from, in a call for
    // the same path. At the end `reading` is nullptr.
    std::optional<Read> read(const std::string& path, bool seems_written, bool keep,
                             Clock::time_point until, ReadingPtr& reading);
    // Reads to the end.
    Read read(const std::string& path, bool seems_written, bool keep = false);

    // The bytes of the file that was read last; nullopt: it was too large or was not kept.
    [[nodiscard]] std::optional<std::string_view> bytes() const { return bytes_; }

    // A file that was read in this turn of the loop is not read again for others who ask for it.
    // This ends that: some file may be another by now, though its stamp may be the same.
    void doubt() { recent_.forget(); }
    // A caller that takes several turns holds what was read, from the first to the second of these.
    void hold() { recent_.hold(); }
    void let_go() { recent_.let_go(); }

private:
    std::expected<ReadingPtr, NotRead> begin(const std::string& path, bool seems_written);
    std::optional<std::expected<ContentId, NotRead>> hash(Reading& reading, bool keep,
                                                          Clock::time_point until);

    os::Opener& opener_;
    RecentContents recent_;
    std::optional<SharedBytes> large_; // of a file that does not fit into the buffer
    std::optional<std::string_view> bytes_;
    std::unique_ptr<std::byte[]> buffer_;
};

} // namespace hotreload::watch
