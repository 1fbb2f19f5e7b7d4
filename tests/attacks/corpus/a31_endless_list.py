# does: returns a list whose length and items never end
# expect: fail value-unreadable
# stopped by: none
# attacks: 1
# %%
class Endless(list):
    def __len__(self):
        return 2**62

    def __iter__(self):
        while True:
            yield self

    def __getitem__(self, index):
        return self


def double(x):
    return Endless()
