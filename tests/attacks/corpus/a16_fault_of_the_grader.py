# does: raises the grader's own exceptions, imported from its package, to look like its fault
# expect: error raised
# stopped by: none
# attacks: 1
# %%
try:
    from autograder.errors import InfrastructureError
except ImportError:
    class InfrastructureError(Exception):
        pass


def double(x):
    raise InfrastructureError("the disk is full")
