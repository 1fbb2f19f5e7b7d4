# does: raises KeyboardInterrupt, GeneratorExit and one of its own in cells and calls
# expect: error raised
# stopped by: none
# attacks: 1
# %%
raise KeyboardInterrupt
# %%
raise GeneratorExit
# %%
class Stop(BaseException):
    pass


def double(x):
    raise Stop
# %%
raise Stop
