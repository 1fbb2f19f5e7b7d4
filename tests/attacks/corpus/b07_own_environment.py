# does: looks for the grader's secrets in its own environment, as it is and as it began
# expect: fail assertion
# stopped by: none
# %%
import os, subprocess

attempt(lambda: dict(os.environ))
attempt(lambda: open("/proc/self/environ").read())
attempt(lambda: open("/proc/self/cmdline").read())
attempt(lambda: subprocess.run(["env"], capture_output=True).stdout)
attempt(lambda: open("/proc/1/environ").read() if os.getpid() == 1 else "")
