# does: takes another process's files, priority and processors away
# expect: fail assertion
# stopped by: restricted
# %%
import os, resource

attempt(resource.prlimit, world.victim, resource.RLIMIT_NOFILE, (3, 3))
attempt(os.setpriority, os.PRIO_PROCESS, world.victim, 19)
attempt(os.sched_setaffinity, world.victim, {0})
attempt(os.sched_setscheduler, world.victim, os.SCHED_IDLE, os.sched_param(0))
attempt(lambda: open(f"/proc/{world.victim}/oom_score_adj", "w").write("1000"))
