# does: hands in an IPython profile and start-up files
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
def double(x):
    return 7
# %% file ipython_config.py
open("{results}", "w").write("forged")
# %% file profile_default/startup/00.py
open("{results}", "w").write("forged")
# %% file .ipython/profile_default/startup/00.py
open("{results}", "w").write("forged")
# %% file jupyter_config.py
open("{results}", "w").write("forged")
