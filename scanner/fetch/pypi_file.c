/* Files of an index, into a spool. */
#include "fetch/pypi.h"
#include "fetch/pypi_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/http_url.h"

#define FILE_TIMEOUT_MS 600000
#define FILE_RETRIES    3

struct download {
    struct pypi_file file;
    pypi_file_done *done;
    void *ctx;
    char *what;
    int64_t came;
};

static int on_data(void *ctx, const char *data, size_t len, struct err *err)
{
    struct download *download = ctx;
    size_t left = len;

    while (left > 0) {
        ssize_t n = write(download->file.fd, data, left);
        if (n <= 0)
            return err_set(err, REASON_DISK, "%s: the spool cannot be written", download->what);
        data += n;
        left -= (size_t)n;
    }
    download->came += (int64_t)len;
    return 0;
}

static void on_done(struct http_answer *answer, void *ctx)
{
    struct download *download = ctx;
    struct err err = {0};
    int result = http_check(answer, download->what, &err);

    if (result == 0 && answer->status != 200)
        err_set(&err, REASON_BAD_ANSWER, "%s: the index answered %ld", download->what,
                answer->status);
    download->done(err.reason == REASON_NONE ? NULL : &err, download->ctx);
    free(download->what);
    free(download);
}

void pypi_fetch_file(struct pypi *pypi, const struct pypi_file *file, pypi_file_done *done,
                     void *ctx)
{
    struct download *download = mem_alloc(sizeof *download);
    char origin[HTTP_ORIGIN_MAX];
    /* The secret is of the index's origin; another host of files gets none. */
    bool own = http_origin(file->url, origin, sizeof origin) == 0 &&
               strcmp(origin, pypi_origin(pypi)) == 0;

    *download =
        (struct download){.file = *file, .done = done, .ctx = ctx, .what = mem_strdup(file->what)};
    struct http_request request = {
        .url = file->url,
        .authorization = own ? pypi_authorization(pypi) : NULL,
        .max_bytes = file->max_bytes,
        .timeout_ms = FILE_TIMEOUT_MS,
        .retries = FILE_RETRIES,
        .on_data = on_data,
        .on_data_ctx = download,
        .what = download->what,
    };
    http_send(pypi_http(pypi), &request, on_done, download);
}
