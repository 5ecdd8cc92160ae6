// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/lookups.hpp"

#include "config/digest.hpp"
#include "config/paths.hpp"
#include "os/accounts.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace hotreload {

namespace {

Result<std::string> ask_program(Reading& reading, const std::string& name) {
    return reading.programs.resolve({reading.project.directory, reading.user, reading.path}, name);
}

Result<std::string> ask_env_file(Reading& reading, const std::string& path) {
    return reading.read_env_file(path);
}

int ask_type(Reading&, const std::string& path) {
    struct stat status = {};
    return ::stat(path.c_str(), &status) < 0 ? -errno : static_cast<int>(status.st_mode & S_IFMT);
}

// The user's groups are asked for when a socket of it is made or its directories are looked into,
// and nobody waits there.
std::optional<std::string> ask_user(Reading&, const std::string& name) {
    auto& accounts = os::system_accounts();
    (void)accounts.user(name);
    if (const auto id = accounts.user_id(name))
        accounts.foresee_groups(*id);
    return why_no_user(name);
}

std::optional<std::string> ask_group(Reading&, const std::string& name) {
    return why_no_group(name);
}

Result<PathStart> ask_start(Reading& reading, const std::string& path) {
    return start_of_path(reading.project.directory, reading.user, path);
}

Digest digest_of(const Error& error) {
    return DigestText().add(static_cast<int>(error.code)).add(error.message).digest();
}

Digest digest_of(const std::string& text) {
    return digest_of_text(text);
}

Digest digest_of(const PathStart& start) {
    return DigestText().add(start.directory).add(start.rest).digest();
}

Digest digest_of(int number) {
    return {static_cast<std::uint64_t>(number), 0};
}

Digest digest_of(const std::optional<std::string>& why) {
    return digest_of(why.value_or(""));
}

template <class T>
Digest digest_of(const Result<T>& answer) {
    return answer ? digest_of(*answer) : digest_of(answer.error());
}

template <auto Ask>
Digest digest_of_answer(Reading& reading, const std::string& subject) {
    return digest_of(Ask(reading, subject));
}

template <auto Ask>
auto look_up(Reading& reading, const std::string& subject) {
    auto answer = Ask(reading, subject);
    if (reading.member)
        reading.member->lookups.push_back({digest_of_answer<Ask>, subject, digest_of(answer)});
    return answer;
}

} // namespace

Result<std::string> look_up_program(Reading& reading, const std::string& name) {
    return look_up<ask_program>(reading, name);
}

Result<std::string> look_up_env_file(Reading& reading, const std::string& path) {
    return look_up<ask_env_file>(reading, path);
}

int look_up_type(Reading& reading, const std::string& path) {
    return look_up<ask_type>(reading, path);
}

std::optional<std::string> look_up_user(Reading& reading, const std::string& name) {
    return look_up<ask_user>(reading, name);
}

std::optional<std::string> look_up_group(Reading& reading, const std::string& name) {
    return look_up<ask_group>(reading, name);
}

// Only that of "~/" is the machine's to say.
Result<PathStart> look_up_start(Reading& reading, const std::string& path) {
    return path.starts_with('~') ? look_up<ask_start>(reading, path) : ask_start(reading, path);
}

bool same_answers(Reading& reading, const MemberReading& member) {
    return std::ranges::all_of(member.lookups, [&](const Lookup& lookup) {
        return lookup.ask(reading, lookup.subject) == lookup.answer;
    });
}

} // namespace hotreload
