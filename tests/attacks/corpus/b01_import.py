# does: imports and runs the hidden tests
# expect: fail assertion
# stopped by: restricted
# %%
import importlib.util, runpy, sys


def load():
    spec = importlib.util.spec_from_file_location("hidden", world.hidden_tests)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CANARY


attempt(load)
attempt(runpy.run_path, world.hidden_tests)
sys.path.insert(0, world.reference)
attempt(lambda: __import__("test_hidden").CANARY)
