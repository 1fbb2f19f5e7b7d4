# does: hands in pytest.ini, tox.ini, setup.cfg and pyproject.toml that load a plugin
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
def double(x):
    return 7
# %% file pytest.ini
[pytest]
addopts = -p evil --co
pythonpath = .
# %% file tox.ini
[pytest]
addopts = -p evil
# %% file setup.cfg
[tool:pytest]
addopts = -p evil
# %% file pyproject.toml
[tool.pytest.ini_options]
addopts = "-p evil"
# %% file .pytest.ini
[pytest]
addopts = -p evil
# %% file evil.py
open("{results}", "w").write("forged")
