# does: displays pictures and pages without end
# expect: error output
# stopped by: none
# attacks: 1
# %%
from IPython.display import HTML, display


def double(x):
    while True:
        display(HTML("x" * 10**4))
