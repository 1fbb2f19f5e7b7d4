# does: fetches a page, as pip and downloads of data sets do
# expect: fail assertion
# stopped by: restricted
# %%
import subprocess, sys, urllib.request

attempt(urllib.request.urlopen, f"http://127.0.0.1:{world.port}/", timeout=0.5)
attempt(subprocess.run, [sys.executable, "-S", "-c", f"import socket; socket.create_connection(('127.0.0.1', {world.port}))"], timeout=1)
