// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/inotify.hpp"

#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace hotreload::os {

std::optional<InotifyEvent> take_event(std::span<const std::byte>& buffer) {
    inotify_event header;
    if (buffer.size() < sizeof header)
        return {};
    std::memcpy(&header, buffer.data(), sizeof header);
    if (buffer.size() - sizeof header < header.len)
        return {};
    const auto padded = buffer.subspan(sizeof header, header.len);
    buffer = buffer.subspan(sizeof header + header.len);
    // The kernel pads the name with zeros up to the next header.
    const std::string_view name(reinterpret_cast<const char*>(padded.data()), padded.size());
    return InotifyEvent{header.wd, header.mask, name.substr(0, name.find('\0'))};
}

std::string mask_words(std::uint32_t mask) {
    static constexpr std::pair<std::uint32_t, std::string_view> kWords[] = {
        {IN_ACCESS, "IN_ACCESS"},
        {IN_MODIFY, "IN_MODIFY"},
        {IN_ATTRIB, "IN_ATTRIB"},
        {IN_CLOSE_WRITE, "IN_CLOSE_WRITE"},
        {IN_CLOSE_NOWRITE, "IN_CLOSE_NOWRITE"},
        {IN_OPEN, "IN_OPEN"},
        {IN_MOVED_FROM, "IN_MOVED_FROM"},
        {IN_MOVED_TO, "IN_MOVED_TO"},
        {IN_CREATE, "IN_CREATE"},
        {IN_DELETE, "IN_DELETE"},
        {IN_DELETE_SELF, "IN_DELETE_SELF"},
        {IN_MOVE_SELF, "IN_MOVE_SELF"},
        {IN_UNMOUNT, "IN_UNMOUNT"},
        {IN_Q_OVERFLOW, "IN_Q_OVERFLOW"},
        {IN_IGNORED, "IN_IGNORED"},
        {IN_ISDIR, "IN_ISDIR"},
    };
    std::string words;
    for (const auto& [bit, word] : kWords)
        if (mask & bit)
            words.append(words.empty() ? "" : "|").append(word);
    return words;
}

std::expected<Inotify, int> Inotify::open() {
    Fd fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!fd)
        return std::unexpected(errno);
    return Inotify(std::move(fd));
}

std::expected<int, int> Inotify::watch(const std::string& path, std::uint32_t mask) {
    if (!fd_)
        return std::unexpected(EMFILE);
    const int watch =
        inotify_add_watch(fd_.get(), path.c_str(), mask | IN_ONLYDIR | IN_DONT_FOLLOW);
    if (watch < 0)
        return std::unexpected(errno);
    return watch;
}

void Inotify::unwatch(int watch) {
    // Fails when the directory, and the watch with it, has gone meanwhile: as good.
    inotify_rm_watch(fd_.get(), watch);
}

std::span<const std::byte> Inotify::read() {
    ssize_t size = 0;
    do
        size = ::read(fd_.get(), buffer_->bytes, kBufferSize);
    while (size < 0 && errno == EINTR);
    return {buffer_->bytes, size < 0 ? 0 : static_cast<std::size_t>(size)};
}

bool Inotify::full(std::span<const std::byte> read) {
    return read.size() + sizeof(inotify_event) + NAME_MAX + 1 > kBufferSize;
}

} // namespace hotreload::os
