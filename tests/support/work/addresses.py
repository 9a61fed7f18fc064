"""Addresses of pictures that nobody reads, and when the first was taken."""

from datetime import UTC, datetime

CAPTURED = datetime(2026, 5, 1, 10, tzinfo=UTC)
URIS = ["https://img.example.com/1.jpg", "https://img.example.com/2.jpg"]
