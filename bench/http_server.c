// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The service that `swaps` and `swap_time` put under load: HTTP/1.1 in one thread, and the
// behaviour on SIGTERM that a server needs for a change without a lost request.
//
//   http_server [--port N] [--linger MS]
//
// Listens on the sockets of LISTEN_FDS, or with --port on 127.0.0.1:N of its own. Each answer names
// the process and $GENERATION.
//
// On SIGTERM it accepts no more and goes when its last connection has gone. An idle connection that
// it closed could meet the client's next request half-way, and the client would see a reset: so the
// next request is waited for, and answered with `Connection: close`. Who has no client that comes
// back gives a --linger; the last word is systemd's time limit anyhow.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { max_fds = 65536, max_events = 256, accept_at_once = 64, head_size = 2048 };

struct connection {
    size_t used;
    char head[head_size];
};

static struct connection* connections[max_fds]; // by fd
static int open_connections;
static bool draining;
static int epoll;
static char body[128];

static void die(const char* what) {
    perror(what);
    exit(1);
}

static void add(int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die("epoll_ctl");
}

static int listen_on(int port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(fd, (const struct sockaddr*)&address, sizeof address) < 0 || listen(fd, SOMAXCONN) < 0)
        die("listen");
    return fd;
}

static void close_connection(int fd) {
    free(connections[fd]);
    connections[fd] = NULL;
    --open_connections;
    close(fd);
}

static void accept_some(int listener) {
    for (int i = 0; i < accept_at_once; ++i) {
        const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return; // the other generation, which has the same socket, may have been faster
        if (fd >= max_fds || !(connections[fd] = calloc(1, sizeof *connections[fd]))) {
            close(fd);
            return;
        }
        ++open_connections;
        add(fd, EPOLLIN);
    }
}

// Whether the connection stays.
static bool answer(int fd, const char* head) {
    const bool found = strncmp(head, "GET / ", 6) == 0 || strncmp(head, "GET /healthz ", 13) == 0;
    const bool keep = !draining && !strcasestr(head, "\r\nConnection: close");
    const char* text = found ? body : "not found\n";
    char out[512];
    const int length =
        snprintf(out, sizeof out,
                 "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n%s\r\n%s",
                 found ? "200 OK" : "404 Not Found", strlen(text),
                 keep ? "" : "Connection: close\r\n", text);
    // So little always fits, unless the client reads nothing.
    return send(fd, out, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) == length && keep;
}

static void serve(int fd) {
    struct connection* connection = connections[fd];
    const ssize_t got =
        recv(fd, connection->head + connection->used, head_size - 1 - connection->used, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        close_connection(fd);
        return;
    }
    connection->used += (size_t)got;
    connection->head[connection->used] = 0;
    char* end;
    while ((end = strstr(connection->head, "\r\n\r\n"))) {
        end[2] = 0; // a request that follows has its own header lines
        if (!answer(fd, connection->head)) {
            close_connection(fd);
            return;
        }
        connection->used -= (size_t)(end + 4 - connection->head);
        memmove(connection->head, end + 4, connection->used + 1);
    }
    if (connection->used == head_size - 1)
        close_connection(fd);
}

int main(int argc, char** argv) {
    int port = 0, linger = -1, listeners = sd_listen_fds(1);
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && strcmp(argv[i], "--port") == 0)
            port = atoi(argv[i + 1]);
        else if (i + 1 < argc && strcmp(argv[i], "--linger") == 0)
            linger = atoi(argv[i + 1]);
        else
            argc = 0;
    }
    if (argc == 0 || (listeners <= 0) == (port == 0)) {
        fprintf(stderr, "usage: http_server [--port N] [--linger MS], with LISTEN_FDS or a port\n");
        return 2;
    }
    const int first = port ? listen_on(port) : SD_LISTEN_FDS_START;
    if (port)
        listeners = 1;
    const char* generation = getenv("GENERATION");
    snprintf(body, sizeof body, "pid %d generation %.64s\n", getpid(),
             generation ? generation : "-");
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){max_fds, max_fds});

    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    const int signals = signalfd(-1, &term, SFD_CLOEXEC);
    if (signals < 0 || (epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
        die("epoll_create1");
    add(signals, EPOLLIN);
    for (int fd = first; fd < first + listeners; ++fd) {
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        add(fd, EPOLLIN | EPOLLEXCLUSIVE);
    }
    sd_notify(0, "READY=1");

    while (!draining || open_connections > 0) {
        struct epoll_event events[max_events];
        const int count = epoll_wait(epoll, events, max_events, draining ? linger : -1);
        if (count == 0)
            break; // nobody said a word for all of --linger
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < count; ++i) {
            const int fd = events[i].data.fd;
            if (fd == signals && !draining) {
                draining = true;
                // Closing alone would leave it in the set, as the next generation has it open, too.
                for (int each = first; each < first + listeners; ++each) {
                    epoll_ctl(epoll, EPOLL_CTL_DEL, each, NULL);
                    close(each);
                }
                epoll_ctl(epoll, EPOLL_CTL_DEL, signals, NULL);
                sd_notify(0, "STOPPING=1");
            } else if (fd >= first && fd < first + listeners) {
                if (!draining) // an event of the batch in which SIGTERM came
                    accept_some(fd);
            } else if (connections[fd]) {
                serve(fd);
            }
        }
    }
    return 0;
}
