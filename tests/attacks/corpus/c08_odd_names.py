# does: leaves files and closed folders whose names are no text
# expect: fail assertion
# stopped by: none
# %%
import os

for number, name in enumerate([b"\xff\xfe", b"a\nb", b"\x1b[31m", b"x" * 255, "\u202etxt".encode()]):
    os.mkdir(name)
    open(name + b"/inner" if len(name) < 200 else name + b"/i", "w").close()
    os.chmod(name, 0)
attempt(os.chmod, "..", 0o500)
attempt(os.mkfifo, "pipe")
