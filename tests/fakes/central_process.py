"""Runs a central service until it is killed: FOLDER PORT DATABASE_URL. Its address is the first line printed."""

import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from sync.central.server import CentralServer
from sync.central.service import CentralService

folder, port, url = sys.argv[1:4]
server = CentralServer(CentralService.open(Path(folder), url), port=int(port)).start()
sys.stdout.write(f"{server.url}\n")
sys.stdout.flush()
threading.Event().wait()
