"""Serves a world until SIGTERM: cd tests && python3 -m forge WORLD.json [--port N] …"""

import argparse
import signal
import threading
from pathlib import Path

from . import Forge, World


def main():
    parser = argparse.ArgumentParser(prog="forge", description=__doc__)
    parser.add_argument("world")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--ready", help="file that gets the URL once requests are answered")
    parser.add_argument("--log", help="file that gets one JSON line a request")
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Forge(World.load(options.world), options.port, options.log) as forge:
        if options.ready:
            Path(options.ready).write_text(forge.url + "\n", encoding="utf-8")
        stop.wait()


if __name__ == "__main__":
    main()
