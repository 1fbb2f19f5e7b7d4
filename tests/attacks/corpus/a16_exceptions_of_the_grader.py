# does: raises exceptions with the names that pytest, Hypothesis and the grader use for "not a failure"
# expect: error raised
# stopped by: none
# attacks: 1
# %%
names = "Skipped", "XFailed", "Exit", "UnsatisfiedAssumption", "SkipTest", "InfrastructureError", "UsageError"
kinds = [type(name, (Exception,), {"__module__": "autograder.errors"}) for name in names]


def double(x):
    raise kinds[x % len(kinds)]("using this test makes no sense")
