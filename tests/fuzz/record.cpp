// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.hpp"
#include "state/record_json.hpp"

using namespace hotreload;

namespace {

void leave_services_out(ProjectRecord& record) {
    record.services.clear(); // version 1 had them; they have records of their own
}
void leave_services_out(auto&) {}

template <class T>
void check(std::string_view text) {
    auto record = state::read_record<T>(text);
    if (!record)
        return fuzz::expect(!record.error().message.empty(), "an error says what is wrong");
    leave_services_out(*record);
    fuzz::expect(state::read_record<T>(state::write_record(*record)) == *record,
                 "what is written is read back");
}

} // namespace

// A file of the state directory, which may be damaged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    check<ProjectRecord>(text);
    check<MemberRecord>(text);
    check<state::History>(text);
    return 0;
}
