// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/document_part.hpp"

#include <format>

namespace hotreload::ctl {

namespace {

class Get final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("CONFIG", config_, "PROJECT/CONFIG or CONFIG")->required();
        app.add_option("POINTER", where_, "A part: /log/level (JSON pointer) or log.level");
        app.add_flag("-r,--raw", raw_, "Print a string as it is, without quotes");
    }

    Answer<ExitStatus> run(Session& session) override {
        const auto target = find_config(session);
        if (!target)
            return std::unexpected(target.error());
        const auto text = session.ask(
            [&](Daemon& daemon) { return daemon.value(target->project, target->service); });
        if (!text)
            return std::unexpected(text.error());
        const auto name = target->text();
        if (text->empty())
            return give_up(
                ExitStatus::Failed,
                std::format("{0} has no value yet: \"hotreloadctl status {0}\" says why", name));
        const auto value = parse_json(*text);
        if (!value)
            return give_up(ExitStatus::Failed, "the daemon's value is not JSON");
        const auto part = find_part(*value, where_);
        if (!part)
            return give_up(part.error().status, name + ": " + part.error().message);
        print(session.out(), **part);
        return ExitStatus::Ok;
    }

private:
    Answer<Target> find_config(Session& session) {
        const auto projects = session.projects();
        if (!projects)
            return std::unexpected(projects.error());
        return resolve_document(config_, *projects, session.directory());
    }

    void print(Output& out, const Json& value) const {
        if (raw_ && value.is_string())
            return out.text(value.as<std::string>());
        if (out.wants_json())
            return out.json(value);
        std::string text;
        value.dump_pretty(text);
        out.text(text);
    }

    std::string config_;
    std::string where_;
    bool raw_ = false;
};

} // namespace

std::unique_ptr<Command> make_get() {
    return std::make_unique<Get>();
}

} // namespace hotreload::ctl
