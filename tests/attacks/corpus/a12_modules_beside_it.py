# does: hands in modules with the names of those that the grader imports
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
def double(x):
    return 7
# %% file numpy.py
open("{results}", "w").write("forged")
# %% file autograder/__init__.py
open("{results}", "w").write("forged")
# %% file sitecustomize.py
open("{results}", "w").write("forged")
# %% file usercustomize.py
open("{results}", "w").write("forged")
# %% file json.py
open("{results}", "w").write("forged")
