# does: slows down all processes of its user
# expect: fail assertion
# stopped by: restricted
# never on: none
# %%
import os

attempt(os.setpriority, os.PRIO_USER, 0, 19)
attempt(os.setpriority, os.PRIO_PGRP, os.getppid(), 19)
attempt(os.setpriority, os.PRIO_PROCESS, world.victim, 19)
