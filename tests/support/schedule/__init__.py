"""The scheduler in virtual time, and texts for it."""
