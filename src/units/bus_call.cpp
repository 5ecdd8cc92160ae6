// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/bus_call.hpp"

#include <array>
#include <utility>

namespace hotreload::units {

bool BusError::is(std::string_view last_part) const {
    return std::string_view(name).ends_with(last_part) && name.size() > last_part.size() &&
           name[name.size() - last_part.size() - 1] == '.';
}

Error to_error(const BusError& error) {
    static constexpr std::array<std::pair<std::string_view, ErrorCode>, 11> codes = {{
        {"NoSuchUnit", ErrorCode::NotFound},
        {"LoadFailed", ErrorCode::NotFound},
        {"NoSuchProcess", ErrorCode::NotFound},
        {"InvalidArgs", ErrorCode::Invalid},
        {"JobTypeNotApplicable", ErrorCode::Invalid},
        {"BadUnitSetting", ErrorCode::Invalid},
        {"UnitMasked", ErrorCode::Invalid},
        {"AccessDenied", ErrorCode::NotAuthorized},
        {"InteractiveAuthorizationRequired", ErrorCode::NotAuthorized},
        {"NoReply", ErrorCode::TimedOut},
        {"Timeout", ErrorCode::TimedOut},
    }};
    for (const auto& [last_part, code] : codes)
        if (error.is(last_part))
            return {code, error.message};
    return {ErrorCode::Failed, error.message.empty() ? error.name : error.message};
}

namespace {

// The connection is lost when there is no bus to answer any more: sd-bus says it of a call and of
// the reply to one.
bool connection_lost(const BusError& error) {
    return error.is("Disconnected") || error.is("ECONNRESET") || error.is("ENOTCONN") ||
           error.is("EPIPE") || (error.is("NoReply") && error.message == "Connection terminated");
}

} // namespace

void CallLine::send_next() {
    while (waiting_for_reply_ < at_once_ && !in_line_.empty()) {
        auto* call = in_line_.front();
        in_line_.pop_front();
        call->send();
    }
}

BusCall::BusCall(CallLine& line, sdbus::IProxy& proxy, MakeMessage make_message)
    : line_(line), proxy_(proxy), make_message_(std::move(make_message)), answer_(line.executor_) {
    line_.in_line_.push_back(this);
    line_.send_next();
}

BusCall::~BusCall() {
    leave_line();
}

void BusCall::leave_line() {
    const auto stage = std::exchange(stage_, Stage::Answered);
    if (stage == Stage::InLine)
        line_.in_line_.remove(this);
    if (stage == Stage::Sent) {
        --line_.waiting_for_reply_;
        line_.send_next();
    }
}

void BusCall::send() {
    stage_ = Stage::Sent;
    ++line_.waiting_for_reply_;
    auto sent = guarded([&] {
        return proxy_.callMethodAsync(
            std::exchange(make_message_, {})(),
            [this](const sdbus::MethodReply& reply, std::optional<sdbus::Error> error) {
                if (!error && hook_)
                    hook_(reply);
                if (error)
                    answer({error->getName(), error->getMessage()});
                else
                    answer_.resolver()(reply);
                leave_line();
            },
            sdbus::return_slot);
    });
    if (sent) {
        slot_ = std::move(*sent);
        return;
    }
    answer(std::move(sent).error());
    stage_ = Stage::Answered;
    --line_.waiting_for_reply_;
}

// The process ends without its bus (exit-on-disconnect). The loss says nothing of a unit, so that
// nobody is to act on it meanwhile, or to put it on record: whoever waits for the answer does not
// go on.
void BusCall::answer(BusError error) {
    if (!connection_lost(error))
        answer_.resolver()(std::unexpected(std::move(error)));
}

} // namespace hotreload::units
