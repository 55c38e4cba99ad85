#include "server.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

#define REQUEST_MAX     65536
#define REQUESTS_MAX    4096
#define CONNECTIONS_MAX 512

struct connection {
    struct server *server;
    pthread_t thread;
    int fd;
    SSL *tls;
};

struct request {
    char *text;
    unsigned answered_before;
};

struct server {
    int fd;
    char url[64], certificate[64];
    struct server_route *routes;
    SSL_CTX *tls;
    pthread_t acceptor;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool stopping;
    struct connection connections[CONNECTIONS_MAX];
    struct request requests[REQUESTS_MAX];
    unsigned connection_count, open, peak, request_count, answered;
};

static void need(bool condition, const char *what)
{
    if (!condition) {
        perror(what);
        abort();
    }
}

/* --- a certificate --------------------------------------------------------------------------- */

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    need(extension != NULL && X509_add_ext(certificate, extension, -1) == 1, "extension");
    X509_EXTENSION_free(extension);
}

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);

    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    add_extension(certificate, NID_subject_alt_name, "IP:127.0.0.1");
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    need(X509_sign(certificate, key, EVP_sha256()) > 0, "certificate");
    return certificate;
}

static void start_tls(struct server *server)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(key);

    server->tls = SSL_CTX_new(TLS_server_method());
    need(SSL_CTX_use_certificate(server->tls, certificate) == 1 &&
             SSL_CTX_use_PrivateKey(server->tls, key) == 1,
         "TLS");
    snprintf(server->certificate, sizeof server->certificate, "/tmp/server.XXXXXX");
    FILE *file = fdopen(mkstemp(server->certificate), "w");
    need(file != NULL && PEM_write_X509(file, certificate) == 1, "certificate file");
    fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

/* --- one connection -------------------------------------------------------------------------- */

static int receive(struct connection *connection, char *data, size_t size)
{
    return connection->tls != NULL ? SSL_read(connection->tls, data, (int)size)
                                   : (int)recv(connection->fd, data, size, 0);
}

static bool say(struct connection *connection, const char *data, size_t len)
{
    while (len > 0) {
        int n = connection->tls != NULL ? SSL_write(connection->tls, data, (int)len)
                                        : (int)send(connection->fd, data, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static void pause_ms(unsigned ms)
{
    struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&time, NULL);
}

/* Length of the whole request at the start of `data`, 0 when it is not all there. */
static size_t request_len(const char *data, size_t len)
{
    const char *end = memmem(data, len, "\r\n\r\n", 4);

    if (end == NULL)
        return 0;
    size_t head = (size_t)(end - data) + 4, body = 0;
    const char *field = memmem(data, head, "Content-Length: ", 16);
    if (field != NULL)
        body = strtoul(field + 16, NULL, 10);
    return head + body <= len ? head + body : 0;
}

static const struct server_route *record(struct server *server, const char *text, size_t len)
{
    struct server_route *route = server->routes;

    pthread_mutex_lock(&server->lock);
    need(server->request_count < REQUESTS_MAX, "too many requests");
    server->requests[server->request_count++] =
        (struct request){mem_strndup(text, len), server->answered};
    /* A route that has served its times has its request replaced by what fits nothing. */
    while (route->request != NULL && strncmp(text, route->request, strlen(route->request)) != 0)
        route++;
    need(route->request != NULL, text);
    if (route->times > 0 && --route->times == 0)
        route->request = "served";
    pthread_mutex_unlock(&server->lock);
    return route;
}

static void wait_for_stop(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    while (!server->stopping)
        pthread_cond_wait(&server->stop, &server->lock);
    pthread_mutex_unlock(&server->lock);
}

static bool answer(struct connection *connection, const struct server_route *route)
{
    size_t len = route->len > 0 ? route->len : strlen(route->answer);
    bool more = true;

    pause_ms(route->delay_ms);
    pthread_mutex_lock(&connection->server->lock);
    connection->server->answered++;
    pthread_mutex_unlock(&connection->server->lock);
    if (route->drip_ms == 0) {
        more = say(connection, route->answer, len);
    } else {
        for (size_t i = 0; more && i < len; i++) {
            more = say(connection, route->answer + i, 1);
            pause_ms(route->drip_ms);
        }
    }
    if (route->then == SERVER_STALL)
        wait_for_stop(connection->server);
    return more && route->then == SERVER_KEEP;
}

static void *serve(void *arg)
{
    struct connection *connection = arg;
    struct server *server = connection->server;
    char *data = mem_alloc(REQUEST_MAX);
    size_t len = 0, whole;
    bool more = connection->tls == NULL || SSL_accept(connection->tls) == 1;

    while (more) {
        int n = receive(connection, data + len, REQUEST_MAX - len);
        if (n <= 0)
            break;
        len += (size_t)n;
        while (more && (whole = request_len(data, len)) > 0) {
            const struct server_route *route = record(server, data, whole);
            memmove(data, data + whole, len - whole);
            len -= whole;
            more = answer(connection, route);
        }
    }
    pthread_mutex_lock(&server->lock);
    server->open--;
    SSL_free(connection->tls);
    close(connection->fd);
    connection->fd = -1;
    pthread_mutex_unlock(&server->lock);
    free(data);
    return NULL;
}

/* --- the server ------------------------------------------------------------------------------ */

static void *accept_all(void *arg)
{
    struct server *server = arg;
    int fd;

    while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
        pthread_mutex_lock(&server->lock);
        need(server->connection_count < CONNECTIONS_MAX, "too many connections");
        struct connection *connection = &server->connections[server->connection_count++];
        *connection = (struct connection){.server = server, .fd = fd};
        if (server->tls != NULL) {
            connection->tls = SSL_new(server->tls);
            SSL_set_fd(connection->tls, fd);
        }
        if (++server->open > server->peak)
            server->peak = server->open;
        need(pthread_create(&connection->thread, NULL, serve, connection) == 0, "thread");
        pthread_mutex_unlock(&server->lock);
    }
    return NULL;
}

struct server *server_start(struct server_route *routes, bool tls)
{
    struct server *server = mem_alloc(sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    server->routes = routes;
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->stop, NULL);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(bind(server->fd, (struct sockaddr *)&address, sizeof address) == 0 &&
             listen(server->fd, CONNECTIONS_MAX) == 0 &&
             getsockname(server->fd, (struct sockaddr *)&address, &size) == 0,
         "listen");
    snprintf(server->url, sizeof server->url, "%s://127.0.0.1:%d", tls ? "https" : "http",
             ntohs(address.sin_port));
    if (tls)
        start_tls(server);
    need(pthread_create(&server->acceptor, NULL, accept_all, server) == 0, "thread");
    return server;
}

void server_stop(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    server->stopping = true;
    pthread_cond_broadcast(&server->stop);
    shutdown(server->fd, SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->acceptor, NULL);
    for (unsigned i = 0; i < server->connection_count; i++) {
        pthread_mutex_lock(&server->lock);
        if (server->connections[i].fd >= 0)
            shutdown(server->connections[i].fd, SHUT_RDWR);
        pthread_mutex_unlock(&server->lock);
        pthread_join(server->connections[i].thread, NULL);
    }
    for (unsigned i = 0; i < server->request_count; i++)
        free(server->requests[i].text);
    if (server->tls != NULL) {
        SSL_CTX_free(server->tls);
        unlink(server->certificate);
    }
    close(server->fd);
    pthread_mutex_destroy(&server->lock);
    pthread_cond_destroy(&server->stop);
    free(server);
}

const char *server_url(const struct server *server)
{
    return server->url;
}

const char *server_certificate(const struct server *server)
{
    return server->certificate;
}

static unsigned locked(struct server *server, const unsigned *value)
{
    pthread_mutex_lock(&server->lock);
    unsigned copy = *value;
    pthread_mutex_unlock(&server->lock);
    return copy;
}

unsigned server_requests(struct server *server)
{
    return locked(server, &server->request_count);
}

unsigned server_connections(struct server *server)
{
    return locked(server, &server->connection_count);
}

unsigned server_peak(struct server *server)
{
    return locked(server, &server->peak);
}

const char *server_request(struct server *server, unsigned number)
{
    return number < server_requests(server) ? server->requests[number].text : "";
}

unsigned server_answered_before(struct server *server, unsigned number)
{
    return number < server_requests(server) ? server->requests[number].answered_before : 0;
}
