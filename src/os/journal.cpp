// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/journal.hpp"

#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <format>

namespace hotreload::os {

namespace {

using enum MessageId;

// A uuid is for ever: catalogs in other languages and people's filters name it.
constexpr auto kTable = std::to_array<MessageRow>({
    {DaemonStarted, "DaemonStarted", "da55efc1372143ab9b144733ad1954dd"},
    {ProjectRegistered, "ProjectRegistered", "8534e2b40be2434480de8985aa574d4d"},
    {ProjectForgotten, "ProjectForgotten", "d04d0bebff76414988bf8c8fee637b66"},
    {ProjectInvalid, "ProjectInvalid", "beb37c332e634d6d9096573105fba7ec"},
    {Applying, "Applying", "e6086adecfc34089bb2566541332f055"},
    {AppliedLive, "AppliedLive", "25cbc06b03d548699ba58cf3970846ce"},
    {AppliedReload, "AppliedReload", "76561b6992744a85b4a986b84c7e570b"},
    {AppliedSwap, "AppliedSwap", "5d1f3c2ab7e94d0d9b6de1a4c5f0728e"},
    {AppliedRestart, "AppliedRestart", "9c9fd9711e814ba1b8d44508068cb8cc"},
    {Started, "Started", "971b7d26d24b4d6db6103e7ca013b9e2"},
    {Ran, "Ran", "e7b996b6007743bb8dfdf1383751d6eb"},
    {Stopped, "Stopped", "a5167dddaf714f94908794851d486fb8"},
    {Refused, "Refused", "36b4e3bf21bd4869941e1d3d2419ef60"},
    {RolledBack, "RolledBack", "0ffe68b4dc9842a39022eedfd1ab6ed6"},
    {NeedsAttention, "NeedsAttention", "c2a7b04e61d2429aa1f0cb2f6d3e9d51"},
    {Failed, "Failed", "ecd94b3f536145528a4483d95fbcc45b"},
    {Waiting, "Waiting", "b5578ccd70b04df6a8ab0ead9ddcc3a6"},
    {WatchIncomplete, "WatchIncomplete", "16cd7751d8b64719b45908b752e4fd24"},
    {FileMissing, "FileMissing", "e17aad0a0ede497eade1e2ebf465a7aa"},
    {RecordUnreadable, "RecordUnreadable", "02961eacf892426191ec67f3191e1026"},
    {WatchSuspended, "WatchSuspended", "4578a9840c40406daf455e59b720c8ae"},
    {DiedAtWork, "DiedAtWork", "7c1f6a0e8b7a4d0c9b5e2f3d6a81c4b9"},
    {Paused, "Paused", "17ec21fddf9d4abebc42ca607117cded"},
    {Resumed, "Resumed", "4b0cf5d527494a1c9240f197e7ec4f8e"},
    {AwaitsConfirmation, "AwaitsConfirmation", "a947f269e19240eca6f8cd5d96505cfe"},
    {Confirmed, "Confirmed", "3d1aa401fc5b45d7a75955d0aa5947ec"},
    {Unconfirmed, "Unconfirmed", "d96db5d66e2a4b1fa6765ab820b902ec"},
    {NotPutBack, "NotPutBack", "8f59fcb2e52f41c6b918fa145b750c82"},
    {NotPublished, "NotPublished", "2fa0015c5376439db845012c0e18bdd3"},
});

consteval bool table_follows_enum() {
    for (std::size_t i = 0; i < kTable.size(); ++i)
        if (std::to_underlying(kTable[i].id) != static_cast<int>(i) || kTable[i].uuid.size() != 32)
            return false;
    return kTable.back().id == Last;
}
static_assert(table_follows_enum(), "one row for each enumerator, in their order");

// $JOURNAL_STREAM names the device and inode that the service manager connected to the journal; a
// standard error that was redirected since has others. See systemd.exec(5).
bool stderr_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat st{};
    if (!stream || ::fstat(STDERR_FILENO, &st) < 0)
        return false;
    return std::string_view(stream) == std::format("{}:{}", st.st_dev, st.st_ino);
}

// A newline would begin another message when read back as text.
std::string one_line(std::string text) {
    for (char& c : text)
        if (c == '\n')
            c = ' ';
    return text;
}

} // namespace

std::span<const MessageRow> message_table() {
    return kTable;
}

std::string_view message_uuid(MessageId id) {
    return kTable.at(static_cast<std::size_t>(std::to_underlying(id))).uuid;
}

std::vector<std::string> journal_fields(const Message& message, bool of_a_user) {
    std::vector<std::string> fields{
        std::format("MESSAGE={}", message.text),
        std::format("PRIORITY={}", std::to_underlying(message.priority)),
        std::format("MESSAGE_ID={}", message_uuid(message.id)),
        "SYSLOG_IDENTIFIER=hotreloadd",
    };
    const auto add = [&](std::string_view name, const auto& value) {
        fields.push_back(std::format("{}={}", name, value));
    };
    if (!message.project.empty())
        add("HOTRELOAD_PROJECT", message.project);
    if (!message.service.empty())
        add("HOTRELOAD_SERVICE", message.service);
    if (message.generation)
        add("HOTRELOAD_GENERATION", message.generation);
    if (message.reload_id)
        add("HOTRELOAD_RELOAD_ID", to_string(message.reload_id));
    if (of_a_user && !message.unit.empty())
        add("USER_UNIT", message.unit);
    if (message.object_pid)
        add("OBJECT_PID", message.object_pid);
    if (!message.changes.empty())
        add("HOTRELOAD_CHANGES", message.changes);
    if (message.caller_uid)
        add("HOTRELOAD_CALLER_UID", *message.caller_uid);
    if (!message.caller_comm.empty())
        add("HOTRELOAD_CALLER_COMM", message.caller_comm);
    return fields;
}

Journal::Journal(bool debug, bool of_a_user)
    : structured_(stderr_is_journal()), debug_(debug), of_a_user_(of_a_user) {}

void Journal::write(const Message& message) noexcept {
    if (message.priority == Priority::Debug && !debug_)
        return;
    if (!structured_) {
        std::fprintf(stderr, "%s\n", one_line(message.text).c_str());
        return;
    }
    auto fields = journal_fields(message, of_a_user_);
    std::vector<iovec> parts;
    for (auto& field : fields)
        parts.push_back({field.data(), field.size()});
    // Nowhere is left to report that a message could not be written.
    (void)sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

void Journal::debug(const std::string& text) noexcept {
    if (!debug_)
        return;
    if (structured_)
        (void)sd_journal_send("MESSAGE=%s", text.c_str(), "PRIORITY=7",
                              "SYSLOG_IDENTIFIER=hotreloadd", nullptr);
    else
        std::fprintf(stderr, "%s\n", one_line(text).c_str());
}

} // namespace hotreload::os
