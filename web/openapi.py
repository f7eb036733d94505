"""Prints the OpenAPI description that the page's types are generated from."""

import json
import tempfile
from pathlib import Path

from goldspan.server.app import create_app
from goldspan.storage.opening import open_store


def main() -> None:
    """Write the description of the application to standard output."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "goldspan.db")
        print(json.dumps(create_app(store).openapi_schema.to_schema(), indent=1))
        store.close()


if __name__ == "__main__":
    main()
