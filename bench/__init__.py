"""The speed table: each figure beside its floor, measured in the same run."""
