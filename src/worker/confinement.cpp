// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/confinement.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <memory>
#include <string>

namespace hotreload::worker {

namespace {

// A sanitizer needs address space without end, and reads /proc for its reports.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOTRELOAD_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(HOTRELOAD_SANITIZED)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr auto kAccount = "hotreload";          // of the package, see sysusers.d(5)
constexpr uid_t kNobody = 65534;                // where there is no such account
constexpr rlim_t kMostMemory = rlim_t{2} << 30; // bytes of address space
constexpr rlim_t kDescriptors = 3;              // those that it is started with

Result<> limit(int resource, rlim_t most) {
    const rlimit limits = {most, most};
    if (::setrlimit(resource, &limits) < 0)
        return fail_errno(errno, "setrlimit");
    return {};
}

Result<> set_limits() {
    struct Limit {
        int resource;
        rlim_t most;
    };
    for (const auto& [resource, most] :
         {Limit{RLIMIT_CORE, 0}, Limit{RLIMIT_FSIZE, 0}, Limit{RLIMIT_MEMLOCK, 0},
          Limit{RLIMIT_NPROC, 0}, Limit{RLIMIT_NOFILE, kDescriptors},
          Limit{RLIMIT_AS, kMostMemory}}) {
        if (kSanitized && (resource == RLIMIT_AS || resource == RLIMIT_NOFILE))
            continue;
        if (auto limited = limit(resource, most); !limited)
            return limited;
    }
    return {};
}

// Root becomes the package's own account; everybody else stays who it is.
Result<> change_user() {
    if (::geteuid() != 0)
        return {};
    uid_t user = kNobody;
    gid_t group = kNobody;
    if (const auto* const account = ::getpwnam(kAccount)) {
        user = account->pw_uid;
        group = account->pw_gid;
    }
    for (int capability = 0; ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; ++capability) {
    }
    if (::setgroups(0, nullptr) < 0 || ::setresgid(group, group, group) < 0 ||
        ::setresuid(user, user, user) < 0)
        return fail_errno(errno, "becoming another user");
    return {};
}

// Capabilities that a user's process was given, as ambient ones, are dropped, too.
Result<> drop_capabilities() {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none = {};
    if (::syscall(SYS_capset, &header, none.data()) < 0)
        return fail_errno(errno, "dropping capabilities");
    return {};
}

// The process ends with the one that started it, and root alone can read what it holds.
Result<> set_process_flags() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return fail_errno(errno, "prctl");
    return {};
}

// Takes all rights on files that the kernel can take, with no exception.
Result<> restrict_files() {
    const auto version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 0)
        return {}; // there is none, or it is off
    // The rights of the first version, and what each later one has added.
    landlock_ruleset_attr handled = {};
    handled.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    if (version >= 2)
        handled.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        handled.handled_access_fs |= LANDLOCK_ACCESS_FS_TRUNCATE;
    if (version >= 4)
        handled.handled_access_net = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
    if (version >= 5)
        handled.handled_access_fs |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
    if (version >= 6)
        handled.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
    const auto ruleset =
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0));
    if (ruleset < 0)
        return fail_errno(errno, "making a Landlock ruleset");
    const auto restricted = ::syscall(SYS_landlock_restrict_self, ruleset, 0);
    const int error = errno;
    ::close(ruleset);
    if (restricted < 0)
        return fail_errno(error, "entering a Landlock ruleset");
    return {};
}

// The system calls that reading, writing, memory and dying need, and those that the C library makes
// by itself.
constexpr std::array kAllowed = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

Result<> filter_system_calls() {
    const std::unique_ptr<void, decltype(&::seccomp_release)> filter(
        ::seccomp_init(SCMP_ACT_KILL_PROCESS), ::seccomp_release);
    if (!filter)
        return fail(ErrorCode::Failed, "making a filter of system calls");
    int error = 0;
    const auto allow = [&](int call, std::initializer_list<scmp_arg_cmp> conditions) {
        if (error == 0)
            error = ::seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call,
                                             static_cast<unsigned>(conditions.size()),
                                             conditions.begin());
    };
    for (const int call : kAllowed)
        allow(call, {});
    // No memory becomes code.
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)})
        allow(call, {{.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0}});
    // libfyaml asks whether its errors go to a terminal: nothing here is one.
    if (error == 0)
        error = ::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0);
    // abort() and the stack protector end this process by a signal to itself.
    const auto self = static_cast<scmp_datum_t>(::getpid());
    allow(SCMP_SYS(tgkill), {{.arg = 0, .op = SCMP_CMP_EQ, .datum_a = self, .datum_b = 0}});
    if (error == 0)
        error = ::seccomp_load(filter.get());
    if (error < 0)
        return fail_errno(-error, "entering a filter of system calls");
    return {};
}

// Messages of libraries are not to be taken for the daemon's: standard error goes nowhere, but
// where it has a sanitizer's report.
Result<> silence() {
    if (!kSanitized && ::dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
        return fail_errno(errno, "closing standard error");
    return {};
}

} // namespace

Result<> confine() {
    return change_user()
        .and_then(silence)
        .and_then(drop_capabilities)
        .and_then(set_process_flags) // after the change of user, which clears them
        .and_then(restrict_files)
        .and_then(set_limits)
        .and_then([] { return kSanitized ? Result<>() : filter_system_calls(); });
}

} // namespace hotreload::worker
