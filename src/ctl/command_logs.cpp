// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/log_follow.hpp"
#include "ctl/option_values.hpp"
#include "ctl/time_text.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <format>

namespace hotreload::ctl {

namespace {

std::optional<int> parse_priority(const std::string& word) {
    constexpr std::array names = {"emerg",   "alert",  "crit", "err",
                                  "warning", "notice", "info", "debug"};
    for (std::size_t i = 0; i < names.size(); ++i)
        if (word == names[i] || word == std::to_string(i))
            return static_cast<int>(i);
    return std::nullopt;
}

std::string quote(const std::string& word) {
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

class Logs final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
        app.add_flag("-f,--follow", follow_, "Go on with what is written from now on");
        app.add_option("-n,--lines", lines_, "Only the last LINES; default: all, with -f 10")
            ->type_name("LINES")
            ->check(whole_number());
        app.add_option("-S,--since", since_, "What was written since: \"14:03\", today, \"1h ago\"")
            ->type_name("TIME");
        app.add_option("-p,--priority", priority_, "As important as that, or more: err, 3")
            ->type_name("PRIORITY");
        app.add_option("-g,--grep", pattern_, "Whose text matches a regular expression")
            ->type_name("PATTERN");
    }

    Answer<ExitStatus> run(Session& session) override {
        auto begin = begin_of();
        if (!begin)
            return std::unexpected(std::move(begin.error()));
        if (session.options().remote())
            return run_there(session.options());
        auto sources = find_sources(session);
        if (!sources)
            return std::unexpected(std::move(sources.error()));
        const auto logs = LogFollow::open(session.out(), std::move(*sources),
                                          session.options().on_user_bus(), std::move(*begin));
        if (!logs)
            return std::unexpected(logs.error());
        if (!follow_) {
            session.out().page();
            (*logs)->print();
            return ExitStatus::Ok;
        }
        os::EventLoop loop;
        const os::SignalSource interrupt(loop, SIGINT, [&] { loop.exit(0); });
        const os::SignalSource terminate(loop, SIGTERM, [&] { loop.exit(0); });
        (*logs)->follow(loop);
        loop.run();
        return ExitStatus::Ok;
    }

private:
    [[nodiscard]] Answer<LogBegin> begin_of() const {
        LogBegin begin{.last_lines = lines_, .since_usec = 0, .times = true, .filter = {}};
        if (!lines_ && follow_ && since_.empty())
            begin.last_lines = 10;
        if (!since_.empty()) {
            const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::system_clock::now().time_since_epoch());
            const auto since = parse_time(since_, static_cast<std::uint64_t>(now.count()));
            if (!since)
                return give_up(ExitStatus::Usage, "--since: " + since.error().message);
            begin.since_usec = *since;
        }
        if (!priority_.empty()) {
            const auto priority = parse_priority(priority_);
            if (!priority)
                return give_up(ExitStatus::Usage,
                               std::format("--priority: \"{}\" is none of emerg, alert, crit, err, "
                                           "warning, notice, info, debug, or 0 to 7",
                                           priority_));
            begin.filter.priority = *priority;
        }
        if (!pattern_.empty()) {
            auto pattern = Grep::compile(pattern_);
            if (!pattern)
                return give_up(ExitStatus::Usage, std::format("--grep: \"{}\" is no pattern: {}",
                                                              pattern_, pattern.error()));
            begin.filter.pattern = *std::move(pattern);
        }
        return begin;
    }

    // The journal of another host is read by hotreloadctl there. Does not return when ssh runs.
    [[nodiscard]] Answer<ExitStatus> run_there(const GlobalOptions& options) const {
        if (!options.machine.empty() || options.host.contains('/'))
            return give_up(ExitStatus::Usage, "logs of a container are to be read in it, or see "
                                              "journalctl -M");
        const auto colon = options.host.find(':');
        std::vector<std::string> words = {"ssh"};
        if (colon != std::string::npos)
            words.insert(words.end(), {"-p", options.host.substr(colon + 1)});
        words.insert(words.end(), {"--", options.host.substr(0, colon), "hotreloadctl", "--system",
                                   "--no-pager", "logs"});
        if (options.json != JsonMode::Off)
            words.emplace_back(options.json == JsonMode::Pretty ? "--json=pretty" : "--json=short");
        if (follow_)
            words.emplace_back("--follow");
        if (lines_)
            words.push_back("--lines=" + std::to_string(*lines_));
        // The shell there takes the words apart once more.
        for (const auto& [name, value] :
             {std::pair{"since", since_}, {"priority", priority_}, {"grep", pattern_}})
            if (!value.empty())
                words.push_back(std::format("--{}={}", name, quote(value)));
        words.emplace_back("--");
        for (const auto& target : targets_)
            words.push_back(quote(target));
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        ::execvp(arguments.front(), arguments.data());
        return give_up(ExitStatus::Failed,
                       std::string("ssh cannot be run: ") + std::strerror(errno));
    }

    // The daemon knows the project of this directory and which units are attached. Without it,
    // what is named in full can still be read.
    Answer<std::vector<LogSource>> find_sources(Session& session) {
        auto projects = session.projects();
        if (!projects && (targets_.empty() || projects.error().status != ExitStatus::NoDaemon))
            return std::unexpected(std::move(projects.error()));
        const auto known = projects.value_or(std::vector<ProjectState>{});
        return resolve_targets(targets_, known, session.directory())
            .and_then([&](const std::vector<Target>& targets) -> Answer<std::vector<LogSource>> {
                if (targets.empty())
                    return give_up(ExitStatus::Failed, "there are no projects");
                // The journal may remember what the daemon does not know any more.
                if (const auto found = select(known, targets); projects && !found)
                    std::fprintf(stderr, "hotreloadctl: %s; this is what the journal has of it\n",
                                 found.error().message.c_str());
                return log_sources(targets, known);
            });
    }

    std::vector<std::string> targets_;
    std::optional<std::uint64_t> lines_;
    std::string since_;
    std::string priority_;
    std::string pattern_;
    bool follow_ = false;
};

} // namespace

std::unique_ptr<Command> make_logs() {
    return std::make_unique<Logs>();
}

} // namespace hotreload::ctl
