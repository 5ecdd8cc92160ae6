// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/drop_in.hpp"

#include "units/write_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <iterator>

namespace hotreload::units {

namespace {

constexpr mode_t kReadableByAll = 0644;

} // namespace

Result<> DropIns::write(const std::string& unit, const Directives& directives) const {
    if (directives.empty())
        return {};
    for (const auto& [directive, values] : directives)
        for (const auto& value : values)
            if (const auto why = unfit_for_a_line(directive, value))
                return fail(ErrorCode::Invalid, "properties." + directive + ": " + *why);
    const auto path = file(unit);
    const auto folder = path.parent_path();
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return fail_errno(error.value(), "creating " + folder.string());
    if (auto written = write_file(path, join_lines(unit_file_lines(directives)), kReadableByAll);
        !written)
        return written;
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

std::filesystem::path DropIns::file(const std::string& unit) const {
    return directory_ / (unit + ".d") / "10-hotreload.conf";
}

Result<bool> DropIns::change(const std::string& unit, const Directives& directives) const {
    const auto path = file(unit);
    const auto wanted = directives.empty() ? "" : join_lines(unit_file_lines(directives));
    std::ifstream stream(path, std::ios::binary);
    const std::string present((std::istreambuf_iterator<char>(stream)), {});
    if (present == wanted)
        return false;
    if (!directives.empty()) {
        auto written = write(unit, directives);
        if (!written)
            return std::unexpected(std::move(written.error()));
        return true;
    }
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error)
        return fail_errno(error.value(), "removing " + path.string());
    std::filesystem::remove(path.parent_path(), error); // unless others have something in it
    auto noticed = make_noticed();
    if (!noticed)
        return std::unexpected(std::move(noticed.error()));
    return true;
}

} // namespace hotreload::units
