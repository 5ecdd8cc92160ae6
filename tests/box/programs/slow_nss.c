// SPDX-License-Identifier: LGPL-2.1-or-later

// The name service "slow" of nsswitch.conf(5): it knows the user "faraway", and says so of it once
// somebody has opened the FIFO for writing, where there is one: until then, it hangs.

#include <errno.h>
#include <fcntl.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

static const char kFifo[] = "/run/slow-nss";
static const uid_t kUser = 4242;

static enum nss_status answer(int known, struct passwd* user, char* buffer, size_t size,
                              int* error) {
    static const char kName[] = "faraway";
    if (!known)
        return NSS_STATUS_NOTFOUND;
    const int fifo = open(kFifo, O_RDONLY | O_CLOEXEC);
    if (fifo >= 0)
        close(fifo);
    if (size < sizeof kName) {
        *error = ERANGE;
        return NSS_STATUS_TRYAGAIN;
    }
    memcpy(buffer, kName, sizeof kName);
    *user = (struct passwd){.pw_name = buffer,
                            .pw_passwd = buffer + sizeof kName - 1,
                            .pw_uid = kUser,
                            .pw_gid = kUser,
                            .pw_gecos = buffer + sizeof kName - 1,
                            .pw_dir = "/",
                            .pw_shell = "/bin/false"};
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_slow_getpwnam_r(const char* name, struct passwd* user, char* buffer,
                                     size_t size, int* error) {
    return answer(strcmp(name, "faraway") == 0, user, buffer, size, error);
}

enum nss_status _nss_slow_getpwuid_r(uid_t id, struct passwd* user, char* buffer, size_t size,
                                     int* error) {
    return answer(id == kUser, user, buffer, size, error);
}
