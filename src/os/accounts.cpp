// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/accounts.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace hotreload::os {

namespace {

using Kind = AccountQuestion::Kind;

constexpr auto kRemembered = std::chrono::minutes(1);
constexpr Duration kJustTold = std::chrono::seconds(1);
constexpr auto kNobody = static_cast<std::uint32_t>(-1);
constexpr gid_t kFirstOfPeople = 1000; // below are the system's own, see systemd's sysusers.d(5)

std::optional<std::uint32_t> number_of(std::string_view text) {
    std::uint32_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end)
        return std::nullopt;
    return number;
}

} // namespace

// Waiting is a learn() that waits, until it does not.
class SystemAccounts::Waiting {
public:
    Waiting(SystemAccounts& accounts, Inquiry& inquiry, Completion<bool>::Resolver done)
        : accounts_(accounts), inquiry_(inquiry), done_(std::move(done)) {
        accounts_.waiting_.push_back(this);
    }
    ~Waiting() { std::erase(accounts_.waiting_, this); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    void answered(const AccountQuestion& question, const Answer& answer) {
        if (inquiry_.missed_.erase(question) > 0)
            inquiry_.told_[question] = answer;
        end_if_complete(); // by another one, that waits for the same, or by us
    }
    void end_if_complete() {
        if (inquiry_.complete())
            done_(true);
    }

private:
    SystemAccounts& accounts_;
    Inquiry& inquiry_;
    Completion<bool>::Resolver done_;
};

SystemAccounts::Asking::Asking(SystemAccounts& accounts, Inquiry& inquiry) : accounts_(accounts) {
    if (Wall::now() > inquiry.begun_ + kRemembered)
        inquiry = Inquiry(inquiry.outdated_);
    inquiry.missed_.clear();
    accounts.inquiry_ = &inquiry;
}

// A turn that missed nothing leaves nothing to wait for to whoever waits since an earlier one.
SystemAccounts::Asking::~Asking() {
    accounts_.inquiry_ = nullptr;
    for (auto* const each : accounts_.waiting_)
        each->end_if_complete();
}

// The clock's time is steady_clock's.
Duration SystemAccounts::now() const {
    return clock_ ? clock_->now()
                  : std::chrono::duration_cast<Duration>(Wall::now().time_since_epoch());
}

void SystemAccounts::look_up_with(LookUps& look_ups, Clock& clock) {
    look_ups_ = &look_ups;
    clock_ = &clock;
}

void SystemAccounts::stop_looking_up() {
    look_ups_ = nullptr;
    clock_ = nullptr;
    under_way_.clear();
    absent_.clear();
}

// When the last of what the inquiry missed is given up.
Duration SystemAccounts::limit_of(const Inquiry& inquiry) const {
    auto limit = Duration::min();
    for (const auto& question : inquiry.missed_)
        if (const auto asked = under_way_.find(question); asked != under_way_.end())
            limit = std::max(limit, asked->second + kLimit);
    return limit;
}

Task<> SystemAccounts::learn(Inquiry& inquiry) {
    // Another turn of the inquiry may have missed something else meanwhile.
    for (auto end = limit_of(inquiry); clock_ && end > clock_->now(); end = limit_of(inquiry)) {
        Completion<bool> done(*clock_);
        const Waiting waiting(*this, inquiry, done.resolver());
        const auto alarm = clock_->make_alarm();
        alarm->arm(end - clock_->now(), [too_late = done.resolver()] { too_late(true); });
        co_await done;
    }
    for (const auto& question : std::exchange(inquiry.missed_, {})) {
        inquiry.told_.try_emplace(question);
        owed_.insert(question);
    }
}

void SystemAccounts::answered(const AccountQuestion& question, std::optional<Account> answer) {
    under_way_.erase(question);
    absent_.erase(question);
    if (!answer && question.named())
        absent_.emplace(question, clock_->now());
    // The old answer was told while this one was on its way.
    const auto before = known_.find(question);
    const bool is_another = before != known_.end() && before->second.value != answer;
    if (is_another)
        private_.clear();
    const auto& known = remember(question, std::move(answer));
    for (auto* const each : waiting_)
        each->answered(question, known);
    const bool owed = owed_.erase(question) > 0;
    if ((owed || is_another) && on_learned)
        on_learned();
}

const SystemAccounts::Answer& SystemAccounts::remember(const AccountQuestion& question,
                                                       Answer answer) {
    auto& known = known_[question];
    known = {std::move(answer), now() + kRemembered};
    return known.value;
}

void SystemAccounts::ask(const AccountQuestion& question) {
    if (under_way_.try_emplace(question, clock_->now()).second)
        look_ups_->ask(question);
}

bool SystemAccounts::just_absent(const AccountQuestion& question) const {
    const auto told = absent_.find(question);
    return told != absent_.end() && clock_->now() - told->second < kJustTold;
}

const SystemAccounts::Answer* SystemAccounts::find(const AccountQuestion& question) {
    if (inquiry_)
        if (const auto told = inquiry_->told_.find(question); told != inquiry_->told_.end())
            return told->second ? &*told->second : nullptr;
    const auto known = known_.find(question);
    // An account is made when its name was told to be absent: a reading asks anew, but for one that
    // is there because of that answer.
    const bool absence_counts =
        !question.named() || (look_ups_ && (!inquiry_ || just_absent(question)));
    const bool counts = known != known_.end() && (known->second.value || absence_counts);
    if (counts && fresh(known->second))
        return &known->second.value;
    if (question.kind != Kind::GroupsOfUser) // which files may not have all of
        if (auto local = find_in_files(etc_, question))
            return &remember(question, std::move(local));
    if (!look_ups_)
        return &remember(question, ask_name_services(question).value_or(std::nullopt));
    ask(question);
    if (counts && !(inquiry_ && inquiry_->outdated_ == Inquiry::Outdated::IsUnknown))
        return &known->second.value;
    if (inquiry_)
        inquiry_->missed_.insert(question);
    else
        owed_.insert(question);
    return nullptr;
}

SystemAccounts::Found SystemAccounts::found(const AccountQuestion& question) {
    const auto* const answer = find(question);
    if (!answer)
        return std::unexpected(Unfound::Unknown);
    if (!*answer)
        return std::unexpected(Unfound::Absent);
    return **answer;
}

SystemAccounts::Found SystemAccounts::user(const std::string& name_or_number) {
    const auto number = number_of(name_or_number);
    return found(number ? AccountQuestion{.kind = Kind::UserNumbered, .number = *number}
                        : AccountQuestion{.kind = Kind::UserNamed, .name = name_or_number});
}

std::expected<uid_t, SystemAccounts::Unfound>
SystemAccounts::user_id(const std::string& name_or_number) {
    if (const auto number = number_of(name_or_number); number && *number != kNobody)
        return *number;
    return user(name_or_number).transform([](const Account& account) { return account.id; });
}

std::expected<gid_t, SystemAccounts::Unfound>
SystemAccounts::group_id(const std::string& name_or_number) {
    if (const auto number = number_of(name_or_number); number && *number != kNobody)
        return *number;
    return found({.kind = Kind::GroupNamed, .name = name_or_number})
        .transform([](const Account& account) { return account.id; });
}

// Files have groups of users that a server knows, too, and need not be waited for.
bool SystemAccounts::in_group_of_files(uid_t user, gid_t group) {
    auto& known = groups_of_files_[user];
    if (!fresh(known)) {
        auto found = find_in_files(etc_, {.kind = Kind::GroupsOfUser, .number = user});
        known = {found ? std::move(found->groups) : std::vector<gid_t>(), now() + kRemembered};
    }
    return std::ranges::contains(known.value, group);
}

void SystemAccounts::foresee_groups(uid_t user) {
    const AccountQuestion question{.kind = Kind::GroupsOfUser, .number = user};
    const auto known = known_.find(question);
    if (look_ups_ && (known == known_.end() || !fresh(known->second)))
        ask(question);
}

std::optional<bool> SystemAccounts::member(uid_t user, gid_t group) {
    if (look_ups_ && in_group_of_files(user, group))
        return true;
    const auto* const answer = find({.kind = Kind::GroupsOfUser, .number = user});
    if (!answer)
        return std::nullopt;
    return *answer && std::ranges::contains((*answer)->groups, group);
}

std::optional<bool> SystemAccounts::private_group(gid_t group, uid_t user) {
    if (group == 0)
        return true;
    const std::pair of(group, user);
    if (const auto known = private_.find(of); known != private_.end() && fresh(known->second))
        return known->second.value;
    const auto told = find_private(group, user);
    if (told)
        private_[of] = {*told, now() + kRemembered};
    return told;
}

std::optional<bool> SystemAccounts::find_private(gid_t group, uid_t user) {
    const auto* const answer = find({.kind = Kind::GroupNumbered, .number = group});
    const auto* const owner = find({.kind = Kind::UserNumbered, .number = user});
    if (!answer || !owner)
        return std::nullopt;
    if (!*answer)
        return false;
    const Account& entry = **answer;
    const auto name = *owner ? (*owner)->name : std::to_string(user);
    const bool others = std::ranges::any_of(entry.members, [&](const std::string& member) {
        return member != "root" && member != name;
    });
    return !others && (entry.name == name ||
                       (group < kFirstOfPeople && !is_primary_of_others(etc_, group, user)));
}

std::string SystemAccounts::user_name(uid_t user) {
    const auto account = found({.kind = Kind::UserNumbered, .number = user});
    return account ? account->name : std::to_string(user);
}

std::string SystemAccounts::group_name(gid_t group) {
    const auto account = found({.kind = Kind::GroupNumbered, .number = group});
    return account ? account->name : std::to_string(group);
}

SystemAccounts& system_accounts() {
    static SystemAccounts accounts;
    return accounts;
}

} // namespace hotreload::os
