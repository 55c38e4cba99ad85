/*
 * The libuv loop inside a struct loop, for the other modules of net/ and nobody else.
 */
#ifndef NET_LOOP_UV_H
#define NET_LOOP_UV_H

#include "net/loop.h"

struct uv_loop_s;
struct uv_loop_s *loop_uv(struct loop *loop);

#endif
