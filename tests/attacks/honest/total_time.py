# does: takes 5 of 6 seconds in all
# expect: pass
# stopped by: nobody
# attacks: 1
# %%
import time

time.sleep(1.6)
# %%
time.sleep(1.6)
# %%
time.sleep(1.6)
