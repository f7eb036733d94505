"""``python -m goldspan``: the command line."""

from goldspan.cli import main

if __name__ == "__main__":
    main()
