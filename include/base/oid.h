/* Git's object ids as hex text. */
#ifndef BASE_OID_H
#define BASE_OID_H

#define OID_HEX 41 /* 40 hex digits and the NUL */

#endif
