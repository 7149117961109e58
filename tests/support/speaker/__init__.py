"""A null sink for a loudspeaker, and what is heard there."""
