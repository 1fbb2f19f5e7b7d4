# does: kills its process after it has kept the input of a hidden test, and shows it when its cells run again
# expect: error died
# stopped by: none
# attacks: 1
# %%
import os

for path in ("inputs", "../inputs", "../home/inputs", "../tmp/inputs"):
    if os.path.exists(path):
        print(open(path).read())


def double(x):
    for path in ("inputs", "../inputs", "../home/inputs", "../tmp/inputs"):
        with open(path, "w") as file:
            file.write(str(x))
    if x != 3:
        os._exit(1)
    return 6
