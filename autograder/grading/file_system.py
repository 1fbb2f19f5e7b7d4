"""On what kind of file system a file lies."""

from __future__ import annotations

import re
from pathlib import Path

_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|ncpfs|afs|coda|ceph|lustre|beegfs|gpfs|gfs2?|ocfs2|orangefs|pvfs2|panfs|glusterfs"
    r"|9p|virtiofs|davfs|fuse\.(sshfs|glusterfs.*|ceph.*|juicefs|s3fs|rclone|davfs.*|beegfs.*|dislocker)"
)
_MOUNTS = Path("/proc/self/mountinfo")


def network_of(path: Path) -> str:
    """The kind of network file system that ``path`` lies on; empty if it is none, or the system does not say.

    Only Linux says. What several computers mount at once counts, too: a file there cannot be shared memory.

    Args:
        path: of a file or folder, which need not exist.
    """
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    place = path.resolve()
    kinds: dict[Path, str] = {}  # of what is mounted at one place, the last hides the others
    for line in lines:
        before, _, after = line.partition(" - ")
        kinds[Path(_unescaped(before.split()[4]))] = after.split()[0]
    kind = next((kinds[folder] for folder in (place, *place.parents) if folder in kinds), "")
    return kind if _NETWORK.fullmatch(kind) else ""


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), text)
