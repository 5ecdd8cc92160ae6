// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/bus_polkit.hpp"

#include "base/completion.hpp"
#include "base/duration.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <chrono>
#include <format>
#include <limits>
#include <optional>
#include <utility>

namespace hotreload::ipc {

namespace {

constexpr const char* kAuthority = "org.freedesktop.PolicyKit1.Authority";
constexpr std::uint32_t kAllowUserInteraction = 1;
// Where no person is asked, rules answer in milliseconds, and polkit starts in a second; whoever
// asked for what everybody may see waits for it, too.
constexpr auto kWithoutAPerson = std::chrono::seconds(10);
// Microseconds: of the call itself, which the bus counts until there is a reply to it.
constexpr std::uint64_t kAsLongAsItTakes = std::numeric_limits<std::uint64_t>::max();

using Details = std::map<std::string, std::string>;
// "(sa{sv})" and "(bba{ss})" of org.freedesktop.PolicyKit1.Authority.
using BusSubject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
using BusAnswer = sdbus::Struct<bool, bool, Details>;

BusSubject to_bus(Subject subject) {
    if (!subject.bus_name.empty())
        return {"system-bus-name", {{"name", sdbus::Variant(subject.bus_name)}}};
    return {"unix-process",
            {{"pidfd", sdbus::Variant(sdbus::UnixFd(subject.process.release(), sdbus::adopt_fd))},
             {"uid", sdbus::Variant(static_cast<std::int32_t>(subject.uid))}}};
}

Polkit::Answer answer_of(const BusAnswer& answer) {
    const auto& [authorized, challenge, details] = answer;
    if (authorized)
        return Polkit::Answer::Yes;
    if (challenge)
        return Polkit::Answer::Challenge;
    return details.contains("polkit.dismissed") ? Polkit::Answer::Dismissed : Polkit::Answer::No;
}

Error error_of(const sdbus::Error& error) {
    const std::string& name = error.getName();
    // Not installed; masked by the administrator; not able to start.
    for (const std::string_view gone :
         {"ServiceUnknown", "UnitMasked", "NameHasNoOwner", "ChildExited", "ExecFailed"})
        if (name.ends_with(gone))
            return {ErrorCode::NotFound, error.getMessage()};
    return {ErrorCode::Failed, error.getMessage()};
}

} // namespace

class BusPolkit::Asked {
public:
    Asked(sdbus::IConnection& connection, sdbus::IProxy& authority, Clock& clock, std::string id)
        : connection_(connection),
          authority_(authority),
          id_(std::move(id)),
          answer_(clock),
          late_(clock.make_alarm()) {}
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;

    ~Asked() {
        if (!sent_ || *answered_)
            return;
        try {
            authority_.callMethod("CancelCheckAuthorization")
                .onInterface(kAuthority)
                .withArguments(id_)
                .dontExpectReply();
        } catch (const sdbus::Error&) { // the bus has gone, and the question with it
        }
    }

    Result<> send(Subject subject, const Question& question) {
        try {
            if (!subject.bus_name.empty())
                await_end_of(subject.bus_name);
            // The reply is waited for when the question is withdrawn, too: until it is there, the
            // call counts.
            authority_.callMethodAsync("CheckAuthorization")
                .onInterface(kAuthority)
                .withTimeout(kAsLongAsItTakes)
                .withArguments(to_bus(std::move(subject)), question.action, question.details,
                               question.interactive ? kAllowUserInteraction : 0U, id_)
                .uponReplyInvoke([resolve = answer_.resolver(), answered = answered_,
                                  counted = question.counted](std::optional<sdbus::Error> error,
                                                              BusAnswer answer) {
                    *answered = true;
                    if (error)
                        resolve(std::unexpected(error_of(*error)));
                    else
                        resolve(answer_of(answer));
                });
            sent_ = true;
            if (!question.interactive)
                late_->arm(kWithoutAPerson, [resolve = answer_.resolver()] {
                    resolve(fail(ErrorCode::Failed, std::format("it does not answer within {}",
                                                                format_duration(kWithoutAPerson))));
                });
            return {};
        } catch (const sdbus::Error& error) {
            return std::unexpected(error_of(error));
        } catch (const std::system_error& error) { // no descriptor is left for the process's
            return fail(ErrorCode::Failed, error.what());
        }
    }

    Completion<Result<Answer>>& answer() { return answer_; }

private:
    // Nobody needs the answer when the caller has left the bus.
    void await_end_of(const std::string& bus_name) {
        left_ = connection_.addMatchAsync(
            std::format("type='signal',sender='org.freedesktop.DBus',"
                        "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{}',"
                        "arg2=''",
                        bus_name),
            [resolve = answer_.resolver()](const sdbus::Message&) {
                resolve(fail(ErrorCode::NotAuthorized, "the caller has left"));
            },
            [](const sdbus::Message&) {}, sdbus::return_slot);
    }

    sdbus::IConnection& connection_;
    sdbus::IProxy& authority_;
    const std::string id_;
    Completion<Result<Answer>> answer_;
    sdbus::Slot left_;
    std::unique_ptr<Alarm> late_;
    bool sent_ = false;
    std::shared_ptr<bool> answered_ = std::make_shared<bool>(false);
};

BusPolkit::BusPolkit(sdbus::IConnection& connection, Clock& clock)
    : connection_(connection),
      clock_(clock),
      authority_(sdbus::createProxy(connection, sdbus::ServiceName("org.freedesktop.PolicyKit1"),
                                    sdbus::ObjectPath("/org/freedesktop/PolicyKit1/Authority"))) {}

Task<Result<Polkit::Answer>> BusPolkit::ask(Subject subject, Question question) {
    Asked asked(connection_, *authority_, clock_, std::format("hotreload-{}", ++last_));
    if (auto sent = asked.send(std::move(subject), question); !sent)
        co_return std::unexpected(std::move(sent.error()));
    co_return co_await asked.answer();
}

} // namespace hotreload::ipc
