# does: shows the canary as what a cell prints, displays and raises
# expect: fail assertion
# stopped by: restricted
# %%
!cat {world.canary}
# %%
print(open(world.canary).read())
# %%
open(world.canary).read()
# %%
raise ValueError(open(world.canary).read())
# %%
from IPython.display import FileLink, Image, display

display(Image(filename=world.canary, format="png"))
