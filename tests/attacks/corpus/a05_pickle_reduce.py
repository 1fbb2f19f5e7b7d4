# does: returns objects and object arrays that run code where they are unpickled or copied
# expect: fail value-unreadable | fail value-shape
# stopped by: none
# attacks: 2
# %%
import os


class Bomb:
    def __reduce__(self):
        return os.system, (f"touch {world.classes}/pwned",)

    def __reduce_ex__(self, protocol):
        return self.__reduce__()

    def __copy__(self):
        os.system(f"touch {world.tmp}/{world.mark}")

    def __deepcopy__(self, memo):
        os.system(f"touch {world.tmp}/{world.mark}")


def average(x):
    return np.array([Bomb()], dtype=object)


def double(x):
    return [Bomb()]
