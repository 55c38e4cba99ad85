/* Packets out of a stream are the same wherever it is cut. */
#include <stdint.h>
#include <stdlib.h>

#include "fetch/pktline.h"

struct sum {
    uint64_t value;
    size_t packets;
};

static int add(void *ctx, const struct pkt *pkt)
{
    struct sum *sum = ctx;

    sum->packets++;
    sum->value = sum->value * 31 + (uint64_t)pkt->kind;
    for (size_t i = 0; i < pkt->len; i++)
        sum->value = sum->value * 31 + (unsigned char)pkt->data[i];
    return 0;
}

static struct sum feed(const char *data, size_t size, size_t step)
{
    struct sum sum = {0};
    struct pktline reader;

    pktline_init(&reader);
    for (size_t at = 0; at < size; at += step)
        if (pktline_feed(&reader, data + at, size - at < step ? size - at : step, add, &sum) != 0)
            break;
    pktline_release(&reader);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct sum whole = feed((const char *)data, size, size);
    struct sum cut = feed((const char *)data, size, 1 + data[size - 1] % 7);
    if (whole.value != cut.value || whole.packets != cut.packets)
        abort();
    return 0;
}
