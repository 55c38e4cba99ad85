"""Published files that mean harm: small on the wire, large or malformed once they are read.

SDISTS and WHEELS map a name to a function from the members of a healthy archive (path → content,
with the top directory of an sdist) to the bytes of a hostile one.
"""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib

from . import artifacts

BLOCK = bytes(1 << 20)


def _gzip(chunks):
    """One gzip member of (chunk, how many of it): repeats cost nothing to make."""
    out, crc, size = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"], 0, 0
    for chunk, times in chunks:
        pack = zlib.compressobj(1, zlib.DEFLATED, -15)
        packed = pack.compress(chunk) + pack.flush(zlib.Z_FULL_FLUSH)
        out += [packed] * times
        for _ in range(times):
            crc = zlib.crc32(chunk, crc)
        size += len(chunk) * times
    return b"".join([*out, b"\x03\x00", struct.pack("<II", crc, size & 0xFFFFFFFF)])


def _header(name, size=0, kind=tarfile.REGTYPE, link=""):
    entry = tarfile.TarInfo(name)
    entry.size, entry.type, entry.linkname = size, kind, link
    return entry.tobuf(tarfile.PAX_FORMAT)


def _tar(members):
    """The members, without the end of the archive."""
    out = []
    for path, content in members.items():
        data = content if isinstance(content, bytes) else content.encode()
        out += [_header(path, len(data)), data, bytes(-len(data) % 512)]
    return b"".join(out)


def _top(members):
    return next(iter(members)).split("/")[0]


def _with(*entries):
    """The healthy members, and headers of a name below the top directory."""

    def make(members):
        top = _top(members)
        more = b"".join(_header(name.format(top=top), 0, kind, link) for name, kind, link in entries)
        return _gzip([(_tar(members) + more + bytes(1024), 1)])

    return make


def large_member(size):
    def make(members):
        head = _tar(members) + _header(f"{_top(members)}/zeros.bin", size)
        return _gzip([(head, 1), (BLOCK, size >> 20), (bytes(1024), 1)])

    return make


def many_members(count):
    def make(members):
        header = bytearray(_header(f"{_top(members)}/x/0000000"))
        name = header.index(b"/x/") + 3
        base = sum(header[:148]) + sum(header[156:]) + 8 * 32 - 7 * ord("0")
        pack = zlib.compressobj(1, zlib.DEFLATED, 31)
        out = [pack.compress(_tar(members))]
        for n in range(count):
            digits = b"%07d" % n
            header[name : name + 7] = digits
            header[148:154] = b"%06o" % (base + sum(digits))
            out.append(pack.compress(header))
        return b"".join([*out, pack.compress(bytes(1024)), pack.flush()])

    return make


def long_names(length):
    def make(members):
        top = _top(members)
        names = "".join(_header(f"{top}/{'n' * length}{i}").decode("latin-1") for i in range(8))
        return _gzip([(_tar(members) + names.encode("latin-1") + bytes(1024), 1)])

    return make


def truncated(members):
    whole = artifacts.archive(members)
    return whole[: len(whole) * 2 // 3]


def truncated_tar(members):
    """gzip is whole, the tar in it is not."""
    tar = _tar(members)
    return gzip.compress(tar[: len(tar) - 700], mtime=0)


def corrupt(members):
    whole = bytearray(artifacts.archive(members))
    middle = len(whole) // 2
    whole[middle : middle + 40] = bytes(40)
    return bytes(whole)


def no_archive(members):
    del members
    return b"<html><title>Service unavailable</title></html>\n" * 20


def twice(members):
    path = sorted(members)[0]
    return _gzip([(_tar(members) + _tar({path: "import os\n"}) + bytes(1024), 1)])


SDISTS = {
    "2 GB of zeros": large_member(2_000 << 20),
    "more than may be unpacked": large_member(3_000 << 20),
    "1,000,000 members": many_members(1_000_000),
    "names of 64 kB": long_names(64_000),
    "truncated": truncated,
    "truncated inside": truncated_tar,
    "corrupt": corrupt,
    "no archive": no_archive,
    "two of one name": twice,
    "hard link out": _with(("{top}/shadow", tarfile.LNKTYPE, "/etc/shadow")),
    "device": _with(("{top}/null", tarfile.CHRTYPE, "")),
    "absolute": _with(("/etc/evil.py", tarfile.REGTYPE, "")),
    "upwards": _with(("{top}/../../evil.py", tarfile.REGTYPE, "")),
    "link out": _with(("{top}/out", tarfile.SYMTYPE, "../../../etc")),
}


# --- wheels ---------------------------------------------------------------------------------------


def _zip(members, extra=()):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as packed:
        for path, content in [*members.items(), *extra]:
            info = zipfile.ZipInfo(path, (2025, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with packed.open(info, "w") as out:
                for piece in [content] if isinstance(content, (bytes, str)) else content:
                    out.write(piece.encode() if isinstance(piece, str) else piece)
    return raw.getvalue()


def bomb(members):
    """A hundred names in the directory for one member of 100 MB."""
    data = _zip({}, [("zeros.bin", [BLOCK] * 100)])
    start = data.rindex(b"PK\1\2")
    end = data.rindex(b"PK\5\6")
    entry, names = data[start:end], [f"z{n:07}.bin" for n in range(99)]
    directory = entry + b"".join(entry[:28] + struct.pack("<H", len(name)) + entry[30:46] + name.encode()
                                 for name in names)
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 100, 100, len(directory), start, 0)
    return data[:start] + directory + tail


def large_record(members):
    path = next(path for path in members if path.endswith("/RECORD"))
    line = b"tool/x.py,sha256=" + b"A" * 43 + b",1\n"
    rows = [line * (len(BLOCK) // len(line))] * 100
    return _zip({k: v for k, v in members.items() if k != path}, [(path, rows)])


def other_local_names(members):
    data = _zip(members)
    name = next(path for path in members if path.endswith(".py")).encode()
    return data.replace(name, name[:-4] + b"X" + name[-3:], 1)


def twice_in_zip(members):
    path = next(path for path in members if path.endswith(".py"))
    return _zip(members, [(path, "import os\n")])


def cut_zip(members):
    data = _zip(members)
    return data[: len(data) // 2]


WHEELS = {
    "bomb": bomb,
    "RECORD of 100 MB": large_record,
    "other local names": other_local_names,
    "two of one name in a zip": twice_in_zip,
    "truncated zip": cut_zip,
}
