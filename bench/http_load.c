// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Puts load on an HTTP server and tells what became of each request.
//
//   http_load ADDRESS:PORT [--new N] [--keep-alive M] [--seconds S | --until-stdin-closes]
//
// N clients open a connection for each request; M keep theirs, and open another when they are told
// `Connection: close`. Each sends its next request when it has the answer to the last one; after a
// refusal or another failure it waits 10 ms, or a server that is away would be refusing all the
// time. One line of JSON at the end: requests that were answered, and those that were
//   refused    ECONNREFUSED
//   reset      ECONNRESET, EPIPE or an end of file before the whole answer
//   failed     5 s without an answer, or an answer that is not a 200
// reconnects of the M, and the latency of the answers in µs, from connect(2) on where there is one.
#define _GNU_SOURCE
#include "receipt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { max_clients = 4096, max_events = 256, answer_size = 2048, precision_bits = 6 };

static const int64_t timeout_ns = INT64_C(5000000000);
static const int64_t pause_ns = INT64_C(10000000);

struct client {
    bool keeps_alive;
    int fd; // -1: none; then it waits until `since`
    bool connecting, awaiting, answered, told_to_close;
    int64_t since; // the request's begin
    size_t used;
    char answer[answer_size];
};

static struct sockaddr_in server = {.sin_family = AF_INET};
static struct client clients[max_clients];
static int client_count, epoll;
static bool ending;

static long requests, refused, resets, failed, reconnects;
static char example[128]; // of what went wrong last

// Buckets of 1/64 of a power of two: the quantiles are exact to 1.6 %.
static long histogram[64 << precision_bits];
static int64_t longest;

static void record(int64_t ns) {
    if (ns > longest)
        longest = ns;
    const int power = 63 - __builtin_clzll((uint64_t)ns | (1 << precision_bits));
    const int shift = power - precision_bits;
    ++histogram[((shift + 1) << precision_bits) +
                (int)((ns >> shift) & ((1 << precision_bits) - 1))];
}

static double quantile_us(double q) {
    const long rank = (long)(q * (double)requests);
    long seen = 0;
    for (int i = 0; i < (int)(sizeof histogram / sizeof *histogram); ++i) {
        if ((seen += histogram[i]) > rank) {
            const int shift = (i >> precision_bits) - 1;
            const int64_t mantissa = (1 << precision_bits) | (i & ((1 << precision_bits) - 1));
            return (double)(mantissa << shift) / 1000;
        }
    }
    return (double)longest / 1000;
}

static void watch(struct client* client, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = client};
    if (epoll_ctl(epoll, operation, client->fd, &event) < 0) {
        perror("epoll_ctl");
        exit(1);
    }
}

static void hang_up(struct client* client) {
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    client->awaiting = client->connecting = false;
}

static void went_wrong(struct client* client, long* counter, const char* what) {
    ++*counter;
    snprintf(example, sizeof example, "%s", what);
    hang_up(client);
    client->since = monotonic_ns() + pause_ns;
}

static void went_wrong_with(struct client* client, int error) {
    went_wrong(client,
               error == ECONNREFUSED                   ? &refused
               : error == ECONNRESET || error == EPIPE ? &resets
                                                       : &failed,
               strerror(error));
}

static void send_request(struct client* client) {
    static const char once[] = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
    static const char again[] = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
    const char* request = client->keeps_alive ? again : once;
    const size_t length = strlen(request);
    client->connecting = false;
    client->awaiting = true;
    client->answered = client->told_to_close = false;
    client->used = 0;
    if (send(client->fd, request, length, MSG_NOSIGNAL) != (ssize_t)length)
        went_wrong_with(client, errno);
}

// The next request: on the connection that there is, or on another.
static void next_request(struct client* client) {
    if (ending)
        return;
    client->since = monotonic_ns();
    if (client->fd >= 0) {
        send_request(client);
        return;
    }
    const int yes = 1;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(client->fd, (const struct sockaddr*)&server, sizeof server) == 0) {
        watch(client, EPOLL_CTL_ADD, EPOLLIN);
        send_request(client);
    } else if (errno == EINPROGRESS) {
        client->connecting = true;
        watch(client, EPOLL_CTL_ADD, EPOLLOUT);
    } else {
        went_wrong_with(client, errno);
    }
}

static void connected(struct client* client) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        went_wrong_with(client, error);
        return;
    }
    watch(client, EPOLL_CTL_MOD, EPOLLIN);
    send_request(client);
}

// Node puts the length anywhere, or chunks a body whose length it does not know: the server of the
// benchmark tells it.
static bool whole_answer(struct client* client) {
    client->answer[client->used] = 0;
    const char* end = strstr(client->answer, "\r\n\r\n");
    const char* length = strcasestr(client->answer, "\r\nContent-Length:");
    return end && length && length < end &&
           client->used >= (size_t)(end + 4 - client->answer) + strtoul(length + 17, NULL, 10);
}

static void read_answer(struct client* client) {
    const ssize_t got =
        recv(client->fd, client->answer + client->used, answer_size - 1 - client->used, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    // The server's end of the connection, after its answer: that way TIME_WAIT, which holds a port
    // of the client's back, is on the server's side.
    if (got <= 0 && (client->answered || !client->awaiting)) {
        reconnects += client->keeps_alive;
        hang_up(client);
        next_request(client);
        return;
    }
    if (got <= 0) {
        went_wrong_with(client, got < 0 ? errno : ECONNRESET);
        return;
    }
    client->used += (size_t)got;
    if (client->answered)
        return;
    if (whole_answer(client)) {
        if (strncmp(client->answer, "HTTP/1.1 200 ", 13) != 0) {
            went_wrong(client, &failed, "not a 200");
            return;
        }
        ++requests;
        record(monotonic_ns() - client->since);
        client->answered = true;
        client->told_to_close = strcasestr(client->answer, "\r\nConnection: close");
        if (!client->told_to_close)
            next_request(client);
    } else if (client->used == answer_size - 1) {
        went_wrong(client, &failed, "an answer without an end");
    }
}

// Who waits after a failure, or has waited too long for an answer.
static void look_at_the_clock(int64_t now) {
    for (struct client* client = clients; client < clients + client_count; ++client) {
        if (client->fd < 0 && now >= client->since)
            next_request(client);
        else if (client->fd >= 0 && now >= client->since + timeout_ns) {
            if (client->answered)
                hang_up(client); // has its answer; the server only does not close
            else
                went_wrong(client, &failed,
                           client->connecting ? "no connection in 5 s" : "no answer in 5 s");
        }
    }
}

static bool all_have_their_answers(void) {
    for (const struct client* client = clients; client < clients + client_count; ++client)
        if (client->connecting || (client->awaiting && !client->answered))
            return false;
    return true;
}

static int usage(void) {
    fprintf(stderr, "usage: http_load ADDRESS:PORT [--new N] [--keep-alive M] [--seconds S | "
                    "--until-stdin-closes]\n");
    return 2;
}

static bool parse_address(char* text) {
    char* colon = strrchr(text, ':');
    if (!colon)
        return false;
    *colon = 0;
    server.sin_port = htons((uint16_t)atoi(colon + 1));
    return inet_pton(AF_INET, text, &server.sin_addr) == 1;
}

int main(int argc, char** argv) {
    int fresh = 0, kept = 0;
    double seconds = 0;
    bool until_stdin_closes = false;
    if (argc < 2 || !parse_address(argv[1]))
        return usage();
    for (int i = 2; i < argc; ++i) {
        if (strcmp(argv[i], "--until-stdin-closes") == 0)
            until_stdin_closes = true;
        else if (i + 1 == argc)
            return usage();
        else if (strcmp(argv[i], "--new") == 0)
            fresh = atoi(argv[++i]);
        else if (strcmp(argv[i], "--keep-alive") == 0)
            kept = atoi(argv[++i]);
        else if (strcmp(argv[i], "--seconds") == 0)
            seconds = atof(argv[++i]);
        else
            return usage();
    }
    client_count = fresh + kept;
    if (fresh < 0 || kept < 0 || client_count == 0 || client_count > max_clients ||
        until_stdin_closes == (seconds > 0))
        return usage();

    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (until_stdin_closes) {
        struct epoll_event event = {.events = EPOLLIN};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0) {
            perror("standard input, which has to be a pipe");
            return 1;
        }
    }
    const int64_t begin = monotonic_ns();
    int64_t end = seconds > 0 ? begin + (int64_t)(seconds * 1e9) : INT64_MAX, next_look = 0;
    for (int i = 0; i < client_count; ++i)
        clients[i] = (struct client){.fd = -1, .keeps_alive = i >= fresh, .since = begin};

    while (!ending || !all_have_their_answers()) {
        struct epoll_event events[max_events];
        const int count = epoll_wait(epoll, events, max_events, 5);
        for (int i = 0; i < count; ++i) {
            struct client* client = events[i].data.ptr;
            char byte;
            if (!client)
                end = read(STDIN_FILENO, &byte, 1) <= 0 ? 0 : end;
            else if (client->connecting)
                connected(client);
            else
                read_answer(client);
        }
        const int64_t now = monotonic_ns();
        if (now >= end && !ending) {
            ending = true;
            end = now;
            if (until_stdin_closes)
                epoll_ctl(epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
        }
        if (now >= next_look) {
            look_at_the_clock(now);
            next_look = now + pause_ns / 2;
        }
    }

    const double took = (double)(end - begin) / 1e9;
    printf("{\"seconds\":%.3f,\"requests\":%ld,\"per_second\":%.0f,\"refused\":%ld,\"reset\":%ld,"
           "\"failed\":%ld,\"reconnects\":%ld,\"p50_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f,"
           "\"max_us\":%.0f,\"last_error\":\"%s\"}\n",
           took, requests, (double)requests / took, refused, resets, failed, reconnects,
           quantile_us(0.5), quantile_us(0.99), quantile_us(0.999), (double)longest / 1000,
           example);
    return 0;
}
