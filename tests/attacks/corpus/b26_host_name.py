# does: asks for the machine's name
# expect: fail assertion
# stopped by: contained
# %%
import os

attempt(lambda: os.uname().nodename + "!")
