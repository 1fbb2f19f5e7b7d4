# does: what notebooks do: temporary files, pickles, warnings, plots of text, seeds, a pipe, the time of day
# expect: pass
# stopped by: nobody
# attacks: 1
# %%
import getpass, locale, os, pickle, platform, random, shutil, socket, sys, tempfile, time, warnings
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    Path(folder, "a").write_text("x")
    shutil.copy(Path(folder, "a"), Path(folder, "b"))
    os.replace(Path(folder, "b"), Path(folder, "c"))
with tempfile.NamedTemporaryFile() as file:
    pickle.dump([1, 2], file)
np.save("x.npy", np.arange(3))
assert np.load("x.npy").sum() == 3
os.utime("x.npy")
os.chmod("x.npy", 0o600)
Path.home().joinpath("notes.txt").write_text("x")
getpass.getuser(), platform.platform(), time.strftime("%c"), os.cpu_count(), socket.gethostname()
warnings.warn("a warning")
print(sys.version, file=sys.stderr)
random.random()
%timeit -n 1 -r 1 sum(range(10))
%time 1 + 1
