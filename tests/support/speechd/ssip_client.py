"""What a screen reader does, by Debian's python3-speechd; run by the system's Python.

ssip_client.py callbacks SSML      a JSON list of [event, mark] as they came
ssip_client.py held NUMBER         so many lines, each cancelled by the next, then silence
ssip_client.py stopped TEXT FILE   speaks, stops when the file is there
"""

import json
import sys
import threading
import time
from pathlib import Path

import speechd

PATIENCE_S = 60


def callbacks(client, text):
    told, over = [], threading.Event()

    def hear(kind, index_mark=None):
        told.append([kind, index_mark])
        if kind in (kinds.END, kinds.CANCEL):
            over.set()

    kinds = speechd.CallbackType
    client.set_data_mode(speechd.DataMode.SSML)
    client.speak(text, hear, (kinds.BEGIN, kinds.END, kinds.CANCEL, kinds.INDEX_MARK))
    over.wait(PATIENCE_S)
    print(json.dumps(told))


def held(client, number):
    for line in range(int(number)):
        client.cancel()
        client.speak(f"Line {line} of the whole long text.")
    client.cancel()


def stopped(client, text, path):
    client.speak(text)
    deadline = time.monotonic() + PATIENCE_S
    while not Path(path).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    client.stop()


if __name__ == "__main__":
    one = speechd.SSIPClient("test", autospawn=False)
    {"callbacks": callbacks, "held": held, "stopped": stopped}[sys.argv[1]](one, *sys.argv[2:])
    one.close()
