// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Changes that are held back: since somebody asked for it, until somebody resumes or the time is
// over. What is paused is on record.

#include "base/clock.hpp"
#include "project/ledger.hpp"
#include "project/request.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hotreload::project {

class Pauses {
public:
    Pauses(Ledger& ledger, Clock& clock);

    [[nodiscard]] bool paused(const std::string& service) const;
    // The pause of a service: the longer one, where it is paused by itself and with its project.
    [[nodiscard]] Pause pause_of(const std::string& service) const;

    // Pauses the project where `service` is nullopt. Answers what is on record of it now.
    Pause pause(const std::optional<std::string>& service, const PauseRequest& request);
    // Out of a project that is paused as a whole, a service is let go by itself: the others, of
    // `services`, stay paused.
    void resume(const std::optional<std::string>& service, const Names& services);

    // Ends the pauses whose time is over: their names, "" for the project's. As long as there are
    // such to come, `on_time` is called when one may be over.
    [[nodiscard]] Names end_those_that_are_over();
    std::function<void()> on_time;
    void arm();

private:
    Ledger& ledger_;
    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
};

} // namespace hotreload::project
