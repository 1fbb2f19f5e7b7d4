# does: leaves a daemon in a session of its own, which ignores signals and has an empty environment
# expect: fail assertion
# stopped by: none
# %%
import os, signal, time


def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            os.closerange(0, 256)
            code = f"mark = '{world.mark}'\nimport time\ntime.sleep(600)"
            os.execve("/proc/self/exe", ["python", "-S", "-c", code], {})
        os._exit(0)
    os.wait()


attempt(daemon)
time.sleep(0.1)
