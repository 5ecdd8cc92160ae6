// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/authority.hpp"
#include "ipc/methods.hpp"

#include <gtest/gtest.h>

namespace hotreload::ipc {
namespace {

Result<> admit(uid_t caller, uid_t owner, const Method& method) {
    const Authority authority(owner);
    auto asked = authority.admit({.uid = caller}, method, "shop");
    asked.start();
    EXPECT_TRUE(asked.done());
    return asked.take();
}

TEST(Authority, root_and_the_owner_may_do_everything_and_others_nothing) {
    for (const auto& method : method_table()) {
        EXPECT_TRUE(admit(0, 0, method));
        EXPECT_TRUE(admit(0, 1000, method));
        EXPECT_TRUE(admit(1000, 1000, method));
        for (const uid_t owner : {0U, 1000U}) {
            const auto refused = admit(1001, owner, method);
            ASSERT_FALSE(refused);
            EXPECT_EQ(refused.error().code, ErrorCode::NotAuthorized);
            EXPECT_TRUE(refused.error().message.contains(method.name));
            EXPECT_TRUE(refused.error().message.contains(action_id(method.permission)));
        }
    }
}

TEST(Authority, a_caller_of_no_known_user_is_not_admitted) {
    EXPECT_FALSE(admit(Caller().uid, 0, method_table().front()));
}

} // namespace
} // namespace hotreload::ipc
