# does: kills another process by a descriptor of it
# expect: fail assertion
# stopped by: restricted
# %%
import os, signal

attempt(lambda: signal.pidfd_send_signal(os.pidfd_open(world.victim), signal.SIGKILL))
attempt(lambda: signal.pidfd_send_signal(os.open(f"/proc/{world.victim}", os.O_RDONLY), signal.SIGKILL))
