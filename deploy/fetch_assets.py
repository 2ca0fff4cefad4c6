"""Copies the browser libraries named in internaldesk/web/assets.py into static/vendor, for closed networks and tests.

Run by make (`python -m deploy.fetch_assets`). A file is kept only when its hash is the one the pages announce.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from internaldesk.web.assets import HTMX, Asset

ROOT = Path(__file__).resolve().parent.parent
COPIED = (HTMX,)


def main() -> int:
    missing = [asset for asset in COPIED if not is_in_place(asset)]
    if missing and shutil.which("npm") is None:
        subprocess.run(["sh", "deploy/prepare.sh", "npm"], cwd=ROOT, check=True)
    for asset in missing:
        content = unpack(asset)
        if sha384(content) != asset.sha384:
            print(f"{asset.package} {asset.version} is not the file we know: {sha384(content)}", file=sys.stderr)
            return 1
        place(asset).parent.mkdir(parents=True, exist_ok=True)
        place(asset).write_bytes(content)
    return 0


def place(asset: Asset) -> Path:
    return ROOT / "static" / "vendor" / asset.local_name


def is_in_place(asset: Asset) -> bool:
    return place(asset).is_file() and sha384(place(asset).read_bytes()) == asset.sha384


def unpack(asset: Asset) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        pack = ["npm", "pack", "--silent", f"{asset.package}@{asset.version}"]
        subprocess.run(pack, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        [tarball] = Path(folder).glob("*.tgz")
        with tarfile.open(tarball) as archive:
            member = archive.extractfile(f"package/{asset.path}")
            if member is None:
                raise FileNotFoundError(f"{asset.package} {asset.version} has no {asset.path}")
            return member.read()


def sha384(content: bytes) -> str:
    return base64.b64encode(hashlib.sha384(content).digest()).decode()


if __name__ == "__main__":
    sys.exit(main())
