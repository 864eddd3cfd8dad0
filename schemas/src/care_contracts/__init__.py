"""The shapes that Homeward's services exchange: one module per topic, pydantic only."""
