"""Homeward's stack on one machine without Docker: servers, services, supervisor, demo."""
