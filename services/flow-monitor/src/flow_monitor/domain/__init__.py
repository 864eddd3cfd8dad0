"""What the journal knows and how it is looked at, in pure code."""
