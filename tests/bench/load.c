/*
 * How many answers a second the upstream gives at most: load PORT PATH CONNECTIONS REQUESTS prints
 * that number. Each connection is a process that asks and reads, one request at a time.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static size_t answer_length(const char *head)
{
    const char *at = strcasestr(head, "\r\nContent-Length: ");
    const char *end = strstr(head, "\r\n\r\n");

    return (size_t)(end + 4 - head) + (at != NULL ? strtoul(at + 18, NULL, 10) : 0);
}

static void ask(int fd, const char *request, char *block, size_t size)
{
    size_t got = 0, whole = 0;

    if (send(fd, request, strlen(request), 0) < 0)
        die("send");
    while (whole == 0 || got < whole) {
        /* past the head only the number of bytes counts */
        size_t at = whole == 0 ? got : 0;
        ssize_t n = recv(fd, block + at, size - 1 - at, 0);
        if (n <= 0)
            die("recv");
        got += (size_t)n;
        if (whole == 0) {
            block[got] = '\0';
            if (strstr(block, "\r\n\r\n") != NULL)
                whole = answer_length(block);
        }
    }
}

static void run(unsigned short port, const char *path, unsigned long requests)
{
    static char block[1 << 20];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char request[512];

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        die("connect");
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path);
    for (unsigned long i = 0; i < requests; i++)
        ask(fd, request, block, sizeof block);
    close(fd);
}

int main(int argc, char **argv)
{
    struct timespec begin, end;
    unsigned long connections, requests;

    if (argc != 5) {
        fprintf(stderr, "usage: load PORT PATH CONNECTIONS REQUESTS\n");
        return 2;
    }
    connections = strtoul(argv[3], NULL, 10);
    requests = strtoul(argv[4], NULL, 10) / connections;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned long i = 0; i < connections; i++) {
        if (fork() == 0) {
            run((unsigned short)strtoul(argv[1], NULL, 10), argv[2], requests);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds =
        (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    printf("%.0f\n", (double)(connections * requests) / seconds);
    return 0;
}
