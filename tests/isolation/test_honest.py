"""An honest notebook does not notice that it is locked."""

from __future__ import annotations

from pathlib import Path

import pytest

COMPUTING = """
import ctypes, numpy as np, torch
from torch import nn
model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(2704, 10))
optimizer = torch.optim.Adam(model.parameters())
for _ in range(3):
    loss = model(torch.randn(8, 1, 28, 28)).square().mean()
    loss.backward()
    optimizer.step()
torch.save(model.state_dict(), "model.pt")
model.load_state_dict(torch.load("model.pt"))
torch.set_num_threads(2)
assert (torch.ones(400, 400) @ torch.ones(400, 400)).sum() == 400**3
assert np.linalg.svd(np.eye(100))[1].sum() == 100
np.savez("arrays.npz", a=np.arange(3))
assert np.load("arrays.npz")["a"].tolist() == [0, 1, 2]
mapped = np.memmap("mapped", dtype="f4", mode="w+", shape=(1000,))
mapped[:] = 1
mapped.flush()
double = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda x: 2 * x)
assert double(21) == 42
"""
FILES = """
import os, shutil, sqlite3, tempfile
from pathlib import Path
assert Path.cwd() == place / "work"
assert Path("data/points.csv").read_text() == "1,2"
with tempfile.NamedTemporaryFile() as file:
    file.write(b"x")
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "x").write_text("y")
shutil.copy2("data/points.csv", "copy.csv")
Path("copy.csv").touch()
os.rename("copy.csv", "data/renamed.csv")
os.truncate("data/renamed.csv", 1)
assert Path("data/renamed.csv").read_text() == "1"
Path.home().joinpath(".cache").mkdir()
with sqlite3.connect("base.db") as base:
    base.execute("create table t (a)")
    base.execute("insert into t values (1)")
print("kept", file=open("/dev/null", "w"))
assert len(open("/dev/urandom", "rb").read(8)) == 8
assert "Threads" in Path("/proc/self/status").read_text()
"""
FIGURE = """
import matplotlib
import matplotlib.pyplot as plt
matplotlib.use("module://matplotlib_inline.backend_inline")
figure, axes = plt.subplots()
axes.plot([1, 2], label="ä")
axes.set_title(r"$\\frac{x}{2}$")
axes.legend()
figure.savefig("figure.png")
import os
assert os.path.getsize("figure.png") > 5000
"""
THREADS = """
import asyncio, getpass, platform, threading, time
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(32) as pool:
    assert sum(pool.map(abs, range(-100, 0))) == 5050
seen = []
threads = [threading.Thread(target=seen.append, args=(n,)) for n in range(50)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert len(seen) == 50
assert asyncio.run(asyncio.sleep(0, 5)) == 5
getpass.getuser(), platform.platform(), time.localtime().tm_zone
import os
os.nice(1), os.sched_setaffinity(0, os.sched_getaffinity(0)), os.kill(os.getpid(), 0)
import signal
signal.signal(signal.SIGALRM, lambda *_: seen.append("alarm"))
signal.setitimer(signal.ITIMER_REAL, 0.01)
signal.sigwait
while "alarm" not in seen:
    time.sleep(0.01)
import sys
print("done")
sys.exit(7)
"""
WORKERS = """
import subprocess, sys, torch, multiprocessing, numpy as np
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.randn(64, 3), torch.arange(64))
for _ in range(2):
    loader = DataLoader(data, batch_size=8, num_workers=2, shuffle=True)
    assert sum(y.sum().item() for _, y in loader) == 2016
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(abs, [-1, -2]) == [1, 2]
shown = subprocess.run(["ls", "data"], capture_output=True, text=True)
assert shown.stdout == "points.csv\\n", shown
program = [sys.executable, "-c", "import numpy; print(numpy.ones(3).sum())"]
other = subprocess.run(program, capture_output=True, text=True)
assert other.stdout == "3.0\\n", other
assert subprocess.run("true | cat", shell=True).returncode == 0
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    source = tmp_path / "points.csv"
    source.write_text("1,2")
    return {"data/points.csv": source}


@pytest.mark.parametrize("code", [COMPUTING, FILES, FIGURE], ids=["computing", "files", "figure"])
def test_works_as_everywhere(warm, files, code):
    result = warm.run(code, files=files)
    assert (result.code, result.output) == (0, ""), result.output


def test_threads_signals_and_exits(locked):
    result = locked.run(THREADS)
    assert (result.code, result.output) == (7, "done\n")


def test_worker_processes_in_a_box(warm, files):
    if not warm.alone:
        return
    result = warm.run(WORKERS, files=files)
    assert (result.code, result.output) == (0, ""), result.output


def test_what_restricted_refuses_has_a_plain_error(warm):
    if warm.alone:
        return
    result = warm.run(
        """
        import multiprocessing, os, subprocess, sys, torch
        sys.unraisablehook = lambda _: None  # torch's half-made loader complains when it goes
        for attempt in (
            os.fork,
            lambda: subprocess.run(["ls"]),
            multiprocessing.Pool,
            lambda: list(torch.utils.data.DataLoader([1, 2], num_workers=1)),
        ):
            try:
                attempt()
            except PermissionError as error:
                print(type(error).__name__, flush=True)
        os._exit(0)
        """
    )
    assert result.lines[:4] == ["PermissionError"] * 4


def test_no_network_has_a_plain_error(locked):
    result = locked.run(
        """
        import urllib.request
        try:
            urllib.request.urlopen("http://127.0.0.1/")
        except OSError as error:
            print(error)
        """
    )
    assert result.output == "<urlopen error [Errno 13] Permission denied>\n"
