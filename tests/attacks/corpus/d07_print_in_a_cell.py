# does: prints without end in a cell, from threads
# expect: error missing
# stopped by: none
# attacks: 1
# %%
import sys, threading


def flood():
    while True:
        sys.__stdout__.write("x" * 10**4)
        print("y" * 10**4)


for _ in range(4):
    threading.Thread(target=flood, daemon=True).start()
flood()
# %%
del double
