"""`python -m emulator` is `jesmail`."""

from emulator.cli import main

if __name__ == "__main__":
    main()
