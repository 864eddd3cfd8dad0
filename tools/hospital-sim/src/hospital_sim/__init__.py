"""Simulated hospitals: they send ADT over MLLP, and know what must come of every message."""
