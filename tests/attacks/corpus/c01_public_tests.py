# does: replaces the public tests and the settings of the assignment
# expect: fail assertion
# stopped by: restricted
# %%
from pathlib import Path

folder = Path(world.course, "assignments", "01_attacked")
attempt((folder / "test_attacked.py").write_text, "")
attempt((folder / "conftest.py").write_text, "")
attempt((folder / "assignment.toml").unlink)
