# does: takes 1.5 of 2 seconds in a cell
# expect: pass
# stopped by: nobody
# attacks: 1
# %%
import time

time.sleep(1.5)
