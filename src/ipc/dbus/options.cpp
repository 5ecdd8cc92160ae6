// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/options.hpp"

#include "base/nearest.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <format>
#include <span>
#include <vector>

namespace hotreload::ipc {

namespace {

// Takes the options one by one; what is left over at the end was not known.
class OptionReader {
public:
    explicit OptionReader(const OptionMap& options) : options_(options) {}

    OptionReader& flag(std::string_view name, bool& value) {
        return take(name, value, "b", "a boolean");
    }
    OptionReader& text(std::string_view name, std::string& value) {
        return take(name, value, "s", "a string");
    }

    [[nodiscard]] Result<> finish() const {
        if (!error_.empty())
            return fail(ErrorCode::Invalid, error_);
        for (const auto& [name, value] : options_)
            if (std::ranges::find(known_, name) == known_.end())
                return fail(ErrorCode::Invalid, unknown(name));
        return {};
    }

private:
    template <class T>
    OptionReader& take(std::string_view name, T& value, std::string_view type,
                       std::string_view words) {
        known_.push_back(name);
        const auto found = options_.find(std::string(name));
        if (found == options_.end())
            return *this;
        if (const std::string_view given = found->second.peekValueType(); given == type)
            value = found->second.get<T>();
        else
            error_ = std::format("option \"{}\" is {} ({}), not {}", name, words, type, given);
        return *this;
    }

    [[nodiscard]] std::string unknown(const std::string& name) const {
        if (known_.empty())
            return std::format("unknown option \"{}\": the method takes none", name);
        std::string list;
        for (const auto known : known_)
            list += std::format("{}\"{}\"", list.empty() ? "" : ", ", known);
        const auto near = nearest(name, known_);
        return std::format("unknown option \"{}\"{}; the options are {}", name,
                           near ? std::format(", did you mean \"{}\"?", *near) : "", list);
    }

    const OptionMap& options_;
    std::vector<std::string_view> known_;
    std::string error_;
};

Result<std::optional<Strategy>> strategy_of(const std::string& word) {
    if (word == "auto")
        return std::nullopt;
    const auto strategy = parse_word<Strategy>(word);
    if (!strategy || is_manual(*strategy)) // manual is what force is for
        return fail(ErrorCode::Invalid,
                    std::format("option \"strategy\": unknown strategy \"{}\"; it is one of auto, "
                                "none, live, reload, swap, restart",
                                word));
    return strategy;
}

// The time of "drain"; nullopt: it was not given.
Result<std::optional<Duration>> drain_of(const std::string& text) {
    if (text.empty())
        return std::nullopt;
    auto duration = parse_duration(text);
    if (!duration)
        return std::unexpected(std::move(duration.error()).in_context("option \"drain\""));
    return *duration;
}

Result<> check_absolute(const std::string& path, std::string_view wanted) {
    if (path.starts_with('/'))
        return {};
    return fail(ErrorCode::Invalid,
                std::format("\"{}\" is not an absolute path: give {}", path, wanted));
}

} // namespace

Result<UpOptions> up_options(const OptionMap& options) {
    UpOptions result;
    return OptionReader(options).flag("wait", result.wait).finish().transform([&] {
        return result;
    });
}

Result<PlanRequest> plan_request(const OptionMap& options) {
    PlanRequest result;
    std::string strategy = "auto";
    return OptionReader(options)
        .flag("force", result.force)
        .text("strategy", strategy)
        .flag("validate", result.validate)
        .finish()
        .and_then([&] { return strategy_of(strategy); })
        .transform([&](const std::optional<Strategy>& least) {
            result.strategy = least;
            return result;
        });
}

Result<ReloadOptions> reload_options(const OptionMap& options) {
    ReloadOptions result;
    std::string strategy = "auto", drain;
    return OptionReader(options)
        .flag("force", result.force)
        .text("strategy", strategy)
        .text("drain", drain)
        .finish()
        .and_then([&] { return strategy_of(strategy); })
        .and_then([&](const std::optional<Strategy>& least) {
            result.strategy = least;
            return drain_of(drain);
        })
        .transform([&](const std::optional<Duration>& patience) {
            result.drain = patience;
            return result;
        });
}

Result<RollbackOptions> rollback_options(const OptionMap& options) {
    RollbackOptions result;
    std::string drain;
    return OptionReader(options)
        .flag("restore-files", result.restore_files)
        .text("drain", drain)
        .finish()
        .and_then([&] { return drain_of(drain); })
        .transform([&](const std::optional<Duration>& patience) {
            result.drain = patience;
            return result;
        });
}

Result<PauseOptions> pause_options(const OptionMap& options) {
    PauseOptions result;
    std::string time;
    auto read = OptionReader(options).text("for", time).text("reason", result.reason).finish();
    if (!read)
        return std::unexpected(std::move(read.error()));
    if (time.empty())
        return result;
    const auto duration = parse_duration(time);
    if (!duration)
        return std::unexpected(Error(duration.error()).in_context("option \"for\""));
    if (*duration <= Duration::zero() || *duration == kInfinity)
        return fail(ErrorCode::Invalid, std::format("option \"for\": \"{}\" is no time after "
                                                    "which anything could be resumed",
                                                    time));
    result.time = *duration;
    return result;
}

Result<> no_options(const OptionMap& options) {
    return OptionReader(options).finish();
}

Result<> check_path(const std::string& path) {
    if (auto absolute = check_absolute(path, "the whole path of a project's directory or of its "
                                             "hotreload.toml");
        !absolute)
        return absolute;
    struct stat st{};
    if (::stat(path.c_str(), &st) < 0)
        return fail(ErrorCode::Invalid,
                    std::format("{}: {}; give a project's directory or its hotreload.toml", path,
                                std::strerror(errno)));
    return {};
}

Result<> check_any_path(const std::string& path) {
    return check_absolute(path, "the whole path of the file or directory");
}

} // namespace hotreload::ipc
