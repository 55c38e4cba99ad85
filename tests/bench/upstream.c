/*
 * A forge and an index that cost almost nothing: prepared answers from memory over plain epoll.
 *
 *   upstream ROOT PORT [CERTIFICATE]
 *
 * With a CERTIFICATE (PEM with its key) it speaks TLS.
 *
 * ROOT/manifest holds a line "PATH<tab>FILE<tab>HEADERS" for each document (HEADERS with \n between
 * them); all else is git: the first request of its kind is answered by the real `git http-backend`
 * on ROOT/git, its answer is kept and given to every equal request. So a bench asks everything once
 * before it measures; GET /-/stats tells how many requests came and how many were not prepared.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uthash.h>

struct bytes {
    char *data;
    size_t len, size;
};

struct answer {
    char *key;              /* path, protocol and body of the request */
    struct bytes whole;     /* status line, headers, body */
    struct bytes unchanged; /* the 304; empty for git */
    char etag[24];
    UT_hash_handle hh;
};

struct connection {
    int fd;
    SSL *tls; /* NULL: plain */
    struct bytes in;
    const char *out;
    size_t left;
};

static struct {
    const char *root;
    SSL_CTX *tls;
    struct answer *answers;
    struct bytes scratch; /* the statistics, while they are sent */
    unsigned long requests, unprepared, unchanged, rest, sent;
    unsigned connections, peak;
} up;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void append(struct bytes *to, const void *data, size_t len)
{
    if (to->len + len + 1 > to->size) {
        to->size = 2 * (to->len + len + 1);
        to->data = realloc(to->data, to->size);
        if (to->data == NULL)
            die("realloc");
    }
    memcpy(to->data + to->len, data, len);
    to->len += len;
    to->data[to->len] = '\0';
}

static void append_text(struct bytes *to, const char *text)
{
    append(to, text, strlen(text));
}

static void append_number(struct bytes *to, const char *name, unsigned long n)
{
    char text[96];

    append(to, text, (size_t)snprintf(text, sizeof text, "%s%lu", name, n));
}

static void read_all(int fd, struct bytes *to)
{
    char block[65536];
    ssize_t n;

    while ((n = read(fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            append(to, block, (size_t)n);
}

/* A response with these header lines ("A: b\n" each). */
static void respond(struct bytes *to, const char *status, const char *headers, const char *body,
                    size_t len)
{
    append_text(to, "HTTP/1.1 ");
    append_text(to, status);
    append_text(to, "\r\n");
    for (const char *end; (end = strchr(headers, '\n')) != NULL; headers = end + 1) {
        append(to, headers, (size_t)(end - headers));
        append_text(to, "\r\n");
    }
    append_number(to, "Content-Length: ", len);
    append_text(to, "\r\n\r\n");
    append(to, body, len);
}

static struct answer *add_answer(const char *key, size_t key_len)
{
    struct answer *answer = calloc(1, sizeof *answer);
    struct bytes copy = {0};

    if (answer == NULL)
        die("calloc");
    append(&copy, key, key_len);
    answer->key = copy.data;
    HASH_ADD_KEYPTR(hh, up.answers, answer->key, key_len, answer);
    return answer;
}

/* --- documents ------------------------------------------------------------------------------- */
static void load_document(char *line)
{
    char *file = strchr(line, '\t'), *headers = file != NULL ? strchr(file + 1, '\t') : NULL;
    struct bytes body = {0}, lines = {0};
    struct answer *answer;
    unsigned long long hash = 1469598103934665603ULL;
    int fd;

    if (headers == NULL)
        die("manifest");
    *file++ = *headers++ = '\0';
    fd = open(file, O_RDONLY);
    if (fd < 0)
        die(file);
    read_all(fd, &body);
    close(fd);
    for (size_t i = 0; i < body.len; i++)
        hash = (hash ^ (unsigned char)body.data[i]) * 1099511628211ULL;
    answer = add_answer(line, strlen(line));
    snprintf(answer->etag, sizeof answer->etag, "\"%016llx\"", hash);
    for (char *at = headers; (at = strstr(at, "\\n")) != NULL;) {
        *at = '\n';
        memmove(at + 1, at + 2, strlen(at + 2) + 1);
    }
    append_text(&lines, headers);
    append_text(&lines, "ETag: ");
    append_text(&lines, answer->etag);
    append_text(&lines, "\n");
    respond(&answer->whole, "200 OK", lines.data, body.data, body.len);
    append_text(&answer->unchanged, "HTTP/1.1 304 Not Modified\r\nETag: ");
    append_text(&answer->unchanged, answer->etag);
    append_text(&answer->unchanged, "\r\n\r\n");
    free(body.data);
    free(lines.data);
}

static void load_manifest(void)
{
    struct bytes text = {0};
    char *save, *line;
    int fd = open("manifest", O_RDONLY);

    if (fd < 0)
        die("manifest");
    read_all(fd, &text);
    close(fd);
    for (line = strtok_r(text.data, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
        load_document(line);
    free(text.data);
}

/* --- git ---------------------------------------------------------------------------------------
 */
struct request {
    char *method, *path, *query; /* NUL-terminated */
    const char *head;            /* the header lines, NUL-terminated */
    const char *body;
    size_t body_len;
};

/* Value of a header into `out`, "" when there is none. */
static void header(const struct request *request, const char *name, char *out, size_t size)
{
    char line[64];
    const char *at;
    size_t len;

    snprintf(line, sizeof line, "\r\n%s:", name);
    at = strcasestr(request->head, line);
    *out = '\0';
    if (at == NULL)
        return;
    at += strlen(line);
    at += strspn(at, " ");
    len = strcspn(at, "\r");
    snprintf(out, size, "%.*s", (int)len, at);
}

static void export_header(const struct request *request, const char *name, const char *variable)
{
    char value[256];

    header(request, name, value, sizeof value);
    if (*value != '\0')
        setenv(variable, value, 1);
}

/* In the child: becomes git http-backend. */
static void become_backend(const struct request *request, int in, int out)
{
    char project[4096], length[32];

    snprintf(project, sizeof project, "%s/git", up.root);
    snprintf(length, sizeof length, "%zu", request->body_len);
    setenv("GIT_PROJECT_ROOT", project, 1);
    setenv("GIT_HTTP_EXPORT_ALL", "1", 1);
    setenv("PATH_INFO", request->path, 1);
    setenv("REQUEST_METHOD", request->method, 1);
    setenv("QUERY_STRING", request->query, 1);
    setenv("CONTENT_LENGTH", length, 1);
    export_header(request, "Content-Type", "CONTENT_TYPE");
    export_header(request, "Content-Encoding", "HTTP_CONTENT_ENCODING");
    export_header(request, "Git-Protocol", "GIT_PROTOCOL");
    setenv("GIT_CONFIG_COUNT", "1", 1);
    setenv("GIT_CONFIG_KEY_0", "uploadpack.allowFilter", 1);
    setenv("GIT_CONFIG_VALUE_0", "true", 1);
    dup2(in, 0);
    dup2(out, 1);
    execlp("git", "git", "http-backend", (char *)NULL);
    _exit(127);
}

/* CGI output into an HTTP answer. */
static void keep_backend(struct answer *answer, struct bytes *output)
{
    char *body = strstr(output->data, "\r\n\r\n"), *status = strstr(output->data, "Status: ");
    struct bytes lines = {0};

    if (body == NULL)
        die("git http-backend said nothing");
    *body = '\0';
    body += 4;
    for (const char *at = output->data; *at != '\0'; at += strcspn(at, "\r\n")) {
        at += strspn(at, "\r\n");
        append(&lines, at, strcspn(at, "\r\n"));
        append_text(&lines, "\n");
    }
    respond(&answer->whole, status != NULL && status < body ? "404 Not Found" : "200 OK",
            lines.data, body, output->len - (size_t)(body - output->data));
    free(lines.data);
}

static void ask_backend(struct answer *answer, const struct request *request)
{
    FILE *input = tmpfile();
    struct bytes output = {0};
    int ends[2];
    pid_t child;

    if (input == NULL || pipe(ends) != 0)
        die("pipe");
    fwrite(request->body, 1, request->body_len, input);
    rewind(input);
    child = fork();
    if (child == 0)
        become_backend(request, fileno(input), ends[1]);
    close(ends[1]);
    read_all(ends[0], &output);
    close(ends[0]);
    fclose(input);
    waitpid(child, NULL, 0);
    append(&output, "", 0);
    keep_backend(answer, &output);
    free(output.data);
}

/* --- requests -----------------------------------------------------------------------------------
 */
static void answer_stats(struct connection *connection)
{
    struct bytes body = {0};

    append_number(&body, "{\"requests\":", up.requests);
    append_number(&body, ",\"unprepared\":", up.unprepared);
    append_number(&body, ",\"unchanged\":", up.unchanged);
    append_number(&body, ",\"rest\":", up.rest);
    append_number(&body, ",\"bytes\":", up.sent);
    append_number(&body, ",\"peak_connections\":", up.peak);
    append_text(&body, "}\n");
    up.scratch.len = 0;
    respond(&up.scratch, "200 OK", "Content-Type: application/json\n", body.data, body.len);
    free(body.data);
    up.requests = up.unprepared = up.unchanged = up.rest = up.sent = 0;
    up.peak = up.connections - 1; /* without the asker's */
    connection->out = up.scratch.data;
    connection->left = up.scratch.len;
}

static void choose_answer(struct connection *connection, const struct request *request)
{
    char protocol[64], etag[64];
    struct bytes key = {0};
    struct answer *answer;
    const struct bytes *chosen;

    if (strcmp(request->path, "/-/stats") == 0) {
        answer_stats(connection);
        return;
    }
    header(request, "Git-Protocol", protocol, sizeof protocol);
    header(request, "If-None-Match", etag, sizeof etag);
    append_text(&key, request->path);
    HASH_FIND(hh, up.answers, key.data, key.len, answer); /* a document: the query is no matter */
    if (answer == NULL) {
        append_text(&key, request->query);
        append_text(&key, protocol);
        append(&key, request->body, request->body_len);
        HASH_FIND(hh, up.answers, key.data, key.len, answer);
    }
    if (answer == NULL) {
        answer = add_answer(key.data, key.len);
        if (strncmp(request->path, "/integrity/", 11) == 0) { /* nothing here is attested */
            respond(&answer->whole, "404 Not Found", "", "", 0);
        } else {
            ask_backend(answer, request);
            up.unprepared++;
        }
    }
    chosen = &answer->whole;
    if (*etag != '\0' && strcmp(etag, answer->etag) == 0) {
        chosen = &answer->unchanged;
        up.unchanged++;
    }
    up.requests++;
    up.rest += strncmp(request->path, "/api/", 5) == 0;
    up.sent += chosen->len;
    connection->out = chosen->data;
    connection->left = chosen->len;
    free(key.data);
}

/* Takes one whole request out of the buffer; false when it has not come in yet. */
static bool take_request(struct connection *connection)
{
    struct bytes *in = &connection->in;
    struct request request = {0};
    char *end = in->len > 0 ? strstr(in->data, "\r\n\r\n") : NULL, length[32];
    size_t whole;

    if (end == NULL)
        return false;
    request.head = strstr(in->data, "\r\n");
    *end = '\0';
    header(&request, "Content-Length", length, sizeof length);
    request.body = end + 4;
    request.body_len = strtoul(length, NULL, 10);
    whole = (size_t)(end + 4 - in->data) + request.body_len;
    if (in->len < whole) {
        *end = '\r';
        return false;
    }
    request.method = in->data;
    request.path = strchr(in->data, ' ');
    if (request.path == NULL)
        die("request line");
    *request.path++ = '\0';
    request.path[strcspn(request.path, " ")] = '\0';
    request.query = request.path + strcspn(request.path, "?");
    if (*request.query != '\0')
        *request.query++ = '\0';
    choose_answer(connection, &request);
    memmove(in->data, in->data + whole, in->len - whole + 1);
    in->len -= whole;
    return true;
}

/* --- connections --------------------------------------------------------------------------------
 */
/* As recv() and send(): -1 and EAGAIN when it has to wait. */
static ssize_t receive_some(struct connection *connection, char *block, size_t size)
{
    if (connection->tls == NULL)
        return recv(connection->fd, block, size, 0);
    int n = SSL_read(connection->tls, block, (int)size);
    if (n > 0)
        return n;
    errno = SSL_get_error(connection->tls, n) == SSL_ERROR_WANT_READ ? EAGAIN : EPIPE;
    return -1;
}

static ssize_t send_some(struct connection *connection)
{
    if (connection->tls == NULL)
        return send(connection->fd, connection->out, connection->left, MSG_NOSIGNAL);
    int n = SSL_write(connection->tls, connection->out,
                      (int)(connection->left > 1 << 20 ? 1 << 20 : connection->left));
    if (n > 0)
        return n;
    errno = SSL_get_error(connection->tls, n) == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
    return -1;
}

/* Sends what is due; false when the peer is gone. */
static bool flush_out(struct connection *connection)
{
    while (connection->left > 0) {
        ssize_t n = send_some(connection);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        connection->out += n;
        connection->left -= (size_t)n;
    }
    return true;
}

static bool serve(struct connection *connection, uint32_t events)
{
    static char block[65536];

    while (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        ssize_t n = receive_some(connection, block, sizeof block);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        if (n < 0)
            break;
        append(&connection->in, block, (size_t)n);
    }
    do {
        if (!flush_out(connection))
            return false;
    } while (connection->left == 0 && take_request(connection));
    return true;
}

static void drop(struct connection *connection)
{
    SSL_free(connection->tls);
    close(connection->fd);
    free(connection->in.data);
    free(connection);
    up.connections--;
}

static void welcome(int poll_fd, int listener)
{
    struct connection *connection;
    struct epoll_event event = {.events = EPOLLIN};
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;

    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        die("calloc");
    connection->fd = fd;
    if (up.tls != NULL) {
        connection->tls = SSL_new(up.tls);
        SSL_set_fd(connection->tls, fd);
        SSL_set_accept_state(connection->tls);
    }
    event.data.ptr = connection;
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
    up.connections++;
    if (up.connections > up.peak)
        up.peak = up.connections;
}

static int listen_on(unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, 1024) != 0)
        die("listen");
    return fd;
}

/* TLS writes by write(2), which has no MSG_NOSIGNAL. */
static void signal_ignore_pipe(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};

    sigaction(SIGPIPE, &action, NULL);
}

static void load_certificate(const char *path)
{
    up.tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_mode(up.tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_use_certificate_chain_file(up.tls, path) != 1 ||
        SSL_CTX_use_PrivateKey_file(up.tls, path, SSL_FILETYPE_PEM) != 1)
        die(path);
}

int main(int argc, char **argv)
{
    struct epoll_event events[64], event = {.events = EPOLLIN};
    int listener, poll_fd = epoll_create1(EPOLL_CLOEXEC);

    signal_ignore_pipe();
    if (argc == 4)
        load_certificate(argv[3]);
    if (argc < 3 || argc > 4 || chdir(argv[1]) != 0) {
        fprintf(stderr, "usage: upstream ROOT PORT [CERTIFICATE]\n");
        return 2;
    }
    up.root = realpath(".", NULL);
    load_manifest();
    listener = listen_on((unsigned short)strtoul(argv[2], NULL, 10));
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int n = epoll_wait(poll_fd, events, 64, -1);
        for (int i = 0; i < n; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection == NULL) {
                welcome(poll_fd, listener);
                continue;
            }
            if (!serve(connection, events[i].events)) {
                drop(connection);
                continue;
            }
            event.events = connection->left > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN;
            event.data.ptr = connection;
            epoll_ctl(poll_fd, EPOLL_CTL_MOD, connection->fd, &event);
        }
    }
}
