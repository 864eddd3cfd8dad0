"""The clinical engine: what a hospital's messages, in any order, mean for a person's follow-up."""
