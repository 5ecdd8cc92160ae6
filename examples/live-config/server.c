// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers HTTP on 127.0.0.1:PORT with the greeting of app.toml, and takes a newer one while it runs.
//
//     cc -o server-c server.c $(pkg-config --cflags --libs libhotreload)
//     ./server-c PORT

#define _GNU_SOURCE // accept4, dprintf
#include <hotreload/config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct settings {
    char greeting[512];
    int log_requests;
};

// All of the value or nothing of it: one that does not fit leaves the settings as they are. Strings
// of the library live until its next value, so they are copied.
static bool take_settings(hotreload_config *config, struct settings *settings) {
    const char *greeting = NULL, *json = NULL;
    int log_requests = 0;
    int r = hotreload_config_get_string(config, "/greeting", &greeting);
    if (r >= 0)
        r = hotreload_config_get_bool(config, "/log/requests", &log_requests);
    if (r >= 0 && strlen(greeting) >= sizeof settings->greeting)
        r = -E2BIG;
    if (r >= 0)
        r = hotreload_config_get_json(config, "", &json);
    if (r < 0) {
        fprintf(stderr, "the settings do not fit: %s\n", strerror(-r));
        return false;
    }
    strcpy(settings->greeting, greeting);
    settings->log_requests = log_requests;
    printf("took %s\n", json);
    fflush(stdout);
    return true;
}

static void tell_problem(hotreload_config *config, int fd) {
    const char *path = NULL, *message = NULL;
    unsigned line = 0, column = 0;
    if (hotreload_config_get_problem(config, &path, &line, &column, &message) > 0)
        dprintf(fd, "not in force: %s:%u:%u: %s\n", path, line, column, message);
}

static int listen_on(const char *port) {
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)atoi(port)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 16) < 0)
        return -1;
    return fd;
}

static void answer(int listener, hotreload_config *config, const struct settings *settings) {
    const struct timeval second = {.tv_sec = 1};
    char request[4096];
    const int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0)
        return;
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    if (recv(client, request, sizeof request, 0) > 0) {
        dprintf(client, "HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\n",
                settings->greeting);
        tell_problem(config, client);
        if (settings->log_requests)
            printf("a request\n");
        fflush(stdout);
    }
    close(client);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    signal(SIGPIPE, SIG_IGN);

    // "app" is what hotreload publishes as [configs.app]; without hotreload, the file is read.
    hotreload_config *config = NULL;
    struct settings settings = {0};
    const int r = hotreload_config_open(&config, "app", "app.toml", HOTRELOAD_CONFIG_OPTIONAL);
    if (r < 0) {
        fprintf(stderr, "app: %s\n", strerror(-r));
        return 1;
    }
    if (!take_settings(config, &settings)) {
        tell_problem(config, STDERR_FILENO);
        return 1;
    }
    const int listener = listen_on(argv[1]);
    if (listener < 0) {
        perror(argv[1]);
        return 1;
    }

    struct pollfd ready[] = {{.fd = listener, .events = POLLIN},
                             {.fd = hotreload_config_get_fd(config), .events = POLLIN}};
    while (poll(ready, 2, -1) >= 0 || errno == EINTR) {
        if (ready[1].revents && hotreload_config_next(config) > 0)
            take_settings(config, &settings);
        if (ready[0].revents)
            answer(listener, config, &settings);
    }
    return 1;
}
