"""Run a command as where there is no Landlock and nobody may make namespaces: ``old_kernel.py COMMAND``.

The calls are really refused, by a filter; that is what Docker's default one does with ``unshare``.
"""

from __future__ import annotations

import errno
import os
import sys

from autograder.isolation import seccomp
from autograder.isolation.privileges import no_new_privileges
from autograder.isolation.seccomp import Rule

if __name__ == "__main__":
    no_new_privileges()
    rules = [Rule("landlock_create_ruleset", errno.ENOSYS), Rule("unshare", errno.EPERM)]
    seccomp.install(seccomp.assemble(rules))
    os.execv(sys.argv[1], sys.argv[1:])
