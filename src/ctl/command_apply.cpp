// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/duration.hpp"
#include "ctl/command.hpp"
#include "ctl/live_file.hpp"
#include "ctl/transactions.hpp"

#include <filesystem>

namespace hotreload::ctl {

namespace {

class Apply final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", target_, "PROJECT, PROJECT/SERVICE or SERVICE")->required();
        app.add_option("FILE", files_,
                       "A file with what the watched file of its name is to hold; FILE=PATH for "
                       "the watched file PATH; - is standard input")
            ->required();
        app.add_option("--confirm", options_.confirm,
                       "Put it back after this time, unless it is confirmed: 30s, 10min")
            ->type_name("TIME");
        app.add_flag("--force", options_.force, "Carry out what waits");
        app.add_flag("--no-wait", no_wait_, "Do not wait for the end");
    }

    Answer<ExitStatus> run(Session& session) override {
        if (const auto time = parse_duration(options_.confirm); !options_.confirm.empty() && !time)
            return give_up(ExitStatus::Usage, "--confirm: " + time.error().message);
        const auto targets = targets_of(session, {target_});
        if (!targets)
            return std::unexpected(targets.error());
        std::vector<FileContent> contents;
        for (const auto& file : files_) {
            auto content = content_for(session, targets->front(), file);
            if (!content)
                return std::unexpected(std::move(content.error()));
            contents.push_back(*std::move(content));
        }
        return run_transactions(session, {target_}, !no_wait_,
                                [&](Daemon& daemon, const std::string& target) {
                                    return daemon.apply(target, contents, options_);
                                });
    }

private:
    static Answer<FileContent> content_for(Session& session, const Target& target,
                                           const std::string& word) {
        const auto equals = word.rfind('=');
        const auto file = word.substr(0, equals);
        if (file == "-" && equals == std::string::npos)
            return give_up(ExitStatus::Usage, "standard input has no name: give -=PATH");
        const auto name = equals == std::string::npos
                              ? std::filesystem::path(file).filename().string()
                              : word.substr(equals + 1);
        auto path = find_live_file(session, target, name);
        if (!path)
            return std::unexpected(std::move(path.error()));
        return content_of(file).transform([&](sdbus::UnixFd&& content) {
            return FileContent{*std::move(path), std::move(content)};
        });
    }

    std::string target_;
    std::vector<std::string> files_;
    ApplyOptions options_;
    bool no_wait_ = false;
};

} // namespace

std::unique_ptr<Command> make_apply() {
    return std::make_unique<Apply>();
}

} // namespace hotreload::ctl
