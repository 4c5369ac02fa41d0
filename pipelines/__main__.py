"""`python -m pipelines` is the command line `tongcha`."""

from pipelines.cli import main

if __name__ == "__main__":
    main()
