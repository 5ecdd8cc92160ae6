// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What a tree costs without us, in plain C. Each gives the number of what it has seen; -1: errno.

long raw_watch(int inotify, const char* path); // readdir, and inotify_add_watch for each directory
long raw_read(int inotify, const char* path);  // and open, read, close of each file
long raw_stat(const char* path);               // readdir, and fstatat of each file
long raw_drain(int inotify);                   // read until nothing is left; counts the events
