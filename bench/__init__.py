"""`make bench`: every figure the project promises, measured beside what others offer.

docs/benchmarks.md says what the figures mean and how not to be fooled by them.
"""
