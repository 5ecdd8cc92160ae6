// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/authority.hpp"

#include "ipc/methods.hpp"
#include "ipc/permission.hpp"

#include <fcntl.h>

#include <format>
#include <utility>

namespace hotreload::ipc {

namespace {

Permission permission_of(const Method& method, const Arguments& arguments) {
    // Who plans with force only looks.
    const bool acts = method.permission != Permission::Inspect;
    return acts && (arguments.force || arguments.restore_files) ? Permission::Force
                                                                : method.permission;
}

// For another question. A pidfd that cannot be had again is a process that nobody is asked about.
Caller another(const Caller& caller) {
    return {.uid = caller.uid,
            .comm = caller.comm,
            .bus_name = caller.bus_name,
            .pidfd = Fd(caller.pidfd ? ::fcntl(caller.pidfd.get(), F_DUPFD_CLOEXEC, 0) : -1),
            .interactive = caller.interactive};
}

// "DebugEvents" as the words of a sentence: "debug events".
std::string words_of(std::string_view method) {
    std::string words;
    for (const char c : method) {
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital && !words.empty())
            words += ' ';
        words += static_cast<char>(capital ? c - 'A' + 'a' : c);
    }
    return words;
}

// A control character, of ASCII or behind it: what is shown at a terminal would obey it.
bool has_control(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool two = byte == 0xc2 && i + 1 < text.size(); // U+0080 to U+00BF
        if (byte < 0x20 || byte == 0x7f || (two && static_cast<unsigned char>(text[i + 1]) < 0xa0))
            return true;
    }
    return false;
}

// The project that a target names: none of a path's, which begins with the slash.
std::string project_of(const std::string& target) {
    return target.substr(0, target.find('/'));
}

// What rules may look at, and what a person who is asked is shown.
std::map<std::string, std::string> details_of(std::string_view method, const std::string& target) {
    const auto slash = target.find('/');
    const bool is_path = target.starts_with('/');
    return {{"action", words_of(method)},
            {"target", target.empty() ? "all services" : target},
            {"project", project_of(target)},
            {"service", is_path || slash == std::string::npos ? "" : target.substr(slash + 1)}};
}

} // namespace

std::string_view action_id(Permission permission) {
    switch (permission) {
    case Permission::Everyone:
        return "";
    case Permission::Manage:
        return "org.hotreload.manage";
    case Permission::Control:
        return "org.hotreload.control";
    case Permission::Force:
        return "org.hotreload.force";
    case Permission::Apply:
        return "org.hotreload.apply";
    case Permission::Inspect:
        break;
    }
    return "org.hotreload.inspect";
}

// Counts as long as it lives.
class Authority::Asking {
public:
    Asking(std::shared_ptr<Counts> counts, std::pair<uid_t, bool> of)
        : counts_(std::move(counts)), of_(of) {
        ++counts_->all;
        ++counts_->of[of_];
    }
    ~Asking() {
        --counts_->all;
        if (const auto same = counts_->of.find(of_); --same->second == 0)
            counts_->of.erase(same);
    }
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

private:
    const std::shared_ptr<Counts> counts_;
    const std::pair<uid_t, bool> of_;
};

Task<Result<>> Authority::admit(Caller caller, const Method& method, const Arguments& arguments) {
    if (method.permission == Permission::Everyone || permitted(caller.uid, owner_))
        co_return Result<>{};
    const auto permission = permission_of(method, arguments);
    if (owner_ != 0)
        co_return fail(ErrorCode::NotAuthorized,
                       std::format("{} ({}) is for the user that this instance belongs to",
                                   method.name, action_id(permission)));
    const auto has_it = co_await has_right(caller.uid, permission, method, arguments);
    if (!has_it)
        co_return std::unexpected(has_it.error());
    if (*has_it)
        co_return Result<>{};
    if (!polkit_)
        co_return fail(ErrorCode::NotAuthorized,
                       std::format("{} ({}) on the system instance is for root only", method.name,
                                   action_id(permission)));
    // To force is more than to control, and no more than another permission is: who may do that
    // has to have both.
    if (permission == Permission::Force && method.permission != Permission::Control)
        if (auto may = co_await ask(another(caller), method.permission, std::string(method.name),
                                    arguments.target);
            !may)
            co_return may;
    co_return co_await ask(std::move(caller), permission, std::string(method.name),
                           arguments.target);
}

// Of what there is not, and of what is somebody else's, the answer is the same.
Task<Result<bool>> Authority::has_right(uid_t caller, Permission permission, const Method& method,
                                        const Arguments& arguments) {
    const bool is_operators = permission == Permission::Control && !arguments.target.empty();
    if (!rights_ || (!is_operators && !method.readable))
        co_return false;
    const std::pair of(caller, false);
    const auto same = looking_up_->of.find(of);
    if (same != looking_up_->of.end() && same->second >= kMostOfOneUser)
        co_return fail(ErrorCode::Busy, "what you have a right to is being looked up for too many "
                                        "calls: call again when one of them has ended");
    const Asking counted(looking_up_, of);
    auto looking = is_operators ? rights_->operates(caller, project_of(arguments.target))
                                : method.readable(*rights_, caller, arguments);
    co_return co_await std::move(looking);
}

Audience Authority::audience(uid_t caller, const Method& method) const {
    return permitted(caller, owner_) || method.permission == Permission::Inspect
               ? Audience::Inspectors
               : Audience::Everybody;
}

Task<Result<>> Authority::ask(Caller caller, Permission permission, std::string method,
                              std::string target) {
    if (has_control(target))
        co_return fail(ErrorCode::NotAuthorized,
                       method + " of what has control characters in its name is for root only");
    const std::pair of(caller.uid, caller.interactive);
    const auto same = asking_->of.find(of);
    const auto most = caller.interactive ? kMostWithAPerson : kMostOfOneUser;
    if (asking_->all >= kMostQuestions || (same != asking_->of.end() && same->second >= most))
        co_return fail(ErrorCode::Busy, "polkit is being asked about too many calls: call again "
                                        "when one of them has ended");
    const auto what = std::format("{} ({})", method, action_id(permission));
    Polkit::Question question{.action = std::string(action_id(permission)),
                              .details = details_of(method, target),
                              .interactive = caller.interactive,
                              .counted = std::make_shared<const Asking>(asking_, of)};
    Subject subject{std::move(caller.bus_name), std::move(caller.pidfd), caller.uid};
    if (subject.bus_name.empty() && !subject.process)
        co_return fail(ErrorCode::NotAuthorized,
                       what + " is for root only here: the kernel does not tell which process "
                              "calls, and polkit has to know it");
    const bool interactive = question.interactive;
    const auto answer = co_await polkit_->ask(std::move(subject), std::move(question));
    if (!answer && answer.error().code == ErrorCode::NotFound)
        co_return fail(ErrorCode::NotAuthorized,
                       std::format("{} on the system instance is for root only, as there is no "
                                   "polkit to ask about others: {}",
                                   what, answer.error().message));
    if (!answer)
        co_return fail(ErrorCode::NotAuthorized, std::format("{}: polkit cannot say who may: {}",
                                                             what, answer.error().message));
    switch (*answer) {
    case Polkit::Answer::Yes:
        co_return Result<>{};
    case Polkit::Answer::Dismissed:
        co_return fail(ErrorCode::NotAuthorized, what + ": no password was given");
    case Polkit::Answer::Challenge:
        if (!interactive)
            co_return fail(ErrorCode::NeedsPassword,
                           what + " takes a password, or a rule of polkit's that lets you");
        co_return fail(ErrorCode::NotAuthorized,
                       what + " takes a password, and polkit finds nobody to ask for one: "
                              "hotreloadctl asks at a terminal");
    case Polkit::Answer::No:
        break;
    }
    co_return fail(ErrorCode::NotAuthorized,
                   what + " is not for you, says polkit: an administrator can let you by a rule");
}

} // namespace hotreload::ipc
