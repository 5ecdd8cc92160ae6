// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// inotify(7): the descriptor with its buffer, and the decoding of what it reads, which is a pure
// function over bytes. The IN_ constants come with this header. Only watch/ uses it.

#include "base/fd.hpp"

#include <sys/inotify.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hotreload::os {

struct InotifyEvent {
    int watch = -1; // -1 for IN_Q_OVERFLOW
    std::uint32_t mask = 0;
    std::string_view name; // of the entry; empty: the watched directory itself. Lives in the buffer

    bool operator==(const InotifyEvent&) const = default;
};

// Takes the first event off `buffer`. Nothing, and `buffer` as it was, when it does not hold a
// whole event (more).
std::optional<InotifyEvent> take_event(std::span<const std::byte>& buffer);

// "IN_CLOSE_WRITE|IN_ISDIR"
std::string mask_words(std::uint32_t mask);

class Inotify {
public:
    // Errors: errno. EMFILE: fs.inotify.max_user_instances (or the limit on descriptors) is used
    // up.
    static std::expected<Inotify, int> open();

    // Stands for an instance while there is none to be had: every watch() is refused with EMFILE.
    static Inotify none() { return Inotify(Fd()); }

    [[nodiscard]] explicit operator bool() const { return static_cast<bool>(fd_); }
    [[nodiscard]] int fd() const { return fd_.get(); }

    // Watches the directory at `path`, not following a link there. The kernel keeps one watch for
    // a directory: watching it again replaces its mask. Errors: errno.
    std::expected<int, int> watch(const std::string& path, std::uint32_t mask);
    void unwatch(int watch);

    // The events that are queued, as far as the buffer holds them; empty when there are none. Valid
    // until the next call. The queue was emptied when it is not full().
    std::span<const std::byte> read();
    [[nodiscard]] static bool full(std::span<const std::byte> read);

private:
    static constexpr std::size_t kBufferSize = std::size_t{64} * 1024;
    struct alignas(inotify_event) Buffer {
        std::byte bytes[kBufferSize];
    };

    explicit Inotify(Fd fd) : fd_(std::move(fd)), buffer_(std::make_unique<Buffer>()) {}

    Fd fd_;
    std::unique_ptr<Buffer> buffer_;
};

} // namespace hotreload::os
