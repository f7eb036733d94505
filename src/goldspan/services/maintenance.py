"""What an operator does with a server's database: back it up, check it."""

from __future__ import annotations

from pathlib import Path

from goldspan.domain.permission import Action, Actor
from goldspan.services.export_file import ExportedFile
from goldspan.storage.store import Unit


def back_up(unit: Unit, actor: Actor, folder: Path) -> ExportedFile:
    """Write all of the database, as it is at this moment, to an archive. Raises Forbidden."""
    actor.require(Action.OPERATE)
    path = folder / "backup.zip"
    manifest = unit.maintenance.dump(path)
    stamp = manifest.made_at.replace(":", "").replace("-", "")
    return ExportedFile(
        path=path,
        filename=f"goldspan-{stamp}.zip",
        media_type="application/zip",
        written=manifest.rows,
        left_out={},
    )


def check_up(unit: Unit, actor: Actor) -> dict[str, str]:
    """Return check to what is wrong with the database, "" where nothing is. Raises Forbidden."""
    actor.require(Action.OPERATE)
    return unit.maintenance.checkup()
