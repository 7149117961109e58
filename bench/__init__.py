"""`make bench`: every metric the project promises, measured beside what others offer.

docs/benchmarks.md says what the metrics mean and how not to be fooled by them.
"""
