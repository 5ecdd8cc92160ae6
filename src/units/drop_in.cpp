// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/drop_in.hpp"

#include "base/fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <ctime>

namespace hotreload::units {

namespace {

Result<> write_file(const std::string& path, std::string_view text) {
    constexpr mode_t readable_by_all = 0644;
    Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                   readable_by_all));
    if (!file)
        return fail_errno(errno, "creating " + path);
    ::fchmod(file.get(), readable_by_all); // whatever the umask is
    while (!text.empty()) {
        const auto written = ::write(file.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return fail_errno(errno, "writing " + path);
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

Result<> DropIns::write(const std::string& unit, const Directives& directives) const {
    if (directives.empty())
        return {};
    for (const auto& [directive, values] : directives)
        for (const auto& value : values)
            if (const auto why = unfit_for_a_line(directive, value))
                return fail(ErrorCode::Invalid, "properties." + directive + ": " + *why);
    const auto folder = directory_ / (unit + ".d");
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return fail_errno(error.value(), "creating " + folder.string());
    const std::string path = folder / "10-hotreload.conf";
    const std::string unfinished = folder / ".10-hotreload.tmp"; // not a name that systemd reads
    if (auto written = write_file(unfinished, join_lines(unit_file_lines(directives))); !written)
        return written;
    if (::rename(unfinished.c_str(), path.c_str()) < 0)
        return fail_errno(errno, "renaming " + unfinished);
    return make_noticed();
}

// The manager keeps a list of what is in its directories, and reads them anew when the time stamp
// of one differs. Before Linux 6.13 the kernel's own stamps move in steps of up to 10 ms, so that
// the second of two drop-ins in one step would be overlooked: give the directory a stamp of its
// own.
Result<> DropIns::make_noticed() const {
    timespec now = {};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const timespec stamps[] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, now};
    if (::utimensat(AT_FDCWD, directory_.c_str(), stamps, 0) < 0)
        return fail_errno(errno, "setting the time stamp of " + directory_.string());
    return {};
}

void DropIns::remove(const std::string& unit) const {
    std::error_code ignored;
    std::filesystem::remove_all(directory_ / (unit + ".d"), ignored);
}

} // namespace hotreload::units
