// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Named places at which a daemon under test can be made to die or to fail: the program
// hotreloadd-faults, which is never installed, has another point() (tests/box/faults.cpp). Here it
// does nothing. The names are those of the table fault_points.inc: another one does not compile.

#include <string_view>

namespace hotreload::fault {

inline constexpr std::string_view kPoints[] = {
#include "base/fault_points.inc"
};

// A name of the table.
class Point {
public:
    // Not explicit, so that a call names its point in plain words.
    consteval Point(const char* name) : name_(name) {
        for (const std::string_view each : kPoints)
            if (each == name_)
                return;
        throw "fault_points.inc has no such point";
    }

    [[nodiscard]] constexpr std::string_view name() const { return name_; }

private:
    std::string_view name_;
};

// 0, or the errno that the caller is to fail with.
int point(Point point);

} // namespace hotreload::fault
