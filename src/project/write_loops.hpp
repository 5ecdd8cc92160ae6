// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Services that write into what they watch, or of which each writes what the next one watches in a
// circle: they would be acted on for ever, for what their own actions have changed. Found,
// suspended and resumed here.

#include "core/plan.hpp"
#include "core/units_port.hpp"
#include "core/write_loop.hpp"
#include "core/writers_port.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hotreload::project {

class WriteLoops {
public:
    WriteLoops(std::string project, Writers& writers, const Units& units);
    ~WriteLoops();
    WriteLoops(const WriteLoops&) = delete;
    WriteLoops& operator=(const WriteLoops&) = delete;

    void action_began(const std::string& service, Duration now);
    void action_ended(const std::string& service, Duration now);

    // The files of the plan are about to be acted on; the last of them changed at `when`. Answers
    // the file that the service was seen to write itself, "" when there is none: from then on it is
    // suspended.
    [[nodiscard]] std::string before_action(const MemberPlan& plan,
                                            const MemberDefinition& definition, Duration when);

    // The file whose changes do not count; "" when all do.
    [[nodiscard]] std::string suspended(const std::string& service) const;
    // All files count again. Answers whether one did not.
    bool resume(const std::string& service);
    // The service has left, or what was found out is of other watches than there are now.
    void forget(const std::string& service) { loops_.erase(service); }

private:
    struct Loop {
        WriteLoop loop;
        std::vector<Writers::Handle> handles; // that tell who writes what the loop suspects
        std::string suspended;
        std::string writer; // the service of the project that was seen to write what is suspected
        Duration seen{};    // when
    };

    void look_who_writes(const MemberDefinition& definition, Duration when);
    [[nodiscard]] std::string writer_of(const std::string& service, Duration when) const;
    [[nodiscard]] bool is_in_circle(const std::string& service, Duration when) const;

    std::string project_;
    Writers& writers_;
    const Units& units_;
    std::map<std::string, Loop> loops_; // by service
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace hotreload::project
