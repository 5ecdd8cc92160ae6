// SPDX-License-Identifier: LGPL-2.1-or-later
#include "raw_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum what { WATCH = 1, READ = 2, STAT = 4 };

static long read_file(int dir, const char* name) {
    static char buffer[128 * 1024];
    const int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    while (read(fd, buffer, sizeof buffer) > 0)
        ;
    close(fd);
    return 1;
}

// `path` is a buffer of PATH_MAX that is written to and put back.
static long walk(int inotify, int at, const char* name, char* path, size_t length, int what) {
    long seen = 1;
    if ((what & WATCH) && inotify_add_watch(inotify, path,
                                            IN_MOVE_SELF | IN_DELETE_SELF | IN_DELETE | IN_MOVE | IN_CREATE | IN_MODIFY |
                                                IN_CLOSE_WRITE | IN_ATTRIB | IN_ONLYDIR | IN_DONT_FOLLOW) < 0)
        return -1;
    const int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return -1;
    for (struct dirent* entry; (entry = readdir(dir));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        struct stat status;
        if (entry->d_type == DT_DIR) {
            const int more = sprintf(path + length, "/%s", entry->d_name);
            const long below = walk(inotify, fd, entry->d_name, path, length + (size_t)more, what);
            path[length] = 0;
            if (below < 0)
                return -1;
            seen += below;
        } else if ((what & READ) && read_file(fd, entry->d_name) < 0) {
            return -1;
        } else if ((what & STAT) && fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
            return -1;
        } else {
            ++seen;
        }
    }
    closedir(dir);
    return seen;
}

static long walk_from(int inotify, const char* path, int what) {
    char buffer[4096];
    strcpy(buffer, path);
    return walk(inotify, AT_FDCWD, path, buffer, strlen(buffer), what);
}

long raw_watch(int inotify, const char* path) { return walk_from(inotify, path, WATCH); }
long raw_read(int inotify, const char* path) { return walk_from(inotify, path, WATCH | READ); }
long raw_stat(const char* path) { return walk_from(-1, path, STAT); }

long raw_drain(int inotify) {
    static _Alignas(struct inotify_event) char buffer[64 * 1024];
    long events = 0;
    for (ssize_t size; (size = read(inotify, buffer, sizeof buffer)) > 0;)
        for (char* at = buffer; at < buffer + size; ++events)
            at += sizeof(struct inotify_event) + ((struct inotify_event*)at)->len;
    return events;
}
