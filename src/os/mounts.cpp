// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/mounts.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace hotreload::os {

namespace {

constexpr Duration kQuiet = std::chrono::milliseconds(50);

std::string_view take_word(std::string_view& line) {
    const auto space = line.find(' ');
    const auto word = line.substr(0, space);
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
    return word;
}

// Space, tab, newline and backslash are written as \ooo.
std::string unescape(std::string_view word) {
    const auto digit = [&](std::size_t at) {
        return at < word.size() && word[at] >= '0' && word[at] <= '7' ? word[at] - '0' : -1;
    };
    std::string plain;
    for (std::size_t at = 0; at < word.size(); ++at) {
        const int high = digit(at + 1);
        const int middle = digit(at + 2);
        const int low = digit(at + 3);
        if (word[at] == '\\' && high >= 0 && middle >= 0 && low >= 0) {
            plain += static_cast<char>(high * 64 + middle * 8 + low);
            at += 3;
        } else {
            plain += word[at];
        }
    }
    return plain;
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 16384> buffer;
    lseek(fd, 0, SEEK_SET);
    for (ssize_t size = 0; (size = ::read(fd, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(size));
    return text;
}

} // namespace

MountTable parse_mounts(std::string_view mountinfo) {
    MountTable table;
    while (!mountinfo.empty()) {
        const auto end = mountinfo.find('\n');
        auto line = mountinfo.substr(0, end);
        mountinfo.remove_prefix(end == std::string_view::npos ? mountinfo.size() : end + 1);
        const auto id = take_word(line);
        take_word(line); // the parent
        const auto device = take_word(line);
        const auto root = take_word(line);
        const auto point = take_word(line);
        if (!point.starts_with('/'))
            continue;
        const auto dash = line.find(" - ");
        const auto source = dash == std::string_view::npos ? "" : line.substr(dash);
        table.emplace(id, Mount{unescape(point),
                                std::string(device).append(" ").append(root).append(source)});
    }
    return table;
}

std::set<std::string> changed_points(const MountTable& before, const MountTable& after) {
    std::set<std::string> points;
    const auto add_missing = [&](const MountTable& from, const MountTable& in) {
        for (const auto& [id, mount] : from)
            if (const auto same = in.find(id); same == in.end() || same->second != mount)
                points.insert(mount.point);
    };
    add_missing(before, after);
    add_missing(after, before);
    return points;
}

Mounts::Mounts(EventLoop& loop, std::function<void(const std::set<std::string>&)> on_change)
    : on_change_(std::move(on_change)),
      soon_(loop),
      fd_(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)) {
    if (!fd_)
        return;
    changed_ = std::make_unique<Readable>(loop, fd_.get(), EPOLLPRI, [this] {
        if (soon_.armed()) // not later with each: a machine may mount all the time
            return;
        // Now as well as then: an unmount and a mount in between may look as if nothing had been,
        // for numbers of mounts and devices are soon used again.
        compare();
        soon_.arm(kQuiet, [this] { tell(); });
    });
    table_ = parse_mounts(read_all(fd_.get()));
}

Mounts::~Mounts() = default;

void Mounts::compare() {
    auto table = parse_mounts(read_all(fd_.get()));
    points_.merge(changed_points(table_, table));
    table_ = std::move(table);
}

void Mounts::tell() {
    compare();
    const auto points = std::exchange(points_, {});
    if (!points.empty())
        on_change_(points);
}

} // namespace hotreload::os
