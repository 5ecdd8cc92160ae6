// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Going back to an applied state that is kept: finding it, writing files back, and aiming a
// transaction at it.

#include "base/background.hpp"
#include "base/task.hpp"
#include "core/restoration_port.hpp"
#include "project/contents.hpp"
#include "project/ledger.hpp"
#include "project/looks.hpp"
#include "project/project_file.hpp"
#include "project/request.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hotreload::project {

class Rollback {
public:
    using MakeRestoration = std::function<std::unique_ptr<Restoration>(const std::string& project)>;

    Rollback(Files& files, const Ledger& ledger, const ProjectFile& file, Looks& looks,
             const Contents& contents, Background& background, MakeRestoration make_restoration);

    // It can be asked for. Errors: NotFound, when there is no such generation, or none before.
    [[nodiscard]] Result<> can_be_asked(const std::optional<std::string>& service,
                                        const Request::Rollback& rollback) const;

    // Finds what the request goes back to, and writes files back where it asks for that: all of
    // them, or none. What can be found wrong is found before the first file is written, of all
    // services. Nothing is done for a request that begins again.
    Task<Result<>> prepare(Request& request);

    // The view's wanted state becomes the one of the generation; what the project file says instead
    // is held back until it changes.
    Task<Result<>> aim_back(std::string service, GenerationRecord goal, MemberView& view);

private:
    [[nodiscard]] Result<GenerationRecord> find(const std::string& service,
                                                std::uint64_t generation) const;
    [[nodiscard]] Result<Goals> find_goals(const Request& request) const;
    Task<Result<>> restore_files(const Goals& goals, Request& request);
    Task<Result<>> plan_restoration(const std::string& service, const GenerationRecord& goal,
                                    Restoration& restoration);
    [[nodiscard]] bool is_new_since(const std::string& service, const GenerationRecord& goal,
                                    const std::string& path) const;

    Files& files_;
    const Ledger& ledger_;
    const ProjectFile& file_;
    Looks& looks_;
    const Contents& contents_;
    Background& background_;
    MakeRestoration make_restoration_;
};

} // namespace hotreload::project
