# does: hands in a conftest.py and plugins that turn every report into a pass
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
def double(x):
    return 7
# %% file conftest.py
import pytest

open("{results}", "w").write("forged")

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    (yield).get_result().outcome = "passed"
# %% file pytest_evil.py
open("{results}", "w").write("forged")
# %% file test_more.py
def test_more():
    open("{results}", "w").write("forged")
