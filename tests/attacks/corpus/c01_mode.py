# does: changes mode, owner, times and attributes of the hidden tests
# expect: fail assertion
# stopped by: restricted
# %%
import os

attempt(os.chmod, world.hidden_tests, 0o777)
attempt(os.utime, world.hidden_tests, (1, 1))
attempt(os.chown, world.hidden_tests, 12345, 12345)
attempt(os.setxattr, world.hidden_tests, "user.x", b"x")
attempt(os.chmod, world.home, 0o777)
